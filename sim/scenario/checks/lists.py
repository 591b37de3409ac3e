"""The list names what the world has."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.errors import Fault
from sim.scenario.checks.subject import Subject, rule


def _filter(subject: Subject, what: str, word: str) -> Iterator[Fault]:
    chosen = getattr(subject.strategy.list, what)
    known = getattr(subject.world, what) or {}
    if chosen is None:
        return
    for index, name in enumerate(chosen):
        path: Path = ("list", what, index)
        if not known:
            yield subject.fault(f"the world has no {what}", path)
        elif name not in known:
            yield subject.fault(unknown_name(word, name, known), path)
        elif name in chosen[:index]:
            yield subject.warning(f"'{name}' stands twice", path)
    if not chosen:
        yield subject.fault(
            "is empty, so nobody is called; leave it out to call all", ("list", what)
        )


@rule("list", "world.territories")
def list_territories(subject: Subject) -> Iterator[Fault]:
    """The list's territories exist."""
    yield from _filter(subject, "territories", "territory")


@rule("list", "world.line_types")
def list_line_types(subject: Subject) -> Iterator[Fault]:
    """The list's line types exist."""
    yield from _filter(subject, "line_types", "line type")


@rule("list", "world.segments")
def list_segments(subject: Subject) -> Iterator[Fault]:
    """The list's segments exist."""
    yield from _filter(subject, "segments", "segment")


@rule("list", "world.registers")
def list_registers(subject: Subject) -> Iterator[Fault]:
    """Registers that the list is cleaned by exist."""
    chosen, known = subject.strategy.list.without_registers or (), subject.world.registers
    for index, name in enumerate(chosen):
        path: Path = ("list", "without_registers", index)
        if not known:
            yield subject.fault("the world has no registers", path)
        elif name not in known:
            yield subject.fault(unknown_name("register", name, known), path)
        elif name in chosen[:index]:
            yield subject.warning(f"'{name}' stands twice", path)
