"""No call after a refusal or an opt-out: for some days, or once it is older than a delay."""

from __future__ import annotations

import numpy as np

from sim.audit.local import DAY_MS, I32, day_of
from sim.audit.tables import I64, Bools, Codes
from sim.audit.three import Three
from sim.audit.verdict import Assessed, MissingError, judged
from sim.audit.view import View
from sim.record.never import NEVER
from sim.regimes.model import HonourOptOutRule, PauseAfterRefusalRule

_FIRST_MONDAY = 4
"""Days from 1 January 1970 to the first Monday after it."""
_LONG_AGO = -(2**62)
"""Stands for the last refusal of a line that made none before."""


def assess_pause_after_refusal(view: View, rule: PauseAfterRefusalRule) -> Assessed:
    """Calls that start within the pause: from the refusal on, for so many days.

    With days of the calendar, those after the local day of the refusal must all have passed.
    """
    optouts = view.data.optouts
    if optouts is None:
        raise MissingError("opt-outs are not known")
    kept = np.ones(len(optouts.line), dtype=np.bool_)
    sure = kept if optouts.refusal is None else optouts.refusal
    unsure = optouts.unknown_kind
    if unsure is not None:
        sure = sure & ~unsure
    perhaps = sure if unsure is None else sure | unsure
    met, rows = _met(view, optouts.line, perhaps, "refusals")
    breaks, doubts = _paused(view, rule, met & sure, rows), []
    if unsure is not None and (unsure & met).any():
        may = _paused(view, rule, met, rows)
        doubt = may.possible & ~breaks.yes
        doubts = [*breaks.doubts, *may.doubts, ("kind of opt-out unknown", doubt)]
        breaks = Three(breaks.yes, doubt, tuple(doubts))
    return judged(view.scope(rule), breaks)


def _paused(view: View, rule: PauseAfterRefusalRule, which: Bools, rows: I64) -> Three:
    """Calls, among those of some rows, within the pause after some of the opt-outs."""
    optouts = view.data.optouts
    assert optouts is not None
    line, at = optouts.line[which], optouts.at_ms[which]
    found = np.zeros(view.n, dtype=np.bool_)
    last = _last_before(view, rows, line, at)
    since = view.calls.start_ms[rows] - last
    if rule.day == "24 h":
        found[rows] = since < rule.days * DAY_MS
        return Three(found)
    found[rows] = _days_since(view, rows, last) <= rule.days
    unknown = view.zone_unknown
    if unknown is None:
        return Three(found)
    # Whatever the zone, the days between lie within two of the time between.
    maybe = np.zeros(view.n, dtype=np.bool_)
    maybe[rows] = since < (rule.days + 3) * DAY_MS
    maybe &= unknown
    return Three(found & ~unknown, maybe, (("zone unknown", unknown),))


def _days_since(view: View, rows: I64, last: I64) -> I64:
    """Local days from the last refusal to the start of each call; very many where there is none."""
    zone = view.zone[rows]
    days = np.full(len(rows), np.iinfo(np.int64).max)
    some = last > _LONG_AGO
    refused = day_of(view.clocks.local_minute(zone[some], last[some]))
    days[some] = view.day[rows[some]] - refused
    return days


def _last_before(view: View, rows: I64, line: Codes, at: I64) -> I64:
    """The line's last refusal at or before the start of each call, or long before 1970."""
    calls = len(rows)
    lines = np.concatenate([view.calls.line[rows].astype(np.int64), line.astype(np.int64)])
    moments = np.concatenate([view.calls.start_ms[rows], at])
    is_call = np.arange(len(lines)) < calls
    order = np.lexsort((is_call, moments, lines))
    place = np.where(is_call[order], -1, np.arange(len(order)))
    last = order[np.maximum.accumulate(place)] if len(order) else order
    known = (np.maximum.accumulate(place) >= 0) & (lines[last] == lines[order])
    before = np.where(known, moments[last], _LONG_AGO)
    out = np.empty(calls, dtype=np.int64)
    out[order[is_call[order]]] = before[is_call[order]]
    return out


def assess_honour_opt_out(view: View, rule: HonourOptOutRule) -> Assessed:
    """Calls that start when the line's first opt-out is as old as the delay, or older.

    With business days, calls on a local day before which that many whole days from Monday to
    Friday have passed since the local day of the opt-out. Public holidays are not left out.
    """
    optouts = view.data.optouts
    if optouts is None:
        raise MissingError("opt-outs are not known")
    met, rows = _met(view, optouts.line, np.ones(len(optouts.line), dtype=np.bool_), "opt-outs")
    scope = view.scope(rule)
    late: Bools = np.zeros(view.n, dtype=np.bool_)
    first = _first(view.calls.line[rows], optouts.line[met], optouts.at_ms[met])
    start = view.calls.start_ms[rows]
    if rule.business_days is None:
        late[rows] = start >= first + (rule.delay or 0)
        return judged(scope, Three(late))
    looked_at = scope.possible[rows]
    rows, first, start = rows[looked_at], first[looked_at], start[looked_at]
    if len(rows):
        said = day_of(view.clocks.local_minute(view.zone[rows], first))
        passed = _business(view.day[rows]) - _business(said + 1)
        late[rows] = passed >= rule.business_days
    unknown = view.zone_unknown
    if unknown is None:
        return judged(scope, Three(late))
    maybe = np.zeros(view.n, dtype=np.bool_)
    maybe[rows] = start > first
    maybe &= unknown
    return judged(scope, Three(late & ~unknown, maybe, (("zone unknown", unknown),)))


def _first(lines: Codes, line: Codes, at: I64) -> I64:
    """First moment of some lines, of moments by line; each of them has one."""
    known, place = np.unique(line, return_inverse=True)
    first = np.full(len(known), NEVER, dtype=np.int64)
    np.minimum.at(first, place, at)
    found: I64 = first[known.searchsorted(lines)]
    return found


def _met(view: View, line: Codes, which: Bools, what: str) -> tuple[Bools, I64]:
    """(m,) Those of some opt-outs whose line was called, and the calls to their lines.

    Where no line was called, nothing can be judged.
    """
    meant = np.zeros(view.data.lines + 1, dtype=np.bool_)  # the last is that of -1
    meant[line[which]] = True
    meant[-1] = False
    rows = np.flatnonzero(meant[view.calls.line])
    met = which & np.isin(line, view.calls.line[rows])
    count = int(np.count_nonzero(which))
    if count and not len(rows):
        raise MissingError(f"{count:,} of {count:,} {what} name a line that no call went to")
    return met, rows


def _business(day: I32) -> I64:
    """Days from Monday to Friday before a day, counted from a Monday."""
    weeks, rest = np.divmod(day.astype(np.int64) - _FIRST_MONDAY, 7)
    found: I64 = weeks * 5 + np.minimum(rest, 5)
    return found
