"""No call in the silence before and during a poll, in the recipient's local time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.audit.local import I32, day_number
from sim.audit.tables import I64, Bools
from sim.audit.three import three
from sim.audit.verdict import Assessed, judged
from sim.audit.view import View
from sim.regimes.model import Poll, SilenceRule

_DAY = 1440


def assess_silence(view: View, rule: SilenceRule) -> Assessed:
    """Calls that start in a silence, and apart, messages left before one and heard inside it."""
    scope, unknown = view.scope(rule), view.zone_unknown
    silent = np.zeros(view.n, dtype=np.bool_)
    late = None if view.calls.end_ms is None else np.zeros(view.n, dtype=np.bool_)
    heard = None if view.calls.heard_ms is None else np.zeros(view.n, dtype=np.bool_)
    days = _days(view, rule)
    for poll in range(len(rule.polls)):
        edges = _edges(rule, days[:, poll])
        first, last = view.clocks.showing(int(edges[0].min()), int(edges[1].max()))
        if view.span[0] <= last and first <= view.span[1]:
            place = _place(view, slice(None))
            silent |= _inside(view.minute, place, edges)
            if late is not None and view.last_minute is not None:
                late |= _inside(view.last_minute, place, edges)
        if heard is not None and view.calls.heard_ms is not None:
            at = view.calls.heard_ms[view.heard]
            near = (at >= first) & (at <= last)
            rows = view.heard[near]
            minute = view.clocks.local_minute(view.zone[rows], at[near])
            heard[rows] |= _inside(minute, _place(view, rows), edges)
    sure = scope.yes if unknown is None else scope.yes & ~unknown
    return judged(
        scope,
        three(silent, unknown, "zone unknown"),
        overrun=None if late is None else sure & ~silent & late,
        heard=None if heard is None else sure & ~silent & heard,
    )


def _inside(minute: I32, place: NDArray[np.integer], edges: NDArray[np.int32]) -> Bools:
    """(n,) Whether local minutes lie in the silence of their place."""
    first, end = edges
    inside: Bools = (minute >= first[place]) & (minute < end[place])
    return inside


def _edges(rule: SilenceRule, day: NDArray[np.int32]) -> NDArray[np.int32]:
    """First minute of a poll's silence, and first after it, by place."""
    first = (day - rule.days_before) * _DAY + rule.starts
    return np.stack([first, day * _DAY + rule.ends]).astype(np.int32)


def _place(view: View, rows: I64 | slice) -> NDArray[np.integer]:
    """Place of some calls: a territory in a zone, or a zone where no territory is known."""
    zone = view.zone[rows]
    if view.calls.territory is None:
        return zone
    territory = view.calls.territory[rows].astype(np.int32)
    nameless = view.unknown("territory")
    if nameless is not None:
        territory = np.where(nameless[rows], len(view.data.territories), territory)
    place: NDArray[np.integer] = territory * len(view.data.zones) + zone
    return place


def _days(view: View, rule: SilenceRule) -> NDArray[np.int32]:
    """(places, polls) Polling days since 1970; the last territory is the one that is not known."""
    _ = view.zone  # without any zone there is no local time
    names: tuple[str | None, ...] = (None,)
    if view.calls.territory is not None:
        names = view.data.territories
        if view.unknown("territory") is not None:
            names = (*names, None)
    return _polling_days(tuple(rule.polls), names, view.data.zones)


@lru_cache(maxsize=64)
def _polling_days(
    polls: tuple[Poll, ...], territories: tuple[str | None, ...], zones: tuple[str, ...]
) -> NDArray[np.int32]:
    """(territories × zones, polls) Polling days since 1970."""
    days = [
        [day_of_poll(poll, name, zone) for poll in polls] for name in territories for zone in zones
    ]
    found = np.array(days, dtype=np.int32).reshape(len(territories) * len(zones), -1)
    found.flags.writeable = False
    return found


def day_of_poll(poll: Poll, territory: str | None, zone: str) -> int:
    """The polling day of a place, in days since 1970."""
    return day_number(poll.date_in(territory, zone))
