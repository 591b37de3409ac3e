"""Rows of a log as calls: when each began and ended, how it turned out, by which rows.

Rows are read part by part into a few small columns; what needs all of them is done at the end: the
lines that numbers mean, hours that stand twice on the clock, rows of one call, calls told twice,
and the count of attempts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.errors import ImportFilesError
from sim.intake.cells import Cells
from sim.intake.lines import Book
from sim.intake.mapping import DISPOSITIONS, Dispositions, End, Mapping
from sim.intake.stamps import (
    DAY_MS,
    I64,
    UNKNOWN_MS,
    Stamps,
    Wall,
    Walls,
    moments,
    read_stamps,
)
from sim.intake.zones import STATES

QUALITIES = ("exact", "order", "derived", "late", "unknown")
"""How well the start of a call is known, by code: told by the log; by the order of its rows, in an
hour that stands twice on the clock; worked out from other columns; only that it was earlier."""
EXACT, ORDER, DERIVED, LATE, UNKNOWN = range(len(QUALITIES))
DISPOSITION = {name: code for code, name in enumerate(DISPOSITIONS)}
SLACK_MS = 5_000
"""How far a start that is worked out from other columns may lie off."""
LATE_MS = 180_000
"""How much earlier a call may have begun that is told late, unless the mapping says."""
STATE_ZONES = tuple(sorted(set(STATES.values())))
_KINDS = ("opt_out", "refusal")
_MOST_CODES = 10_000


@dataclass
class Rows:
    """Rows of a log, (n,) each."""

    record: NDArray[np.int32]
    """Number in the source, from 1."""
    text: NDArray[np.int32]
    """Number of the text that names the line, in the book."""
    start: I64
    """Start, ms since 1970 UTC; :data:`UNKNOWN_MS` where not known; of two, the first."""
    later: NDArray[np.int32]
    """How much later the second is, where the clock shows the stamp twice and nothing in the row
    tells which was meant; else 0."""
    quality: NDArray[np.int8]
    within: NDArray[np.int32]
    """How far the start may lie off, ms."""
    hold: NDArray[np.int32]
    """From start to release, ms; -1 where not known."""
    ring: NDArray[np.int32]
    """For how long it rang, ms; -1 where not known."""
    disposition: NDArray[np.int8]
    flags: NDArray[np.int8]
    """(n, 4) Answered, delivered, pressed, abandoned: 1, 0, or -1 where not known."""
    optout: NDArray[np.int8]
    """0 for an opt-out, 1 for a refusal, -1 for none."""
    state: NDArray[np.int8]
    """Place in :data:`STATE_ZONES` of the zone of its US state; -1 where that tells none."""
    count: NDArray[np.int32]
    """The log's own count of calls to the line; 0 where it has none."""
    skip: NDArray[np.int8]
    """Place, from 1, in the mapping's list of rows that are no call; 0 for calls."""

    def narrow(self, rows: NDArray[Any]) -> None:
        """Keep some of them, in an order; a column at a time, so that little stands there twice."""
        for name in self.__dataclass_fields__:
            column = getattr(self, name)
            setattr(self, name, column[rows] if len(column) else column)

    def forget(self, *names: str) -> None:
        """Let columns go that nothing will ask for any more: they are empty from now on."""
        for name in names:
            setattr(self, name, getattr(self, name)[:0].copy())


@dataclass
class Told:
    """What is told of a log, by count."""

    rows: int = 0
    proven: int = 0
    """Stamps of the clock that the epoch in a unique id proved."""
    contradicted: int = 0
    """Stamps that it contradicted."""
    shifts: Counter[int] = field(default_factory=Counter)
    """Of these, how far the clock is ahead, in quarters of an hour."""
    unreadable: int = 0
    """Stamps that fit no layout."""
    never_shown: int = 0
    """Stamps that the clock never shows: of an hour that it skips."""
    twice: int = 0
    """Stamps that it shows twice, with nothing but their order to tell which was meant."""
    contrary_ends: int = 0
    """Ends that lie before the start, or a day after it; taken as not known."""
    codes: dict[str, set[int]] = field(default_factory=dict)
    """Codes that met no case, with lines on which they stood, by the number of their text; no more
    than :data:`_MOST_CODES`."""


class Reader:
    """Reads parts of a log.

    Parameters
    ----------
    mapping
        How its rows become calls.
    clock
        Zone of the server's clock.
    settings
        What the user says that the log does not tell.
    statuses
        Codes of a person, from tables of statuses.
    """

    def __init__(
        self,
        mapping: Mapping,
        clock: str,
        settings: AnyMapping[str, str],
        statuses: frozenset[str] = frozenset(),
        region: str | None = None,
    ) -> None:
        self.mapping = mapping
        self.settings = settings
        self.statuses = statuses
        self.told = Told()
        named = mapping.start.clock
        self.wall = Wall(clock if named == "server" else named)
        overseas = settings.get("overseas", mapping.line.overseas)
        self.book = Book(
            region, "by-prefix" if overseas == "by-prefix" else "refuse", mapping.line.strip
        )
        self.parts: list[Rows] = []
        self.ids: dict[str, list[pa.Array]] = {name: [] for name in self._id_columns()}

    def _id_columns(self) -> list[str]:
        found = [] if self.mapping.newest is None else [self.mapping.newest]
        for legs in self.mapping.legs:
            found += [legs.column] + ([legs.other] if legs.other else [])
        return list(dict.fromkeys(found))

    def read(self, table: pa.Table, numbers: NDArray[np.int64]) -> None:
        """Take in a part of the log.

        Parameters
        ----------
        table
            Columns of text.
        numbers
            (n,) Numbers of the rows.
        """
        cells = Cells(table, self.settings)
        mapping = self.mapping
        start, later, quality, within, wall = self._start(cells)
        hold = self._hold(cells, start, later, quality, wall)
        disposition = self._disposition(cells)
        columns = mapping.line.columns
        codes = cells.text(columns[0]) if len(columns) > 1 else None
        text = self.book.add(cells.text(columns[-1]), codes)
        self._note_codes(cells, disposition, text)
        flags = [
            cells.flag(flag)
            for flag in (mapping.answered, mapping.delivered, mapping.pressed, mapping.abandoned)
        ]
        optout = np.full(cells.rows, -1, dtype=np.int8)
        for wish in mapping.optouts:
            optout[cells.case(wish) & (optout < 0)] = _KINDS.index(wish.kind)
        self.parts.append(
            Rows(
                record=numbers.astype(np.int32),
                text=text,
                start=start,
                later=later,
                quality=quality,
                within=within,
                hold=hold,
                ring=self._ring(cells, start, disposition),
                disposition=disposition,
                flags=np.stack(flags, axis=1),
                optout=optout,
                state=self._state(cells),
                count=_small(cells.number(mapping.attempt))
                if mapping.attempt
                else np.zeros(cells.rows, dtype=np.int32),
                skip=self._skip(cells),
            )
        )
        self.told.rows += cells.rows
        for name, kept in self.ids.items():
            kept.append(cells.text(name))

    # ── When ─────────────────────────────────────────────────────────────────────────────────

    def _start(
        self, cells: Cells
    ) -> tuple[I64, NDArray[np.int32], NDArray[np.int8], NDArray[np.int32], Walls]:
        """Starts, how much later a second one is, how well they are known, and the stamps."""
        spec = self.mapping.start
        stamps = read_stamps(cells.joined(spec.columns), spec.layout)
        given = np.array(
            pc.not_equal(cells.joined(spec.columns), "").to_numpy(zero_copy_only=False)
        )
        wall = self.wall.utc(stamps)
        n = cells.rows
        start = wall.first.copy()
        later = np.where(wall.twice, wall.second - wall.first, 0).astype(np.int32)
        quality = np.full(n, EXACT if spec.means == "dialled" else LATE, dtype=np.int8)
        within = np.zeros(n, dtype=np.int32)
        if spec.means != "dialled":
            within[:] = LATE_MS if spec.late_by is None else spec.late_by
        self._moved(cells, start, quality, within)
        if spec.epoch is not None:
            self._proven(cells, start, later, quality, within, wall)
        if spec.proof is not None:
            self._agreed(cells, start, quality, within)
        known = start != UNKNOWN_MS
        quality[~known] = UNKNOWN
        within[~known] = 0
        self.told.unreadable += int(np.count_nonzero(given & ~stamps.known & ~known))
        self.told.never_shown += int(np.count_nonzero(stamps.known & ~known))
        later[quality == UNKNOWN] = 0
        return start, later, quality, within, wall

    def _moved(
        self, cells: Cells, start: I64, quality: NDArray[np.int8], within: NDArray[np.int32]
    ) -> None:
        """Starts by what lies between them and their stamps; in place."""
        spec = self.mapping.start
        known = start != UNKNOWN_MS
        if spec.plus is not None:
            more = cells.length(spec.plus, start)
            start[known] += np.nan_to_num(more[known]).astype(np.int64)
        open_ = known.copy()
        for minus in spec.minus:
            less = cells.length(minus, start)
            there = open_ & ~np.isnan(less)
            start[there] -= less[there].astype(np.int64)
            quality[there], within[there] = DERIVED, SLACK_MS
            open_ &= ~there

    def _proven(
        self,
        cells: Cells,
        start: I64,
        later: NDArray[np.int32],
        quality: NDArray[np.int8],
        within: NDArray[np.int32],
        wall: Walls,
    ) -> None:
        """Starts by the epoch in a unique id, which proves the clock row by row; in place."""
        spec = self.mapping.start.epoch
        assert spec is not None
        text = cells.text(spec.column)
        found = pc.extract_regex(text, _first_group(spec.pattern))
        at = moments(pc.fill_null(pc.struct_field(found, "at"), ""), spec.unit)
        there = at != UNKNOWN_MS
        stamped = there & (wall.first != UNKNOWN_MS)
        off = np.zeros(len(at), dtype=np.int64)
        early, late = wall.first[stamped] - at[stamped], wall.second[stamped] - at[stamped]
        off[stamped] = np.where(np.abs(late) < np.abs(early), late, early)
        wrong = stamped & (np.abs(off) > spec.within)
        self.told.proven += int(np.count_nonzero(stamped & ~wrong))
        self.told.contradicted += int(np.count_nonzero(wrong))
        quarters, counts = np.unique(np.round(off[wrong] / 900_000), return_counts=True)
        self.told.shifts.update(dict(zip(quarters.astype(int), counts.tolist(), strict=True)))
        start[there] = at[there]
        later[there], quality[there], within[there] = 0, EXACT, 0
        quality[wrong] = DERIVED
        within[wrong] = np.minimum(np.abs(off[wrong]), DAY_MS)

    def _agreed(
        self, cells: Cells, start: I64, quality: NDArray[np.int8], within: NDArray[np.int32]
    ) -> None:
        """How well starts are known, by a second stamp; in place."""
        spec = self.mapping.start.proof
        assert spec is not None
        other = self.wall.utc(read_stamps(cells.joined(spec.columns), spec.layout)).first
        there = (other != UNKNOWN_MS) & (start != UNKNOWN_MS)
        off = np.where(there, np.abs(other - np.where(there, start, 0)), 0)
        quality[~there], within[~there] = LATE, LATE_MS
        quality[there] = np.where(off[there] == 0, EXACT, DERIVED)
        within[there] = np.minimum(off[there], DAY_MS)

    def _hold(
        self,
        cells: Cells,
        start: I64,
        later: NDArray[np.int32],
        quality: NDArray[np.int8],
        wall: Walls,
    ) -> NDArray[np.int32]:
        """From start to release; an end that is absolute tells which of two hours was meant."""
        hold = np.full(cells.rows, -1, dtype=np.int64)
        open_ = np.ones(cells.rows, dtype=np.bool_)
        for spec in self.mapping.end:
            first, second = self._ends(cells, spec, start)
            there = open_ & (first != UNKNOWN_MS) & (start != UNKNOWN_MS)
            there &= cells.when(spec.when)
            if spec.after is None and self.mapping.start.repeated_hour == "end":
                self._by_end(start, later, np.where(there, first, UNKNOWN_MS))
            gap = np.where(there, first - np.where(there, start, 0), -1)
            other = np.where(there, second - np.where(there, start, 0), -1)
            gap = np.where(there & (gap < 0), other, gap)
            wrong = there & ((gap < 0) | (gap > DAY_MS))
            self.told.contrary_ends += int(np.count_nonzero(wrong))
            right = there & ~wrong
            hold[right] = gap[right]
            open_ &= ~there
        return hold.astype(np.int32)

    def _ends(self, cells: Cells, spec: End, start: I64) -> tuple[I64, I64]:
        """Moments of release, and of those that the clock shows twice, the second."""
        if spec.after is not None:
            length = cells.length(spec.after, start)
            there = ~np.isnan(length) & (start != UNKNOWN_MS)
            at = np.where(there, start + np.nan_to_num(length).astype(np.int64), UNKNOWN_MS)
            return at, at
        if spec.epoch is not None:
            at = moments(cells.text(spec.epoch), spec.unit)
            return at, at
        stamps: Stamps = read_stamps(cells.joined(spec.columns or ()), spec.layout or ("ISO",))
        wall = self.wall.utc(stamps)
        return wall.first, wall.second

    def _by_end(self, start: I64, later: NDArray[np.int32], end: I64) -> None:
        """Which of two equal hours was meant, where only one lies within an hour before the end."""
        rows = np.flatnonzero((later > 0) & (end != UNKNOWN_MS))
        gap = end[rows] - start[rows]
        span = later[rows].astype(np.int64)
        first = (gap >= 0) & (gap < span)
        second = (gap >= span) & (gap < 2 * span)
        start[rows[second]] += span[second]
        later[rows[first | second]] = 0

    # ── What ─────────────────────────────────────────────────────────────────────────────────

    def _disposition(self, cells: Cells) -> NDArray[np.int8]:
        spec: Dispositions = self.mapping.disposition
        found = np.full(cells.rows, -1, dtype=np.int8)
        for case in spec.cases:
            found[(found < 0) & cells.case(case)] = DISPOSITION[case.disposition]
        code = cells.text(spec.code)
        for meant in dict.fromkeys(spec.values.values()):
            texts = [text for text, value in spec.values.items() if value == meant]
            among = pc.is_in(code, pa.array(texts, pa.string())).to_numpy(zero_copy_only=False)
            found[(found < 0) & among] = DISPOSITION[meant]
        if spec.statuses and self.statuses:
            human = pc.is_in(code, pa.array(sorted(self.statuses), pa.string()))
            found[(found < 0) & human.to_numpy(zero_copy_only=False)] = DISPOSITION["human"]
        return found

    def _note_codes(
        self, cells: Cells, disposition: NDArray[np.int8], text: NDArray[np.int32]
    ) -> None:
        """Take down codes that met no case, and call them unknown; in place."""
        rows = np.flatnonzero(disposition < 0)
        disposition[rows] = DISPOSITION["unknown"]
        if not len(rows):
            return
        coded = pc.dictionary_encode(cells.text(self.mapping.disposition.code).take(pa.array(rows)))
        codes = coded.indices.to_numpy(zero_copy_only=False)
        for place, code in enumerate(coded.dictionary.to_pylist()):
            if code and (code in self.told.codes or len(self.told.codes) < _MOST_CODES):
                seen = self.told.codes.setdefault(code, set())
                if len(seen) < 1000:
                    seen.update(text[rows[codes == place][:1000]].tolist())

    def _ring(self, cells: Cells, start: I64, disposition: NDArray[np.int8]) -> NDArray[np.int32]:
        ring = np.full(cells.rows, np.nan)
        for spec in self.mapping.ring:
            found = cells.length(spec, start)
            if spec.dispositions is not None:
                wanted = [DISPOSITION[name] for name in spec.dispositions if name in DISPOSITION]
                found = np.where(np.isin(disposition, wanted), found, np.nan)
            ring = np.where(np.isnan(ring), found, ring)
        ring[ring > DAY_MS] = np.nan
        return np.where(np.isnan(ring), -1, ring).astype(np.int32)

    def _state(self, cells: Cells) -> NDArray[np.int8]:
        spec = self.mapping.zone
        if "state" not in spec.sources or spec.state is None:
            return np.full(cells.rows, -1, dtype=np.int8)
        coded = pc.dictionary_encode(cells.text(spec.state))
        zones = [STATES.get(state.upper(), "") for state in coded.dictionary.to_pylist()]
        table = np.array([STATE_ZONES.index(zone) if zone else -1 for zone in zones], dtype=np.int8)
        codes = coded.indices.to_numpy(zero_copy_only=False)
        return table[codes] if len(table) else np.empty(0, dtype=np.int8)

    def _skip(self, cells: Cells) -> NDArray[np.int8]:
        found = np.zeros(cells.rows, dtype=np.int8)
        for place, skip in enumerate(self.mapping.skip, 1):
            found[(found == 0) & cells.when(skip.when)] = place
        return found

    def whole(self) -> Rows:
        """All rows that were read; the parts are let go."""
        if not self.parts:
            raise ImportFilesError(["the files hold no rows"])
        names = list(Rows.__dataclass_fields__)
        out: dict[str, Any] = {}
        for name in names:
            out[name] = np.concatenate([getattr(part, name) for part in self.parts])
            for part in self.parts:
                setattr(part, name, None)
        self.parts.clear()
        return Rows(**out)


def _first_group(pattern: str) -> str:
    """A pattern whose first plain group is called ``at``."""
    at = next(
        k for k in range(len(pattern)) if pattern[k] == "(" and pattern[k : k + 2] != "(?"
        and (k == 0 or pattern[k - 1] != "\\")
    )  # fmt: skip
    return f"{pattern[:at]}(?P<at>{pattern[at + 1 :]}"


def _small(values: NDArray[np.float64]) -> NDArray[np.int32]:
    """Counts, 0 where there is none."""
    right = (values >= 0) & (values < 1_000_000)
    return np.where(right, np.nan_to_num(values), 0).astype(np.int32)
