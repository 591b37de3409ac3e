"""Which checks of the code were reached: every statement that raises or gives a fault of its input.

A check is a statement in a room that reads what others wrote, which makes a fault or raises an
error of the input. Checks are found in the code itself, so a new one counts from the day on which
it is written. :class:`Watch` takes down which of them run.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
ROOMS = (
    "sim/document/*.py", "sim/scenario/**/*.py", "sim/loading/**/*.py", "sim/regimes/*.py",
    "sim/audit/inputs/*.py", "sim/store/read.py", "sim/store/checked.py", "sim/store/manifest.py",
    "sim/store/verify.py", "sim/store/baseline.py",
)  # fmt: skip
"""What reads files that others wrote."""
MAKERS = frozenset({"fault_at", "Fault", "fault", "warning", "_fault", "_at", "fail", "_set_fault"})
"""Functions that make a fault."""
OWN = frozenset(
    {"TypeError", "KeyError", "LookupError", "AssertionError", "NotImplementedError", "LedgerError"}
)
"""Errors that only a mistake in this program raises; no input should."""


@dataclass(frozen=True, order=True)
class Check:
    """A statement that makes a fault."""

    file: str
    """From the project's root."""
    first: int
    last: int
    """Lines, from 1."""
    text: str
    """The statement on one line, cut short."""

    def __str__(self) -> str:
        return f"{self.file}:{self.first}: {self.text}"


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of :data:`ROOMS`, by file and line."""
    files = sorted({file for pattern in ROOMS for file in ROOT.glob(pattern)})
    return tuple(sorted({check for file in files for check in _checks(file)}))


def _checks(file: Path) -> Iterator[Check]:
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        simple = isinstance(node, (ast.Expr, ast.Return, ast.Assign, ast.AugAssign, ast.Raise))
        if simple and _makes_a_fault(node):
            text = " ".join(ast.unparse(node).split())[:110]
            last = node.end_lineno or node.lineno
            yield Check(str(file.relative_to(ROOT)), node.lineno, last, text)


def _makes_a_fault(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return made is not None and _name(made) not in OWN
    return any(
        isinstance(inner, ast.Call) and _name(inner.func) in MAKERS for inner in ast.walk(node)
    )


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


class Watch:
    """A ``with`` block in which it is taken down which checks run.

    It may be entered again and again. Python's own tracing is used, and only in functions that hold
    a check that has not run yet.
    """

    def __init__(self) -> None:
        self._lines: dict[str, dict[int, Check]] = {}
        for check in all_checks():
            lines = self._lines.setdefault(str(ROOT / check.file), {})
            lines.update(dict.fromkeys(range(check.first, check.last + 1), check))
        self._waiting: dict[CodeType, bool] = {}
        self._before: Any = None
        self.reached: set[Check] = set()
        self.tried: set[str] = set()
        """Classes of input that were tried under watch, as their tests say."""

    @property
    def unreached(self) -> tuple[Check, ...]:
        """What never ran, by file and line."""
        return tuple(check for check in all_checks() if check not in self.reached)

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        threading.settrace(self._called)
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)
        threading.settrace(self._before)

    def _called(self, frame: FrameType, _event: str, _arg: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        waiting = self._waiting.get(code)
        if waiting is None:
            waiting = self._waiting[code] = any(self._of(code))
        return self._run if waiting else None

    def _of(self, code: CodeType) -> Iterator[bool]:
        """For each line of a function with a check: whether that has not run yet."""
        if lines := self._lines.get(code.co_filename):
            for _, _, line in code.co_lines():
                if line in lines:
                    yield lines[line] not in self.reached

    def _run(self, frame: FrameType, event: str, _arg: Any) -> Callable[..., Any]:
        if event == "line":
            check = self._lines[frame.f_code.co_filename].get(frame.f_lineno)
            if check is not None and check not in self.reached:
                self.reached.add(check)
                self._waiting.pop(frame.f_code, None)
        return self._run
