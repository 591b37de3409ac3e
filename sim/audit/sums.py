"""A rule held against a log, all at once or a part at a time, and what came of it added up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.audit.result import RuleResult
from sim.audit.rules import KINDS
from sim.audit.tables import Bools
from sim.audit.verdict import Assessed, MissingError
from sim.audit.view import View
from sim.regimes.model import Rule

_NEAR = 1024
"""Calls at the end of a part among which the last that is marked is looked for first."""
_OF_SEVERAL = ("frequency_cap", "pause_after_refusal", "honour_opt_out")
"""Kinds of rules that hold a call against others to its line."""


class Marked:
    """Some calls of a log, marked a part at a time: a bit each."""

    def __init__(self) -> None:
        self.count = 0
        """How many they are."""
        self.first_ms: int | None = None
        """Start of the first, ms since 1970 UTC."""
        self.last_ms: int | None = None
        """Start of the last."""
        self._parts: list[NDArray[np.uint8]] = []

    def add(self, calls: Bools, view: View) -> None:
        """Mark calls of the next part; of all parts but the last, the length divides by eight."""
        count = int(np.count_nonzero(calls))
        self._parts.append(np.packbits(calls) if count else _nothing(len(calls)))
        if not count:
            return
        self.count += count
        first, last = _first_and_last(view, calls)
        self.first_ms = first if self.first_ms is None else min(first, self.first_ms)
        self.last_ms = last if self.last_ms is None else max(last, self.last_ms)

    @property
    def packed(self) -> NDArray[np.uint8] | None:
        """The calls, a bit each; None where there is none."""
        return np.concatenate(self._parts) if self.count else None

    def lines(self, view: View) -> int:
        """Distinct lines of the calls."""
        packed = self.packed
        return 0 if packed is None else view.lines_of(packed)


def _nothing(calls: int) -> NDArray[np.uint8]:
    """No mark on so many calls."""
    return np.zeros(-(-calls // 8), dtype=np.uint8)


def _first_and_last(view: View, calls: Bools) -> tuple[int, int]:
    """Starts of the first and the last of some calls, of which there are some."""
    start = view.calls.start_ms
    if view.in_order:
        near = calls[-_NEAR:]  # mostly the last is among few
        end = view.n if near.any() else view.n - len(near)
        begin = view.n - len(near) if near.any() else 0
        last = end - 1 - int(np.argmax(calls[begin:end][::-1]))
        return int(start[int(np.argmax(calls))]), int(start[last])
    chosen = start[calls]
    return int(chosen.min()), int(chosen.max())


class RuleSum:
    """One rule, and what was found of it so far.

    Parameters
    ----------
    rule
        The rule.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._check = KINDS.get(rule.kind)
        self._missing = ""
        self._calls = 0
        self._unassessed = 0
        self._why: dict[str, None] = {}
        self._notes: dict[str, None] = {}
        self._violating = Marked()
        self._overrun: Marked | None = None
        self._heard: Marked | None = None
        self._by_call = True

    def add(self, view: View) -> None:
        """Hold the next part of a log against the rule."""
        if self._check is None or self._missing or not view.n or self._outside(view):
            return
        try:
            verdict = self._check(view, self.rule)
        except MissingError as missing:
            self._missing = str(missing)
            return
        self._calls += verdict.calls
        self._notes |= dict.fromkeys(verdict.notes)
        if verdict.unknown is not None:
            self._unassessed += int(np.count_nonzero(verdict.unknown))
        self._why |= dict.fromkeys(verdict.why)
        self._by_call = verdict.violating is not None
        self._violating.add(_violating(view, self.rule, verdict), view)
        if verdict.overrun is not None:
            self._overrun = self._overrun or Marked()
            self._overrun.add(verdict.overrun, view)
        if verdict.heard is not None:
            self._heard = self._heard or Marked()
            self._heard.add(verdict.heard, view)

    def _outside(self, view: View) -> bool:
        """Whether the rule is in force on no day of a log that is given all at once."""
        return view.whole and not _in_force(view, self.rule)

    def result(self, view: View) -> RuleResult:
        """What was found; of the whole log, the view tells days and lines."""
        rule = self.rule
        if not view.n:
            return RuleResult(rule, "not_assessable", "the log holds no call")
        if not _in_force(view, rule):
            ends = f" until {rule.until}" if rule.until else ""
            return RuleResult(rule, "not_in_force", f"in force from {rule.since}{ends}")
        if self._check is None:
            what = f"nothing here assesses rules of the kind '{rule.kind}'"
            return RuleResult(rule, "not_assessable", what)
        if self._missing:
            return RuleResult(rule, "not_assessable", self._missing)
        if self._by_call and rule.counts != "campaign" and view.data.apart:
            self._unassessed += view.data.apart
            self._why["kept apart: no line or no start"] = None
        why = ", ".join(self._why)
        if self._unassessed and not self._calls:
            unassessed = self._unassessed
            return RuleResult(rule, "not_assessable", why, unassessed=unassessed, why=why)
        return self._assessed(view, why)

    def _assessed(self, view: View, why: str) -> RuleResult:
        """What was found of a rule that could be assessed."""
        found, overrun, heard = self._violating, self._overrun, self._heard
        campaign = self.rule.counts == "campaign"
        if campaign:
            overrun = heard = None
        return RuleResult(
            rule=self.rule,
            status="assessed",
            campaign=campaign,
            calls=self._calls,
            unassessed=self._unassessed,
            why=why,
            violations=int(found.count > 0) if campaign else found.count,
            lines=found.lines(view) if self._by_call or not campaign else 0,
            first_ms=found.first_ms,
            last_ms=found.last_ms,
            overruns=None if overrun is None else overrun.count,
            overrun_lines=0 if overrun is None else overrun.lines(view),
            heard_inside=None if heard is None else heard.count,
            heard_lines=0 if heard is None else heard.lines(view),
            notes=(*self._notes, *_about(view, self.rule, self._calls)),
            packed=found.packed,
        )


def _violating(view: View, rule: Rule, verdict: Assessed) -> Bools:
    """(n,) The calls that break a rule; of a duty that the campaign has once, all it looks at."""
    if verdict.violating is not None:
        return verdict.violating
    return view.scope(rule).yes if verdict.broken else np.zeros(view.n, dtype=np.bool_)


def _in_force(view: View, rule: Rule) -> bool:
    """Whether a rule was in force on a day of a log."""
    first, last = view.dates
    return last >= rule.since and (rule.until is None or first <= rule.until)


def _about(view: View, rule: Rule, calls: int) -> Iterator[str]:
    """What must be known of any rule's counts."""
    first, last = view.dates
    if first < rule.since or (rule.until is not None and last > rule.until):
        ends = f" to {rule.until}" if rule.until else " on"
        yield f"calls on days from {rule.since}{ends} only"
    if view.data.apart_lines and rule.kind in _OF_SEVERAL:
        n = view.data.apart_lines
        yield f"lower bound: {n:,} call{'s' if n != 1 else ''} without a line"
    if calls == 0:
        yield "the rule looks at none of these calls"
