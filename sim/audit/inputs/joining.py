"""A dialer's files joined line by line: what met, what did not, and rows that stand there twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.inputs.files import Coded, Column
from sim.audit.tables import I64, AuditInput, Bools, Calls, CampaignFacts, Join, OptOuts

if TYPE_CHECKING:
    from sim.audit.inputs.external import _Log, _People, _Wishes

_OF_BOTH = ("zone", "territory", "line_type")
"""What calls and recipients may both tell."""


def joined(
    log: _Log, people: _People | None, wishes: _Wishes | None, facts: CampaignFacts, name: str
) -> tuple[AuditInput, list[str]]:
    """An audit's input from files that are right one by one, and what to tell of them."""
    assert log.ids is not None
    ids = log.ids.unique()
    listed = 0
    if people is not None:
        assert people.ids is not None
        listed = len(people.ids)
        others = ids.filter(pc.invert(pc.is_in(ids, value_set=people.ids)))
        ids = pa.concat_arrays([people.ids, others])
    line = _places(log.ids, ids)
    texts: dict[str, tuple[str, ...]] = {}
    columns = dict(log.columns)
    for what in _OF_BOTH:
        both = _of_both(getattr(log, what), getattr(people, what, None), line, listed)
        texts[what] = () if both is None else both.texts
        if both is not None:
            columns[what] = Column(both.codes, both.unknown)
    once = _Once(line, log.start)
    columns = {what: once.merged(column) for what, column in columns.items()}
    line, start = line[once.rows], log.start[once.rows]
    unknown = {what: column.unknown for what, column in columns.items() if column.any_unknown}
    calls = Calls(
        line=line,
        start_ms=start,
        unknown=MappingProxyType(unknown),
        **{what: column.values for what, column in columns.items()},
    )
    optouts = None if wishes is None else _optouts(wishes, ids)
    data = AuditInput(
        name=name,
        calls=calls,
        lines=len(ids),
        zones=texts["zone"],
        territories=texts["territory"],
        line_types=texts["line_type"],
        scopes=() if people is None else people.scopes,
        slots=() if people is None else people.slots,
        recipients=None if people is None else people.recipients(len(ids) - listed),
        optouts=optouts,
        facts=facts,
        personal=True,
        line_ids=ids.to_numpy(zero_copy_only=False),
        rows=once.rows if once.left_out else None,
        joins=tuple(_joins(line, len(ids), people, optouts)),
    )
    return data, [f"{log.sheet.path}: {note}" for note in (*once.notes(), *_legs(calls))]


def _places(ids: pa.Array, among: pa.Array) -> I64:
    """Place of each id; -1 where it is not among them."""
    found = pc.fill_null(pc.index_in(ids, value_set=among), -1)
    places: I64 = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _of_both(own: Coded | None, theirs: Coded | None, line: I64, listed: int) -> Coded | None:
    """What a call says of its recipient, else what the recipients' file says."""
    if theirs is None:
        return own
    inside = line < listed
    place = np.where(inside, line, 0)
    codes = theirs.codes[place] if listed else np.zeros(len(line), dtype=np.int32)
    unknown = ~inside | (theirs.unknown[place] if listed else True)
    if own is None:
        return Coded(codes, theirs.texts, unknown) if not unknown.all() else None
    texts = tuple(dict.fromkeys((*own.texts, *theirs.texts)))
    place_of = np.array([texts.index(text) for text in theirs.texts], dtype=np.int32)
    merged = np.where(own.unknown, place_of[codes], own.codes).astype(np.int32)
    return Coded(merged, texts, own.unknown & unknown)


def _optouts(wishes: _Wishes, ids: pa.Array) -> OptOuts:
    """Opt-outs, those of lines that nobody knows too."""
    return OptOuts(_places(wishes.ids, ids), wishes.at, wishes.refusal, wishes.unknown_kind)


def _joins(line: I64, lines: int, people: _People | None, optouts: OptOuts | None) -> list[Join]:
    """How much of each file met a call."""
    called = np.zeros(lines + 1, dtype=np.bool_)  # the last is that of -1
    called[line] = True
    found = []
    if optouts is not None:
        met = int(np.count_nonzero(called[optouts.line]))
        found.append(Join("opt-outs", len(optouts.line), met))
    if people is None or people.ids is None:
        return found
    listed = len(people.ids)
    found.append(Join("recipients", listed, int(np.count_nonzero(called[:listed]))))
    among = int(np.count_nonzero(called[:listed]))
    found.append(Join("lines that were called", int(np.count_nonzero(called)), among))
    for what, column in people.columns.items():
        if what.startswith(("register ", "opposition ")):
            on_it = column.values & ~column.unknown
            met = int(np.count_nonzero(called[:listed][on_it]))
            found.append(Join(f"lines in {what}", int(np.count_nonzero(on_it)), met))
    return found


# ── Rows that stand there twice ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Once:
    """Each call once: rows of one line and one start are one call.

    Parameters
    ----------
    line, start
        (n,) Of each row.
    """

    rows: I64
    """First row of each call, rising."""
    order: I64
    """All rows by line and start, those of one call together, in the order of the file."""
    first: I64
    """Place in that order of the first row of each call."""
    call: I64
    """Place among :attr:`rows` of the call of each of these."""

    def __init__(self, line: I64, start: I64) -> None:
        order = np.lexsort((start, line))
        new = np.ones(len(line), dtype=np.bool_)
        new[1:] = (line[order][1:] != line[order][:-1]) | (start[order][1:] != start[order][:-1])
        first = np.flatnonzero(new)
        leading = order[first]
        back = np.argsort(leading, kind="stable")
        call = np.empty(len(first), dtype=np.int64)
        call[back] = np.arange(len(first))
        for name, value in (("rows", leading[back]), ("order", order), ("first", first)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "call", call)

    @property
    def left_out(self) -> int:
        """Rows that are no call of their own."""
        return len(self.order) - len(self.rows)

    def merged(self, column: Column[Any]) -> Column[Any]:
        """A column of calls: where rows of one call differ, it is not known."""
        if not self.left_out:
            return column
        values, unknown = column.values[self.order], column.unknown[self.order]
        kind = np.int64 if values.dtype != np.bool_ else np.int8
        low, high = np.iinfo(kind).min, np.iinfo(kind).max
        least = np.minimum.reduceat(np.where(unknown, high, values.astype(kind)), self.first)
        most = np.maximum.reduceat(np.where(unknown, low, values.astype(kind)), self.first)
        none = np.logical_and.reduceat(unknown, self.first)
        open_ = none | (least != most)
        fallback = column.values[self.order[self.first]]
        chosen = np.where(none, fallback, least).astype(column.values.dtype)
        out = np.empty(len(self.rows), dtype=column.values.dtype)
        out_unknown = np.empty(len(self.rows), dtype=np.bool_)
        out[self.call], out_unknown[self.call] = chosen, open_
        return Column(out, out_unknown)

    def notes(self) -> list[str]:
        """What to tell of rows that were left out."""
        n = self.left_out
        if not n:
            return []
        again = (
            "repeats the line and the start of another"
            if n == 1
            else ("repeat the line and the start of others")
        )
        return [
            f"{n:,} row{'s' if n != 1 else ''} {again}: counted once; where they differ, the value "
            "is taken as not known"
        ]


def _legs(calls: Calls) -> list[str]:
    """What to tell of calls that begin while another to their line is going on."""
    if calls.end_ms is None:
        return []
    order = np.lexsort((calls.start_ms, calls.line))
    line, start = calls.line[order], calls.start_ms[order]
    end: NDArray[np.int64] = calls.end_ms[order]
    unknown: Mapping[str, Bools] = calls.unknown
    if "end_ms" in unknown:
        end = np.where(unknown["end_ms"][order], start, end)
    # The latest end of the line's calls so far: lifted above those of the lines before.
    span = int(max(end.max(initial=0), start.max(initial=0)) - start.min(initial=0)) + 1
    number = np.cumsum(np.r_[False, line[1:] != line[:-1]][: len(line)])
    latest = np.maximum.accumulate(end - start.min(initial=0) + number * span)
    begins = start - start.min(initial=0) + number * span
    over = (line[1:] == line[:-1]) & (begins[1:] < latest[:-1])
    n = int(np.count_nonzero(over))
    if not n:
        return []
    begin = "call begins" if n == 1 else "calls begin"
    return [
        f"{n:,} {begin} while another to the same line is going on: legs of one call? Each is "
        "counted"
    ]
