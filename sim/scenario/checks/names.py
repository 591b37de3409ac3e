"""Names: the scenario's, the strategies', and `base`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Node
from sim.document.units import parse_moment, shown
from sim.document.validate import fault_at
from sim.errors import Fault, ScenarioError

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
    yield from _regimes(root)
    base = root.children.get("base")
    word = base.value if base is not None else None
    if base is not None and isinstance(word, str) and strategies and word not in strategies:
        yield fault_at(base, unknown_name("strategy", word, strategies))


def _regimes(root: Node) -> Iterator[Fault]:
    """Faults of `regimes`: each must exist, and should be in force when somebody is called."""
    node = root.children.get("regimes")
    if node is None or not isinstance(node.value, tuple) or not node.value:
        return
    from sim.regimes.load import regime_ids  # only here: most scenarios name none

    for entry in node.value:
        if not isinstance(entry.value, str):
            continue
        if entry.value not in regime_ids():
            yield fault_at(entry, unknown_name("regime", entry.value, regime_ids()))
        elif idle := _out_of_date(entry.value, root):
            yield fault_at(
                entry,
                f"the regime has no rule in force in the campaign of {', '.join(idle)}; against "
                "it nothing is assessed there",
                "warning",
            )


def _out_of_date(regime: str, root: Node) -> list[str]:
    """Strategies in whose campaign no rule of a regime is in force."""
    from sim.regimes.load import load_regime

    try:
        rules = load_regime(regime).rules
    except ScenarioError:
        return []  # said where the pack is read
    idle = []
    holder = root.children.get("strategies")
    for name, node in (holder.children if holder is not None else {}).items():
        campaign = node.children.get("campaign")
        days = [
            _day(campaign.children.get(key)) if campaign is not None else None
            for key in ("start", "cutoff")
        ]
        first, last = days
        if first is None or last is None:
            continue  # said elsewhere
        if not any(r.since <= last and (r.until is None or r.until >= first) for r in rules):
            idle.append(name)
    return idle


def _day(node: Node | None) -> dt.date | None:
    """The day of a moment as written, or None where it is none."""
    try:
        return parse_moment(node.value).date() if node is not None else None
    except (ValueError, TypeError):
        return None
