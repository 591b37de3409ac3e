"""What both readers of YAML give: nodes as the libraries compose them, within the same limits."""

from __future__ import annotations

from typing import Any, Protocol

MAX_NODES = 10_000
"""Most values in a file, with aliases expanded."""
MAX_DEPTH = 40
"""Deepest nesting."""
TOO_MANY = f"more than {MAX_NODES:_} values, with aliases expanded"
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


class Mark(Protocol):
    """A place in the text."""

    line: int
    """From 0."""
    column: int
    """From 0, in characters."""


class YamlNode(Protocol):
    """A value as a library composes it."""

    id: str
    """``scalar``, ``sequence`` or ``mapping``."""
    tag: Any
    """Its type; as text it begins with ``tag:yaml.org,2002:`` where YAML names it."""
    value: Any
    """Text, a list of nodes, or a list of pairs of nodes."""
    start_mark: Any
    """Its :class:`Mark`."""
