"""The tree of errors is the one that is drawn, and nothing catches more than it means to."""

from __future__ import annotations

import ast
import importlib
import pickle
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim import errors
from sim.errors import Fault, RingfenceError
from tests.sources import TOGETHER, nodes_of, tree_of

pytestmark = TOGETHER

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    [*(ROOT / "sim").rglob("*.py"), *(ROOT / "analysis").rglob("*.py"), *ROOT.glob("*.py")]
)
BROAD = {
    "ValueError",
    "Exception",
    "BaseException",
    "ArithmeticError",
    "RuntimeError",
}
BESIDE = {"UntrustedFolderError", "NumberError", "CheckFailedError"}
"""Outside of the tree: words of one reader, caught where a folder or a number is looked at; and the
pytest plugin's, which imports nothing of `sim`."""
NETS = {
    ("sim/cli.py", "main"): "the last net, where even telling of an error has failed",
    ("sim/cli.py", "_answer"): "the one handler: what is not of the tree is an internal error",
    ("ringfence_command.py", "main"): "what cannot even be imported is an internal error",
    ("sim/compiled.py", "_compiled"): "any fault of a cache: compiled without one, or raised again",
    ("sim/store/write.py", "__enter__"): "cleans up and raises again",
    ("sim/store/partial.py", "__init__"): "a zero byte in a path, as the system tells it",
    ("sim/store/study.py", "read_task"): "whatever a damaged archive may raise",
    ("sim/outputs.py", "claim"): "a zero byte in a path, as the system tells it",
    ("sim/store/checked.py", "short"): "str, of a whole number of thousands of digits",
    ("sim/store/checked.py", "read_json"): "int's word for too many digits, ours for a key twice",
    ("sim/fitting/options.py", "spans_of"): "datetime's word for what is no day",
    ("sim/fitting/options.py", "_duration"): "parse_duration's word for what is no duration",
    ("sim/study/dial.py", "moment"): "ours for what is no moment, and may be a number",
    ("sim/document/units.py", "parse_moment"): "datetime's word for an impossible day",
    ("sim/document/explained.py", "compose"): "the YAML library's word for an impossible escape",
    ("sim/document/source.py", "_scalar"): "int and float, of one text",
    ("sim/audit/inputs/files.py", "_one_by_one"): "datetime's word for an impossible moment",
    ("sim/audit/inputs/reading.py", "_parquet"): "pyarrow's words for a file that is damaged",
    ("sim/audit/inputs/external.py", "_each"): "a parser's word for one cell",
    ("sim/audit/inputs/external.py", "_slot"): "a parser's word for one day and two hours",
    ("sim/loading/checks/regimes.py", "_day"): "a parser's word for one moment",
    ("sim/scenario/checks/durations.py", "_check_points"): "a parser's word for one duration",
    ("sim/regimes/fields.py", "parse_date"): "datetime's word for an impossible day",
    ("sim/regimes/fields.py", "asked_date"): "a parser's word for one day",
    ("analysis/dashboard/app.py", "shown"): "one page that fails leaves the server up, and says so",
    ("analysis/dashboard/worker.py", "main"): "one run that fails is told to the page that asked",
    ("analysis/dashboard/runner.py", "_listen"): "a pipe that is closed while it is read",
}
"""File and function to the reason for which it may catch so much; none in commands and jobs."""
TEAM = "sim/jobs/team.py"
"""The one job that catches whatever a task raises: it is raised again where the task was given."""


# ── The drawing ──────────────────────────────────────────────────────────────────────────────────


def drawn() -> dict[str, str]:
    """Each class of the drawing, to the one that it hangs from."""
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    picture = (errors.__doc__ or "").partition("::\n")[2].partition("\nThe number")[0]
    for line in picture.splitlines():
        name = re.search(r"\w+", line)
        if name is None or (above and "──" not in line):
            continue
        while above and above[-1][0] >= name.start():
            above.pop()
        found[name[0]] = above[-1][1] if above else ""
        above.append((name.start(), name[0]))
    return found


@cache
def classes() -> dict[str, type[BaseException]]:
    """Every exception class that a source file defines, by name."""
    found: dict[str, type[BaseException]] = {}
    for file in SOURCES:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in nodes_of(file):
            named = isinstance(node, ast.ClassDef) and any(
                re.search(r"(Error|Exception)$", ast.unparse(base)) for base in node.bases
            )
            if isinstance(node, ast.ClassDef) and (named or node.name.endswith("Error")):
                if node.name in BESIDE:
                    continue
                assert node.name not in found, node.name
                found[node.name] = getattr(importlib.import_module(module), node.name)
    return found


def test_the_tree_is_the_one_that_is_drawn() -> None:
    tree = drawn()
    assert tree.pop("Exception") == ""
    assert len(tree) > 12
    assert {name: kind.__bases__[0].__name__ for name, kind in classes().items()} == tree
    assert all(len(kind.__bases__) == 1 for kind in classes().values())


def test_exit_codes_are_those_of_the_drawing() -> None:
    codes = {
        found[1]: int(found[2])
        for found in re.finditer(r"(\w+Error)  +(\d+) ", errors.__doc__ or "")
    }
    assert set(codes.values()) == {2, 70, 130}
    assert RingfenceError.exit_code == 70  # what has no word of its own is a fault of the program
    for kind in classes().values():
        assert issubclass(kind, RingfenceError)
        own = [codes[above.__name__] for above in kind.__mro__ if above.__name__ in codes]
        assert [kind.exit_code] == (own[:1] or [70]), kind


# ── What an error says ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({}, "it is wrong"),
        ({"place": "a.yaml:3:1"}, "a.yaml:3:1: it is wrong"),
        ({"place": "it"}, "it is wrong"),  # the sentence names it
        ({"found": "3"}, "it is wrong; found 3"),
        ({"nearest": "red", "allowed": "red"}, "it is wrong; did you mean 'red'? allowed: red"),
        ({"allowed": "red", "remedy": "paint it"}, "it is wrong; allowed: red; paint it"),
    ],
)  # fmt: skip
def test_the_parts_of_a_sentence(parts: dict[str, str], text: str) -> None:
    error = errors.OptionError("it is wrong", **parts)
    assert str(error) == text
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (text, vars(error))


def test_errors_travel_between_processes() -> None:
    faults = [Fault("a.yaml", 3, 1, "seed", "is odd"), Fault("a.yaml", 1, 1, "", "hm", "warning")]
    for error in (
        errors.ScenarioError(faults),
        errors.RegimeError(faults),
        errors.DialerFilesError(["one", "two"]),
        errors.UnreachableSharesError("world.x", "too few"),
        errors.LedgerError("a is 1, b is 2"),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert (str(again), again.lines(), vars(again)) == (str(error), error.lines(), vars(error))


def test_what_a_console_says() -> None:
    fault = Fault("a.yaml", 3, 1, "seed", "is odd")
    assert errors.ScenarioError([fault]).lines() == (
        "a.yaml:3:1: seed: is odd",
        "1 error; nothing was run",
    )
    assert errors.ScenarioError([fault]).place == "a.yaml:3:1"
    assert errors.DialerFilesError(["x", "y"]).lines()[-1] == "2 faults; nothing was audited"
    assert errors.CannotJudgeError("no baseline").lines() == ("cannot judge: no baseline",)


# ── Nets ─────────────────────────────────────────────────────────────────────────────────────────


def handlers(node: ast.AST, holder: str) -> Iterator[tuple[ast.ExceptHandler, str]]:
    """The handlers below a node, each with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ExceptHandler):
            yield child, holder
        inner = child.name if isinstance(child, ast.FunctionDef) else holder
        yield from handlers(child, inner)


def nets() -> Iterator[tuple[str, str]]:
    """Every handler of a broad class: its file, and the function that it stands in."""
    for file in SOURCES:
        for node, holder in handlers(tree_of(file), "<module>"):
            caught = (
                {"BaseException"}
                if node.type is None
                else {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
            )
            if caught & BROAD:
                yield file.relative_to(ROOT).as_posix(), holder


def test_no_net_is_broader_than_it_must_be() -> None:
    assert {(file, name) for file, name in nets() if file != TEAM} == set(NETS)
    assert not [file for file, _ in NETS if file.startswith(("sim/commands/", "sim/jobs/"))]


def test_no_command_catches_an_error_of_ours_to_raise_another() -> None:
    """The one handler stands in sim/cli.py; validating several files gathers their faults."""
    for file in (ROOT / "sim" / "commands").glob("*.py"):
        caught = {
            n.id
            for node in nodes_of(file)
            if isinstance(node, ast.ExceptHandler) and node.type is not None
            for n in ast.walk(node.type)
            if isinstance(n, ast.Name)
        }
        ours = caught & {*classes(), "ClickException"}
        assert ours == ({"ScenarioError"} if file.name == "validate.py" else set()), file.name
