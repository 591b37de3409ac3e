"""Exit codes of the program, told apart from outside: 0, 1, 2, 70, 130."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import cli
from tests.cli.conftest import Answer, environment, program
from tests.console import ringfence as in_process

SMALL = ("run", "trial.yaml", "--scale", "0.1%", "--out", "run")


def planted(folder: Path, code: str) -> dict[str, str]:
    """An environment in which every Python first runs some code."""
    (folder / "plant").mkdir(exist_ok=True)
    (folder / "plant" / "sitecustomize.py").write_text(code, encoding="utf-8")
    (folder / "tmp").mkdir(exist_ok=True)
    return environment(PYTHONPATH=str(folder / "plant"), TMPDIR=str(folder / "tmp"))


def broken(raising: str, where: str = "sim.loading.load", name: str = "examine") -> str:
    """Code after which a function of the program raises something."""
    return f"""
import importlib.abc, importlib.machinery, sys

def fail(*_, **__):
    {raising}

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, module, path, target=None):
        if module != {where!r}:
            return None
        spec = importlib.machinery.PathFinder.find_spec(module, path)
        load = spec.loader.exec_module
        def exec_module(made):
            load(made)
            made.{name} = fail
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


def is_internal(answer: Answer, folder: Path, words: str) -> str:
    """Hold an answer against what an internal error must look like; the traceback's text."""
    assert answer.code == 70, answer.err
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    assert line.startswith(f"internal error: {words}")
    assert "This is a fault of Ringfence, not of your input" in line
    (kept,) = (folder / "tmp").glob("ringfence-error-*")
    assert line.endswith(f"the traceback is in {kept}")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    return kept.read_text("utf-8")


# ── Each code ────────────────────────────────────────────────────────────────────────────────────


def test_fine_and_bad_input(here: Path) -> None:
    assert program("validate", "trial.yaml", cwd=here).code == 0
    seed = ["run", "trial.yaml", "--seed", "x"]
    for arguments in (["validate", "none.yaml"], ["rum"], ["report", "."], seed):
        answer = program(*arguments, cwd=here)
        assert answer.code == 2, arguments
        assert "internal error" not in answer.err


def test_cannot_judge(here: Path) -> None:
    (here / "calls.csv").write_text("line,start_utc\n" + "a" * 32 + ",2024-03-05T15:00:00Z\n")
    answer = program("audit", "--calls", "calls.csv", "--regime", "fr-consumer-2023", cwd=here)
    assert answer.code == 2
    assert answer.err.splitlines()[-1] == "cannot judge: no rule could be assessed"


@pytest.mark.parametrize(
    ("raising", "words"),
    [
        ("raise ValueError('shapes (3,) (4,)')", "shapes (3,) (4,) (ValueError)"),
        ("raise MemoryError", "out of memory (MemoryError)"),
        ("fail()", "calls nested too deep (RecursionError)"),
        ("raise OSError(5, 'Input/output error')", "[Errno 5] Input/output error (OSError)"),
        ("raise KeyError('a\\n\\x1b[31mb')", "'a\\n\\x1b[31mb' (KeyError)"),
        ("from sim.errors import LedgerError; raise LedgerError('a is 1, b is 2')", "a is 1, b"),
    ],
)
def test_an_internal_error(here: Path, raising: str, words: str) -> None:
    answer = program(*SMALL, cwd=here, env=planted(here, broken(raising)))
    text = is_internal(answer, here, words)
    assert "Traceback (most recent call last):" in text
    assert "in fail" in text
    assert not (here / "run").exists()


def test_the_traceback_on_request(here: Path) -> None:
    env = planted(here, broken("raise ZeroDivisionError"))
    for arguments, more in ((["--traceback", *SMALL], {}), (SMALL, {"RINGFENCE_TRACEBACK": "1"})):
        answer = program(*arguments, cwd=here, env={**env, **more})
        assert answer.code == 70
        first, *_, last = answer.err.splitlines()
        assert first == "Traceback (most recent call last):"
        assert last.startswith("internal error: ZeroDivisionError. This is a fault of Ringfence")
    answer = program(*SMALL, cwd=here, env={**env, "RINGFENCE_TRACEBACK": "0"})
    assert "Traceback" not in answer.err


def test_an_internal_error_in_the_middle_of_a_run_leaves_nothing(here: Path) -> None:
    code = broken("raise ValueError('x')", "sim.jobs.observers", "balance")
    answer = program(*SMALL, cwd=here, env=planted(here, code))
    assert answer.code == 70
    assert answer.err.splitlines()[-1].startswith("internal error: x (ValueError)")
    assert {path.name for path in here.iterdir()} == {"trial.yaml", "plant", "tmp"}


def test_what_cannot_even_start_is_an_internal_error(here: Path) -> None:
    code = "import sys; sys.modules['click'] = None"
    answer = program("--help", cwd=here, env=planted(here, code))
    assert answer.code == 70
    assert answer.err.startswith("internal error: Ringfence cannot start: ")
    assert len(answer.err.splitlines()) == 1


def test_interrupted(here: Path) -> None:
    answer = program(*SMALL, cwd=here, env=planted(here, broken("raise KeyboardInterrupt")))
    assert answer.code == 130
    assert answer.err == "interrupted: nothing was left half-written\n"
    assert list((here / "tmp").glob("ringfence-error-*")) == []


ANY = st.sampled_from(
    [ValueError, TypeError, KeyError, IndexError, LookupError, ArithmeticError, AssertionError,
     AttributeError, RuntimeError, StopIteration, NotImplementedError, OSError, FileNotFoundError,
     PermissionError, EOFError, UnicodeError, MemoryError, RecursionError, ImportError, Warning]
)  # fmt: skip


@given(kind=ANY, words=st.text(max_size=300), where=st.sampled_from(["load", "loaded"]))
@settings(max_examples=60, deadline=None)
def test_no_internal_error_looks_like_anything_else(
    tmp_path_factory: pytest.TempPathFactory, kind: type[Exception], words: str, where: str
) -> None:
    """Whatever is raised, with whatever words: exit code 70 and one line, never 0, 1 or 2."""
    folder = tmp_path_factory.mktemp("any")
    raised = kind(words)

    def fail(*_: object, **__: object) -> None:
        raise raised

    place = {"load": "sim.loading.load.load", "loaded": "sim.loading.load.compose"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(folder))
        patch.setattr(place[where], fail)
        answer = in_process("validate", "trial.yaml")
    assert answer.exit_code == 70
    assert answer.stdout == ""
    (line,) = answer.stderr.splitlines()
    assert line.startswith("internal error: ")
    assert line.isprintable()
    assert len(list(folder.glob("ringfence-error-*"))) == 1


def test_where_no_file_can_be_written(here: Path) -> None:
    code = broken("raise ZeroDivisionError") + (
        "\nimport tempfile\n"
        "def full(*_, **__): raise OSError(28, 'No space left on device')\n"
        "tempfile.mkstemp = full\n"
    )
    answer = program(*SMALL, cwd=here, env=planted(here, code))
    assert answer.code == 70
    assert answer.err.endswith(
        "the traceback could not be kept (No space left on device); --traceback shows it\n"
    )


# ── Doors ────────────────────────────────────────────────────────────────────────────────────────


def python(*arguments: str, cwd: Path, **changes: str) -> Answer:
    """Run this Python in a folder."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**changes),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def test_the_module_is_the_command(here: Path) -> None:
    for arguments in (["--version"], ["explain", "people_reached"], ["validate", "none.yaml"]):
        by_name = program(*arguments, cwd=here)
        for module in ("sim", "sim.cli"):
            assert python("-m", module, *arguments, cwd=here) == by_name
    for module in ("sim", "sim.cli"):
        told = python("-m", module, "run", "--help", cwd=here).out
        assert told.startswith("Usage: ringfence run ")


def foreign(folder: Path, name: str) -> Path:
    """A package of another project."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("raise SystemExit('foreign code ran')\n")
    return folder / name


def test_a_foreign_sim_is_named(here: Path) -> None:
    other = foreign(here / "other", "sim")
    answer = program("--version", cwd=here, env=environment(PYTHONPATH=str(other.parent)))
    assert (answer.code, answer.out) == (2, "")
    (line,) = answer.err.splitlines()
    assert line == (
        f"Error: {other} stands before Ringfence's own package 'sim'; start the command in another "
        "folder, or take that one off PYTHONPATH"
    )


def test_a_foreign_analysis_is_named(here: Path, outcome: Any) -> None:
    shutil.copytree(outcome.path, here / "run")
    other = foreign(here, "analysis")
    for answer in (
        python("-m", "sim", "report", "run", cwd=here),  # the working directory comes first
        program("report", "run", cwd=here, env=environment(PYTHONPATH=str(here))),
        program(
            "run", "trial.yaml", "--out", "again", cwd=here, env=environment(PYTHONPATH=str(here))
        ),
    ):
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.splitlines()[-1] == (
            f"Error: {other} stands before Ringfence's own package 'analysis'; start the command "
            "in another folder, or take that one off PYTHONPATH"
        )
        assert "foreign code ran" not in answer.err
    # What does not show anything works on.
    assert python("-m", "sim", "validate", "trial.yaml", cwd=here).code == 0
    # A mere folder of that name is no package, and shadows nothing.
    (other / "__init__.py").unlink()
    assert python("-m", "sim", "report", "run", cwd=here).code == 0


def test_commands_and_codes_are_written_down() -> None:
    readme = (Path(cli.__file__).parents[1] / "README.md").read_text("utf-8")
    listed = re.search(r"Exit codes: (.*?)\.\s", readme, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"\b\d+\b", listed[1])) == {"0", "1", "2", "70", "130"}
