"""Where in a file something is written."""

from __future__ import annotations

from sim.document.node import Node, nearest


def at(node: Node, *path: str | int) -> Node:
    """The node at a path below another, or the deepest that exists on it."""
    return nearest(node, path)[0]
