"""Rows of the call log as they are written, made from the engine's.

They are gathered into row groups of a fixed size, so the file does not depend on the chunks in
which they arrive, and memory stays at one row group however many calls there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.measure.tally import Hearing, world_hearing
from sim.record.arrays import coded, column
from sim.record.log import (
    COLUMNS,
    DISPOSITION_OF_OUTCOME,
    DISPOSITIONS,
    N_OUTCOMES,
    LogChunk,
    Outcome,
    concatenate,
)
from sim.scenario.played import leaves_from
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.store.columns_calls import CALLS
from sim.store.schema import schema
from sim.streams import Replication

if TYPE_CHECKING:
    from sim.behaviour.calls import CallTables

ROW_GROUP = 1 << 18
"""Rows of a full row group."""

BatchSink = Callable[[pa.RecordBatch], None]
"""Takes rows of the call log as they are written."""
Details = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]
"""Ring time ms, listening time ms, key pressed: each (n,)."""
DetailOf = Callable[[LogChunk], Details]
"""What a call log shows beside the columns of the engine's log."""


def outcome_names(plan: Plan) -> list[str]:
    """The text of each outcome code, (16,): ``heard_19s`` is one who listened for at least 19 s."""
    names = [Outcome(code).name.lower() for code in range(Outcome.HEARD + 1)]
    names += [f"heard_{_seconds(limit)}" for limit in plan.live_thresholds_ms]
    names += [f"outcome_{code}" for code in range(len(names), Outcome.FAILED)]
    return [*names, Outcome.FAILED.name.lower()]


def _seconds(ms: int) -> str:
    return f"{ms // 1000}s" if ms % 1000 == 0 else f"{ms}ms"


def world_details(plan: Plan) -> DetailOf:
    """Details as the world's behaviours draw them."""
    since = np.array(plan.message_from_ms, dtype=np.int64)
    each = [_message_details(plan, message) for message in range(len(since))]
    if len(each) == 1:
        return each[0]

    def of_chunk(chunk: LogChunk) -> Details:
        """By the message that was played when each call started: rows are in order of time."""
        edges = [0, *np.searchsorted(chunk.start_ms, since[1:]).tolist(), len(chunk)]
        parts = [
            detail(_rows(chunk, first, last))
            for detail, first, last in zip(each, edges[:-1], edges[1:], strict=True)
            if first < last
        ]
        ring, listened, key = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return ring, listened, key

    return of_chunk


def _message_details(plan: Plan, message: int) -> DetailOf:
    """Details of calls that played one of the campaign's messages."""
    from sim.behaviour.calls import details

    by_message: dict[str, CallTables] = {}
    for posture in plan.postures[message * plan.stances :][: plan.stances]:
        by_message.setdefault(posture.tables.opt_out, posture.tables)
    first, *others = by_message.values()

    def with_tables(tables: CallTables, chunk: LogChunk) -> Details:
        found = details(
            tables,
            plan.key,
            chunk.line.astype(np.uint32),
            chunk.attempt,
            plan.population.line_type[chunk.line],
            chunk.outcome,
            chunk.hold_ms,
        )
        return found.ring_ms, found.listened_ms, found.key

    def of_chunk(chunk: LogChunk) -> Details:
        found = with_tables(first, chunk)
        for tables in others:
            # A reaction to the regulator has changed the message, from some call on.
            told = _told(first, tables, plan, chunk)
            if told.any():
                other = with_tables(tables, chunk)
                found = (
                    np.where(told, other[0], found[0]),
                    np.where(told, other[1], found[1]),
                    np.where(told, other[2], found[2]),
                )
        return found

    return of_chunk


def _told(first: CallTables, other: CallTables, plan: Plan, chunk: LogChunk) -> NDArray[np.bool_]:
    """(n,) Which calls that a person took played the other message of two.

    They end as the other message ends and not as the first does; where both end alike, details are
    alike.
    """
    from sim.behaviour.calls import draw, pack

    people, line = plan.population, chunk.line
    logged = pack(chunk.hold_ms, chunk.outcome | chunk.opted_out << np.uint8(4))
    by_first, by_other = (
        draw(
            tables,
            plan.key,
            line.astype(np.uint32),
            chunk.attempt,
            people.line_type[line],
            people.in_service[line],
            people.has_machine[line],
        ).human
        for tables in (first, other)
    )
    told: NDArray[np.bool_] = chunk.outcome >= Outcome.HUMAN_TAKEN_FOR_MACHINE
    told &= chunk.outcome < Outcome.FAILED
    told &= (logged == by_other) & (logged != by_first)
    return told


@dataclass(frozen=True, slots=True)
class _Came:
    """What each outcome means to an audit, by its code: (16,) bool."""

    delivered: NDArray[np.bool_]
    """Some of the message was played, to a person or a machine. What one taken for a machine hears
    hangs on the moment: :func:`sim.scenario.played.leaves_from`."""
    pressed: NDArray[np.bool_]
    """The key that the gate asks for was pressed."""
    abandoned: NDArray[np.bool_]
    """A person answered and got dead air."""


def _came(strategy: Strategy) -> _Came:
    """What outcomes mean under a strategy."""
    gated = strategy.message.gate != "none"
    code = np.arange(N_OUTCOMES)
    heard = (code >= Outcome.HEARD) & (code < Outcome.FAILED)
    delivered = heard | (code == Outcome.MACHINE_VOICEMAIL)
    # A machine taken for a person is told of the gate, or hears the live message.
    delivered[Outcome.MACHINE_TAKEN_FOR_HUMAN] = not gated
    return _Came(delivered, heard & gated, code == Outcome.HUMAN_TAKEN_FOR_MACHINE)


class CallRows:
    """Makes rows of the call log, as they are written, from the engine's.

    Parameters
    ----------
    scenario
        Names of its strategies and time zones of its territories.
    replication
        Which replication it is; default the scenario's own.
    sink
        Takes the rows, a row group at a time: full ones, and at each strategy's end what is left.
    """

    def __init__(
        self, scenario: Scenario, replication: Replication | None, sink: BatchSink
    ) -> None:
        self._schema = schema(CALLS)
        self._sink = sink
        self._replication = replication or Replication(scenario.seed)
        self._scenario = scenario
        self._strategies = list(scenario.strategies)
        self._zones = [t.timezone for t in scenario.world.territories.values()]
        self._territories = list(scenario.world.territories)
        self._unique_zones = list(dict.fromkeys(self._zones))
        self._pending: list[LogChunk] = []
        self._waiting = 0

    def begin(
        self,
        strategy: str,
        plan: Plan,
        detail: DetailOf | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        """Take the next rows as those of a strategy; its behaviours are the world's by default."""
        self.flush()
        self._strategy = self._strategies.index(strategy)
        self._plan = plan
        self._detail = detail or world_details(plan)
        self._outcomes = outcome_names(plan)
        self._hearing = hearing or world_hearing(plan)
        reached = plan.live_thresholds_ms.index(plan.reached_live_ms)
        self._live_from = int(Outcome.HEARD) + 1 + reached
        self._came = _came(self._scenario.strategies[strategy])
        moments, leaves = zip(*leaves_from(self._scenario.strategies[strategy]), strict=True)
        self._leaves_from = np.array(moments[1:], dtype="datetime64[ms]")
        self._leaves = np.array(leaves)

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._pending.append(chunk.copy())
        self._waiting += len(chunk)
        if self._waiting >= ROW_GROUP:
            rows = concatenate(self._pending)
            whole = self._waiting - self._waiting % ROW_GROUP
            for first in range(0, whole, ROW_GROUP):
                self._sink(self._batch(_rows(rows, first, first + ROW_GROUP)))
            rest = _rows(rows, whole, self._waiting).copy()
            self._pending, self._waiting = [rest], len(rest)

    def flush(self) -> None:
        """Hand on what is left."""
        if self._waiting:
            self._sink(self._batch(concatenate(self._pending)))
        self._pending, self._waiting = [], 0

    def _heard(self, chunk: LogChunk) -> NDArray[np.datetime64]:
        """(n,) When the message that each call left is heard; NaT where none was, or never."""
        moment = np.full(len(chunk), np.datetime64("NaT", "ms"))
        left = np.flatnonzero(chunk.outcome == Outcome.MACHINE_VOICEMAIL)
        if len(left):
            heard, delay = self._hearing(chunk.line[left], chunk.attempt[left])
            rows = left[heard]
            end = self._plan.start_utc_ms + chunk.start_ms[rows] + chunk.hold_ms[rows]
            moment[rows] = (end + delay[heard]).view("datetime64[ms]")
        return moment

    def _batch(self, chunk: LogChunk) -> pa.RecordBatch:
        """Rows as columns."""
        n = len(chunk)
        ring, listened, key = self._detail(chunk)
        start = (chunk.start_ms + self._plan.start_utc_ms).view("datetime64[ms]")
        delivered = self._came.delivered[chunk.outcome]
        taken = chunk.outcome == Outcome.HUMAN_TAKEN_FOR_MACHINE  # hears what machines get
        delivered[taken] = self._leaves[np.searchsorted(self._leaves_from, start[taken], "right")]
        zone_of_territory = np.array([self._unique_zones.index(z) for z in self._zones])
        columns = {
            "strategy": coded(np.full(n, self._strategy), self._strategies),
            "draw": np.full(n, self._replication.draw, dtype=np.int32),
            "noise": np.full(n, self._replication.noise, dtype=np.int32),
            "line": chunk.line,
            "attempt": chunk.attempt,
            "start_utc": start,
            "territory": coded(chunk.territory, self._territories),
            "zone": coded(zone_of_territory[chunk.territory], self._unique_zones),
            "disposition": coded(DISPOSITION_OF_OUTCOME[chunk.outcome], DISPOSITIONS),
            "outcome": coded(chunk.outcome, self._outcomes),
            "ring_ms": ring,
            "hold_ms": chunk.hold_ms,
            "listened_ms": listened,
            "key": key,
            "caller_number": chunk.caller,
            "delivered": delivered,
            "delivered_live": (chunk.outcome >= self._live_from) & (chunk.outcome < Outcome.FAILED),
            "heard_utc": self._heard(chunk),
            "pressed": self._came.pressed[chunk.outcome],
            "abandoned": self._came.abandoned[chunk.outcome],
        }
        arrays = [
            values if isinstance(values, pa.Array) else column(values, field.type)
            for field, values in ((field, columns[field.name]) for field in self._schema)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)


def _rows(chunk: LogChunk, first: int, last: int) -> LogChunk:
    """Some rows of a chunk."""
    arrays: dict[str, Any] = {name: getattr(chunk, name)[first:last] for name in COLUMNS}
    return LogChunk(first=chunk.first + first, **arrays)
