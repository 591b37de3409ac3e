"""The list of regimes: each exists, stands there by itself, and is in force at some time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sim.document.messages import unknown_name
from sim.document.node import Node
from sim.document.units import parse_moment
from sim.document.validate import fault_at
from sim.errors import Fault
from sim.regimes.laws import Laws, is_own
from sim.regimes.load import regime_ids
from sim.regimes.model import Rule


def check_regimes(root: Node, laws: Laws) -> Iterator[Fault]:
    """Faults of `regimes`: each must exist, and should be in force when somebody is called."""
    node = root.children.get("regimes")
    if node is None or not isinstance(node.value, tuple):
        return
    named: dict[str, str] = {}
    for entry in node.value:
        name = entry.value
        if not isinstance(name, str):
            continue
        if name not in laws.packs:
            if not is_own(name):  # else it is said where the pack is read
                yield fault_at(entry, unknown_name("regime", name, regime_ids()))
            continue
        regime = laws.regime(name)
        if named.setdefault(regime.id, name) != name:
            yield fault_at(
                entry,
                f"its id is '{regime.id}', as that of another regime of this list; results are "
                "told apart by it: give one of them another id",
            )
        elif idle := _out_of_date(regime.rules, root):
            yield fault_at(
                entry,
                f"the regime has no rule in force in the campaign of {', '.join(idle)}; against "
                "it nothing is assessed there",
                "warning",
            )


def _out_of_date(rules: Sequence[Rule], root: Node) -> list[str]:
    """Strategies in whose campaign no rule of a regime is in force."""
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
