"""The lines on the lists and their objections, as an audit of single calls reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.measure.chapters.objections import MEANS
from sim.measure.findings import Findings
from sim.record.arrays import Coded, column
from sim.record.column import Column, Table
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.scenario.world import World
from sim.store.columns_calls import OPTOUTS, RECIPIENTS
from sim.store.digest import TableDigest
from sim.store.schema import schema
from sim.store.tables import arrow
from sim.streams import Replication
from sim.world.moments import Moments
from sim.world.population import Population
from sim.world.slots import consent_slots

ROWS = 1 << 18
"""Rows written at a time."""
LONG_AGO = np.datetime64("1990-01-01T00:00:00.000", "ms")
"""Stands for the beginning of consents that the world does not date; audits read none older."""
SCOPE = "automated caller"
"""What every consent of a world names: a consent to calls like these."""
ANY_TIME = "all 00:00-24:00"
_REGISTER = "register_NAME"


def means_of_objection(strategy: Strategy, plan: Plan, world: World) -> tuple[str, ...]:
    """How those who are called may object, so that the caller learns of it."""
    keyed = any(posture.tables.opt_out_key for posture in plan.postures)
    calls = world.call_back is not None and strategy.message.call_back
    there = (keyed, calls, world.complaints is not None)
    return tuple(name for name, given in zip(MEANS, there, strict=True) if given)


@dataclass(frozen=True, slots=True)
class People:
    """Lines of a world, and which of them are on a list."""

    scenario: Scenario
    """Whose world it is."""
    population: Population
    listed: NDArray[np.bool_]
    """(lines,) Whether a line is on the list of some strategy."""


def recipients_table(world: World) -> Table:
    """The table of recipients with the columns that a world gives it."""
    columns: list[Column] = []
    for each in RECIPIENTS.columns:
        if each.name == _REGISTER:
            columns += [replace(each, name=register_column(name)) for name in world.registers]
        elif each.name.startswith("consent_"):
            columns += [] if world.consent is None else [each]
        elif each.name == "opposition":
            columns += [] if world.opposition is None else [each]
        else:
            columns.append(each)
    return RECIPIENTS.with_columns(tuple(columns))


def register_column(name: str) -> str:
    """Name of the column that tells who stands in a register."""
    return _REGISTER.replace("NAME", name.replace("-", "_"))


def write_recipients(file: IO[bytes], people: People) -> tuple[int, str]:
    """Write the lines; the number of rows and the digest of their values."""
    table = recipients_table(people.scenario.world)
    types, digest, rows = schema(table), TableDigest(), 0
    with pq.ParquetWriter(
        file,
        types,
        compression="zstd",
        use_dictionary=[name for name in types.names if name != "line"],
        column_encoding={"line": "DELTA_BINARY_PACKED"},
    ) as writer:
        for lines in _pieces(people.listed):
            values = _columns(people, lines)
            arrays = [column(values[field.name], field.type) for field in types]
            batch = pa.RecordBatch.from_arrays(arrays, schema=types)
            digest.update(batch)
            writer.write_batch(batch)
            rows += len(lines)
    return rows, digest.hexdigest()


def _pieces(listed: NDArray[np.bool_]) -> Iterator[NDArray[np.int32]]:
    for first in range(0, len(listed), ROWS):
        yield (np.flatnonzero(listed[first : first + ROWS]) + first).astype(np.int32)


def _columns(people: People, lines: NDArray[np.int32]) -> dict[str, Any]:
    """Columns of some lines; more than the table has where the world says nothing of them."""
    world, known = people.scenario.world, people.population
    zones = tuple(dict.fromkeys(t.timezone for t in world.territories.values()))
    zone_of = np.array([zones.index(t.timezone) for t in world.territories.values()])
    territory = known.territory[lines]
    voters = known.voters[lines]
    gave = known.consent[lines] != 0
    slots = tuple(slot.name for slot in consent_slots(world)) or (ANY_TIME,)
    slot = known.slot[lines].astype(np.int16) if len(slots) > 1 else np.zeros_like(lines)
    return {
        "line": lines,
        "zone": Coded(zone_of[territory], zones),
        "line_type": Coded(known.line_type[lines], tuple(world.line_types)),
        "territory": Coded(territory, tuple(world.territories)),
        "voters": voters,
        "voters_by_voicemail": known.hearers[lines],
        "consent_from_utc": np.where(gave, _dates(known.consent_from_ms, lines, LONG_AGO), _NAT),
        "consent_until_utc": np.where(gave, _dates(known.consent_until_ms, lines, _NAT), _NAT),
        "consent_scope": Coded(np.where(gave, 0, -1), (SCOPE,)),
        "consent_slot": Coded(np.where(gave, slot, -1), slots),
        "opposition": known.opposed[lines] != 0,
        **{
            register_column(name): (known.registers[lines] >> number & 1).astype(np.bool_)
            for number, name in enumerate(world.registers)
        },
    }


_NAT = np.datetime64("NaT", "ms")


def _dates(
    moments_ms: Moments | NDArray[np.int64] | None,
    lines: NDArray[np.int32],
    otherwise: np.datetime64,
) -> NDArray[np.datetime64] | np.datetime64:
    """Moments of some lines, NaT for those that never come; one for all where none is known."""
    if moments_ms is None:
        return otherwise
    own = moments_ms[lines]
    return np.where(own == NEVER, _NAT, own.view("datetime64[ms]"))


def optouts_table(
    findings: Sequence[Findings], strategies: Sequence[str], replication: Replication
) -> pa.Table:
    """The objections of every strategy, one block after another."""
    blocks = []
    for found in findings:
        objections = found.objections
        rows = len(objections.line)
        place = np.full(rows, strategies.index(found.strategy))
        blocks.append(
            arrow(
                OPTOUTS,
                {
                    "strategy": Coded(place, tuple(strategies)),
                    "draw": np.full(rows, replication.draw, dtype=np.int32),
                    "noise": np.full(rows, replication.noise, dtype=np.int32),
                    "line": objections.line,
                    "at_utc": objections.at_utc,
                    "by": Coded(objections.by, MEANS),
                },
            )
        )
    return pa.concat_tables(blocks)
