"""What a log tells of how calls turned out: dials by line, in their order, as far as they tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.local import Clocks
from sim.errors import CannotJudgeError

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Outcome = Literal["invalid", "busy", "no_answer", "machine", "human"]
OUTCOMES: tuple[Outcome, ...] = ("invalid", "busy", "no_answer", "machine", "human")
INVALID, BUSY, NO_ANSWER, MACHINE, HUMAN = range(5)
MOST_LINES = 60_000
"""Lines that a fit looks at: of more, the first by their keyed names, which are in no order."""
_LEAST_CALLS = 300
_MOST_UNTOLD = 0.05
"""Share of answered calls of which person or machine may be unknown."""


@dataclass(frozen=True)
class Dials:
    """Dials, by line and in their order."""

    line: I64
    """(n,) Lines by number, rising."""
    attempt: I64
    """(n,) 1 for the first dial."""
    quarter: I64
    """(n,) Quarter-hour of the recipient's week, from Monday 00:00."""
    day: I64
    """(n,) Local day since 1970."""
    start: I64
    """(n,) ms since 1970 UTC."""
    outcome: I64
    """(n,) Place in :data:`OUTCOMES`."""
    ring: F64
    """(n,) Dial to pick-up, or to the time-out, ms; NaN where it did not ring."""
    left_out: dict[str, int]
    """Calls that were not used, by why."""
    failed: int = 0
    """Calls that failed on the way: they tell of their own share alone."""
    told: int = 0
    """Calls of which it is known how they turned out, failed ones too."""
    rings: bool = True
    """Whether the log tells for how long calls rang; else :attr:`ring` tells nothing."""

    @property
    def lines(self) -> int:
        """Distinct lines."""
        return int(self.line[-1]) + 1 if len(self.line) else 0

    @property
    def rang(self) -> Bools:
        """(n,) Dials that rang."""
        return self.outcome >= NO_ANSWER

    def of(self, chosen: Bools) -> Dials:
        """Some of them; lines are numbered anew."""
        number = np.unique(self.line[chosen], return_inverse=True)[1].astype(np.int64)
        return Dials(
            number,
            self.attempt[chosen],
            self.quarter[chosen],
            self.day[chosen],
            self.start[chosen],
            self.outcome[chosen],
            self.ring[chosen],
            self.left_out,
            self.failed,
            self.told,
            self.rings,
        )

    def before(self, term: F64) -> F64:
        """(n, …) Sums over the earlier dials of each line."""
        whole = np.cumsum(term, axis=0)
        first = np.flatnonzero(np.r_[True, self.line[1:] != self.line[:-1]])
        start = np.zeros_like(term)
        start[1:] = whole[:-1]
        base = np.repeat(start[first], np.diff(np.r_[first, len(term)]), axis=0)
        out: F64 = start - base
        return out


def dials_of(calls: pa.Table) -> Dials:
    """The dials of imported calls that can be used.

    Parameters
    ----------
    calls
        Columns ``line``, ``start_utc``, ``zone``, ``disposition``, ``connected``, ``attempt`` and
        ``ring_ms`` of an import.

    Raises
    ------
    CannotJudgeError
        Where the log cannot tell what is asked of it.
    """
    n = calls.num_rows
    text = {name: coded(calls, name) for name in ("line", "zone", "disposition")}
    start = pc.cast(calls.column("start_utc"), pa.int64()).to_numpy()
    disposition = text["disposition"]
    outcome = np.full(n, -1, dtype=np.int64)
    for place, name in enumerate(OUTCOMES):
        outcome[_named(disposition, name)] = place
    answered = pc.fill_null(calls.column("connected"), False).to_numpy().astype(np.bool_)
    _see_who_answered(outcome, answered)
    ring = calls.column("ring_ms").cast(pa.float64()).to_numpy()
    ring = np.where(outcome >= NO_ANSWER, ring, np.nan)
    attempt = pc.fill_null(calls.column("attempt"), 0).to_numpy().astype(np.int64)
    left_out: Counter[str] = Counter()
    keep = np.ones(n, dtype=np.bool_)

    def drop(wrong: Bools, why: str) -> None:
        if count := int(np.count_nonzero(wrong & keep)):
            left_out[why] += count
        keep[wrong] = False

    failed = _named(disposition, "failed")
    drop(failed, "that failed on the way, but for how many they are")
    drop(outcome < 0, "not known how they turned out")
    drop(text["zone"][0] < 0, "zone not known")
    rings = _tells_rings(keep, outcome, ring)
    if rings:
        drop((outcome >= NO_ANSWER) & ~(ring > 0), "not known for how long they rang")
    else:
        ring = np.full(n, np.nan)
    line = text["line"][0]
    drop(_begun_before(line, attempt), "to lines whose first calls lie before the log")
    rows = np.flatnonzero(keep)
    if len(rows) < _LEAST_CALLS:
        raise CannotJudgeError(f"{len(rows):,} calls can be used; {_LEAST_CALLS} are the fewest")
    rank = _rank_of(text["line"][1])
    used = np.unique(rank[line[rows]])
    if len(used) > MOST_LINES:
        beyond = rank[line] > used[MOST_LINES - 1]
        drop(beyond, f"to lines beyond the first {MOST_LINES:,}, by their keyed names")
        rows = np.flatnonzero(keep)
    rows = rows[np.lexsort((start[rows], line[rows]))]
    minute = local_minutes(text["zone"][0][rows], text["zone"][1], start[rows])
    day = minute // 1440
    return Dials(
        line=np.unique(line[rows], return_inverse=True)[1].astype(np.int64),
        attempt=np.maximum(attempt[rows], 1),
        quarter=((day + 3) % 7) * 96 + minute % 1440 // 15,
        day=day,
        start=start[rows],
        outcome=outcome[rows],
        ring=_with_half_seconds(ring[rows], outcome[rows]),
        left_out=dict(left_out),
        failed=int(np.count_nonzero(failed)),
        told=int(np.count_nonzero(failed | (outcome >= 0))),
        rings=rings,
    )


def _tells_rings(keep: Bools, outcome: I64, ring: F64) -> bool:
    """Whether a log tells for how long calls rang: of half of them at least."""
    rang = keep & (outcome >= NO_ANSWER)
    told = np.count_nonzero(rang & (ring > 0))
    return bool(told >= 0.5 * np.count_nonzero(rang))


def _begun_before(line: I64, attempt: I64) -> Bools:
    """By call, whether the log misses its line's first calls."""
    first = np.full(int(line.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, line, attempt)
    begun: Bools = (first > 1)[line]
    return begun


def _rank_of(names: list[str]) -> I64:
    """By name, its place in their order."""
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(np.array(names))] = np.arange(len(names))
    return rank


def local_minutes(zone: I64, zones: list[str], start: I64) -> I64:
    """(n,) Minutes since 1970 of local clocks; one moment at least.

    Parameters
    ----------
    zone, zones
        Places in the zones' names, and these.
    start
        Moments, ms since 1970 UTC.
    """
    clocks = Clocks(zones, int(start.min()) - 1, int(start.max()) + 1)
    minutes: I64 = clocks.local_ms(zone, start) // 60_000
    return minutes


def coded(calls: pa.Table, name: str) -> tuple[I64, list[str]]:
    """A column of texts as (n,) places in its distinct texts, -1 where it has none, and these."""
    column = calls.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    coded = pc.dictionary_encode(column)
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, coded.dictionary.to_pylist()


def _named(coded: tuple[I64, list[str]], name: str) -> Bools:
    """(n,) Which rows of a coded column have a name."""
    codes, names = coded
    there: Bools = codes == (names.index(name) if name in names else -2)
    return there


def _see_who_answered(outcome: I64, answered: Bools) -> None:
    """Refuse a log that does not tell persons from machines."""
    known = int(np.count_nonzero(outcome >= MACHINE))
    untold = int(np.count_nonzero(answered & (outcome < 0)))
    if untold > _MOST_UNTOLD * max(known + untold, 1):
        raise CannotJudgeError(
            f"of {known + untold:,} answered calls, {untold:,} do not tell whether a person or a "
            f"machine answered; more than {_MOST_UNTOLD:.0%} would bend every share. A log with "
            "answering machine detection, or with agents' codes, tells it"
        )


def _with_half_seconds(ring: F64, outcome: I64) -> F64:
    """Ring times; of a log of whole seconds, cut off, pick-ups lie half a second later."""
    picked = outcome >= MACHINE
    whole = ring[picked]
    if len(whole) and (np.mod(whole, 1000) == 0).all():
        return np.where(picked, ring + 500, ring)
    return ring
