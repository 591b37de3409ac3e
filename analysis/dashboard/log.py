"""A run's call log, ten million rows and more, looked at a page at a time.

The log stays in its file. On first sight its rows are counted by group of rows, strategy, zone,
disposition and hour: a small cube that answers every count at once, and tells in which groups the
rows of a page lie, so that a page anywhere costs the reading of one group or two.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.dashboard.heap import give_back
from sim.errors import RunDirectoryError
from sim.store.columns import TABLES
from sim.store.read import Run
from sim.store.verify import hold

Ints = NDArray[np.int64]
HOUR_MS: Final = 3_600_000
COUNTED: Final = ("strategy", "zone", "disposition")
"""Columns that rows are chosen by, beside the hour."""
SHOWN: Final = (
    "strategy",
    "start_utc",
    "zone",
    "line",
    "attempt",
    "disposition",
    "outcome",
    "ring_ms",
    "hold_ms",
    "listened_ms",
    "key",
    "caller_number",
)
"""Columns of a page."""
MOST_ROWS: Final = 500
"""Rows of a page."""
_KEPT: Final = 2
"""Groups that are kept as read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls; empty or None for all."""

    strategy: str = ""
    zone: str = ""
    disposition: str = ""
    hour: int | None = None
    """Hours since 1970, UTC."""


@dataclass(frozen=True)
class Cube:
    """How many calls there are of each kind in each group of rows."""

    names: Mapping[str, tuple[str, ...]]
    """By column of :data:`COUNTED`: what its codes stand for."""
    codes: Mapping[str, Ints]
    """By column, ``group`` and ``hour`` too: a value a cell, (n,)."""
    calls: Ints
    """(n,) Calls of each cell."""

    def mask(self, wanted: Wanted) -> NDArray[np.bool_]:
        """(n,) Cells of the calls that are wanted."""
        found = np.ones(len(self.calls), dtype=np.bool_)
        for column in COUNTED:
            value = getattr(wanted, column)
            if value:
                names = self.names[column]
                code = names.index(value) if value in names else -1
                found &= self.codes[column] == code
        if wanted.hour is not None:
            found &= self.codes["hour"] == wanted.hour
        return found

    def count(self, wanted: Wanted) -> int:
        """How many calls are wanted."""
        return int(self.calls[self.mask(wanted)].sum())

    def by(self, column: str, wanted: Wanted, size: int) -> Ints:
        """(size,) Wanted calls by the codes of a column."""
        chosen = self.mask(wanted)
        found = np.bincount(self.codes[column][chosen], weights=self.calls[chosen], minlength=size)
        return found.astype(np.int64)


@dataclass
class CallLog:
    """The calls of a run. Several threads may ask."""

    file: Path
    groups: int
    rows: int
    cube: Cube
    _parquet: pq.ParquetFile
    _read: OrderedDict[int, pa.Table] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, wanted: Wanted, first: int, end: int) -> tuple[list[dict[str, Any]], int]:
        """Rows ``first`` to ``end`` of the calls that are wanted, and how many there are.

        Rows stand in dialling order within their strategy.
        """
        end = min(end, first + MOST_ROWS)
        ends = np.cumsum(self.cube.by("group", wanted, self.groups))
        total = int(ends[-1]) if len(ends) else 0
        rows: list[dict[str, Any]] = []
        group = int(np.searchsorted(ends, first, side="right"))
        while first < min(end, total):
            before = int(ends[group - 1]) if group else 0
            there = self._group(group)
            chosen = self._chosen(there, wanted)[first - before : end - before]
            part = _taken(there, chosen)
            rows += [
                {"row": first + at + 1, **row} for at, row in enumerate(_plain(part).to_pylist())
            ]
            first += part.num_rows
            group += 1
        return rows, total

    def _chosen(self, rows: pa.Table, wanted: Wanted) -> Ints:
        """Which rows of a group are wanted; in numpy, since Arrow's own way would import pandas."""
        found = np.ones(rows.num_rows, dtype=np.bool_)
        for column in COUNTED:
            if value := getattr(wanted, column):
                one = _one(rows.column(column))
                names = one.dictionary.to_pylist()
                code = names.index(value) if value in names else -1
                found &= _ints(one.indices) == code
        if wanted.hour is not None:
            found &= _hours(rows) == wanted.hour
        return np.flatnonzero(found)

    def _group(self, group: int) -> pa.Table:
        with self._lock:
            if group not in self._read:
                self._read[group] = self._parquet.read_row_group(
                    group, columns=list(SHOWN), use_threads=False
                )
                while len(self._read) > _KEPT:
                    self._read.popitem(last=False)
                give_back()
            self._read.move_to_end(group)
            return self._read[group]


def call_log(run: Run) -> CallLog:
    """The call log of a run, held against its digest and counted.

    Raises
    ------
    RunDirectoryError
        If the run has none, or it is not as the run left it.
    """
    name = TABLES["calls"].file
    if name not in run.manifest["files"]:
        raise RunDirectoryError(f"{run.path} holds no {name}; it is written with --calls")
    file = hold(run.path, name, run.manifest["files"][name])
    parquet = pq.ParquetFile(file)
    groups = parquet.num_row_groups
    return CallLog(file, groups, parquet.metadata.num_rows, _counted(parquet), parquet)


def _counted(parquet: pq.ParquetFile) -> Cube:
    """Count the rows of a log."""
    names: dict[str, list[str]] = {column: [] for column in COUNTED}
    cells: list[Ints] = []
    for group in range(parquet.num_row_groups):
        rows = parquet.read_row_group(group, columns=[*COUNTED, "start_utc"], use_threads=False)
        if not rows.num_rows:
            continue
        hours = _hours(rows)
        first, sizes = int(hours.min()), [int(hours.max() - hours.min()) + 1]
        code = hours - first
        for column in COUNTED:
            own, width = _codes(rows.column(column), names[column])
            code = code * width + own
            sizes.append(width)
        count = np.bincount(code)
        found = np.flatnonzero(count)
        parts = np.unravel_index(found, sizes)
        cells.append(
            np.stack([np.full(len(found), group), parts[0] + first, *parts[1:], count[found]])
        )
        if group % 8 == 7:
            give_back()
    whole = np.concatenate(cells, axis=1) if cells else np.empty((6, 0), dtype=np.int64)
    columns = dict(zip(("group", "hour", *COUNTED), whole[:-1], strict=True))
    return Cube({name: tuple(found) for name, found in names.items()}, columns, whole[-1])


def _hours(rows: pa.Table) -> Ints:
    """(n,) Hours since 1970 in which calls start."""
    return _ints(_one(rows.column("start_utc").cast("int64"))) // HOUR_MS


def _taken(rows: pa.Table, at: Ints) -> pa.Table:
    """Some rows, by their numbers."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(at, dtype=np.int64))]
    return rows.take(pa.Array.from_buffers(pa.int64(), len(at), buffers))


def _codes(column: pa.ChunkedArray, names: list[str]) -> tuple[Ints, int]:
    """Codes of a column's values by names that are the same for all groups, and how many."""
    one = _one(column)
    own = one.dictionary.to_pylist()
    for name in own:
        if name not in names:
            names.append(name)
    places = np.array([names.index(name) for name in own], dtype=np.int64)
    return places[_ints(one.indices)], len(names)


def _one(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    one = column.combine_chunks()
    return one.chunk(0) if isinstance(one, pa.ChunkedArray) else one


def _ints(array: pa.Array) -> NDArray[Any]:
    """Whole numbers without gaps as they lie in memory; Arrow's own way would import pandas."""
    dtype = np.dtype(str(array.type))
    at = array.offset * dtype.itemsize
    return np.frombuffer(array.buffers()[1], dtype=dtype, count=len(array), offset=at)


def _plain(rows: pa.Table) -> pa.Table:
    """Rows whose moments are text."""
    import pyarrow.compute as pc

    at = rows.column_names.index("start_utc")
    told = pc.strftime(rows.column("start_utc"), format="%Y-%m-%d %H:%M:%S")
    return rows.set_column(at, "start_utc", told)
