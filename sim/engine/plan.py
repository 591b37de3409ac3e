"""The plan: one strategy in one world, reduced to integers. What both engines read.

Nothing here depends on an engine. Times are int64 milliseconds since the campaign's start, in UTC;
intervals are half-open; shares have become uint32 thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables
from sim.streams import Key
from sim.world.population import Population

NEVER = np.iinfo(np.int64).max
"""A time that does not come."""


@dataclass(frozen=True, slots=True)
class Step:
    """A value in force from a moment on."""

    at_ms: int
    channels: int
    calls_per_second: Fraction


@dataclass(frozen=True, slots=True)
class Calling:
    """A territory's calendar."""

    open_ms: NDArray[np.int64]
    """(k, 2) Intervals in which its lines may be dialled, cut at its cutoff; ordered, disjoint."""
    cutoff_ms: int
    """No call to it starts at or after this moment."""
    row_from_ms: NDArray[np.int64]
    """(m,) Moments at which its local quarter-hour changes; the first is 0."""
    row: NDArray[np.int16]
    """(m,) Local quarter-hour of the week from each such moment, 0 (Monday 00:00) to 671."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that may be dialled at the same times: those of a territory, or of a slot in it."""

    territory: int
    """Whose clock and cutoff they have."""
    open_ms: NDArray[np.int64]
    """(k, 2) Intervals in which they may be dialled, cut at the cutoff; ordered, disjoint."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an engine needs."""

    key: Key
    population: Population
    tables: CallTables
    order: NDArray[np.int32]
    """(n,) The list: line ids in dialling order. Lines that are not on the list are absent."""
    calling: tuple[Calling, ...]
    """By territory: its clock, its cutoff, and when the strategy calls there at all."""
    groups: tuple[Group, ...]
    """By group of lines: when its lines may be dialled."""
    group: NDArray[np.uint16]
    """(lines,) By line id: its group."""
    steps: tuple[Step, ...]
    """Capacity over time: in order of time, the first at 0."""
    cutoff_ms: int
    """The campaign's cutoff."""
    cohorts: int
    """Frailty cohorts in a class of lines."""
    lifetime: int
    """Most attempts per line."""
    retry_delay_ms: NDArray[np.int64]
    """(16,) By outcome: end of call to the retry falling due; 0 where it is not retried."""
    live_thresholds_ms: tuple[int, ...]
    """Listening times that outcomes tell apart, rising."""
    reached_live_ms: int
    """The one of them that means *delivered live*."""
    start_utc_ms: int
    """The campaign's start, ms since 1970 UTC."""
