"""Strategies over many draws: what a run's readings or a study found, ready to be drawn.

Arrays of a strategy have one value a draw; those of two strategies are of the same draws, so they
may be compared value by value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.view.columns import columns, select
from analysis.view.run import RunView
from analysis.view.verdict import Driver, run_luck
from sim.study.comparison import Verdict as Sign
from sim.study.comparison import paired
from sim.study.counts import Count, at_least, quantile

if TYPE_CHECKING:
    from sim.store.study import Study

Floats = NDArray[np.float64]
FIVE = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Points of a spread that is drawn: its ends, its middle half, and its middle."""
PEOPLE, COMPLAINTS = "people_reached", "complaints"


@dataclass(frozen=True, slots=True)
class Five:
    """Where a number lies over draws."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of one strategy beside the base's, draw by draw."""

    strategy: str
    ratio: Five
    higher: float
    """Share of draws in which it is the higher, beyond the luck of a run; 0–1."""
    lower: float
    sign: Sign
    """Which sign may be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A number of one strategy and of the base, in the same draws."""

    value: Floats
    """(n,)"""
    base: Floats
    """(n,)"""
    noise: float
    """Relative difference that luck alone makes, two standard deviations."""


@dataclass(frozen=True)
class Draws:
    """Strategies over draws."""

    strategies: tuple[str, ...]
    """In the scenario's order."""
    base: str
    """What the others are compared with."""
    over: str
    """What the draws are of, in words: ``1,024 draws of 12 of 21 uncertain inputs``."""
    people: Mapping[str, Floats]
    """By strategy: people reached, (n,), at full size; empty where nothing was drawn."""
    complaints: Mapping[str, Count]
    """By strategy: complaints, mean and variance of each draw, (n,); empty where there are none."""
    beside: Mapping[str, Mapping[str, Pair]]
    """By number (:data:`PEOPLE`, :data:`COMPLAINTS`), by strategy other than the base."""
    drivers: Mapping[str, tuple[Driver, ...]] = field(default_factory=dict)
    """By number: what explains its spread in the base strategy, the strongest first."""
    scaled: bool = False
    """Whether fewer lines than the scenario has were simulated."""
    _spreads: dict[str, Five] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def approx(self) -> str:
        """The mark of a full-size equivalent, or nothing at full size."""
        return "≈" if self.scaled else ""

    @property
    def drawn(self) -> bool:
        """Whether there is any draw."""
        return any(len(values) > 1 for values in self.people.values())

    def spread_of_people(self, strategy: str) -> Five:
        """Where people reached lie."""
        return five(self.people[strategy])

    def spread_of_complaints(self, strategy: str) -> Five:
        """Where the number of complaints lies, over draws and luck."""
        if strategy not in self._spreads:
            count = self.complaints[strategy]
            self._spreads[strategy] = Five(*(float(quantile(count, share)) for share in FIVE))
        return self._spreads[strategy]

    def expected(self, strategy: str) -> float:
        """Complaints expected, in the mean over draws."""
        return float(self.complaints[strategy].mean.mean())

    def exceeding(self, strategy: str, numbers: Iterable[int]) -> Floats:
        """Chance of so many complaints or more, over draws and luck, for each number."""
        count = self.complaints[strategy]
        return np.array([at_least(count, number) for number in numbers], dtype=np.float64)

    def differences(self, number: str) -> list[Difference]:
        """Each other strategy beside the base, the one with most first."""
        found = [
            Difference(
                name,
                five(pair.value[pair.base > 0] / pair.base[pair.base > 0]),
                told.higher,
                told.lower,
                told.verdict,
            )
            for name, pair in self.beside.get(number, {}).items()
            if (pair.base > 0).any()
            for told in (paired(pair.value, pair.base, pair.noise),)
        ]
        return sorted(found, key=lambda one: -one.ratio.p50)

    def attained(self, share: float, most: Iterable[float]) -> Floats:
        """People that the best strategy for each limit on complaints reaches in so many draws.

        Parameters
        ----------
        share
            Of the draws in which it reaches at least so many, 0–1.
        most
            Limits on the complaints that are expected in a draw.

        Returns
        -------
        (m,) float64
            Not a number where in too few draws any strategy keeps the limit.
        """
        names = [s for s in self.strategies if s in self.people and s in self.complaints]
        people = np.stack([self.people[s] for s in names])
        complaints = np.stack([self.complaints[s].mean for s in names])
        out = []
        for limit in most:
            best = np.where(complaints <= limit, people, -1.0).max(axis=0)
            # Reached in `share` of draws: the point that only 1 - share of them stay below.
            at = float(np.quantile(best, 1 - share, method="lower"))
            out.append(at if at >= 0 else math.nan)
        return np.array(out)


def five(values: Floats) -> Five:
    """The spread of (n,) values."""
    return Five(*np.quantile(values, FIVE).tolist())


def draws_of_run(run: RunView) -> Draws:
    """A run under other values of the inputs that none of its calls hangs on."""
    if "draws" not in run.known:
        run.known["draws"] = _draws_of_run(run)
    found: Draws = run.known["draws"]
    return found


def _draws_of_run(run: RunView) -> Draws:
    people = {s: _column(run, s, PEOPLE) * run.factor for s in run.strategies}
    people = {s: values for s, values in people.items() if len(values)}
    complaints = {
        s: Count(mean, _column(run, s, f"{COMPLAINTS}_variance"))
        for s in people
        if not np.isnan(mean := _column(run, s, COMPLAINTS)).any()
    }
    inputs = run.of("reading_inputs", run.base)
    n, of = len(people.get(run.base, ())), len(inputs["drawn"])
    return Draws(
        strategies=run.strategies,
        base=run.base,
        over=f"{n:,} draws of the {int(inputs['drawn'].sum())} of {of} uncertain inputs that no "
        "call hangs on",
        people=people,
        complaints=complaints,
        beside={
            PEOPLE: _pairs(run, people, {s: run_luck(run, s) for s in people}),
            COMPLAINTS: _pairs(run, {s: c.mean for s, c in complaints.items()}, {}),
        },
        drivers={
            number: _drivers(inputs, column)
            for number, column in ((PEOPLE, "share_people"), (COMPLAINTS, "share_complaints"))
        },
        scaled=run.scaled,
    )


def _column(run: RunView, strategy: str, column: str) -> Floats:
    """A column of readings without the central one."""
    return np.asarray(run.of("readings", strategy)[column], dtype=np.float64)[1:]


def _pairs(
    run: RunView, values: Mapping[str, Floats], luck: Mapping[str, float]
) -> dict[str, Pair]:
    if run.base not in values:
        return {}
    base = values[run.base]
    return {
        s: Pair(v, base, 2 * math.hypot(luck.get(s, 0.0), luck.get(run.base, 0.0)))
        for s, v in values.items()
        if s != run.base and len(v) == len(base)
    }


def _drivers(inputs: Mapping[str, NDArray[np.generic]], column: str) -> tuple[Driver, ...]:
    """Inputs that explain a number's spread, the strongest first."""
    shares = np.asarray(inputs[column], dtype=np.float64)
    found = [
        Driver(str(path), float(share))
        for path, share in zip(inputs["input"], shares, strict=True)
        if math.isfinite(share)
    ]
    return tuple(sorted(found, key=lambda one: -one.share))


def draws_of_study(study: Study) -> Draws:
    """A study's draws and their readings together.

    Raises
    ------
    sim.errors.RunDirectoryError
        Where a file differs from its digest.
    """
    from sim.store.study import READINGS

    told = study.answer["strategies"]
    table = study.arrow(READINGS)
    rows = columns(table) if table is not None else None
    people: dict[str, Floats] = {}
    complaints: dict[str, Count] = {}
    beside: dict[str, dict[str, Pair]] = {PEOPLE: {}, COMPLAINTS: {}}
    for name in study.strategies if rows is not None else ():
        assert rows is not None
        own = select(rows, rows["strategy"] == name)
        people[name] = own[PEOPLE]
        if not np.isnan(own[COMPLAINTS].astype(np.float64)).any():
            complaints[name] = Count(own[COMPLAINTS], own[f"{COMPLAINTS}_variance"])
        for number, pairs in beside.items():
            value, base = (own[f"{number}_{end}"].astype(np.float64) for end in ("beside", "base"))
            if name != study.answer["base"] and not np.isnan(value).any():
                noise = told[name]["against_base"].get(number, {}).get("noise", 0.0)
                pairs[name] = Pair(value, base, noise)
    base = told[study.answer["base"]]
    return Draws(
        strategies=study.strategies,
        base=study.answer["base"],
        over=f"{study.draws_count} draws of {len(study.answer['uncertain'])} uncertain inputs, "
        f"{max(map(len, people.values()), default=0):,} readings in all",
        people=people,
        complaints=complaints,
        beside=beside,
        drivers={
            number: tuple(Driver(one["path"], one["share"]) for one in base["drivers"].get(key, ()))
            for number, key in ((PEOPLE, PEOPLE), (COMPLAINTS, "complaints_regulator"))
        },
        scaled=study.facts.effective < 1,
    )
