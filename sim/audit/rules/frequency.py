"""At most so many calls to a line in a window of time."""

from __future__ import annotations

import numpy as np

from sim.audit.tables import I64, Bools, Codes
from sim.audit.three import Three
from sim.audit.verdict import Assessed, judged
from sim.audit.view import View
from sim.regimes.model import FrequencyCapRule


def assess_frequency_cap(view: View, rule: FrequencyCapRule) -> Assessed:
    """Calls that exceed the cap.

    With a rolling window W, a call at s breaks the rule if more than the allowed number start in
    (s - W, s], itself included: one exactly W earlier is out. With days of the calendar, s is the
    local day of a call, and W a number of days. Calls that the rule does not look at, such as those
    before its date or with consent that lifts it, are not counted in the window.

    It is not known of a call where it depends on calls of which is not known whether the rule
    looks at them, or on which day they were.
    """
    scope = view.scope(rule)
    zones = None
    if rule.day == "calendar":
        _ = view.zone  # without any zone there is no calendar
        zones = view.zone_unknown
    notes = view.lifting_notes if rule.lifted_by_consent else ()
    if scope.maybe is None and zones is None:
        return judged(scope, Three(_exceeding(view, rule, scope.yes)), notes=notes)
    if rule.rolling:
        surely = _exceeding(view, rule, scope.yes)
        perhaps = _exceeding(view, rule, scope.possible, generous=True)
    else:
        open_calls = np.zeros(view.n, dtype=np.bool_) if scope.maybe is None else scope.maybe
        if zones is not None:
            open_calls = open_calls | (zones & scope.possible)
        doubted = np.zeros(view.data.lines, dtype=np.bool_)
        doubted[view.calls.line[open_calls]] = True
        in_doubt = doubted[view.calls.line]
        surely = _exceeding(view, rule, scope.yes & ~in_doubt)
        perhaps = surely | _beyond(view, rule, scope.possible & in_doubt)
    doubts = scope.doubts if zones is None else (*scope.doubts, ("zone unknown", zones))
    return judged(scope, Three(surely, perhaps & ~surely, doubts), notes=notes)


def _exceeding(
    view: View, rule: FrequencyCapRule, counted: Bools, *, generous: bool = False
) -> Bools:
    """(n,) Those of some calls that exceed the cap among them.

    Parameters
    ----------
    view, rule
        The log and the rule.
    counted
        (n,) The calls.
    generous
        Of a call whose day is not known, whether to take the day that makes others exceed the cap;
        else that which does not.
    """
    line, exceeding = view.calls.line, np.zeros(view.n, dtype=np.bool_)
    if view.most_to_a_line is not None and view.most_to_a_line <= rule.calls:
        return exceeding
    everything = bool(counted.all())
    counts = np.bincount(line if everything else line[counted], minlength=view.data.lines)
    often = counts > rule.calls  # no other line can exceed the cap
    if not often.any():
        return exceeding
    rows = view.by_line(np.flatnonzero(counted & often[line]))
    if rule.day == "calendar":
        first, last = (days[rows].astype(np.int64) for days in view.day_span)
        window = rule.window_days
    else:
        first = last = view.calls.start_ms[rows]
        window = rule.window
    if generous:
        first, last = last, first
    if rule.rolling:
        places = _rolling(line[rows], first, last, window, rule.calls)
    else:
        places = _one_after_the_other(line[rows], first, window, rule.calls)
    exceeding[rows[places]] = True
    return exceeding


def _beyond(view: View, rule: FrequencyCapRule, counted: Bools) -> Bools:
    """(n,) Those of some calls before which their line had as many as the cap allows, ever."""
    rows = view.by_line(np.flatnonzero(counted))
    line, most = view.calls.line[rows], rule.calls
    beyond = np.zeros(view.n, dtype=np.bool_)
    beyond[rows[np.flatnonzero(line[most:] == line[:-most]) + most]] = True
    return beyond


def _rolling(line: Codes, since: I64, until: I64, window: int, most: int) -> I64:
    """Places, among calls by line and start, of those that exceed the cap.

    Parameters
    ----------
    line
        (n,) Lines.
    since, until
        (n,) When each call was, as one that others count, and as one whose window is looked at;
        they differ where that is not known.
    window
        Its length, in the unit of these.
    most
        Calls that it may hold.
    """
    near = until[most:] - since[:-most] < window
    found = np.flatnonzero((line[most:] == line[:-most]) & near) + most
    back = (line[1:] == line[:-1]) & (since[1:] < since[:-1])
    if not back.any():
        return found
    # A line of several zones, whose later calls may fall on earlier days: look at all of them.
    torn = np.isin(line, line[1:][back])
    count = np.where(torn, 1, 0)
    for rows, earlier in _pairs(line, np.flatnonzero(torn)):
        count[rows] += until[rows] - since[earlier] < window
    return _with_torn(found, torn, count > most)


def _one_after_the_other(line: Codes, at: I64, window: int, most: int) -> I64:
    """The same for windows that follow each other from the line's first call."""
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    origin = np.repeat(at[first], np.diff(np.r_[first, len(line)]))
    number = (at - origin) // window
    same = number[most:] == number[:-most]
    found = np.flatnonzero((line[most:] == line[:-most]) & same) + most
    back = (line[1:] == line[:-1]) & (number[1:] < number[:-1])
    if not back.any():
        return found
    torn = np.isin(line, line[1:][back])
    count = np.where(torn, 1, 0)
    for rows, earlier in _pairs(line, np.flatnonzero(torn)):
        count[rows] += number[rows] == number[earlier]
    return _with_torn(found, torn, count > most)


def _pairs(line: Codes, rows: I64) -> list[tuple[I64, I64]]:
    """Some calls with each earlier one of their line, a distance at a time."""
    pairs, distance = [], 1
    while len(rows := rows[rows >= distance]):
        rows = rows[line[rows - distance] == line[rows]]
        pairs.append((rows, rows - distance))
        distance += 1
    return pairs


def _with_torn(found: I64, torn: Bools, exceeding: Bools) -> I64:
    """Places found, but of torn lines those that exceed the cap."""
    places = np.zeros(len(torn), dtype=np.bool_)
    places[found] = True
    return np.flatnonzero(np.where(torn, exceeding, places))
