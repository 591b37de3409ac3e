"""A ledger of cases: what of one call log has to be kept to read it under other values.

Many uncertain inputs decide nothing about dialling: who complains and when, whether a message is
heard, how many voters stand behind a line. Under any values of them a log has exact means, and all
that these need is *how many* calls there were of each kind, in each quarter of an hour, to lines
of each standing: some ten thousand numbers instead of millions of rows. What is drawn for a
message or a complaint is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.measure.counting_cases import (
    CONSENTED,
    ENDS,
    IDLE,
    LEFT,
    OPPOSED,
    CaseCalls,
    CaseCounts,
    CaseTables,
    count_cases,
    count_lines,
)
from sim.measure.marks import BIN_MS
from sim.record.feedback import Kind
from sim.record.log import N_OUTCOMES, LogChunk, Outcome
from sim.record.result import EngineResult

Int64s = NDArray[np.int64]

KINDS = (Kind.LIVE, Kind.VOICEMAIL, Kind.UNANSWERED)
"""Kinds of calls that may be complained of: a person took it, it left a message, neither."""
_NO_KIND = len(KINDS)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Counts of one strategy's call log, at the simulated scale."""

    calls: Int64s
    """(territories, bins, 3, 4, 2) Calls by territory, bin of 15 minutes in which they start,
    kind (:data:`KINDS`; a message on a line that nobody uses is of none), standing
    (:data:`OPPOSED`, :data:`CONSENTED`), and attempt: the first, or
    a later one."""
    lines: Int64s
    """(2 or 3, k + 1) Lines dialled, without and with a live delivery, by how many messages were
    left there; where some lines are used by nobody, these apart, in the last row."""
    dialled: Int64s
    """(bins,) Lines dialled for the first time, by bin."""
    world: int
    """Lines of the world."""
    quarter: NDArray[np.int16]
    """(territories, bins) Local quarter-hour of the week in which each bin begins, 0 to 671."""
    objection_first: bool
    """Whether the message tells of objection at its start."""
    rings: bool
    """Whether calls ring: where nothing does, a call of which nothing arrives annoys nobody."""
    silence: NDArray[np.bool_]
    """(territories, bins up to the horizon) Whether each bin begins in the silence before a
    poll."""
    cutoff_ms: int
    """The campaign's cutoff, ms since its start."""
    shocks: tuple[tuple[int, int], ...] = ()
    """Stories that break by themselves: moment, ms since the start, and code of the channel."""
    weight: float = 0.0
    """Complaints about calls that the engine's own chances come to, where the message changed on
    the way or numbers bore labels, of which cases know nothing; else 0."""

    @property
    def placed(self) -> int:
        """Calls that rang somewhere: neither busy nor invalid."""
        return int(self.calls.sum())


class Casing:
    """Counts the cases of each strategy while its log is made."""

    cases: Cases
    """Of the strategy that ended last."""

    def begin(self, strategy: str, plan: Plan) -> None:
        """Start counting from nothing."""
        self._plan = plan
        self._bins = -(-plan.cutoff_ms // BIN_MS)
        self._shape = (len(plan.calling), self._bins, len(KINDS) + 1, 4, 2)
        lines, self._tables = _lines_and_tables(plan)
        self._counts = CaseCounts(
            calls=np.zeros(int(np.prod(self._shape)), dtype=np.int64),
            dialled=np.zeros(self._bins, dtype=np.int64),
            lines=lines,
            unused=np.zeros(1, dtype=np.int64),
        )
        self._delivered = Outcome.HEARD + 1 + plan.live_thresholds_ms.index(plan.reached_live_ms)

    def add(self, chunk: LogChunk) -> None:
        """Count rows."""
        count_cases(
            CaseCalls(chunk.line, chunk.attempt, chunk.territory, chunk.start_ms, chunk.outcome),
            self._counts,
            self._tables,
            BIN_MS,
            self._delivered,
        )

    def end(self, result: EngineResult) -> None:
        """Close the count."""
        counted = np.zeros(256 * 3, dtype=np.int64)
        count_lines(self._counts.lines, result.attempts, counted)
        by_left = counted.reshape(256, 3).T
        most = int(self._counts.lines.max(initial=0)) >> LEFT
        idle = self._plan.population.in_use is not None
        self.cases = Cases(
            calls=np.ascontiguousarray(self._counts.calls.reshape(self._shape)[:, :, :-1]),
            lines=np.ascontiguousarray(by_left[: 3 if idle else 2, : most + 1]),
            dialled=self._counts.dialled,
            world=self._plan.population.lines,
            quarter=quarters(self._plan, self._bins),
            weight=self._weight(result),
            **_told(self._plan),
        )

    def _weight(self, result: EngineResult) -> float:
        """What :attr:`Cases.weight` says."""
        changes = self._plan.stances > 1 or self._plan.numbers > 1
        if result.feedback is None or not changes:
            return 0.0
        return result.feedback.reference_weight / 2**32


def _lines_and_tables(plan: Plan) -> tuple[NDArray[np.uint16], CaseTables]:
    """What lines and calls are, for the pass that counts."""
    people = plan.population
    refusing = (people.opposed | people.registers) != 0
    consents = people.consent != 0
    ends_line, ends_ms = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    if people.consent_until_ms is not None:
        rows = np.flatnonzero(consents)
        ends = people.consent_until_ms[rows]
        consents[rows[ends <= plan.start_utc_ms]] = False
        during = (ends > plan.start_utc_ms) & (ends < plan.start_utc_ms + plan.cutoff_ms)
        ends_line = rows[during].astype(np.int32)
        ends_ms = ends[during] - plan.start_utc_ms
    lines = refusing * np.uint16(OPPOSED)
    lines |= consents * np.uint16(CONSENTED)
    lines[ends_line] |= ENDS
    if people.in_use is not None:
        lines |= (people.in_use == 0) * np.uint16(IDLE)
    return lines, CaseTables(_KIND_OF, ends_line, ends_ms)


def quarters(plan: Plan, bins: int) -> NDArray[np.int16]:
    """(territories, bins) Local quarter-hour of the week in which each bin begins, 0 to 671."""
    at = np.arange(bins, dtype=np.int64) * BIN_MS
    return np.stack([c.row[c.row_from_ms.searchsorted(at, side="right") - 1] for c in plan.calling])


def _told(plan: Plan) -> dict[str, Any]:
    """What complaints hang on that the whole campaign has in common."""
    tables = None if plan.feedback is None else plan.feedback.complaints
    horizon = plan.cutoff_ms if tables is None else tables.horizon_ms
    at = np.arange(-(-horizon // BIN_MS), dtype=np.int64) * BIN_MS
    silence = np.zeros((len(plan.calling), len(at)), dtype=np.bool_)
    for place, spans in enumerate(() if tables is None else tables.silence_ms):
        for first, last in spans:
            silence[place] |= (first <= at) & (at < last)
    return {
        "objection_first": plan.tables.opt_out == "start",
        "rings": plan.tables.rings,
        "silence": silence,
        "cutoff_ms": plan.cutoff_ms,
        "shocks": ()
        if tables is None
        else tuple((one.moment_ms, one.channel) for one in tables.shocks),
    }


def _kinds() -> NDArray[np.uint8]:
    """Place in :data:`KINDS` by outcome, and once more on lines that nobody uses: (32,).

    ``_NO_KIND`` where nobody could complain.
    """
    kinds = np.full(N_OUTCOMES, KINDS.index(Kind.LIVE), dtype=np.uint8)
    kinds[[Outcome.INVALID, Outcome.BUSY, Outcome.FAILED]] = _NO_KIND
    kinds[[Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.MACHINE_TAKEN_FOR_HUMAN]] = KINDS.index(
        Kind.UNANSWERED
    )
    kinds[Outcome.MACHINE_VOICEMAIL] = KINDS.index(Kind.VOICEMAIL)
    unused = kinds.copy()
    unused[Outcome.MACHINE_VOICEMAIL] = _NO_KIND
    return np.concatenate([kinds, unused])


_KIND_OF = _kinds()
