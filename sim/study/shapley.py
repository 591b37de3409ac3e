"""Whose doing the spread of a number is where inputs move together: Shapley effects.

Where inputs are linked, first-order shares count twice what they share, and leave out what one
does through another. Shapley's value (Owen 2014; Song, Nelson and Staum 2016) divides all of the
variance among the inputs: each gets the mean, over the orders in which inputs may become known, of
what it adds to the variance explained. It is never negative and sums to all that is explained.

What a set of inputs explains is worked out from a polynomial of second degree in the normal scores
of the inputs, fitted to the draws that exist. Inputs are linked by a normal copula
(:mod:`sim.study.joint`), so that their scores are normal, and of such a polynomial the variance
that a set explains has a closed form: with scores ``Z ~ N(0, Σ)``, ``Y = b·Z + Z'CZ`` and
``E[Z | Z_S] = A Z_S``, it is ``b'A Σ_S A'b + 2 tr(A'CA Σ_S A'CA Σ_S)`` (Owen and Prieur 2017 for
``C = 0``). How well the polynomial tells draws that it has not seen is told beside it; where that
is below :data:`LEAST_EXPLAINED`, there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.special import ndtri
from sim.study.intervals import SCRAMBLINGS
from sim.study.joint import root_of
from sim.study.surface import terms

Floats = NDArray[np.float64]
MOST_INPUTS: Final = 8
"""Most inputs among which a variance is divided: 256 sets."""
LEAST_EXPLAINED: Final = 0.8
"""Least share of the variance of unseen draws that the polynomial must tell."""
_RIDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Quadratic:
    """``Y = constant + b·Z + Z'CZ`` in normal scores."""

    linear: Floats
    """(d,) ``b``."""
    square: Floats
    """(d, d) ``C``, symmetric."""


@dataclass(frozen=True, slots=True)
class Shapley:
    """A variance, divided among inputs."""

    shares: Mapping[str, float]
    """By path: share of the variance that the polynomial has; they sum to 1."""
    told: float
    """Share of the variance of unseen draws that the polynomial tells."""


def effects(model: Quadratic, correlation: Floats) -> Floats:
    """(d,) Shapley effects of inputs on a quadratic, in units of its variance's.

    Parameters
    ----------
    model
        In the scores of d inputs.
    correlation : (d, d) float64
        Σ of the scores.

    Raises
    ------
    ValueError
        For more than :data:`MOST_INPUTS` inputs.
    """
    d = len(model.linear)
    if d > MOST_INPUTS:
        raise ValueError(f"{d} inputs; a variance is divided among {MOST_INPUTS} at most")
    known = {
        chosen: explained(model, correlation, chosen)
        for size in range(d + 1)
        for chosen in combinations(range(d), size)
    }
    out = np.zeros(d)
    for chosen, value in known.items():
        for one in range(d):
            if one not in chosen:
                with_it = known[tuple(sorted((*chosen, one)))]
                out[one] += (with_it - value) / (d * comb(d - 1, len(chosen)))
    return out


def explained(model: Quadratic, correlation: Floats, chosen: Sequence[int]) -> float:
    """Variance of the quadratic that some of its inputs explain together."""
    if not chosen:
        return 0.0
    own = correlation[np.ix_(chosen, chosen)]
    given = correlation[:, chosen] @ np.linalg.pinv(own)
    linear = given.T @ model.linear
    square = given.T @ model.square @ given @ own
    return float(linear @ own @ linear + 2 * np.trace(square @ square))


def shapley(value: Floats, uniforms: Mapping[str, Floats], correlation: Floats) -> Shapley | None:
    """Divide a number's variance among inputs; None where no polynomial tells it well enough.

    Parameters
    ----------
    value : (n, r) float64
        By run and reading; logarithms where it spans factors.
    uniforms
        By path of an input: (n, r), in the order of `correlation`; at most :data:`MOST_INPUTS`.
    correlation : (d, d) float64
        Of the inputs' normal scores.
    """
    n, r = value.shape
    root = np.asarray(np.linalg.pinv(root_of(correlation)), dtype=np.float64)
    scores = np.stack([ndtri(u.ravel()) for u in uniforms.values()])
    free = list(root @ scores)  # independent, so that the fit is well posed
    group = np.repeat(np.arange(n) % SCRAMBLINGS, r)
    y = value.ravel()
    whole = float(((y - y.mean()) ** 2).sum())
    if not whole:
        return None
    told, solved = -np.inf, np.zeros(1, dtype=np.float64)
    for matrix in (np.column_stack([np.ones(n * r), *free]), terms(free)):
        if matrix.shape[1] > n // 2 and r == 1:
            continue
        missed = 0.0
        for left in range(SCRAMBLINGS):
            seen = group != left
            found = _solved(matrix[seen], y[seen])
            missed += float(((y[~seen] - matrix[~seen] @ found) ** 2).sum())
        if 1 - missed / whole > told:
            told, solved = 1 - missed / whole, _solved(matrix, y)
    if told < LEAST_EXPLAINED:
        return None
    model = _in_scores(solved, root)
    share = effects(model, correlation)
    total = float(share.sum())
    if not total:
        return None
    return Shapley(dict(zip(uniforms, (share / total).tolist(), strict=True)), told)


def _solved(matrix: Floats, y: Floats) -> Floats:
    gram: Floats = matrix.T @ matrix
    gram[np.diag_indices_from(gram)] += _RIDGE * len(y)
    return np.asarray(np.linalg.solve(gram, matrix.T @ y), dtype=np.float64)


def _in_scores(coefficients: Floats, root: Floats) -> Quadratic:
    """The polynomial in scores, from coefficients in what makes them independent."""
    d = len(root)
    square = np.zeros((d, d))
    if len(coefficients) > d + 1:
        upper = np.triu_indices(d)
        square[upper] = coefficients[d + 1 :]
        square = (square + square.T) / 2
    return Quadratic(root.T @ coefficients[1 : d + 1], root.T @ square @ root)
