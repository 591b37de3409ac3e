"""Calls start inside weekly windows of the recipient's local time."""

from __future__ import annotations

import numpy as np

from sim.audit.local import I32, MINUTE_MS, date_of, day_of, week_minute
from sim.audit.tables import I64, WEEK_MINUTES, Bools
from sim.audit.three import Three, three
from sim.audit.verdict import Assessed, judged
from sim.audit.view import View
from sim.regimes.model import HoursRule

_DAY = 1440


def assess_hours(view: View, rule: HoursRule) -> Assessed:
    """Hold calls against the windows, by what the recipient's clock shows when they start."""
    scope, unknown = view.scope(rule), view.zone_unknown
    open_at = weekly(rule)
    away = _holidays(view, rule)
    allowed = open_at[view.week_minute]
    if len(away):
        _holiday_rows(view.minute, allowed, away, rule, open_at)
    last = view.last_minute
    overrun = None
    if last is not None:
        still = open_at[week_minute(last)]
        if len(away):
            _holiday_rows(last, still, away, rule, open_at)
        overrun = scope.yes & allowed & ~still
        if unknown is not None:
            overrun &= ~unknown
    breaks = three(~allowed, unknown, "zone unknown")
    near = _near_an_edge(view, rule, open_at, away)
    if near is not None:
        open_ = near if breaks.maybe is None else near | breaks.maybe
        doubts = (*breaks.doubts, ("start not known so well", near))
        breaks = Three(breaks.yes & ~near, open_, doubts)
        overrun = None if overrun is None else overrun & ~near
    return judged(scope, breaks, overrun=overrun)


def _near_an_edge(view: View, rule: HoursRule, open_at: Bools, away: I64) -> Bools | None:
    """(n,) Calls that may have begun on the other side of an edge; None where starts are known."""
    within = view.calls.start_within_ms
    if within is None or not within.any():
        return None
    near = np.zeros(view.n, dtype=np.bool_)
    unsure = np.flatnonzero(within)
    for zone in np.unique(view.zone[unsure]):
        rows = unsure[view.zone[unsure] == zone]
        start, by = view.calls.start_ms[rows], within[rows]
        first, last = (start - by) // MINUTE_MS, (start + by) // MINUTE_MS
        # Every minute of UTC that any of these calls may have begun in, by the zone's own clock.
        since = first.min()
        at = np.arange(since, last.max() + 1)
        minute = view.clocks.local_minute(np.full(len(at), zone), at * MINUTE_MS)
        allowed = open_at[week_minute(minute)]
        if len(away):
            _holiday_rows(minute, allowed, away, rule, open_at)
        changes = np.cumsum(np.r_[0, allowed[1:] != allowed[:-1]])
        near[rows] = changes[first - since] != changes[last - since]
    return near


def weekly(rule: HoursRule) -> Bools:
    """(10080,) Whether each minute of the week, from Monday 00:00, lies in a window."""
    open_at = np.zeros(WEEK_MINUTES, dtype=np.bool_)
    for window in rule.windows:
        for day in window.days:
            open_at[day * _DAY + window.opens : day * _DAY + window.closes] = True
    return open_at


def _holidays(view: View, rule: HoursRule) -> I64:
    """Public holidays, as days since 1970, that the log may touch."""
    if rule.holidays == "normal" or rule.holidays_code is None:
        return np.empty(0, dtype=np.int64)
    import holidays  # only here: it is slow to import

    first, last = view.days
    country, _, part = rule.holidays_code.partition("-")
    years = range(date_of(first - 1).year, date_of(last + 2).year + 1)
    known = holidays.country_holidays(country, subdiv=part or None, years=years)
    days = [day for day in range(first - 1, last + 3) if date_of(day) in known]
    return np.array(days, dtype=np.int64)


def _holiday_rows(
    minute: I32,
    allowed: Bools,
    away: I64,
    rule: HoursRule,
    open_at: Bools,
) -> None:
    """Correct, in place, what is allowed on public holidays."""
    day = day_of(minute)
    rows = np.flatnonzero(np.isin(day, away))
    if rule.holidays == "closed":
        allowed[rows] = False
    else:
        allowed[rows] = open_at[6 * _DAY + minute[rows] - day[rows] * _DAY]
