"""At most so many calls to a line in a window of time."""

from __future__ import annotations

import numpy as np

from sim.audit.tables import I64, Bools, Codes
from sim.audit.verdict import Assessed
from sim.audit.view import View
from sim.regimes.model import FrequencyCapRule


def assess_frequency_cap(view: View, rule: FrequencyCapRule) -> Assessed:
    """Calls that exceed the cap.

    With a rolling window W, a call at s breaks the rule if more than the allowed number start in
    (s - W, s], itself included: one exactly W earlier is out. With days of the calendar, s is the
    local day of a call, and W a number of days. Calls that the rule does not look at, such as those
    before its date or with consent that lifts it, are not counted in the window.
    """
    scope = view.scope(rule)
    line = view.calls.line
    assessed = int(np.count_nonzero(scope))
    everything = assessed == view.n
    counts = np.bincount(line if everything else line[scope], minlength=view.data.lines)
    often = counts > rule.calls  # no other line can exceed the cap
    exceeding = np.zeros(view.n, dtype=np.bool_)
    in_days = rule.day == "calendar"
    if in_days:
        _ = view.zone  # without zones there is no calendar
    if often.any():
        rows = view.by_line(np.flatnonzero(scope & often[line]))
        at = view.day[rows].astype(np.int64) if in_days else view.calls.start_ms[rows]
        window = rule.window_days if in_days else rule.window
        find = _rolling if rule.rolling else _one_after_the_other
        exceeding[rows[find(line[rows], at, window, rule.calls)]] = True
    notes: tuple[str, ...] = ()
    if rule.lifted_by_consent and not view.knows_consent:
        notes = ("consent is not known; it would lift this rule for lines that gave it",)
    return Assessed(assessed, exceeding, notes=notes)


def _rolling(line: Codes, at: I64, window: int, most: int) -> I64:
    """Places, among calls by line and start, of those that exceed the cap."""
    same = line[most:] == line[:-most]
    found = np.flatnonzero(same & (at[most:] - at[:-most] < window)) + most
    back = np.flatnonzero((line[1:] == line[:-1]) & (at[1:] < at[:-1]))
    if not len(back):
        return found
    # A line of several zones, whose later calls may fall on earlier days: count them all.
    torn = np.isin(line, line[back])
    counted = _count_earlier(line, at, window, np.flatnonzero(torn))
    return np.flatnonzero(np.where(torn, counted > most, _at(found, len(line))))


def _count_earlier(line: Codes, at: I64, window: int, rows: I64) -> I64:
    """(n,) For some calls, those up to and with each in its window; 0 for the others."""
    counted = np.zeros(len(line), dtype=np.int64)
    counted[rows] = 1
    back = 1
    while len(rows := rows[rows >= back]):
        rows = rows[line[rows - back] == line[rows]]
        counted[rows] += at[rows] - at[rows - back] < window
        back += 1
    return counted


def _at(places: I64, n: int) -> Bools:
    """(n,) Whether each place is among some."""
    found = np.zeros(n, dtype=np.bool_)
    found[places] = True
    return found


def _one_after_the_other(line: Codes, at: I64, window: int, most: int) -> I64:
    """The same for windows that follow each other from the line's first call."""
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    origin = np.repeat(at[first], np.diff(np.r_[first, len(line)]))
    number = (at - origin) // window
    back = np.flatnonzero((line[1:] == line[:-1]) & (number[1:] < number[:-1]))
    found = np.flatnonzero((line[most:] == line[:-most]) & (number[most:] == number[:-most])) + most
    if not len(back):
        return found
    torn = np.isin(line, line[back])
    counted = np.zeros(len(line), dtype=np.int64)
    rows = np.flatnonzero(torn)
    counted[rows] = 1
    steps = 1
    while len(rows := rows[rows >= steps]):
        rows = rows[line[rows - steps] == line[rows]]
        counted[rows] += number[rows] == number[rows - steps]
        steps += 1
    return np.flatnonzero(np.where(torn, counted > most, _at(found, len(line))))
