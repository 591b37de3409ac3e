"""The audit of a log while an engine writes it: a part at a time, and of the log little stays.

Rules that judge each call by itself are held against parts of the log that fit the cache, and of a
log there always stay eight bytes a call, its line, its local day and its cell of the breakdown, and
a bit for each rule that it breaks. Rules that look at several calls of a line, or at objections,
which are known at the end, get the whole log: where one of them may be in force, starts, zones and
outcomes stay too, and a bit for each rule that looks at the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.auditor import Audit, warnings
from sim.audit.hourly import Hourly
from sim.audit.inputs.live import Objections, steps_of
from sim.audit.inputs.simulated import Joining
from sim.audit.inputs.traits import Traits
from sim.audit.local import DAY_MS, HOUR_MS, I32, WEEK_HOURS, Clocks, day_number
from sim.audit.marks import APART, count_cells, count_lines
from sim.audit.packed import count_of, unpacked
from sim.audit.sums import RuleSum
from sim.audit.tables import I64, AuditInput, Bools
from sim.audit.three import Three
from sim.audit.view import View
from sim.behaviour.voicemail import hearing
from sim.engine.plan.plan import Plan
from sim.record.feedback import FeedbackResult
from sim.record.log import LogChunk
from sim.regimes.model import Regime, Rule, RuleBase
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy

PART = 1 << 16
"""Calls looked at together."""
LOOKS_AT_MORE = frozenset({"frequency_cap", "pause_after_refusal", "honour_opt_out", "abandonment"})
"""Kinds of rules that do not judge each call by itself."""
_AHEAD_MS = 30 * DAY_MS
"""So far beyond what they must show, clocks are read at once."""
_STEPS = ("contact", "reminder", "order")
"""Steps of the regulator to which a strategy may react."""


class _Dated(View):
    """Calls whose local days are known.

    Parameters
    ----------
    data
        What is known of them.
    local_day : (n,) uint16
        Local days of their starts, from `first`.
    first
        A day since 1970 that none of them is before.
    """

    def __init__(self, data: AuditInput, local_day: NDArray[np.uint16], first: int) -> None:
        super().__init__(data)
        self.local_day, self.first = local_day, first

    @cached_property
    def days(self) -> tuple[int, int]:
        """First and last day of the calls."""
        return self.first + int(self.local_day.min()), self.first + int(self.local_day.max())

    @property
    def day(self) -> I32:
        """(n,) Local day of each call since 1970."""
        return self.local_day.astype(np.int32) + np.int32(self.first)


class Kept(_Dated):
    """What stays of a log that was audited a part at a time: lines, days and cells.

    Parameters
    ----------
    data
        What is known beside the calls.
    line : (n,) int32
        Lines of the calls.
    day : (n,) uint16
        Local days of their starts, from `first`.
    cell : (n,) uint16
        168 × territory + local hour of the week, likewise.
    first
        A day since 1970 that none of them is before.
    most_to_a_line
        No line got more calls.
    """

    def __init__(
        self,
        data: AuditInput,
        line: NDArray[np.int32],
        day: NDArray[np.uint16],
        cell: NDArray[np.uint16],
        first: int,
        most_to_a_line: int | None,
    ) -> None:
        super().__init__(data, day, first)
        self.most_to_a_line = most_to_a_line
        self._known_lines: list[tuple[NDArray[np.uint8], int]] = []
        self.n = len(line)
        self.line, self.cell = line, cell

    @property
    def places(self) -> tuple[str | None, ...]:
        """Names of the territories that calls are counted by."""
        return self.data.territories

    def count_cells(self, packed: NDArray[np.uint8]) -> I64:
        """(places, 168) Marked calls by place and local hour of the week, from Monday 00:00."""
        counts = np.zeros((APART, len(self.places) * WEEK_HOURS), dtype=np.uint64)
        count_cells(packed, self.cell, counts.reshape(-1))
        found: I64 = counts.sum(axis=0).astype(np.int64).reshape(-1, WEEK_HOURS)
        return found

    def lines_of(self, packed: NDArray[np.uint8]) -> int:
        """Distinct lines of marked calls."""
        if self.most_to_a_line == 1:
            return count_of(packed)
        for marks, lines in self._known_lines:  # two readings of a law often mark the same calls
            if np.array_equal(marks, packed):
                return lines
        seen = np.zeros(self.data.lines // 64 + 1, dtype=np.uint64)
        found = int(count_lines(packed, self.line, seen))
        self._known_lines.append((packed, found))
        return found


class _Part(_Dated):
    """Some of a log's calls, one after the other."""

    whole = False
    in_order = True


class _Whole(Kept):
    """A whole log, for rules that look at several calls or at objections.

    Parameters
    ----------
    kept
        What stays of any log.
    data
        Its calls and objections.
    clocks
        Wall clocks over all its moments.
    scopes
        By :meth:`View.scope_key` of the rules that are held against it, the calls that they look
        at, a bit each.
    """

    in_order = True

    def __init__(
        self,
        kept: Kept,
        data: AuditInput,
        clocks: Clocks,
        scopes: Mapping[tuple[object, ...], NDArray[np.uint8]],
    ) -> None:
        columns = kept.line, kept.local_day, kept.cell
        super().__init__(data, *columns, kept.first, kept.most_to_a_line)
        self.clocks, self._looked_at = clocks, scopes

    def scope(self, rule: Rule | RuleBase) -> Three:
        """The calls that a rule looks at, as was found a part at a time."""
        return Three(unpacked(self._looked_at[self.scope_key(rule)], self.n))


class Stream:
    """Holds logs against regimes while an engine writes them; an observer.

    :meth:`begin` with each strategy, :meth:`add` its log, :meth:`end` with what followed, which
    gives the audits.

    Parameters
    ----------
    scenario
        As it is run, already scaled.
    regimes
        To hold the logs against.
    """

    def __init__(self, scenario: Scenario, regimes: Sequence[Regime]) -> None:
        self._scenario, self._regimes = scenario, regimes
        self._traits: Traits | None = None

    def begin(self, strategy: str, plan: Plan) -> None:
        """Begin the log of a strategy."""
        self._plan = plan
        chosen = self._scenario.strategies[strategy]
        rules = [rule for regime in self._regimes for rule in regime.rules]
        self._first_day = (plan.start_utc_ms - 12 * HOUR_MS) // DAY_MS
        last_day = (plan.start_utc_ms + plan.cutoff_ms + 14 * HOUR_MS) // DAY_MS
        bound = [rule for rule in rules if _may_bind(rule, self._first_day, last_day)]
        more = [rule for rule in bound if _looks_at_more(rule, chosen)]
        self._sums = {id(rule): RuleSum(rule) for rule in rules}
        self._by_call = [self._sums[id(rule)] for rule in bound if rule not in more]
        self._by_log = [self._sums[id(rule)] for rule in more]
        self._objections = Objections(self._scenario, strategy, plan)
        self._scopes: dict[tuple[object, ...], list[NDArray[np.uint8]]] = {}
        self._most_to_a_line = 0
        silent = any(rule.kind == "silence" for rule in bound)
        hear = self._heard if silent else None
        first = plan.start_utc_ms
        self._traits = _traits(self._scenario, plan, self._traits)
        self._join = Joining(self._scenario, strategy, plan.population, hear, traits=self._traits)
        self._clocks_from(first, first + plan.cutoff_ms)
        territories, span = self._join.zones, (first, first + plan.cutoff_ms)
        self._hourly = Hourly(self._clocks, territories, span, self._first_day)
        self._waiting = 0
        self._rows = _room()
        self._kept: list[tuple[NDArray[Any], ...]] = []
        self._columns: list[tuple[NDArray[Any], ...]] = []

    def _heard(self, line: NDArray[np.int32], attempt: NDArray[np.uint8]) -> tuple[Bools, I64]:
        return hearing(self._plan.tables, self._plan.key, line, attempt)

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        if self._by_log:
            self._objections.add(chunk)
        columns: tuple[NDArray[Any], ...] = (
            chunk.line, chunk.attempt, chunk.start_ms, chunk.hold_ms, chunk.outcome,
        )  # fmt: skip
        taken = 0
        while taken < len(chunk):
            more = min(PART - self._waiting, len(chunk) - taken)
            for rows, column in zip(self._rows, columns, strict=True):
                rows[self._waiting : self._waiting + more] = column[taken : taken + more]
            self._waiting += more
            taken += more
            if self._waiting == PART:
                self._look()

    def _look(self) -> None:
        """Hold the rows that wait against the rules."""
        line, attempt, start, hold, outcome = (rows[: self._waiting] for rows in self._rows)
        self._waiting = 0
        data = self._join((line, attempt, start + self._plan.start_utc_ms, hold, outcome))
        assert data.calls.territory is not None
        day, cell = self._hourly(data.calls.start_ms, data.calls.territory)
        part = _Part(data, day, self._first_day)
        last = max(span[1] for span in (part.span, part.heard_span) if span is not None)
        if last > self._until:
            self._clocks_from(self._since, last)
        part.clocks = self._clocks
        self._kept.append((line.copy(), day, cell))
        for found in self._by_call:
            found.add(part)
        self._most_to_a_line = max(self._most_to_a_line, int(attempt.max()))
        if self._by_log:
            self._keep(part, outcome)

    def _keep(self, part: _Part, outcome: NDArray[np.uint8]) -> None:
        """Keep of a part what rules that look at the whole log need."""
        looked_at = {part.scope_key(found.rule): part.scope(found.rule) for found in self._by_log}
        for key, scope in looked_at.items():
            self._scopes.setdefault(key, []).append(np.packbits(scope.yes))
        self._columns.append((part.calls.start_ms, part.zone, outcome.copy()))

    def _clocks_from(self, first: int, last: int) -> None:
        zones = (t.timezone for t in self._scenario.world.territories.values())
        self._since, self._until = first, last + _AHEAD_MS
        self._clocks = Clocks(tuple(dict.fromkeys(zones)), self._since, self._until)

    def end(self, feedback: FeedbackResult | None = None) -> tuple[Audit, ...]:
        """What was found, one audit a regime; the rows are let go.

        Parameters
        ----------
        feedback
            What followed from the calls, as the engine found it; None where the plan has no
            feedback.
        """
        if self._waiting:
            self._look()
        nothing = tuple(rows[:0] for rows in self._rows)
        parts = self._kept or [tuple(np.empty(0, dtype=kind) for kind in ("i4", "u2", "u2"))]
        line, day, cell = (np.concatenate(each) for each in zip(*parts, strict=True))
        self._kept = []
        data = self._join(nothing)
        kept = Kept(data, line, day, cell, self._first_day, self._most_to_a_line)
        if self._columns:
            view = self._whole(kept, feedback)
            for found in self._by_log:
                found.add(view)
            del view
        return tuple(
            Audit(
                kept,
                regime,
                tuple(self._sums[id(rule)].result(kept) for rule in regime.rules),
                tuple(warnings(kept, regime)),
            )
            for regime in self._regimes
        )

    def _whole(self, kept: Kept, feedback: FeedbackResult | None) -> _Whole:
        """The whole log, with what followed from it; what was kept for it alone is let go."""
        start, zone, outcome = (np.concatenate(each) for each in zip(*self._columns, strict=True))
        answers = any(found.rule.kind == "abandonment" for found in self._by_log)
        columns = (kept.line, start, zone, outcome)[: 4 if answers else 3]
        optouts, steps = self._objections.end(feedback), steps_of(feedback, self._plan)
        if optouts is not None and len(at := optouts.at_ms):
            self._clocks_from(min(int(at.min()), self._since), max(int(at.max()), self._until))
        scopes = {key: np.concatenate(parts) for key, parts in self._scopes.items()}
        self._columns, self._scopes = [], {}
        data = self._join.log(columns, optouts, steps)
        return _Whole(kept, data, self._clocks, scopes)


def _traits(scenario: Scenario, plan: Plan, known: Traits | None) -> Traits:
    """What is known of a plan's lines: what is known already where that serves for its calls."""
    span = plan.start_utc_ms, plan.start_utc_ms + plan.cutoff_ms
    if known is not None and known.serves(plan.population, span):
        return known
    if known is not None and known.people is plan.population and known.span is not None:
        span = min(span[0], known.span[0]), max(span[1], known.span[1])
    return Traits(plan.population, tuple(scenario.world.registers), span)


def _room() -> tuple[NDArray[Any], ...]:
    """Columns that rows wait in: line, attempt, start, hold, outcome."""
    kinds = (np.int32, np.uint8, np.int64, np.int32, np.uint8)
    return tuple(np.empty(PART, dtype=kind) for kind in kinds)


def _may_bind(rule: Rule, first: int, last: int) -> bool:
    """Whether a rule may be in force on some day, of days since 1970."""
    return last >= day_number(rule.since) and (
        rule.until is None or first <= day_number(rule.until)
    )


def keeps_log(regimes: Sequence[Regime], strategy: Strategy) -> bool:
    """Whether a strategy's whole log has to be kept: see the module.

    Parameters
    ----------
    regimes
        To hold it against.
    strategy
        As it is run.
    """
    campaign = strategy.campaign
    first, last = (day_number(at.date()) for at in (campaign.start, campaign.cutoff))
    return any(
        _looks_at_more(rule, strategy) and _may_bind(rule, first - 1, last + 1)
        for regime in regimes
        for rule in regime.rules
    )


def _looks_at_more(rule: Rule, strategy: Strategy) -> bool:
    """Whether a rule must be held against the whole log.

    So must one on the message where a step of the regulator may change that: the steps are known at
    the end.
    """
    if rule.kind == "message" and strategy.message.opt_out != "start":
        reactions = strategy.reactions
        return any("objection_first" in getattr(reactions, name) for name in _STEPS)
    return rule.kind in LOOKS_AT_MORE
