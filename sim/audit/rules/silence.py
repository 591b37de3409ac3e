"""No call in the silence before and during a poll, in the recipient's local time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.audit.local import I32, day_number
from sim.audit.tables import Bools
from sim.audit.three import three
from sim.audit.verdict import Assessed, judged
from sim.audit.view import View
from sim.record.never import NEVER
from sim.regimes.model import Poll, SilenceRule

_DAY = 1440


def assess_silence(view: View, rule: SilenceRule) -> Assessed:
    """Calls that start in a silence, and apart, messages left before one and heard inside it."""
    scope, unknown = view.scope(rule), view.zone_unknown
    silent = np.zeros(view.n, dtype=np.bool_)
    last, heard_at = view.last_minute, view.calls.heard_ms
    late = None if last is None else np.zeros(view.n, dtype=np.bool_)
    rows = np.empty(0, dtype=np.int64)
    heard = None if heard_at is None else np.zeros(view.n, dtype=np.bool_)
    heard_minute = np.empty(0, dtype=np.int32)
    if heard_at is not None:
        rows = np.flatnonzero(heard_at != NEVER)
        heard_minute = view.clocks.local_minute(view.zone[rows], heard_at[rows])
    place, days = _places(view, rule)
    for poll in range(len(rule.polls)):
        edges = _edges(rule, days[:, poll])
        silent |= _inside(view.minute, place, edges)
        if late is not None and last is not None:
            late |= _inside(last, place, edges)
        if heard is not None:
            heard[rows] |= _inside(heard_minute, place[rows], edges)
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
    if not ((first <= minute.max(initial=-(2**31))) & (end > minute.min(initial=2**31 - 1))).any():
        return np.zeros(len(minute), dtype=np.bool_)
    inside: Bools = (minute >= first[place]) & (minute < end[place])
    return inside


def _edges(rule: SilenceRule, day: NDArray[np.int32]) -> NDArray[np.int32]:
    """First minute of a poll's silence, and first after it, by place."""
    first = (day - rule.days_before) * _DAY + rule.starts
    return np.stack([first, day * _DAY + rule.ends]).astype(np.int32)


def _places(view: View, rule: SilenceRule) -> tuple[NDArray[np.integer], NDArray[np.int32]]:
    """(n,) Place of each call, and (places, polls) polling days since 1970.

    A place is a territory in a zone; where the territory is not known, the zone decides.
    """
    zones, territories = view.data.zones, view.data.territories
    if view.calls.territory is None:
        return view.zone, _polling_days(tuple(rule.polls), (None,), zones)
    territory = view.calls.territory.astype(np.int32)
    nameless = view.unknown("territory")
    if nameless is not None:
        territory = np.where(nameless, len(territories), territory)
    place = territory * len(zones) + view.zone
    named = territories if nameless is None else (*territories, None)
    return place, _polling_days(tuple(rule.polls), named, zones)


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
