"""Ranges that say where they come from and how good that is, where a file asks it of them."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.node import Node
from sim.document.validate import fault_at
from sim.errors import Fault

_NEEDS = {"source": ("source",), "grade": ("source", "grade")}
"""What `check.evidence` asks of each range."""


def check_sources(root: Node) -> Iterator[Fault]:
    """Ranges without what `check.evidence` asks for, each once, whichever strategies share it."""
    check = root.children.get("check")
    asked = check.children.get("evidence") if check is not None and check.is_map else None
    needs = _NEEDS.get(asked.value, ()) if asked and isinstance(asked.value, str) else ()
    told = set()
    for name in ("world", "strategies") if needs else ():
        if name in root.children:
            for fault in _below(root.children[name], needs, {}):
                place = (fault.file, fault.line, fault.column)
                if place not in told:
                    told.add(place)
                    yield fault


def _below(node: Node, needs: tuple[str, ...], above: dict[str, bool]) -> Iterator[Fault]:
    """Faults of a node's ranges; what stands above holds until something has its own source."""
    if isinstance(node.value, tuple):
        for child in node.value:
            yield from _below(child, needs, above)
        return
    children = node.children
    here = {name: _says(children[name]) for name in ("source", "grade") if name in children}
    holds = {**({} if here.get("source") else above), **here}
    lacks = [name for name in needs if not holds.get(name)]
    if {"low", "central", "high"} <= children.keys():
        if lacks:
            yield fault_at(
                node, f"the range has no {' and no '.join(lacks)}, and check.evidence asks for it"
            )
        return
    for child in children.values():
        yield from _below(child, needs, holds)


def _says(node: Node) -> bool:
    """Whether something is written there, and not blanks."""
    return isinstance(node.value, str) and bool(node.value.strip())
