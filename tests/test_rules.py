"""Rules of the house that no single room can keep: who imports whom, where chance may come from."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim.streams import Purpose
from tests.sources import TOGETHER, nodes_of, tree_of

pytestmark = TOGETHER

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "analysis").rglob("*.py")])
MOST_BYTES = 2_000_000


def name_of(file: Path) -> str:
    """A file as a rule names it."""
    return file.relative_to(ROOT).as_posix()


@cache
def imported(file: Path) -> tuple[str, ...]:
    """Every module that a file imports anywhere, and every name that it takes from one."""
    return tuple(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    for node in nodes_of(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            assert node.level == 0, f"{name_of(file)} imports by relative name"
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_in(module: str, packages: set[str]) -> bool:
    """Whether a module is one of these packages or in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 60


# ── Who knows whom ───────────────────────────────────────────────────────────────────────────────


def test_the_simulator_does_not_know_the_analysis() -> None:
    for file in SOURCES:
        if name_of(file).startswith("sim/"):
            assert not [m for m in imported(file) if is_in(m, {"analysis"})], name_of(file)


def test_modules_of_the_analysis_are_named_in_one_file_of_the_simulator() -> None:
    named = {
        name_of(file)
        for file in SOURCES
        if name_of(file).startswith("sim/")
        for node in nodes_of(file)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"analysis(\.\w+)*", node.value)
    }
    assert named == {"sim/commands/shown.py"}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("sim.cli", {"numpy", "pydantic", "ruamel", "rich"}),
        ("sim.scenario.load", {"numpy", "simpy", "numba", "scipy", "pandas", "pyarrow"}),
        ("sim.jobs.run", {"pandas", "plotly", "click", "rich", "scipy.linalg", "numpy.f2py"}),
        ("sim.store.read", {"pandas", "plotly", "numba", "simpy"}),
        ("analysis.report", {"numba", "simpy"}),
    ],
)
def test_what_an_import_does_not_bring_with_it(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert absent & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], {"numpy", "pydantic", "ruamel.yaml", "rich", "holidays", "sim.loading.load"}),
        (
            ["validate", "scenarios/france-2017.yaml"],
            {"scipy", "simpy", "numba", "pandas", "pyarrow", "plotly", "rich", "ruamel.yaml"}
            | {"holidays.countries", "holidays.countries.germany", "sim.measure.metrics"},
        ),
        (
            ["run", "scenarios/france-2017.yaml", "--scale", "0.1%", "--out", "OUT"],
            {"pandas", "pyarrow.compute", "pyarrow.dataset", "plotly", "scipy.linalg"},
        ),
    ],
)
def test_what_a_quick_command_does_not_bring_with_it(
    arguments: list[str], absent: set[str], tmp_path: Path
) -> None:
    arguments = [str(tmp_path / "run") if one == "OUT" else one for one in arguments]
    code = f"""
import atexit, sys
atexit.register(lambda: print(*sys.modules))
sys.argv = ["ringfence", *{arguments!r}]
import ringfence_command
ringfence_command.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    brought = set(done.stdout.splitlines()[-1].split())
    assert "sim.cli" in brought
    assert absent & brought == set()


@pytest.mark.parametrize(("own", "looked_for"), [(None, "False"), ("", "True")])
def test_a_command_looks_for_no_plugins_unless_told(own: str | None, looked_for: str) -> None:
    code = """
import atexit, sys
import pydantic.plugin._loader as plugins
atexit.register(lambda: print(plugins._plugins is not None))
sys.argv = ["ringfence", "validate", "scenarios/france-2017.yaml"]
from sim.cli import main
main()
"""
    rest = {k: v for k, v in os.environ.items() if k != "PYDANTIC_DISABLE_PLUGINS"}
    env = rest if own is None else rest | {"PYDANTIC_DISABLE_PLUGINS": own}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == looked_for


@pytest.mark.parametrize(("own", "found"), [(None, "4"), ("20", "20")])
def test_threads_of_a_command_that_have_nothing_to_do_sleep(own: str | None, found: str) -> None:
    """Idle threads of OpenBLAS do not spin, unless the environment says how long they shall."""
    code = """
import atexit, os, sys
atexit.register(lambda: print(os.environ["OPENBLAS_THREAD_TIMEOUT"]))
import sim.cli
assert "numpy" not in sys.modules, "the library reads it as it is imported"
sys.argv = ["ringfence", "--version"]
sim.cli.main()
"""
    rest = {k: v for k, v in os.environ.items() if k != "OPENBLAS_THREAD_TIMEOUT"}
    env = rest if own is None else rest | {"OPENBLAS_THREAD_TIMEOUT": own}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == found


# ── Chance ───────────────────────────────────────────────────────────────────────────────────────

CHANCE = {"random", "secrets", "uuid", "numpy.random", "scipy.stats.sampling", "scipy.stats.qmc"}
ELSEWHERE = {
    "sim/study/points.py": {"scipy.stats.qmc"},
    "analysis/dashboard/serve.py": {"secrets"},
    "sim/intake/keys.py": {"secrets"},
}
"""Sobol's points, which are no chance as long as SciPy does not scramble them: see the test; the
token of a server, of which no result hangs; and a key by which lines are named."""
SAMPLERS = {"default_rng", "RandomState", "SeedSequence", "rvs", "urandom", "getrandom"}
CLOCKS = {"time", "time_ns", "now", "utcnow", "today"}
MODEL = ("sim/behaviour/", "sim/engine/", "sim/world/", "sim/scenario/", "sim/streams.py")


def test_chance_comes_from_the_keyed_streams_alone() -> None:
    for file in SOURCES:
        if name_of(file) != "sim/streams.py":
            chance = {m for m in imported(file) if is_in(m, CHANCE)}
            assert chance <= ELSEWHERE.get(name_of(file), set()), name_of(file)
            found = {n.attr for n in nodes_of(file) if isinstance(n, ast.Attribute)}
            assert not found & SAMPLERS, name_of(file)
            dotted = {
                f"{n.value.id}.{n.attr}"
                for n in nodes_of(file)
                if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
            }
            assert not dotted & {"np.random", "numpy.random"}, name_of(file)


def test_points_come_unscrambled_from_scipy() -> None:
    calls = [
        ast.unparse(node)
        for node in nodes_of(ROOT / "sim/study/points.py")
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "qmc.Sobol"
    ]
    assert [call for call in calls if "scramble=False" not in call] == []
    assert len(calls) == 1


def test_the_model_reads_no_clock_and_no_hash() -> None:
    """The time of day, and Python's hash of a text, differ between two runs of one scenario."""
    for file in SOURCES:
        if name_of(file).startswith(MODEL):
            for node in nodes_of(file):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    assert node.func.attr not in CLOCKS, f"{name_of(file)}:{node.lineno}"
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in {"hash", "id"}, f"{name_of(file)}:{node.lineno}"


def test_the_clock_seeds_nothing() -> None:
    """Where the clock is read: to name a directory that must be new, and to say when a run was."""
    readers = {
        name_of(file)
        for file in SOURCES
        for node in nodes_of(file)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    }
    made = {"sim/jobs/importing.py", "sim/intake/imported.py"}  # and to say when to delete it
    made |= {"sim/store/live.py"}  # and how far a command is, while it runs
    assert readers <= {"sim/store/partial.py", "sim/jobs/run.py", *made}


def test_purposes_are_frozen() -> None:
    """A changed value changes every result. New purposes get new numbers."""
    assert {purpose.name: purpose.value for purpose in Purpose} == {
        "LINE_PLACE": 1,
        "LINE_PEOPLE": 2,
        "LIST_ORDER": 3,
        "CALL_ANSWER": 4,
        "CALL_LISTEN": 5,
        "VOICEMAIL": 6,
        "LINE_CONSENT": 7,
        "LINE_REGISTERS": 8,
        "LINE_CONSENT_LIFE": 9,
        "LINE_HOUSEHOLD": 10,
        "CALL_OPT_OUT": 11,
        "CALLER_NUMBER": 12,
        "COMPLAINT": 13,
        "COMPLAINT_FAMILY": 14,
        "COMPLAINT_CHILD": 15,
        "COMPLAINT_CHILD_FAMILY": 16,
        "CALL_BACK": 17,
        "CALL_BACK_REDIAL": 18,
        "COMPLAINT_BLOCKED": 19,
        "COMPLAINT_BLOCKED_FAMILY": 20,
        "PARAMETER": 21,
        "PARAMETER_READ": 22,
        "PARAMETER_JUDGED": 23,
        "CHECK_SAMPLE": 24,
        "RESAMPLE": 25,
        "CALL_FAILED": 26,
        "LINE_USE": 27,
        "LINE_DETECTION": 28,
        "COMPLAINT_SHOCK": 29,
    }


# ── Words ────────────────────────────────────────────────────────────────────────────────────────

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(node: Documented, path: str) -> Iterator[tuple[str, Documented]]:
    """A module or class, and the public classes and functions in it."""
    yield path, node
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            if not child.name.startswith("_"):
                yield f"{path}.{child.name}", child
        elif isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from public(child, f"{path}.{child.name}")


def test_everything_public_says_what_it_is() -> None:
    silent = [
        path
        for file in SOURCES
        for path, node in public(tree_of(file), name_of(file))
        if not (ast.get_docstring(node) or "").strip()
    ]
    assert silent == []


# ── What is in the repository ────────────────────────────────────────────────────────────────────

MADE = {".git", ".venv", ".cache", "build", "dist", "runs", "__pycache__"}


def kept() -> list[Path]:
    """Every file under version control; without git, every file that no tool made."""
    try:
        git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
        listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout
        files = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = []
    if not files:
        made = re.compile(r"\.\w+_cache|.*\.egg-info|\.hypothesis|\.ipynb_checkpoints")
        files = [
            file
            for file in ROOT.rglob("*")
            if not any(p in MADE or made.fullmatch(p) for p in file.relative_to(ROOT).parts)
        ]
    return [file for file in files if file.is_file()]


MOST_LINES, MOST_PARAMETERS = 60, 12
LAWS = {"sim/behaviour/calls.py:human_calls"}
"""Laws of the model, which read best from top to bottom."""


def functions(file: Path) -> Iterator[tuple[str, int, int]]:
    """Name of each function but kernels, its lines without its docstring, its parameters."""
    for node in nodes_of(file):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if any(ast.unparse(mark).startswith("kernel") for mark in node.decorator_list):
            continue
        assert node.end_lineno is not None
        lines = node.end_lineno - node.lineno + 1
        if ast.get_docstring(node) is not None:
            said = node.body[0]
            assert said.end_lineno is not None
            lines -= said.end_lineno - said.lineno + 1
        given = node.args
        parameters = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
        yield f"{name_of(file)}:{node.name}", lines, parameters


def test_functions_are_short_and_take_little() -> None:
    """But kernels, which the compiler wants whole, laws, and what is left to be parted."""
    found = [each for file in SOURCES for each in functions(file)]
    assert len(found) > 2_000
    long = {name for name, lines, _ in found if lines > MOST_LINES}
    assert long == LAWS
    assert {name for name, _, many in found if many > MOST_PARAMETERS} == set()


def test_files_are_small() -> None:
    files = kept()
    assert ROOT / "pyproject.toml" in files
    assert [name_of(file) for file in files if file.stat().st_size >= MOST_BYTES] == []


# In pieces, so that this file does not name them either.
HOSTS = ("pypi." + "org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")
FOLDERS = ("work", "root", "home", "Users")
HOST = re.compile("|".join(map(re.escape, HOSTS)).encode(), re.IGNORECASE)
PLACE = re.compile(rf"(?<![\w.~$}}-])/({'|'.join(FOLDERS)})/".encode())


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    for file in kept():
        content = file.read_bytes()
        if b"\0" in content:
            continue
        for rule in (HOST, PLACE):
            found = rule.search(content)
            line = content.count(b"\n", 0, found.start()) + 1 if found else 0
            assert found is None, f"{name_of(file)}:{line} names {found[0].decode()}"


def test_the_rules_of_the_last_test_find_what_they_should() -> None:
    for host in HOSTS:
        assert HOST.search(f"https://{host}/x".encode())
    for folder in FOLDERS:
        assert PLACE.search(f"see /{folder}/me".encode())
        assert not PLACE.search(f"see docs/{folder}/me and ~/{folder}/x".encode())
