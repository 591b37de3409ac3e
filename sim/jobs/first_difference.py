"""The first call in which two call logs of a strategy differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sim.store.digest import TableDigest
from sim.store.read import Run

Call = dict[str, Any]
_SAME_FOR_ALL = ("strategy", "draw", "noise")


@dataclass(frozen=True, slots=True)
class Logs:
    """Two logs of a strategy."""

    old: str
    """Digest of the one."""
    new: str
    """Digest of the other."""
    equal: int
    """Calls that are equal, from the beginning."""
    before: Call | None
    """The first that is not, of the one; None where it has no more."""
    after: Call | None
    """Of the other."""

    @property
    def words(self) -> list[str]:
        """Where they part; empty where they do not."""
        rows = [row for row in (self.before, self.after) if row is not None]
        if not rows:
            return []
        at = min(row["start_utc"] for row in rows).replace(minute=0, second=0, microsecond=0)
        differing = self._columns()
        column = f", in {', '.join(differing)}" if differing else ""
        equal = f"{self.equal:,} equal calls"
        hour = f"parts in the hour from {at:%Y-%m-%d %H:%M} UTC{column}, after {equal}"
        return [f"call log {hour}", self._call(differing)]

    def _columns(self) -> list[str]:
        if self.before is None or self.after is None:
            return []
        return [name for name in self.before if self.before[name] != self.after.get(name)]

    def _call(self, differing: list[str]) -> str:
        before, after = self.before, self.after
        if before is None or after is None or {"line", "attempt"} & {*differing}:
            return f"call {self.equal + 1:,}: {_named(before)} → {_named(after)}"
        changes = [f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in differing]
        if "outcome" not in differing:
            changes.append(f"outcome unchanged ({_shown(before['outcome'])})")
        return f"line {before['line']}, attempt {before['attempt']}: {', '.join(changes)}"


def _named(call: Call | None) -> str:
    if call is None:
        return "no more calls"
    at = _shown(call["start_utc"])
    return f"line {call['line']}, attempt {call['attempt']} at {at} ({call['outcome']})"


def _shown(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%H:%M:%S}.{value.microsecond // 1000:03}"
    return "–" if value is None else str(value)


def logs(old: Run, new: Run, strategy: str) -> Logs:
    """Read two logs of a strategy side by side, piece by piece, up to where they part.

    Raises
    ------
    sim.errors.RunDirectoryError
        If one of them cannot be read.
    """
    digests = TableDigest(), TableDigest()
    pieces = [
        _digested(run, strategy, digest) for run, digest in zip((old, new), digests, strict=True)
    ]
    equal, before, after = _part(*pieces)
    for piece in pieces:  # the rest, for the digests
        for _ in piece:
            pass
    return Logs(digests[0].hexdigest(), digests[1].hexdigest(), equal, before, after)


def _digested(run: Run, strategy: str, digest: TableDigest) -> Iterator[pa.Table]:
    """A strategy's log in dialling order, piece by piece."""
    found = run.scanned("calls")
    wanted = pc.field("strategy") == strategy
    batches = found.filter(wanted).to_batches()
    for batch in batches:
        if len(batch):
            table = pa.Table.from_batches([batch])
            digest.update(table)
            yield _plain(table)


def _plain(rows: pa.Table) -> pa.Table:
    """Rows without what is the same in all of them, and without dictionaries."""
    kept = rows.drop_columns([name for name in _SAME_FOR_ALL if name in rows.column_names])
    types = [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in kept.schema
    ]
    return kept.cast(pa.schema(types))


def _part(old: Iterator[pa.Table], new: Iterator[pa.Table]) -> tuple[int, Call | None, Call | None]:
    """Calls that are equal, and the first of each that is not."""
    equal = 0
    a, b = next(old, None), next(new, None)
    while a is not None and b is not None:
        names = [name for name in a.column_names if name in b.column_names]
        rows = min(len(a), len(b))
        left, right = a.select(names).slice(0, rows), b.select(names).slice(0, rows)
        if not left.equals(right):
            at = _first(left, right)
            pair = [side.slice(at, 1).to_pylist()[0] for side in (left, right)]
            return equal + at, pair[0], pair[1]
        equal += rows
        a = a.slice(rows) if len(a) > rows else next(old, None)
        b = b.slice(rows) if len(b) > rows else next(new, None)
    rest = [None if side is None else side.slice(0, 1).to_pylist()[0] for side in (a, b)]
    return equal, rest[0], rest[1]


def _first(left: pa.Table, right: pa.Table) -> int:
    """The first row in which two tables of one length differ; they do."""
    low, high = 0, len(left)
    while high - low > 1:
        middle = (low + high) // 2
        same = left.slice(low, middle - low).equals(right.slice(low, middle - low))
        low, high = (middle, high) if same else (low, middle)
    return low
