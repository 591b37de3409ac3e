"""One run as the charts and the report read it: its tables, its metrics and what they are about.

Tables are plain column dicts of numpy arrays. Counts in them are as simulated; ``full`` turns them
into full-size equivalents, and ``count`` writes them so, marked with ≈ where the run was scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.view.clock import Moments, utc
from analysis.view.columns import FURTHER, TABLES, Columns, select, without_rows
from analysis.view.numbers import MISSING, NARROW, decimal
from sim.measure.metrics import METRICS, unit_of

Number = float | int | None


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What a run says, ready to be drawn and written."""

    name: str
    """The scenario's name."""
    question: str | None
    """The question that the scenario asks."""
    strategies: tuple[str, ...]
    """Names, in the scenario's order."""
    base: str
    """The strategy that the others are compared with."""
    timezone: str
    """IANA zone of the campaign: times on axes are local to it."""
    seed: int
    scale: float
    """Share of full size that was simulated, over 0, at most 1."""
    version: str
    """Version of Ringfence that ran."""
    metrics: Mapping[str, Number | str]
    """One value a key ``strategy.metric``, as simulated."""
    tables: Mapping[str, Columns]
    """By the names of ``TABLES``, and of those of ``FURTHER`` that there are."""
    currency: str | None = None
    """ISO 4217 code of the prices."""
    reached_live_ms: Mapping[str, int] = field(default_factory=dict)
    """By strategy: listening time that counts as delivered live, ms."""
    reached_voicemail: Mapping[str, str] = field(default_factory=dict)
    """By strategy: voicemail counts as reached when ``heard``, ``left`` or ``never``."""
    audit: Columns = field(default_factory=dict)
    """The table ``audit``; without rows, or empty, where no regime was asked for."""
    regulator_thresholds: Mapping[str, int] = field(default_factory=dict)
    """By stage: reports from which the world's regulator goes so far; empty without one."""
    stories: tuple[tuple[str, np.datetime64], ...] = ()
    """Stories that break by themselves from the base's start on: channel, and local moment."""
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By strategy: how it was run at full size, such as its channels; empty where that is not
    known."""
    log_facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By strategy: how likely its calls are what they are under other values of what was read."""
    notices: tuple[str, ...] = ()
    """What a reader must know of this run, such as the rounding of a scaled one."""
    looks: tuple[str, ...] = ()
    """All strategies, by which they are numbered where only some are shown; empty where all are."""
    known: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out of it before, by what it is; a changed copy begins anew."""

    def __post_init__(self) -> None:
        missing = [name for name in TABLES if name not in self.tables]
        if missing:
            raise ValueError(f"tables of the run lack {', '.join(missing)}")
        if self.base not in self.strategies:
            raise ValueError(f"base {self.base!r} is not one of {list(self.strategies)}")

    # ── Rows ─────────────────────────────────────────────────────────────────────────────────

    def table(self, name: str) -> Columns:
        """A table by name; one of ``FURTHER`` that is not there has no row."""
        if name in FURTHER and name not in self.tables:
            return without_rows(name)
        return self.tables[name]

    def of(self, name: str, strategy: str) -> dict[str, NDArray[Any]]:
        """The rows of a table that belong to one strategy."""
        table = self.table(name)
        return select(table, np.asarray(table["strategy"] == strategy, dtype=bool))

    def total(self, strategy: str, column: str, table: str = "timeline") -> float:
        """A column of counts summed over the rows of a strategy, as simulated."""
        return float(self.of(table, strategy)[column].sum())

    def last(self, strategy: str, column: str) -> float:
        """A running count at the end of the timeline, as simulated; 0 where nothing happened."""
        values = self.of("timeline", strategy)[column]
        return float(values[-1]) if len(values) else 0.0

    @cached_property
    def starts(self) -> dict[str, np.datetime64]:
        """Start of the campaign by strategy, UTC; NaT where its timeline has no row."""
        found = {}
        for strategy in self.strategies:
            bins = utc(self.of("timeline", strategy)["bin_start_utc"])
            found[strategy] = bins[0] if len(bins) else np.datetime64("NaT", "ms")
        return found

    @property
    def others(self) -> tuple[str, ...]:
        """All strategies but the base."""
        return tuple(s for s in self.strategies if s != self.base)

    # ── Metrics ──────────────────────────────────────────────────────────────────────────────

    def metric(self, strategy: str, name: str) -> float | None:
        """A metric as simulated, or None where it is missing or not a number."""
        value = self.metrics.get(f"{strategy}.{name}")
        return None if value is None or isinstance(value, str) else float(value)

    def shown(self, strategy: str, name: str) -> float | None:
        """A metric at full size; None where it has no value or a scaled run cannot tell it."""
        kind = METRICS[name].kind
        value = self.metric(strategy, name)
        if value is None or (kind == "not_scalable" and self.scaled):
            return None
        return value * self.factor if kind == "additive" else value

    def unit(self, name: str) -> str:
        """Unit of a metric, with the scenario's currency in place."""
        return unit_of(name, self.currency)

    # ── Scale ────────────────────────────────────────────────────────────────────────────────

    @property
    def scaled(self) -> bool:
        """Whether fewer lines than the scenario has were simulated."""
        return self.scale < 1

    @property
    def factor(self) -> float:
        """What a count as simulated is multiplied by to stand for full size."""
        return 1 / self.scale

    def full(self, count: Any) -> Any:
        """A count, or an array of counts, at full size."""
        return np.asarray(count, dtype=float) * self.factor

    def count(self, count: float | None, *, separator: str = NARROW) -> str:
        """A count as simulated, written at full size: 6 000 000, or ≈6 000 000 if scaled."""
        if count is None or not np.isfinite(count):
            return MISSING
        return (self.approx if count else "") + decimal(count * self.factor, separator=separator)

    @property
    def approx(self) -> str:
        """The mark of a full-size equivalent, or nothing at full size."""
        return "≈" if self.scaled else ""

    # ── Moments ──────────────────────────────────────────────────────────────────────────────

    @cached_property
    def cutoffs(self) -> dict[str, np.datetime64]:
        """Cutoff of the campaign by strategy, UTC: the latest of its territories'."""
        return {s: _latest(self.of("territories", s)["cutoff_utc"]) for s in self.strategies}

    def list_done(self, strategy: str) -> np.datetime64:
        """When the strategy had dialled its whole list, UTC; NaT where it never did."""
        rows = self.of("territories", strategy)
        done = utc(rows["list_done_utc"])[rows["lines"] > 0]
        return np.datetime64("NaT") if np.isnat(done).any() else _latest(done)


def _latest(moments: Moments) -> np.datetime64:
    known = utc(moments)
    known = known[~np.isnat(known)]
    return np.datetime64(known.max()) if len(known) else np.datetime64("NaT")
