"""Imported calls as the tables that the auditor reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.intake.assemble import Calls
from sim.intake.calls import DISPOSITION, QUALITIES
from sim.intake.keys import line_id
from sim.intake.lines import KINDS
from sim.intake.lists import Consents, Numbers, Wishes
from sim.intake.mapping import DISPOSITIONS
from sim.intake.stamps import I64, UNKNOWN_MS, Bools

_STAMP = pa.timestamp("ms", "UTC")
_LINES = 1 << 16
ROWS = 1 << 20
"""Calls of a part."""
_CONNECTED = tuple(DISPOSITION[name] for name in ("human", "machine"))
_UNCONNECTED = tuple(DISPOSITION[name] for name in ("invalid", "busy", "no_answer", "failed"))


@dataclass(frozen=True)
class Lists:
    """What lists say of the lines."""

    registers: Mapping[str, Numbers] = field(default_factory=dict)
    """By name."""
    opposition: Numbers | None = None
    wishes: Wishes | None = None
    consents: Consents | None = None


@dataclass(frozen=True)
class Tables:
    """What an import writes."""

    calls: Iterator[pa.Table]
    """Calls with a line and a start, some at a time."""
    apart: Iterator[pa.Table]
    """Calls without one of them, likewise."""
    recipients: pa.Table
    optouts: pa.Table


class Names:
    """Lines by their keyed names.

    Parameters
    ----------
    key
        The key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, digits: NDArray[np.int64]) -> pa.Array:
        """Names of lines, by their numbers as digits."""
        parts = [
            pa.array(
                [line_id(self._key, f"+{each}") for each in digits[at : at + _LINES].tolist()],
                pa.string(),
            )
            for at in range(0, len(digits), _LINES)
        ]
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string())


def tables(calls: Calls, key: bytes, lists: Lists) -> Tables:
    """The tables of an import.

    Parameters
    ----------
    calls
        The calls.
    key
        What names lines.
    lists
        What lists say of them.
    """
    names = Names(key)
    digits = calls.book.numbers
    named = names.of(digits)
    kept = calls.kept
    order = np.flatnonzero(kept)
    order = order[np.argsort(calls.rows.start[order], kind="stable")].astype(np.int32)
    called = np.zeros(len(digits), dtype=np.bool_)
    called[calls.line[calls.line >= 0]] = True
    return Tables(
        calls=_parts(calls, named, order),
        apart=_parts(calls, named, np.flatnonzero(~kept)),
        recipients=_recipients(calls, named, digits, np.flatnonzero(called), lists),
        optouts=_optouts(calls, named, names, lists.wishes),
    )


def _parts(calls: Calls, named: pa.Array, rows: NDArray[Any]) -> Iterator[pa.Table]:
    """Some calls, in an order, a part at a time; one part at least."""
    for at in range(0, max(len(rows), 1), ROWS):
        yield _calls(calls, named, rows[at : at + ROWS])


def _calls(calls: Calls, named: pa.Array, rows: NDArray[Any]) -> pa.Table:
    """Some calls, in an order."""
    of = calls.rows
    line, start = calls.line[rows], of.start[rows]
    hold, ring = of.hold[rows], of.ring[rows]
    there = start != UNKNOWN_MS
    answered, delivered, pressed, abandoned = of.flags[rows].T
    disposition = of.disposition[rows]
    connected = np.where(np.isin(disposition, _CONNECTED), 1, answered)
    connected = np.where(np.isin(disposition, _UNCONNECTED), 0, connected)
    columns: dict[str, pa.Array] = {
        "line": _coded(line, named),
        "start_utc": _moments(start, there),
        "start_quality": _coded(of.quality[rows], pa.array(QUALITIES)),
        "start_within_ms": pa.array(of.within[rows], pa.int32()),
        "end_utc": _moments(start + np.maximum(hold, 0), there & (hold >= 0)),
        "ring_ms": pa.array(ring, pa.int32(), mask=ring < 0),
        "zone": _coded(calls.zone[rows], pa.array(calls.zones, pa.string())),
        "disposition": _coded(disposition, pa.array(DISPOSITIONS)),
        "connected": _flag(connected),
        "delivered": _flag(delivered),
        "pressed": _flag(pressed),
        "abandoned": _flag(abandoned),
        "attempt": pa.array(calls.attempt[rows], pa.int32(), mask=calls.attempt[rows] < 1),
        "record": pa.array(of.record[rows], pa.int32()),
        "rows": pa.array(calls.legs[rows], pa.int32()),
    }
    return pa.table(columns)


def _coded(codes: NDArray[np.integer], names: pa.Array) -> pa.Array:
    """A column of few texts; null where the code is below 0."""
    where = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(where, names)


def _moments(at: I64, there: Bools) -> pa.Array:
    return pa.array(np.where(there, at, 0), pa.int64(), mask=~there).cast(_STAMP)


def _flag(values: NDArray[np.integer]) -> pa.Array:
    return pa.array(values == 1, pa.bool_(), mask=values < 0)


def _recipients(calls: Calls, named: pa.Array, digits: I64, rows: I64, lists: Lists) -> pa.Table:
    """The lines that were called, and what lists say of them."""
    columns: dict[str, pa.Array] = {
        "line": named.take(pa.array(rows)),
        "line_type": _coded(calls.book.kind[rows], pa.array(KINDS)),
    }
    for name, numbers in lists.registers.items():
        columns[f"register_{name}"] = pa.array(np.isin(digits[rows], numbers.digits))
    if lists.opposition is not None:
        columns["opposition"] = pa.array(np.isin(digits[rows], lists.opposition.digits))
    if lists.consents is not None:
        place = pc.index_in(pa.array(digits[rows]), value_set=pa.array(lists.consents.digits))
        for name, texts in lists.consents.texts.items():
            columns[name] = pc.fill_null(pa.array(texts, pa.string()).take(place), "")
    return pa.table(columns)


def _optouts(calls: Calls, named: pa.Array, names: Names, wishes: Wishes | None) -> pa.Table:
    """Wishes that stand in the log, at the end of their call, and those of a list."""
    of = calls.rows
    rows = np.flatnonzero((of.optout >= 0) & calls.kept)
    lines = named.take(pa.array(calls.line[rows]))
    at = of.start[rows] + np.maximum(of.hold[rows], 0)
    refusal = of.optout[rows] == 1
    if wishes is not None:
        lines = pa.concat_arrays([lines, names.of(wishes.digits)])
        at, refusal = np.r_[at, wishes.at], np.r_[refusal, wishes.refusal]
    order = np.argsort(at, kind="stable")
    kinds: Sequence[str] = ("opt_out", "refusal")
    return pa.table(
        {
            "line": lines.take(pa.array(order)),
            "at_utc": _moments(at[order], np.ones(len(order), dtype=np.bool_)),
            "kind": _coded(refusal[order].astype(np.int32), pa.array(kinds)),
        }
    )
