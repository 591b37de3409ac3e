"""Where two runs of a strategy part: the first simulated hour, its columns, and perhaps a call.

A baseline keeps, of each simulated hour in which calls start, how many they are and a short digest
of each column of the call log; and the whole log of a few lines, chosen by keyed words.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.record.log import COLUMNS, LogChunk, Outcome
from sim.record.result import EngineResult
from sim.streams import Purpose, words
from sim.study.beside import differing

HOUR_MS: Final = 3_600_000
SAMPLED: Final = 100
"""Lines whose log is kept, of each strategy; about."""
_BYTES: Final = 5
"""Of a column's digest in an hour: the digest of the whole log decides, this only points."""
_NAMES: Final = tuple(COLUMNS)


class Parting:
    """Takes down what a baseline keeps to say where logs part."""

    hours: dict[str, str]
    """Of the strategy that ended last: by hour since the campaign's start, calls and digests."""
    start_utc: str
    """Start of its campaign."""
    sample: list[str]
    """Of its calls to the lines in the sample: their columns, in the order of the log."""

    def begin(self, strategy: str, plan: Plan) -> None:
        """Start anew."""
        start = dt.datetime.fromtimestamp(plan.start_utc_ms / 1000, dt.UTC)
        self.start_utc = start.strftime("%Y-%m-%dT%H:%M")
        self._hour, self._rows = -1, 0
        self._digests: list[Any] = []
        self.hours, self.sample = {}, []
        lines = np.asarray(plan.order).astype(np.uint32)
        share = SAMPLED / max(1, len(lines))
        word = words(plan.key, Purpose.CHECK_SAMPLE, lines, 0)[0]
        chosen = lines[word < min(share, 1.0) * 2.0**32]
        self._chosen = np.zeros(int(lines.max(initial=0)) + 1, dtype=np.bool_)
        self._chosen[chosen] = True

    def add(self, chunk: LogChunk) -> None:
        """Take down rows."""
        hour = chunk.start_ms // HOUR_MS
        edges = [0, *(np.flatnonzero(np.diff(hour)) + 1).tolist(), len(chunk)]
        for first, end in pairwise(edges):
            if first < end:
                self._in_hour(int(hour[first]), chunk, slice(first, end))
        for row in np.flatnonzero(self._chosen[chunk.line]).tolist():
            self.sample.append(" ".join(str(int(getattr(chunk, name)[row])) for name in _NAMES))

    def _in_hour(self, hour: int, chunk: LogChunk, rows: slice) -> None:
        if hour != self._hour:
            self._close()
            self._hour, self._rows = hour, 0
            self._digests = [hashlib.blake2b(digest_size=_BYTES) for _ in _NAMES]
        self._rows += rows.stop - rows.start
        for digest, name in zip(self._digests, _NAMES, strict=True):
            digest.update(_little(getattr(chunk, name)[rows]))

    def _close(self) -> None:
        if self._digests:
            told = [str(self._rows), *(digest.hexdigest() for digest in self._digests)]
            self.hours[str(self._hour)] = " ".join(told)

    def end(self, result: EngineResult) -> None:
        """Close the last hour."""
        self._close()
        self._digests = []


def _little(values: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def parts(
    old: tuple[Mapping[str, str], Sequence[str]],
    new: tuple[Mapping[str, str], Sequence[str]],
    start: dt.datetime,
) -> list[str]:
    """In words, where two logs part; empty where one of them is not known, or nothing parts.

    Parameters
    ----------
    old, new
        Hours and sample of each.
    start
        The campaign's start, UTC.
    """
    hours = sorted({*old[0], *new[0]}, key=int)
    first = next((hour for hour in hours if old[0].get(hour) != new[0].get(hour)), None)
    if first is None or not old[0] or not new[0]:
        return []
    at = start + dt.timedelta(hours=int(first))
    text = f"call log parts in hour {first} ({at:%Y-%m-%d %H:%M} UTC)"
    a, b = (side[0].get(first, "0").split() for side in (old, new))
    if a[0] != b[0]:
        text += f": {int(a[0]):,} → {int(b[0]):,} calls"
    else:
        columns = [name for name, x, y in zip(_NAMES, a[1:], b[1:], strict=False) if x != y]
        text += f", in {', '.join(columns)}"
    call = _call(old[1], new[1])
    return [text, *([] if call is None else [call])]


def _call(old: Sequence[str], new: Sequence[str]) -> str | None:
    """The first call of the sample that differs, old beside new; None where none does."""
    before, after = _by_call(old), _by_call(new)
    differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not differing:
        return None

    def start(key: tuple[int, int]) -> int:
        return min(rows[key]["start_ms"] for rows in (before, after) if key in rows)

    key = min(differing, key=lambda key: (start(key), key))
    line, attempt = key
    whose = f"line {line}, attempt {attempt}"
    if key not in before or key not in after:
        return f"{whose}: {'no longer called' if key in before else 'not called before'}"
    return f"{whose}: {', '.join(_changes(before[key], after[key]))}"


def _changes(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[str]:
    for name in _NAMES:
        if old[name] != new[name]:
            yield f"{name} {_shown(name, old[name])} → {_shown(name, new[name])}"
    if old["outcome"] == new["outcome"]:
        yield "outcome unchanged"


def _shown(name: str, value: int) -> str:
    if name == "outcome" and value in set(Outcome):
        return Outcome(value).name.lower()
    return str(value)


def _by_call(sample: Sequence[str]) -> dict[tuple[int, int], dict[str, int]]:
    rows = (dict(zip(_NAMES, map(int, text.split()), strict=True)) for text in sample)
    return {(row["line"], row["attempt"]): row for row in rows}


MAX_CHANGES: Final = 5
"""Most changes of a scenario that are told one by one."""


def changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two resolved scenarios: ``dialing.ring_timeout 25 s → 26 s``."""
    found = [
        f"{one.path} {_leaf(one.values[0])} → {_leaf(one.values[1])}"
        for one in differing((old, new))
    ]
    more = len(found) - MAX_CHANGES
    return found if more <= 0 else [*found[:MAX_CHANGES], f"and {more} more"]


def _leaf(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
