"""One run as the charts and the report read it: its tables, its metrics and what they are about.

Tables are plain column dicts of numpy arrays. Counts in them are as simulated; ``full`` turns them
into full-size equivalents, and ``count`` writes them so, marked with ≈ where the run was scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.clock import Moments, utc
from analysis.numbers import MISSING, NARROW, decimal
from sim import __version__
from sim.measure.columns import FEEDBACK_TABLES
from sim.measure.metrics import METRICS, unit_of
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.store.columns import TABLES as REGISTERED
from sim.store.errors import RunDirectoryError
from sim.store.read import SCENARIO, Run

Columns = Mapping[str, NDArray[Any]]
"""A table: arrays of one length by column name."""
Number = float | int | None

TABLES = ("timeline", "territories", "answering", "attempts", "parameters")
"""The tables that a report cannot do without."""
FURTHER = (*FEEDBACK_TABLES, "violations", "exposure")
"""Tables of what acts back and of the law: a run that models neither, or is old, has none."""


STAGES = ("contact", "reminder", "order")
"""What the regulator takes to, in order."""


def columns(table: Any) -> dict[str, NDArray[Any]]:
    """Column arrays of a mapping, of an Arrow table or of a data frame."""
    if isinstance(table, Mapping):
        return {str(name): np.asarray(values) for name, values in table.items()}
    names = getattr(table, "column_names", None)
    if names is None:
        return {str(name): np.asarray(table[name]) for name in table}
    return {name: _numpy(table.column(name)) for name in names}


def _numpy(column: Any) -> NDArray[Any]:
    """Arrow's column as numpy; a zone is dropped, since stored moments are all UTC.

    By way of a list: ``to_numpy`` would import pandas, which takes longer than these small tables.
    """
    kind = str(column.type)
    if kind.startswith("timestamp"):
        stamps = column.cast("int64")  # milliseconds, as sim.store.columns says
        return np.array(
            [_NAT if ms is None else ms for ms in stamps.to_pylist()], dtype="int64"
        ).view("datetime64[ms]")
    values = column.to_pylist()
    if kind in {"double", "float"} or (kind in _DTYPES and None in values):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return np.array(values, dtype=bool if kind == "bool" else _DTYPES.get(kind, object))


_NAT = np.iinfo(np.int64).min
_DTYPES = {f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
_EMPTY = {"timestamp[ms, UTC]": "datetime64[ms]", "text": "object", "category": "object"}


def without_rows(name: str) -> dict[str, NDArray[Any]]:
    """A registered table that has no row."""
    return {
        column.name: np.empty(0, dtype=_EMPTY.get(column.dtype, column.dtype))
        for column in REGISTERED[name].columns
    }


def select(table: Columns, mask: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """The rows of a table where ``mask`` is true."""
    return {name: values[mask] for name, values in table.items()}


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
    notices: tuple[str, ...] = ()
    """What a reader must know of this run, such as the rounding of a scaled one."""

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


def as_view(run: Run | RunView, scenario: Scenario | None = None) -> RunView:
    """A run directory's content, read from disk or still in memory, as the report reads it.

    Parameters
    ----------
    run
        What :func:`sim.store.read.load_run` gives, or what a run hands to its report.
    scenario
        Its scenario at full size; left out, it is read from the run directory.
    """
    if isinstance(run, RunView):
        return run
    if scenario is None:
        from sim.scenario.load import load_scenario

        scenario = load_scenario(run.path / SCENARIO).scenario
    strategies = run.strategies
    base = run.base if run.base in strategies else strategies[0]
    rules = {name: scenario.strategies[name] for name in strategies}
    return RunView(
        name=run.name,
        question=run.question,
        strategies=strategies,
        base=base,
        timezone=rules[base].campaign.timezone,
        seed=run.seed,
        scale=run.scale,
        version=str(run.manifest.get("versions", {}).get("ringfence", __version__)),
        metrics=run.metrics,
        tables={
            **{name: columns(run.arrow(name)) for name in TABLES},
            **{name: _if_there(run, name) for name in FURTHER},
        },
        audit=_if_there(run, "audit"),
        currency=next(filter(None, map(_currency, rules.values())), None),
        reached_live_ms={name: rule.reached_when.live for name, rule in rules.items()},
        reached_voicemail={name: rule.reached_when.voicemail for name, rule in rules.items()},
        regulator_thresholds=(
            {}
            if scenario.world.regulator is None
            else {
                stage: int(getattr(scenario.world.regulator.thresholds, stage)) for stage in STAGES
            }
        ),
        notices=_scaling(run, scenario),
    )


def _if_there(run: Run, name: str) -> dict[str, NDArray[Any]]:
    """A table, without rows where the run was written before there were such tables."""
    try:
        return columns(run.arrow(name))
    except RunDirectoryError:
        if REGISTERED[name].file in run.manifest.get("files", {}):
            raise
        return without_rows(name)


def _scaling(run: Run, scenario: Scenario) -> tuple[str, ...]:
    """What a reader should know of a scaled run: what it cannot help, and what it rounded."""
    if run.scale >= 1:
        return ()
    asked = Fraction(str(run.manifest["scale"]["asked"]))
    changes: dict[str, list[str]] = {}
    for r in scale_scenario(scenario, asked)[1]:
        if r.used == r.exact:
            continue
        path = str(r.path)
        if path.startswith("strategies."):
            owner = next((s for s in run.strategies if path.startswith(f"strategies.{s}.")), None)
            if owner is None:
                continue
            path = f"strategies.*.{path.removeprefix(f'strategies.{owner}.')}"
        change = f"{float(r.exact):g} to {float(r.used):g}"
        changes.setdefault(f"{path} {change}", []).append(f"{r.path} {change}")
    rounded = [name if len(same) > 1 else same[0] for name, same in changes.items()]
    few = (
        "A scaled run has few channels, and few are all busy more often than many at the same load "
        "each: against a tight cutoff it dials less than the campaign would at full size."
    )
    return (few, f"Rounded by the scale: {', '.join(rounded)}.") if rounded else (few,)


def _currency(strategy: Strategy) -> str | None:
    """ISO 4217 code of a strategy's prices."""
    prices = strategy.prices
    charged = (prices.per_line_dialled, prices.per_attempt, prices.per_minute)
    return next((price.currency for price in charged if price), None)


def _latest(moments: Moments) -> np.datetime64:
    known = utc(moments)
    known = known[~np.isnat(known)]
    return np.datetime64(known.max()) if len(known) else np.datetime64("NaT")


def parameters(run: RunView) -> list[dict[str, Any]]:
    """The parameters that a reader should know, one dict a row, in the scenario's order.

    Those of strategies that did not run are left out. One that several strategies have, with the
    same values and source, is one row: its path has ``*`` for the strategy. Where values differ,
    there is a row for each, named after the first strategy that has them.
    """
    table = run.table("parameters")
    names = sorted(run.strategies, key=len, reverse=True)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for i, path in enumerate(map(str, table["path"])):
        row = {name: values[i] for name, values in table.items()}
        if path.startswith("strategies."):
            owner = next((n for n in names if path.startswith(f"strategies.{n}.")), None)
            if owner is None:
                continue
            if len(names) > 1:
                path = f"strategies.*.{path.removeprefix(f'strategies.{owner}.')}"
        same = tuple(str(value) for name, value in row.items() if name != "path")
        found.setdefault((path, *same), row)
    shared = [key[0] for key in found]
    return [
        {**row, "path": key[0]} if shared.count(key[0]) == 1 else row for key, row in found.items()
    ]
