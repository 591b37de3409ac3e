"""All rows of a log together: lines, hours that stand twice, rows of one call, attempts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.intake.calls import (
    DISPOSITION,
    ORDER,
    QUALITIES,
    STATE_ZONES,
    UNKNOWN,
    Reader,
    Rows,
)
from sim.intake.lines import FAULTS, LEFT_OUT, Book, Spread
from sim.intake.mapping import DISPOSITIONS, Legs
from sim.intake.stamps import I64, UNKNOWN_MS, Bools

_BACK_MS = 300_000
"""How far back a clock must go, from one row to the next, to have been set back: rows are written
when calls end, a little out of the order of their starts."""
_UNKNOWN = DISPOSITION["unknown"]


@dataclass
class Counts:
    """What became of the rows of a log."""

    read: int = 0
    bad: int = 0
    """Rows that could not be read."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Rows that are no call of the campaign, by why."""
    superseded: int = 0
    """Rows that a later one with the same id replaces."""
    legs: int = 0
    """Rows that are further legs of a call."""
    duplicates: int = 0
    """Rows that repeat the line and the start of a call."""
    without_line: Counter[str] = field(default_factory=Counter)
    """Calls without a line, by why."""
    without_start: int = 0
    """Calls of a line whose start is not known."""
    by_order: int = 0
    """Starts in an hour that stood twice, told by the order of the rows."""

    @property
    def calls(self) -> int:
        """Calls that came of it, those kept apart among them."""
        gone = sum(self.left_out.values()) + self.superseded + self.legs + self.duplicates
        return self.read - gone


@dataclass
class Calls:
    """Calls, and their lines."""

    rows: Rows
    """Their first rows."""
    line: NDArray[np.int32]
    """(n,) Place of the line; below 0 why there is none."""
    zone: NDArray[np.int32]
    """(n,) Place in :attr:`zones`; -1 where it is not known."""
    zones: tuple[str, ...]
    attempt: NDArray[np.int32]
    """(n,) 1 for the first call to the line; 0 where it is not known."""
    legs: NDArray[np.int32]
    """(n,) Rows that the call has."""
    book: Book
    """The lines."""
    counts: Counts

    @property
    def kept(self) -> Bools:
        """(n,) Calls with a line and a start: those that can be audited one by one."""
        kept: Bools = (self.line >= 0) & (self.rows.start != UNKNOWN_MS)
        return kept


def assemble(reader: Reader, bad: int, spread: Spread | None = None) -> Calls:
    """The calls of a log that has been read.

    Parameters
    ----------
    reader
        What read it.
    bad
        Rows that could not be read.
    spread
        What works on numbers in several processes; default this one alone.
    """
    pa.default_memory_pool().release_unused()
    rows = reader.whole()
    counts = Counts(read=len(rows.record), bad=bad)
    ids = {name: pa.chunked_array(parts) for name, parts in reader.ids.items()}
    of_text = reader.book.settle(spread)
    line = of_text[rows.text] if len(of_text) else np.empty(0, dtype=np.int32)
    _place_in_order(reader, rows, counts)
    rows.forget("text", "later")
    keep = _newest(reader, ids, counts, len(line))
    legs = np.ones(len(line), dtype=np.int32)
    if reader.mapping.legs:
        main = _main_rows(reader, rows, line, ids, keep)
        followers = np.flatnonzero(keep & (main != np.arange(len(main))))
        counts.legs = len(followers)
        _from_legs(rows, main, followers)
        legs = np.bincount(main[keep], minlength=len(main)).astype(np.int32)
        keep[followers] = False
        del main
    keep = _without_skipped(reader, rows, line, keep, counts)
    rows.forget("skip")
    order, keep = _once(rows, line, keep, counts)
    del ids
    chosen = order[keep[order]]
    del order, keep
    line = line[chosen]
    for fault, why in zip(range(-len(FAULTS), 0), FAULTS, strict=True):
        if n := int(np.count_nonzero(line == fault)):
            counts.without_line[why] = n
    start = rows.start[chosen]
    counts.without_start = int(np.count_nonzero((line >= 0) & (start == UNKNOWN_MS)))
    attempt = _attempts(start, rows.count[chosen], line)
    zone, zones = _zones(reader, rows.state[chosen], line)
    rows.forget("count", "state")
    del start
    back = np.argsort(rows.record[chosen], kind="stable")
    chosen = chosen[back]
    rows.narrow(chosen)
    return Calls(
        rows=rows,
        line=line[back],
        zone=zone[back],
        zones=zones,
        attempt=attempt[back],
        legs=legs[chosen],
        book=reader.book,
        counts=counts,
    )


def _place_in_order(reader: Reader, rows: Rows, counts: Counts) -> None:
    """Starts in hours that the clock shows twice: by the order of the rows, or not known."""
    open_ = np.flatnonzero(rows.later > 0)
    if not len(open_):
        return
    reader.told.twice = len(open_)
    if reader.mapping.start.repeated_hour == "order":
        hour = rows.start[open_] // rows.later[open_]
        for each in np.unique(hour // 48):  # one clock change at a time
            these = open_[hour // 48 == each]
            back = np.flatnonzero(np.diff(rows.start[these]) < -_BACK_MS)
            if len(back) != 1:
                continue
            second = these[back[0] + 1 :]
            rows.start[second] += rows.later[second]
            rows.quality[these] = ORDER
            rows.within[these] = rows.later[these]
            rows.later[these] = 0
            counts.by_order += len(these)
    lost = rows.later > 0
    rows.start[lost] = UNKNOWN_MS
    rows.quality[lost], rows.within[lost] = UNKNOWN, 0
    rows.hold[lost] = -1


def _newest(reader: Reader, ids: dict[str, Any], counts: Counts, n: int) -> Bools:
    """Of rows with one id, the last."""
    keep = np.ones(n, dtype=np.bool_)
    name = reader.mapping.newest
    if name is None or not n:
        return keep
    text = ids[name]
    codes = pc.dictionary_encode(text).combine_chunks().indices.to_numpy(zero_copy_only=False)
    last = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    last[codes] = np.arange(n)
    empty = pc.equal(text, "").to_numpy()
    keep = np.array((last[codes] == np.arange(n)) | empty, dtype=np.bool_)
    counts.superseded = int(np.count_nonzero(~keep))
    return keep


def _main_rows(
    reader: Reader, rows: Rows, line: NDArray[np.int32], ids: dict[str, Any], keep: Bools
) -> I64:
    """(n,) For each row, the first row of its call: itself, unless it is a further leg."""
    main = np.arange(len(line), dtype=np.int64)
    for legs in reader.mapping.legs:
        own = ids[legs.column]
        if legs.other is not None:
            place = pc.index_in(ids[legs.other], value_set=own.combine_chunks())
            there = pc.not_equal(ids[legs.other], "").to_numpy()
            other = pc.fill_null(place, -1).to_numpy().astype(np.int64)
            first = np.flatnonzero(there & (other >= 0) & keep)
            main[other[first]] = main[first]
            continue
        _by_shared_id(legs, own, rows, line, keep, main)
    return main


def _by_shared_id(
    legs: Legs, own: Any, rows: Rows, line: NDArray[np.int32], keep: Bools, main: I64
) -> None:
    """Rows that share an id and overlap in time are one call; in place."""
    if legs.pattern is not None:
        from sim.intake.calls import _first_group

        found = pc.extract_regex(own, _first_group(legs.pattern))
        own = pc.fill_null(pc.struct_field(found, "at"), "")
    there = pc.not_equal(own, "").to_numpy()
    known = np.flatnonzero(there & keep & (rows.start != UNKNOWN_MS))
    if not len(known):
        return
    coded = pc.dictionary_encode(own.take(pa.array(known)))
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    code = coded.indices.to_numpy(zero_copy_only=False)
    start = rows.start[known]
    outside = (line[known] < 0).astype(np.int8)  # the leg that went to a number comes first
    order = np.lexsort((known, outside, code))
    code, start, where = code[order], start[order], known[order]
    head = np.maximum.accumulate(
        np.where(np.r_[True, code[1:] != code[:-1]], np.arange(len(code)), 0)
    )
    release = start + np.maximum(rows.hold[where], 0)
    meets = (start <= release[head]) & (release >= start[head])
    follows = meets & (head != np.arange(len(code)))
    main[where[follows]] = where[head[follows]]


def _from_legs(rows: Rows, main: I64, followers: I64) -> None:
    """What a call's own row does not know and a further leg does; in place."""
    for row in (rows.optout, rows.flags):
        taken = row[main[followers]] < 0
        values = np.where(taken, row[followers], row[main[followers]])
        row[main[followers]] = values


def _without_skipped(
    reader: Reader, rows: Rows, line: NDArray[np.int32], keep: Bools, counts: Counts
) -> Bools:
    for place, skip in enumerate(reader.mapping.skip, 1):
        gone = keep & (rows.skip == place)
        if n := int(np.count_nonzero(gone)):
            counts.left_out[skip.why] += n
        keep = keep & ~gone
    for fault in LEFT_OUT:
        gone = keep & (line == fault)
        if n := int(np.count_nonzero(gone)):
            counts.left_out[FAULTS[fault]] += n
        keep = keep & ~gone
    return keep


def _once(rows: Rows, line: NDArray[np.int32], keep: Bools, counts: Counts) -> tuple[I64, Bools]:
    """Each call once: rows by line and start; of equal ones the first, with what all know."""
    order = np.lexsort((rows.record, rows.start, line))
    order = order[keep[order]]
    same = np.zeros(len(order), dtype=np.bool_)
    one, other = order[1:], order[:-1]
    same[1:] = (line[one] == line[other]) & (rows.start[one] == rows.start[other])
    same[1:] &= (line[one] >= 0) & (rows.start[one] != UNKNOWN_MS)
    counts.duplicates = int(np.count_nonzero(same))
    if counts.duplicates:
        head = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
        first, again = order[head[same]], order[same]
        mine, theirs = rows.disposition[first], rows.disposition[again]
        differs = (mine != theirs) & (theirs != _UNKNOWN) & (mine != _UNKNOWN)
        rows.disposition[first] = np.where(mine == _UNKNOWN, theirs, mine)
        rows.disposition[first[differs]] = _UNKNOWN
        rows.optout[first] = np.maximum(rows.optout[first], rows.optout[again])
        keep[again] = False
    return order, keep


def _attempts(start: I64, count: NDArray[np.int32], line: NDArray[np.int32]) -> NDArray[np.int32]:
    """The count of calls to each line, by start; they stand by line and start.

    Where the log counts, and its first count of a line is above 1, that many came before this
    file. Of a line with a call whose start is not known, the order is that of the rest.
    """
    attempt = np.zeros(len(line), dtype=np.int32)
    known = np.flatnonzero(line >= 0)
    if not len(known):
        return attempt
    # A call without a start sorts first: count it last.
    late = known[np.lexsort((start[known] == UNKNOWN_MS, line[known]))]
    of = line[late]
    new = np.r_[True, of[1:] != of[:-1]]
    head = np.maximum.accumulate(np.where(new, np.arange(len(of)), 0))
    before = np.maximum(count[late[head]] - 1, 0)
    attempt[late] = np.arange(len(of)) - head + 1 + before
    return attempt


def _zones(
    reader: Reader, state: NDArray[np.int8], line: NDArray[np.int32]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Zones of calls: of numbers, and in North America of states."""
    book = reader.book
    sources = reader.mapping.zone.sources
    asked = reader.settings.get("us_prefix_zones") == "yes" or "us-prefix" in sources
    american = np.array([str(each)[0] == "1" for each in book.numbers.tolist()] + [False])
    of_line = np.r_[book.zone, -1].astype(np.int32)
    zones = dict(zip(book.zones, range(len(book.zones)), strict=True))
    if asked:
        for place in np.flatnonzero(american & (of_line < 0)):
            name = us_prefix_zone(int(book.numbers[place]))
            of_line[place] = zones.setdefault(name, len(zones)) if name else -1
    if "number" not in sources and not asked:
        of_line[:] = -1
    where = np.where(line >= 0, line, len(book.numbers))
    zone = of_line[where]
    if (state >= 0).any():
        table = [zones.setdefault(name, len(zones)) for name in STATE_ZONES]
        by_state = np.array([*table, -1], dtype=np.int32)
        open_ = (zone < 0) & american[where]
        zone = np.where(open_, by_state[state], zone)
    return zone, tuple(zones)


def us_prefix_zone(number: int) -> str:
    """The one clock of the area code of a number of North America; of what moved, a wrong one."""
    import phonenumbers
    from phonenumbers import timezone

    from sim.intake.zones import one_clock

    if not str(number).startswith("1"):
        return ""
    whole = phonenumbers.parse(f"+{number}")
    zones = timezone.time_zones_for_geographical_number(whole)
    return one_clock(tuple(zones), 1)


def told_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of dispositions and of qualities of a start, by code."""
    return tuple(DISPOSITIONS), QUALITIES
