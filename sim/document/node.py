"""Data that remembers where it was written.

A :class:`Node` is a value of the YAML with its place. Merging moves nodes about, so a fault in a
value blames the file in which it stands, however many files were merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]
"""Keys and list indices from the top of a document."""
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written."""

    file: str
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value: a scalar, a map of nodes or a list of nodes."""

    value: Scalar | Mapping[str, Node] | tuple[Node, ...]
    place: Place
    """Where the value begins."""
    key: Place | None = None
    """Where its key stands; None for list entries and for a whole file."""
    origin: Path = ()
    """Path under which it is written in its file, wherever merging moved it."""
    deleted: Mapping[str, Node] = field(default_factory=dict)
    """Of a map: the nulls that deleted keys of it, by key."""

    @property
    def children(self) -> Mapping[str, Node]:
        """The entries of a map; empty for all else."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def is_map(self) -> bool:
        """Whether the value is a map."""
        return isinstance(self.value, Mapping)

    @property
    def mark(self) -> Place:
        """The place to blame: a scalar's own, and the key of anything longer or empty."""
        if self.key is not None and (
            self.value is None or isinstance(self.value, (Mapping, tuple))
        ):
            return self.key
        return self.place


def plain(node: Node) -> Any:
    """The node's data as dicts, lists and scalars, without places."""
    if isinstance(node.value, Mapping):
        return {name: plain(child) for name, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def descend(node: Node, part: str | int) -> Node | None:
    """The child under a key or a list index, or None."""
    if isinstance(node.value, Mapping):
        return node.value.get(str(part))
    if isinstance(node.value, tuple) and isinstance(part, int) and 0 <= part < len(node.value):
        return node.value[part]
    return None


def nearest(node: Node, path: Path) -> tuple[Node, int]:
    """The deepest node that exists on a path, and how many of the path's parts it takes."""
    for taken, part in enumerate(path):
        child = descend(node, part)
        if child is None:
            return node, taken
        node = child
    return node, len(path)


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: ``reviews.0.from``."""
    return ".".join(map(str, path))
