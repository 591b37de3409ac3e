"""A quadratic surface through the draws of a study: what a run would give, without the run.

The logarithm of a number (people reached, say) is fitted by least squares as a polynomial of second
degree in the few inputs that matter, each on the scale on which it was drawn: log-odds for shares,
logarithms for all else, 0 at the central value and 1 at half of the way from ``low`` to ``high``.
Inputs enter one after the other, while each brings the error down.

How far off such a surface is, is told by draws that it has not seen: each draw is left out in turn,
inputs are chosen and coefficients fitted anew from the rest, and the draw is predicted. (Choosing
the inputs once, with all draws, would flatter the error.) Where that error is above
:data:`MOST_ERROR`, there is no surface.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.study.law import Law

Floats = NDArray[np.float64]
FEWEST_DRAWS: Final = 32
"""Draws from which a surface is fitted."""
MOST_INPUTS: Final = 6
"""Most inputs of a surface."""
MOST_ERROR: Final = 0.02
"""Largest error with which a surface is given: relative, root of the mean square."""
_DRAWS_A_TERM: Final = 2
"""At least so many draws a coefficient."""
_BETTER: Final = 0.9
"""An input enters where the error that is left is at most that part of what it was."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A number as a function of a few inputs."""

    paths: tuple[str, ...]
    """The inputs, in the order in which they entered."""
    coefficients: tuple[float, ...]
    """Of :func:`terms`, of the number's logarithm."""
    error: float
    """Relative error of draws left out: root of the mean square."""
    n: int
    """Draws that it rests on."""

    def __call__(self, coordinates: Mapping[str, Floats]) -> Floats:
        """The number at n points; coordinates as for :func:`fit`, others are passed over."""
        return np.asarray(
            np.exp(terms([coordinates[path] for path in self.paths]) @ self.coefficients),
            dtype=np.float64,
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """No surface, and why."""

    error: float | None
    """Its error, too large; None where there are too few draws or the number is 0 in some."""
    n: int


def coordinate(law: Law, value: Floats) -> Floats:
    """An input's values on the scale on which it is drawn: 0 at the median, (n,)."""
    ends = np.array([law.low, law.central, law.high])
    if law.shape != "uniform" and law.scale != "signed":
        edges = (0.0, 1.0) if law.scale == "share" else (0.0,)
        if not any(end in edges for end in ends.tolist()):
            ends, value = _bent(law, ends), _bent(law, value)
    half = (ends[2] - ends[0]) / 2
    return np.asarray((value - ends[1]) / (half or 1.0), dtype=np.float64)


def _bent(law: Law, value: Floats) -> Floats:
    if law.scale == "share" and law.shape == "two-piece":
        tiny = np.clip(value, 1e-12, 1 - 1e-12)
        return np.asarray(np.log(tiny) - np.log1p(-tiny), dtype=np.float64)
    return np.asarray(np.log(np.maximum(value, 1e-300)), dtype=np.float64)


def terms(columns: Sequence[Floats]) -> Floats:
    """(n, t) One, then the columns, then their products two by two, squares included."""
    parts = [np.ones(len(columns[0])) if columns else np.ones(1), *columns]
    parts += [one * two for at, one in enumerate(columns) for two in columns[at:]]
    return np.column_stack(parts)


def fit(value: Floats, coordinates: Mapping[str, Floats]) -> Surface | Refused:
    """The surface through draws, or why there is none.

    Parameters
    ----------
    value : (n,) float64
        The number in each draw, above 0.
    coordinates
        By path of an input: :func:`coordinate` of its value in each draw, (n,).
    """
    n = len(value)
    if n < FEWEST_DRAWS or not (value > 0).all():
        return Refused(None, n)
    paths = list(coordinates)
    table = np.stack([coordinates[path] for path in paths]) if paths else np.empty((0, n))
    log = np.log(value)
    apart = np.empty(n)
    for left in range(n):
        seen = np.arange(n) != left
        chosen = _chosen(log[seen], table[:, seen])
        solved = _solved(log[seen], table[chosen][:, seen])
        apart[left] = np.expm1(_row(table[chosen, left]) @ solved - log[left])
    error = float(np.sqrt(np.mean(apart**2)))
    if error > MOST_ERROR:
        return Refused(error, n)
    chosen = _chosen(log, table)
    solved = _solved(log, table[chosen])
    return Surface(tuple(paths[at] for at in chosen), tuple(solved.tolist()), error, n)


def _row(point: Floats) -> Floats:
    """(t,) The terms of one point."""
    return terms([np.array([x]) for x in point])[0] if len(point) else np.ones(1)


def _chosen(log: Floats, table: Floats) -> list[int]:
    """Rows of the table that enter, in order."""
    chosen: list[int] = []
    left = _error(log, np.ones((len(log), 1)))
    while len(chosen) < MOST_INPUTS and left > 1e-12:
        size = (len(chosen) + 2) * (len(chosen) + 3) // 2
        if size * _DRAWS_A_TERM > len(log):
            break
        found = {
            at: _error(log, terms(list(table[[*chosen, at]])))
            for at in range(len(table))
            if at not in chosen
        }
        if not found:
            break
        best = min(found, key=lambda at: found[at])
        if found[best] > _BETTER * left:
            break
        chosen.append(best)
        left = found[best]
    return chosen


def _error(log: Floats, matrix: Floats) -> float:
    """Root of the mean square of what each draw is off when it is left out, inputs as they are."""
    q, _ = np.linalg.qr(matrix)
    off = log - q @ (q.T @ log)
    weight = 1 - (q**2).sum(axis=1)
    return float(np.sqrt(np.mean((off / np.maximum(weight, 1e-9)) ** 2)))


def _solved(log: Floats, table: Floats) -> Floats:
    """Coefficients by least squares."""
    matrix = terms(list(table)) if len(table) else np.ones((len(log), 1))
    found, *_ = np.linalg.lstsq(matrix, log, rcond=None)
    return np.asarray(found, dtype=np.float64)
