"""At most so many calls to a line in a window of time."""

from __future__ import annotations

import numpy as np

from sim.audit.tables import I64, Codes
from sim.audit.verdict import Assessed
from sim.audit.view import View
from sim.regimes.model import FrequencyCapRule


def assess_frequency_cap(view: View, rule: FrequencyCapRule) -> Assessed:
    """Calls that exceed the cap.

    With a rolling window W, a call at s breaks the rule if more than the allowed number start in
    (s - W, s], itself included: one exactly W earlier is out. Calls that the rule does not look at,
    such as those before its date or with consent that lifts it, are not counted in the window.
    """
    scope = view.scope(rule)
    line = view.calls.line
    assessed = int(np.count_nonzero(scope))
    everything = assessed == view.n
    counts = np.bincount(line if everything else line[scope], minlength=view.data.lines)
    often = counts > rule.calls  # no other line can exceed the cap
    exceeding = np.zeros(view.n, dtype=np.bool_)
    if often.any():
        rows = view.by_line(np.flatnonzero(scope & often[line]))
        find = _rolling if rule.rolling else _one_after_the_other
        exceeding[rows[find(line[rows], view.calls.start_ms[rows], rule)]] = True
    notes: tuple[str, ...] = ()
    if rule.lifted_by_consent and not view.knows_consent:
        notes = ("consent is not known; it would lift this rule for lines that gave it",)
    return Assessed(assessed, exceeding, notes=notes)


def _rolling(line: Codes, start: I64, rule: FrequencyCapRule) -> I64:
    """Places, among calls by line and start, of those that exceed the cap."""
    k = rule.calls
    same = line[k:] == line[:-k]
    near = start[k:] - start[:-k] < rule.window
    return np.flatnonzero(same & near) + k


def _one_after_the_other(line: Codes, start: I64, rule: FrequencyCapRule) -> I64:
    """The same for windows that follow each other from the line's first call."""
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    origin = np.repeat(start[first], np.diff(np.r_[first, len(line)]))
    window = (start - origin) // rule.window
    k = rule.calls
    return np.flatnonzero((line[k:] == line[:-k]) & (window[k:] == window[:-k])) + k
