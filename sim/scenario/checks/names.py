"""Names: the scenario's, the strategies', and `base`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Node
from sim.document.units import shown
from sim.document.validate import fault_at
from sim.errors import Fault

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""A strategy's name: it becomes part of file names and column headings."""
NAME_RULE = "a name has 1 to 40 letters, digits, - and _, the first a letter or a digit"
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
"""A scenario's name: folders are called after it."""


def check_scenario(root: Node) -> Iterator[Fault]:
    """Faults of names: the scenario's, the strategies', and `base`."""
    name = root.children.get("name")
    word = name.value if name is not None else None
    if name is not None and isinstance(word, str) and word and not FILE_NAME.fullmatch(word):
        yield fault_at(name, f"found {shown(word)}; a name has 1 to 60 letters, digits, - and _")
    holder = root.children.get("strategies")
    strategies = holder.children if holder is not None else {}
    for known, node in strategies.items():
        if not NAME.fullmatch(known):
            message = f"found the name {shown(known)}; {NAME_RULE}"
            yield fault_at(node, message, on_key=True)
    base = root.children.get("base")
    word = base.value if base is not None else None
    if base is not None and isinstance(word, str) and strategies and word not in strategies:
        yield fault_at(base, unknown_name("strategy", word, strategies))
