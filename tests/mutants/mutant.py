"""Mutants of the rooms: each breaks one law in one place, and one named test must notice.

A place is found by name, a change by meaning: an expression or a statement of one function as a
tree, whatever its layout, or a whole function, for which a wrong one stands in. So a rewrite that
keeps the law keeps the mutant, and one that moves it is noticed: a change that is found nowhere, or
in more than one place, is an error.

A mutant is planted into the running process: the code of a function is exchanged in place, so that
every module that has imported it runs the wrong one; a kernel gives way to its plain Python.
"""

from __future__ import annotations

import ast
import copy
import functools
import importlib
import inspect
import pkgutil
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Unit = ast.FunctionDef
"""A function of a module, or a method of a class of it."""
ANY = "any_"
"""How names begin that stand for any expression in a pattern: equal names for equal ones."""


class NotFoundError(LookupError):
    """A mutant that does not apply any more."""


# ── Changes ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Swap:
    """One expression or statement for another.

    ``any_…`` in ``old`` stands for any expression, which ``new`` may use. An empty ``new`` leaves
    the statement out.
    """

    old: str
    new: str


@dataclass(frozen=True)
class Wrong:
    """Another function instead; it is handed the right one and then the arguments."""

    function: Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """One law, broken in one place."""

    law: str
    """The law, and how it is broken."""
    place: str
    """``sim.room:function`` or ``sim.room:Class.method``, in whichever module of the room it is; or
    ``sim.room`` alone, where nothing else in it looks like this."""
    change: Swap | Wrong
    killed_by: str
    """The test that must notice: ``tests/room/test_module.py::test_name``, or with ``[case]``."""

    @property
    def room(self) -> str:
        """The room that it is in."""
        parts = self.place.partition(":")[0].split(".")
        return ".".join(parts[1:3]) if parts[1] == "engine" else parts[1]


@dataclass(frozen=True)
class Found:
    """Where a change applies."""

    module: str
    unit: str
    """``function`` or ``Class.method``."""
    expression: tuple[int, int]
    """Line and column of the whole expression, or of the statement, that changes."""


# ── Patterns ─────────────────────────────────────────────────────────────────────────────────────


@functools.cache
def _parsed(text: str) -> ast.AST:
    """An expression, or else a statement. Nobody changes it."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        (statement,) = ast.parse(text or "pass").body
        return statement


def _matches(pattern: object, node: object, bound: dict[str, ast.AST]) -> bool:
    """Whether a tree looks like a pattern; fills in what its free names stand for."""
    if isinstance(pattern, ast.Name) and pattern.id.startswith(ANY):
        if not isinstance(node, ast.expr):
            return False
        known = bound.setdefault(pattern.id, node)
        return ast.dump(known) == ast.dump(node)
    if isinstance(pattern, list):
        return (
            isinstance(node, list)
            and len(pattern) == len(node)
            and all(_matches(a, b, bound) for a, b in zip(pattern, node, strict=True))
        )
    if not isinstance(pattern, ast.AST):
        return pattern == node
    return type(pattern) is type(node) and all(
        _matches(getattr(pattern, name), getattr(node, name), bound)
        for name in pattern._fields
        if name not in ("ctx", "kind", "type_comment")
    )


class _Filled(ast.NodeTransformer):
    """Puts in place of free names what they stand for."""

    def __init__(self, bound: dict[str, ast.AST]) -> None:
        self._bound = bound

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._bound.get(node.id, node)


def _changed(change: Swap, node: ast.AST) -> ast.AST | None:
    """What a change makes of a node; None where it does not apply to it."""
    bound: dict[str, ast.AST] = {}
    if not _matches(_parsed(change.old), node, bound):
        return None
    new: ast.AST = _Filled(bound).visit(copy.deepcopy(_parsed(change.new)))
    if isinstance(node, ast.stmt) and isinstance(new, ast.expr):
        new = ast.Expr(new)
    return new


class _Planter(ast.NodeTransformer):
    """Makes a change wherever it applies in a function, and notes in which expressions."""

    def __init__(self, change: Swap) -> None:
        self._change = change
        self._whole: ast.AST | None = None
        self._parent: ast.AST | None = None
        self.places: list[tuple[int, int]] = []

    def visit(self, node: ast.AST) -> Any:
        before, parent = self._whole, self._parent
        if isinstance(node, ast.stmt) or isinstance(parent, ast.stmt | ast.keyword | ast.Dict):
            self._whole = node
        self._parent = node
        new = _changed(self._change, node)
        if new is None:
            new = self.generic_visit(node)
        else:
            whole: Any = self._whole or node
            self.places.append((whole.lineno, whole.col_offset))
            new = ast.fix_missing_locations(ast.copy_location(new, node))
        self._whole, self._parent = before, parent
        return new


# ── Places ───────────────────────────────────────────────────────────────────────────────────────


@functools.cache
def _tree(module: str) -> ast.Module:
    """A module's source. Nobody changes it."""
    return ast.parse(inspect.getsource(importlib.import_module(module)))


def _units(tree: ast.Module) -> dict[str, Unit]:
    """Functions of a module, and methods of its classes."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            methods = (inner for inner in node.body if isinstance(inner, ast.FunctionDef))
            found |= {f"{node.name}.{inner.name}": inner for inner in methods}
    return found


@functools.cache
def _modules(room: str) -> tuple[str, ...]:
    """A module, or all of a package."""
    package = importlib.import_module(room)
    if not hasattr(package, "__path__"):
        return (room,)
    found = pkgutil.walk_packages(package.__path__, f"{room}.")
    return (room, *sorted(module.name for module in found))


@functools.cache
def _planted(mutant: Mutant) -> tuple[Found, types.CodeType]:
    """Where a mutant is, and the code of the function with it."""
    change = mutant.change
    assert not isinstance(change, Wrong)
    room, _, wanted = mutant.place.partition(":")
    found: list[tuple[Found, ast.Module]] = []
    for module in _modules(room):
        for unit, node in _units(_tree(module)).items():
            if wanted not in ("", unit) or all(_changed(change, n) is None for n in ast.walk(node)):
                continue
            tree, planter = copy.deepcopy(_tree(module)), _Planter(change)
            planter.visit(_units(tree)[unit])
            found += [(Found(module, unit, place), tree) for place in planter.places]
    if len(found) != 1:
        raise NotFoundError(
            f"mutant '{mutant.law}': {change} applies {len(found)} times in {mutant.place}"
        )
    where, tree = found[0]
    return where, _code(compile(tree, f"<mutant of {where.module}>", "exec"), where.unit)


def _code(code: types.CodeType, unit: str) -> types.CodeType:
    """The code of a function or method inside a module's."""
    for part in unit.split("."):
        code = [c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == part][
            -1
        ]
    return code


def where(mutant: Mutant) -> Found:
    """Where a mutant applies.

    Raises
    ------
    NotFoundError
        If that is nowhere, or in several places.
    """
    if not isinstance(mutant.change, Wrong):
        return _planted(mutant)[0]
    room, _, wanted = mutant.place.partition(":")
    holders = [module for module in _modules(room) if wanted in _units(_tree(module))]
    if len(holders) != 1:
        raise NotFoundError(
            f"mutant '{mutant.law}': there are {len(holders)} functions {mutant.place}"
        )
    return Found(holders[0], wanted, (0, 0))


def _function(module: types.ModuleType, unit: str) -> Any:
    """The function or kernel of a name, out of whatever wraps it."""
    holder: Any = module
    *classes, name = unit.split(".")
    for part in classes:
        holder = getattr(holder, part)
    found = vars(holder).get(name)
    for inner in ("__func__", "fget", "func", "__wrapped__"):
        if not hasattr(found, "py_func"):  # a kernel stays what it is
            found = getattr(found, inner, found)
    return found


# ── Planting ─────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The process with a mutant in it."""
    at, code = (where(mutant), None) if isinstance(mutant.change, Wrong) else _planted(mutant)
    function = _function(importlib.import_module(at.module), at.unit)
    forget(mutant)
    try:
        if hasattr(function, "py_func"):
            with _without_kernel(function, code):
                yield
        else:
            with _other_code(function, code, mutant.change):
                yield
    finally:
        forget(mutant)


@contextmanager
def _without_kernel(kernel: Any, code: types.CodeType | None) -> Iterator[None]:
    """A wrong plain function wherever modules hold a kernel."""
    assert code is not None, "a kernel is mutated by its source"
    plain = types.FunctionType(code, kernel.py_func.__globals__, kernel.py_func.__name__)
    holders = [
        (vars(module), name)
        for key, module in list(sys.modules.items())
        if key.startswith("sim.")
        for name, thing in list(vars(module).items())
        if thing is kernel
    ]
    for names, name in holders:
        names[name] = plain
    try:
        yield
    finally:
        for names, name in holders:
            names[name] = kernel


@contextmanager
def _other_code(
    function: types.FunctionType, code: types.CodeType | None, change: Swap | Wrong
) -> Iterator[None]:
    """Other code in a function, which stays the same object."""
    before = function.__code__
    if code is None:
        assert isinstance(change, Wrong)
        original = types.FunctionType(
            before, function.__globals__, function.__name__, function.__defaults__
        )
        original.__kwdefaults__ = function.__kwdefaults__
        function.__globals__["__wrong__"] = functools.partial(change.function, original)
        code = _forward.__code__
    try:
        function.__code__ = code
        yield
    finally:
        function.__code__ = before
        function.__globals__.pop("__wrong__", None)


def _forward(*args: Any, **kwargs: Any) -> Any:
    """Code that hands all on to the wrong function; it runs among another module's names."""
    return __wrong__(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821


def forget(mutant: Mutant) -> None:
    """Empty what functions of the program and of the mutant's test have kept of earlier calls."""
    test = mutant.killed_by.partition("::")[0].removesuffix(".py").replace("/", ".")
    for key, module in list(sys.modules.items()):
        if key.startswith("sim.") or key == test:
            for thing in list(vars(module).values()):
                if isinstance(thing, functools._lru_cache_wrapper):
                    thing.cache_clear()
