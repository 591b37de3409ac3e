"""The posterior of some parameters: its mode, its spread, and how far a normal law holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, ndtri

from sim.study.points import uniforms

F64 = NDArray[np.float64]
Scores = Callable[[F64, bool], tuple[F64, F64]]
"""Parameters to the log-likelihood of each line and, where they are wanted, its derivatives."""
CHECKED = 128
"""Points at which the normal law is held against the posterior itself."""
LEAST_SHARE = 0.1
"""Below this effective share of them, the quantiles are those of the weighted points."""


@dataclass(frozen=True)
class Posterior:
    """A posterior as a normal law, or, where that does not hold, as weighted points of it."""

    mode: F64
    covariance: F64
    points: F64
    """(points, parameters) Draws."""
    effective: float
    """Effective share of draws of the normal law, once each has its weight."""

    @property
    def normal(self) -> bool:
        """Whether the normal law was good enough."""
        return self.effective >= LEAST_SHARE


def posterior(
    scores: Scores, start: F64, mean: F64, precision: F64, held: dict[int, float] | None = None
) -> Posterior:
    """The posterior of parameters with a normal prior.

    Parameters
    ----------
    scores
        The likelihood, line by line.
    start
        Where to begin.
    mean, precision
        Of the prior.
    held
        Parameters that are held at a value, by place.
    """
    held = held or {}
    free = np.array([k for k in range(len(start)) if k not in held])
    whole = start.copy()
    for place, fixed in held.items():
        whole[place] = fixed
    cache: dict[bytes, tuple[float, F64, F64]] = {}

    def at(values: F64) -> tuple[float, F64, F64]:
        known = values.tobytes()
        if known not in cache:
            cache.clear()
            full = whole.copy()
            full[free] = values
            log_likelihood, each = scores(full, True)
            away = full - mean
            pull = precision @ away
            height = -float(log_likelihood.sum()) + 0.5 * float(away @ pull)
            slope = -each.sum(axis=0) + pull
            # Not by the library of matrices: its threads cost more than they save here.
            curve = np.einsum("ij,ik->jk", each, each, optimize=False) + precision
            cache[known] = height, slope[free], curve[np.ix_(free, free)]
        return cache[known]

    def height_of(values: F64) -> float:
        full = whole.copy()
        full[free] = values
        away = full - mean
        return -float(scores(full, False)[0].sum()) + 0.5 * float(away @ precision @ away)

    found = minimize(
        lambda v: at(v)[0],
        whole[free],
        jac=lambda v: at(v)[1],
        hess=lambda v: at(v)[2],
        method="trust-exact",
        options={"gtol": 1e-3, "maxiter": 200},
    )
    best, lowest = found.x, at(found.x)[0]
    covariance = np.linalg.inv(at(best)[2])
    root = np.linalg.cholesky(covariance)
    normals = points_of(CHECKED, len(free))
    drawn = best + normals @ root.T
    excess = np.array([lowest - height_of(each) for each in drawn]) + 0.5 * (normals**2).sum(axis=1)
    weight = np.exp(excess - logsumexp(excess))
    effective = float(1.0 / (weight**2).sum() / CHECKED)
    draws = best + points_of(4096, len(free)) @ root.T
    if effective < LEAST_SHARE:
        chosen = np.searchsorted(np.cumsum(weight), (np.arange(4096) + 0.5) / 4096)
        draws = drawn[np.minimum(chosen, CHECKED - 1)]
    full = np.tile(whole, (len(draws), 1))
    full[:, free] = draws
    mode = whole.copy()
    mode[free] = best
    spread = np.zeros((len(start), len(start)))
    spread[np.ix_(free, free)] = covariance
    return Posterior(mode, spread, full, effective)


def pooled(
    scores: Scores,
    start: F64,
    mean: F64,
    precision: F64,
    place: int,
    held: dict[int, float] | None = None,
) -> Posterior:
    """The posterior where data tell nothing of one parameter: it keeps its prior.

    It is held at three points of that, by which the others are pooled (Gauss and Hermite's weights
    1, 4 and 1): fitted with the others it would be confidently wrong.

    Parameters
    ----------
    scores, start, mean, precision, held
        As for :func:`posterior`.
    place
        Of that parameter.
    """
    spread = float(precision[place, place] ** -0.5)
    each = [
        posterior(scores, start, mean, precision, {**(held or {}), place: mean[place] + far})
        for far in (-np.sqrt(1.5) * spread, 0.0, np.sqrt(1.5) * spread)
    ]
    size = len(each[0].points)
    counts = (size // 6, size - 2 * (size // 6), size // 6)
    points = np.concatenate([one.points[:n] for one, n in zip(each, counts, strict=True)])
    # The parameter itself has its prior, in order.
    points[:, place] = mean[place] + spread * ndtri((np.arange(size) + 0.5) / size)
    least = min(one.effective for one in each)
    return Posterior(each[1].mode, np.cov(points, rowvar=False), points, least)


@lru_cache(maxsize=8)
def points_of(n: int, size: int) -> F64:
    """(n, size) Standard normal points, spread evenly; the same every time."""
    points: F64 = ndtri(uniforms(0, [f"fit {k}" for k in range(size)], range(n)))
    points.flags.writeable = False  # shared by all who ask
    return points
