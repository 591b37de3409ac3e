"""Runs the test that must notice a mutant, by its name and in this process."""

from __future__ import annotations

import importlib
import inspect
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any

from tests.mutants.mutant import NotFoundError


def run(name: str) -> None:
    """Run a test in all its cases, or in one.

    Such a test takes what it is parametrised with, and ``tmp_path``, and no other fixture: so
    nothing that was made before the mutant was planted can hide it.

    Parameters
    ----------
    name
        ``tests/room/test_module.py::test_name``, or with ``[case]``.

    Raises
    ------
    NotFoundError
        If there is no such test or case.
    """
    file, _, rest = name.partition("::")
    function, _, case = rest.partition("[")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    test = getattr(module, function, None)
    if test is None:
        raise NotFoundError(f"there is no test {name}")
    chosen = [a for id_, a in _cases(test) if not case or id_ == case.removesuffix("]")]
    if not chosen:
        raise NotFoundError(f"there is no case {name}")
    for arguments in chosen:
        with ExitStack() as stack:
            if "tmp_path" in inspect.signature(test).parameters:
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                arguments = {**arguments, "tmp_path": Path(folder)}
            test(**arguments)


def _cases(test: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cases of a test: what pytest calls them, if they are plain values, and arguments."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    for values in product(*(mark.args[1] for mark in marks)):
        arguments: dict[str, Any] = {}
        for mark, value in zip(marks, values, strict=True):
            names = [mark.args[0]] if isinstance(mark.args[0], str) else mark.args[0]
            arguments |= dict(zip(names, (value,) if len(names) == 1 else value, strict=True))
        yield "-".join(str(value) for value in arguments.values()), arguments
