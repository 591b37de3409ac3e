"""No call after a refusal or an opt-out: for some days, or once it is older than a delay."""

from __future__ import annotations

import numpy as np

from sim.audit.local import DAY_MS, I32, day_of
from sim.audit.tables import I64, Bools, Codes, OptOuts
from sim.audit.verdict import Assessed, MissingError
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
    optouts = _optouts(view)
    which = slice(None) if optouts.refusal is None else optouts.refusal
    line, at = optouts.line[which], optouts.at_ms[which]
    scope = view.scope(rule)
    refused = np.zeros(view.data.lines, dtype=np.bool_)
    refused[line] = True
    rows = np.flatnonzero(scope & refused[view.calls.line])
    found = np.zeros(view.n, dtype=np.bool_)
    last = _last_before(view, rows, line, at)
    if rule.day == "calendar":
        found[rows] = _days_since(view, rows, last) <= rule.days
    else:
        found[rows] = view.calls.start_ms[rows] - last < rule.days * DAY_MS
    return Assessed(int(np.count_nonzero(scope)), found)


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
    optouts = _optouts(view)
    first = np.full(view.data.lines, NEVER, dtype=np.int64)
    np.minimum.at(first, optouts.line, optouts.at_ms)
    scope = view.scope(rule)
    start, line = view.calls.start_ms, view.calls.line
    if rule.business_days is None:
        due = np.where(first == NEVER, NEVER, first + (rule.delay or 0))
        return Assessed(int(np.count_nonzero(scope)), scope & (start >= due[line]))
    late: Bools = np.zeros(view.n, dtype=np.bool_)
    rows = np.flatnonzero(scope & (first[line] != NEVER))
    if len(rows):
        said = day_of(view.clocks.local_minute(view.zone[rows], first[line[rows]]))
        passed = _business(view.day[rows]) - _business(said + 1)
        late[rows] = passed >= rule.business_days
    return Assessed(int(np.count_nonzero(scope)), late)


def _business(day: I32) -> I64:
    """Days from Monday to Friday before a day, counted from a Monday."""
    weeks, rest = np.divmod(day.astype(np.int64) - _FIRST_MONDAY, 7)
    found: I64 = weeks * 5 + np.minimum(rest, 5)
    return found


def _optouts(view: View) -> OptOuts:
    if view.data.optouts is None:
        raise MissingError("opt-outs are not known")
    return view.data.optouts
