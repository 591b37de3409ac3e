"""A level of complaints by kind, country and era, partly pooled: tried, and not taken.

The logarithm of a campaign's complaints per million is normal around a sum: one for all; live
calls, texts, political ones; what was counted; its country; and its kind in its country and era.
Countries and cells are pooled by normal laws. National ratios are evidence on the mean of the same,
with a shift and a spread of their own. "More than" is a bound. Where selection by volume counts,
a campaign is known with a chance that rises with its complaints.

Its spreads are summed over, at points of Sobol's sequence in their priors; given these the rest is
normal around its mode (Laplace), exactly so where nothing is a bound or selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import log_ndtr, logsumexp, ndtr
from threadpoolctl import threadpool_limits

from analysis.validation.levels import Basis, Kind, Known, Nation

Floats = NDArray[np.float64]
POINTS = 64
"""Points at which spreads are summed over."""
SHIFTS = ("all", "live", "text", "political", "connected", "registered", "national")
_MEANS = (np.log(30.0), 0.0, 0.0, 0.0, np.log(2.0), np.log(2.0), 0.0)
_SPREADS = (1.5, 2.0, 2.0, 1.0, 0.7, 0.7, 1.0)
"""Priors of the shifts: the level of all is 30 per million within a factor of 12 (5-95 %)."""


@dataclass(frozen=True, slots=True)
class Where:
    """Of what a level is asked."""

    kind: Kind
    country: str
    late: bool
    political: bool = False
    basis: Basis = "dialled"


def _log_normal(z: Floats) -> Floats:
    """Logarithm of the standard normal density."""
    return -0.5 * z**2 - 0.9189385332046727


@dataclass(frozen=True, slots=True, eq=False)
class Predictive:
    """A further campaign's level on the logarithm: a mixture of normal laws."""

    weight: Floats
    mean: Floats
    sd: Floats

    def quantile(self, share: float) -> float:
        """Complaints per million of which so large a share of campaigns has less."""

        def off(at: float) -> float:
            return float(self.weight @ ndtr((at - self.mean) / self.sd)) - share

        return float(np.exp(optimize.brentq(off, -25, 30)))

    def score(self, case: Known) -> float:
        """Logarithm of the density of a campaign's logarithm, or of the chance of more."""
        at = np.log(case.per_million)
        sd = np.sqrt(self.sd**2 + 1 / case.complaints)
        each = (
            log_ndtr((self.mean - at) / sd) if case.more else stats.norm.logpdf(at, self.mean, sd)
        )
        return float(logsumexp(each, b=self.weight))


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The posterior: at each point of the spreads, a normal law of the sum's parts."""

    countries: tuple[str, ...]
    cells: tuple[tuple[str, str, bool], ...]
    spreads: Floats
    """(points, 6) Of a campaign, countries, cells, nations; where selection begins, how softly."""
    weight: Floats
    modes: Floats
    covariances: Floats

    @property
    def effective(self) -> float:
        """So many points carry the weight: near 1, the prior's corner decides and not the data."""
        return float(1 / (self.weight**2).sum())

    def law(self, where: Where) -> Predictive:
        """The level of a further campaign."""
        row = _row(where, self.countries, self.cells)
        variance = np.einsum("i,kij,j->k", row, self.covariances, row)
        return Predictive(
            self.weight, self.modes @ row, np.sqrt(variance + self.spreads[:, 0] ** 2)
        )


def _row(
    where: Where,
    countries: tuple[str, ...],
    cells: tuple[tuple[str, str, bool], ...],
    *,
    national: bool = False,
) -> Floats:
    """The parts that a level is the sum of; a country or a cell not seen has one of its own."""
    row = np.zeros(len(SHIFTS) + len(countries) + len(cells) + 2)
    for at, there in enumerate(
        (
            True,
            where.kind == "live",
            where.kind == "text",
            where.political,
            where.basis == "connected",
            where.basis == "registered",
            national,
        )
    ):
        row[at] = there
    cell = (where.kind, where.country, where.late)
    place = countries.index(where.country) if where.country in countries else len(countries)
    row[len(SHIFTS) + place] = 1
    place = cells.index(cell) if cell in cells else len(cells)
    row[len(SHIFTS) + len(countries) + 1 + place] = 1
    return row


def where_of(case: Known) -> Where:
    """Where a campaign stands."""
    return Where(case.kind, case.country, case.late, case.political, case.basis)


def _spread_points(points: int) -> Floats:
    """(points, 6) Spreads from their priors: half-normal, and log-normal where selection begins."""
    u = stats.qmc.Sobol(6, seed=1).random(points)
    scales = np.array([1.5, 0.7, 0.7, 0.5, 0.0, 0.7])
    out = stats.halfnorm.ppf(u) * scales + np.array([0.2, 0.02, 0.02, 0.05, 0.0, 0.1])
    out[:, 4] = stats.norm.ppf(u[:, 4], np.log(40), 0.7)
    return np.asarray(out, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Campaigns and nations as arrays."""

    rows: Floats
    log_level: Floats
    luck: Floats
    """Variance of the logarithm of a count by chance alone."""
    more: NDArray[np.bool_]
    log_calls: Floats
    """Logarithm of millions of calls."""
    national: Floats
    log_ratio: Floats


def fit(
    cases: Sequence[Known],
    nations: Sequence[Nation],
    *,
    selected: bool = False,
    points: int = POINTS,
) -> Fitted:
    """The posterior of all parts.

    Parameters
    ----------
    cases, nations
        What is known.
    selected
        Whether campaigns are known only from some number of complaints on, left free.
    points
        Points at which spreads are summed over.
    """
    every: tuple[Known | Nation, ...] = (*cases, *nations)
    countries = tuple(sorted({one.country for one in every}))
    cells = tuple(sorted({(one.kind, one.country, one.late) for one in every}))
    data = _Data(
        rows=np.array([_row(where_of(case), countries, cells) for case in cases]),
        log_level=np.log([case.per_million for case in cases]),
        luck=np.array([1 / case.complaints for case in cases]),
        more=np.array([case.more for case in cases]),
        log_calls=np.log([case.calls / 1e6 for case in cases]),
        national=np.array(
            [
                _row(
                    Where(each.kind, each.country, each.late, basis="connected"),
                    countries,
                    cells,
                    national=True,
                )
                for each in nations
            ]
        ),
        log_ratio=np.log([each.per_million for each in nations]),
    )
    spreads = _spread_points(points)
    with threadpool_limits(1, user_api="blas"):  # matrices are small: threads would cost more
        found = [
            _given(data, one, (len(countries), len(cells)), selected=selected) for one in spreads
        ]
    evidence = np.array([each[2] for each in found])
    weight = np.exp(evidence - logsumexp(evidence))
    modes, covariances = (np.array([each[at] for each in found]) for at in (0, 1))
    return Fitted(countries, cells, spreads, weight, modes, covariances)


def _given(
    data: _Data, spreads: Floats, sizes: tuple[int, int], *, selected: bool
) -> tuple[Floats, Floats, float]:
    """Mode, covariance and log evidence of the parts, given the spreads."""
    campaign, country, cell, nation, begins, softly = spreads.tolist()
    prior = np.array([*_SPREADS, *[country] * (sizes[0] + 1), *[cell] * (sizes[1] + 1)])
    middle = np.array([*_MEANS, *[0.0] * (sum(sizes) + 2)])
    sd = np.sqrt(campaign**2 + data.luck)
    # A nation's ratio is a mean over campaigns, so of a log-normal it has half the variance more.
    ratio = data.log_ratio - campaign**2 / 2
    wide = np.sqrt(softly**2 + sd**2)

    def terms(level: Floats) -> tuple[Floats, Floats, Floats]:
        """Log likelihood of each campaign, its slope and its bend in the level."""
        z = (data.log_level - level) / sd
        mills = np.exp(_log_normal(z) - log_ndtr(-z))
        value = np.where(data.more, log_ndtr(-z), -0.5 * z**2 - np.log(sd))
        slope = np.where(data.more, mills, z) / sd
        bend = np.where(data.more, mills * (mills - z), 1.0) / sd**2
        if selected:
            y = (level + data.log_calls - begins) / wide
            known = np.exp(_log_normal(y) - log_ndtr(y))
            value = value - log_ndtr(y)
            slope = slope - known / wide
            bend = bend - known * (known + y) / wide**2
        return value, slope, bend

    def target(x: Floats) -> tuple[float, Floats]:
        value, slope, _ = terms(data.rows @ x)
        off, away = (ratio - data.national @ x) / nation, (x - middle) / prior
        total = value.sum() - 0.5 * (off @ off) - 0.5 * (away @ away)
        gradient = data.rows.T @ slope + data.national.T @ off / nation - away / prior
        return -float(total), -gradient

    def precision_at(x: Floats) -> Floats:
        bend = terms(data.rows @ x)[2]
        known = (
            data.rows.T @ (data.rows * bend[:, None]) + data.national.T @ data.national / nation**2
        )
        return np.asarray(known + np.diag(prior**-2.0), dtype=np.float64)

    best = middle
    if selected:  # not concave: uphill by gradients alone
        best = optimize.minimize(target, middle, jac=True, method="L-BFGS-B").x
    for _ in range(0 if selected else 25):
        step = np.linalg.solve(precision_at(best), target(best)[1])
        best = best - step
        if np.abs(step).max() < 1e-9:
            break
    precision = precision_at(best)
    evidence = -target(best)[0] - np.log(prior).sum() - 0.5 * np.linalg.slogdet(precision)[1]
    evidence -= len(ratio) * np.log(nation)
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return np.asarray(best, dtype=np.float64), covariance, float(evidence)
