"""Small plans and call logs by hand, for tests of the results."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from sim.engine.plan.plan import (
    Calling,
    Group,
    Plan,
    Posture,
    Step,
)
from sim.measure.totals import Totals
from sim.record.log import LogChunk
from sim.scenario.scenario import Scenario
from sim.streams import Key
from sim.world.population import Population

BIN = 900_000
START_UTC = 1_492_500_600_000  # 2017-04-18 07:30 UTC, a Tuesday, 09:30 in Paris


def population(
    territory: list[int], voters: list[int] | None = None, shared: list[int] | None = None
) -> Population:
    n = len(territory)

    def column(values: list[int] | None, default: int) -> Any:
        return np.array(values if values is not None else [default] * n, dtype=np.uint8)

    return Population(
        territory=column(territory, 0),
        line_type=column(None, 0),
        segment=column(None, 0),
        cohort=column(None, 0),
        in_service=column(None, 1),
        has_machine=column(None, 1),
        voters=column(voters, 1),
        hearers=_hearers(column(voters, 1), column(shared, 0)),
        consent=column(None, 0),
        slot=column(None, 0),
        registers=column(None, 0),
        opposed=column(None, 0),
    )


def _hearers(voters: Any, shared: Any) -> Any:
    """All voters where a voicemail is shared, else one at most."""
    return np.where(shared > 0, voters, np.minimum(voters, 1)).astype(np.uint8)


def calling(
    spans: list[tuple[int, int]], cutoff: int, *, first_quarter: int = 134, last_ms: int = 0
) -> Calling:
    """A calendar whose local clock starts at a quarter-hour of the week: 134 is Tuesday 09:30."""
    quarters = max(cutoff, last_ms) // BIN + 1
    return Calling(
        open_ms=np.array(spans, dtype=np.int64).reshape(-1, 2),
        cutoff_ms=cutoff,
        row_from_ms=np.arange(quarters, dtype=np.int64) * BIN,
        row=((first_quarter + np.arange(quarters)) % 672).astype(np.int16),
    )


def plan(
    people: Population,
    *,
    cutoff: int = 4 * BIN,
    callings: tuple[Calling, ...] | None = None,
    order: list[int] | None = None,
    steps: tuple[Step, ...] = (Step(0, 10, Fraction(2)),),
    lifetime: int = 3,
    live: tuple[int, ...] = (6_000, 19_000, 30_000, 60_000),
    reached_live: int = 30_000,
) -> Plan:
    territories = int(people.territory.max()) + 1
    callings = callings or tuple(calling([(0, cutoff)], cutoff) for _ in range(territories))
    return Plan(
        key=Key(1, 2),
        population=people,
        tables=cast(Any, None),
        order=np.array(range(people.lines) if order is None else order, dtype=np.int32),
        calling=callings,
        groups=tuple(Group(place, own.open_ms) for place, own in enumerate(callings)),
        group=people.territory.astype(np.uint16),
        steps=steps,
        cutoff_ms=cutoff,
        class_of=np.zeros(people.lines, dtype=np.uint16),
        lifetime=lifetime,
        retry_delay_ms=np.zeros(16, dtype=np.int64),
        live_thresholds_ms=live,
        reached_live_ms=reached_live,
        start_utc_ms=START_UTC,
        postures=(Posture(cast(Any, None), tuple(own.open_ms for own in callings)),),
    )


def log(rows: list[tuple[int, int, int, int, int]], people: Population) -> LogChunk:
    """A chunk from rows of (line, attempt, start_ms, hold_ms, outcome)."""
    line, attempt, start, hold, outcome = (list(c) for c in zip(*rows, strict=True))
    lines = np.array(line, dtype=np.int32)
    return LogChunk(
        first=0,
        line=lines,
        attempt=np.array(attempt, dtype=np.uint8),
        territory=people.territory[lines],
        start_ms=np.array(start, dtype=np.int64),
        hold_ms=np.array(hold, dtype=np.int32),
        outcome=np.array(outcome, dtype=np.uint8),
        opted_out=np.zeros(len(rows), dtype=np.uint8),
        caller=np.zeros(len(rows), dtype=np.uint16),
    )


def split(chunk: LogChunk, size: int) -> list[LogChunk]:
    """The same rows in chunks of a size."""
    return [
        LogChunk(
            first=k,
            line=chunk.line[k : k + size],
            attempt=chunk.attempt[k : k + size],
            territory=chunk.territory[k : k + size],
            start_ms=chunk.start_ms[k : k + size],
            hold_ms=chunk.hold_ms[k : k + size],
            outcome=chunk.outcome[k : k + size],
            opted_out=chunk.opted_out[k : k + size],
            caller=chunk.caller[k : k + size],
        )
        for k in range(0, len(chunk), size)
    ]


def counts(totals: Totals) -> SimpleNamespace:
    """Every number of every chapter's totals, by its name."""
    return SimpleNamespace(
        **{
            name: getattr(part, name)
            for part in totals.parts.values()
            for name in dir(part)
            if not name.startswith("_")
        }
    )


def attempts_of(chunk: LogChunk, lines: int) -> Any:
    return np.bincount(chunk.line, minlength=lines).astype(np.uint8)


def scenario(
    *,
    territories: tuple[str, ...] = ("main",),
    strategies: tuple[str, ...] = ("as-run",),
    lines: int = 1000,
    world_too: dict[str, Any] | None = None,
    **overrides: Any,
) -> Scenario:
    """A scenario whose world has these territories; `overrides` go into every strategy.

    `world_too` goes into the world.
    """
    strategy = {
        "campaign": {
            "timezone": "Europe/Paris",
            "start": "2017-04-18 09:30",
            "cutoff": "2017-04-18 10:30",
        },
        "dialing": {
            "channels": 10,
            "calls_per_second": 2,
            "ring_timeout": "25 s",
            "call_times": [{"days": "all", "from": "00:00", "to": "24:00"}],
        },
        "message": {"duration": "90 s", "voicemail": "45 s"},
        **overrides,
    }
    answering = {
        "invalid": 0.03,
        "busy": 0.04,
        "no_answer": "rest",
        "machine": 0.32,
        "human": {"low": 0.22, "central": 0.33, "high": 0.45, "source": "assumed"},
        "at_ring_timeout": "25 s",
        "human_ring": "8 s",
        "machine_ring": "20 s",
    }
    world = {
        "lines": lines,
        "electorate": 10 * lines,
        "voters_per_line": 1.5,
        "territories": {
            name: {"share": 1 / len(territories), "timezone": "Europe/Paris"}
            for name in territories
        },
        "line_types": {"landline": {"share": 1.0, "answering": answering}},
        "signalling": {"invalid": "5 s", "busy": "4 s"},
        "listening": {"law": "survival", "points": {"6 s": 0.97, "19 s": 0.75}},
        "press_1": 0.06,
        "press_1_delay": "4 s",
        "voicemail": {"greeting": "8 s", "heard": 0.6, "delay": "4 h", "shared": 0.5},
        **(world_too or {}),
    }
    return Scenario.model_validate(
        {
            "format": 1,
            "name": "by-hand",
            "seed": 7,
            "world": world,
            "strategies": dict.fromkeys(strategies, strategy),
            "base": strategies[0],
        }
    )
