"""What a chapter is: one thing that a campaign leads to, with all that is told of it.

A chapter holds its totals, its metrics, the columns of its tables and the functions that make their
rows. :data:`sim.measure.chapters.CHAPTERS` joins them. Console, report, run directory, baselines,
ledgers and data dictionary read that registry, so a new chapter needs no word anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from sim.measure.evidence import Evidence
from sim.measure.metric import Heading, Metric
from sim.measure.rows import Block
from sim.record.column import Table

if TYPE_CHECKING:
    from sim.measure.findings import Findings

Account = tuple[str, int, str, int]
"""A name and its value, and the name and value that it is held against."""


class Shelf(IntEnum):
    """Where the rows of a table come from. Tables stand in this order, then in that of chapters."""

    CALLS = 0
    """Counts of the call log: every call is in one row, in the column ``attempts``."""
    ACTS = 1
    """What people did after the calls, a row each, or counts of it."""
    ANSWERS = 2
    """What others did in answer, a row a step."""
    CHANCES = 3
    """Computed in floats, not counted: may differ in the last bit between machines, so baselines
    hold no digest of it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a chapter."""

    table: Table
    """Its name and columns, the strategy's name first."""
    shelf: Shelf
    rows: Callable[[Evidence], Block]
    """Makes one strategy's rows; where the world does not model the thing, none."""


def _nothing(_found: Findings) -> Iterable[Account]:
    return ()


def _no_counters(_found: Findings) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One thing that a campaign leads to."""

    name: str
    totals: Callable[[Evidence], object | None]
    """Counts it: an object of the chapter's own class, or None where it is not modelled."""
    metrics: tuple[Metric, ...]
    """In the order of the registry; where each is shown, its place says."""
    heading: Heading = Heading.OTHERS
    """Under which they are compared, where their place names no other."""
    sheets: tuple[Sheet, ...] = ()
    equal: Callable[[Findings], Iterable[Account]] = _nothing
    """Ledger: what must be equal, after every run."""
    within: Callable[[Findings], Iterable[Account]] = _nothing
    """Ledger: what must not be more than what it is held against."""
    counters: Callable[[Findings], Mapping[str, int]] = _no_counters
    """Whole numbers, beside the metrics, that baselines keep of a strategy."""
