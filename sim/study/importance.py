"""How much each input matters to a number, from runs that exist: two measures, resampled.

*First order* is the share of the variance that an input explains by itself (Sobol 1993), from the
means of classes of draws, less what chance puts between them (:mod:`sim.study.sensitivity`). *δ*
(Borgonovo 2007) is how far, in the mean over an input's values, the whole law of the number moves
once the input is known: half of the area between the two densities, 0 where it tells nothing and 1
where it tells all. It sees what variances do not, tails above all, and is the same for a number and
for its logarithm.

δ is estimated from given draws as Plischke, Borgonovo and Smith (2013) do: classes by the input,
and kernel densities, here of the number's normal scores, on which δ is the same and which no kernel
smears at an edge. Kernels make large δ too small and luck makes small ones too large; resampling
takes neither off (tried), so the value is what the draws give. SciPy has no
δ. SALib's needs matplotlib, knows no readings, and makes each density anew for each resample; here
kernels are laid once, and a resample is a product of matrices. They agree where both apply.

Runs are resampled, not readings: readings of one run share all that places its calls. An input that
does nothing, a *dummy*, is measured beside the others: what it seems to do is chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sim.special import ndtri
from sim.streams import Purpose, make_key, words
from sim.study.sensitivity import FEWEST_IN_A_CLASS

Floats = NDArray[np.float64]
RESAMPLES: Final = 200
"""Times that runs are drawn anew for an interval."""
CONFIDENCE: Final = 0.95
FEWEST_RUNS: Final = 4 * FEWEST_IN_A_CLASS
"""Runs from which anything is told of what differs from run to run."""
MOST_ROWS: Final = 8_192
"""Runs and readings together that are looked at, at most."""
_GRID: Final = np.linspace(-4.0, 4.0, 65)
_STEP: Final = float(_GRID[1] - _GRID[0])


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of 0–1 with its interval of 95 % confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one input does to a number."""

    path: str
    places: bool
    """Whether it differs from run to run; else from reading to reading."""
    first: Measure
    """First-order share of the variance."""
    delta: Measure
    """Borgonovo's δ."""


@dataclass(frozen=True, slots=True)
class Importance:
    """What the inputs do to a number."""

    effects: tuple[Effect, ...]
    """By δ, the strongest first."""
    dummies: tuple[Effect, ...]
    """Inputs that do nothing: one that differs from run to run, one from reading to reading."""
    runs: int
    readings: int
    """Readings of each run that were looked at."""

    def beyond(self, effect: Effect) -> bool:
        """Whether an input does more than one that does nothing seems to."""
        chance = [dummy for dummy in self.dummies if dummy.places == effect.places]
        return all(
            effect.delta.low > dummy.delta.high or effect.first.low > dummy.first.high
            for dummy in chance
        )


def importance(
    value: Floats, runs: Mapping[str, Floats], readings: Mapping[str, Floats], *, seed: int
) -> Importance:
    """What each input does to a number.

    Parameters
    ----------
    value : (n, r) float64
        By run and reading; take logarithms first where it spans factors (δ does not mind).
    runs
        By path of an input that differs from run to run: its uniform in each, (n,).
    readings
        By path of an input that differs from reading to reading: its uniform in each, (n, r).
    seed
        What resampling and dummies are keyed by.

    Raises
    ------
    ValueError
        For fewer than :data:`FEWEST_RUNS` runs.
    """
    n = len(value)
    if n < FEWEST_RUNS:
        raise ValueError(f"{n} runs; at least {FEWEST_RUNS} are needed")
    few = max(1, MOST_ROWS // n)
    value, readings = value[:, :few], {path: u[:, :few] for path, u in readings.items()}
    weights = resamples(seed, n)
    r = value.shape[1]
    runs = {**runs, "": uniform_words(seed, n, 1)[:, 0]}
    if readings:
        readings = {**readings, "": uniform_words(seed, n, r)}
    # Small matrices: see :func:`sim.study.reading.reading`.
    with threadpool_limits(1, user_api="blas"):
        found = _effects(value, runs, readings, weights)
    return Importance(
        tuple(sorted((e for e in found if e.path), key=lambda e: -e.delta.value)),
        tuple(e for e in found if not e.path),
        n,
        r,
    )


def _effects(
    value: Floats, runs: Mapping[str, Floats], readings: Mapping[str, Floats], weights: Floats
) -> list[Effect]:
    """What each input does, and each dummy; those that differ from run to run first."""
    (n, r), scores = value.shape, normal_scores(value)
    found: list[Effect] = []
    means, whole = value.mean(axis=1), float(value.var())
    between = min(1.0, float(means.var()) / whole) if whole else 0.0
    for path, u in runs.items():
        order = np.argsort(u, kind="stable")
        first = between * _first(means[:, None], order, weights, n)
        found.append(Effect(path, True, *_told(first, _delta(scores, order, weights, r), whole)))
    spread = np.repeat(weights, r, axis=1)
    flat = scores.reshape(-1, 1)
    for path, u in readings.items():
        order = np.argsort(u.ravel(), kind="stable")
        first = _first(value.reshape(-1, 1), order, spread, n * r)
        found.append(Effect(path, False, *_told(first, _delta(flat, order, spread, 1), whole)))
    return found


def resamples(seed: int, n: int, times: int = RESAMPLES) -> Floats:
    """How often each run stands in each resample, (times + 1, n); in the first, once."""
    key, number = make_key(seed), np.arange(times * n, dtype=np.uint32)
    drawn = words(key, Purpose.RESAMPLE, number)[0].astype(np.uint64) * np.uint64(n)
    chosen = (drawn >> np.uint64(32)).astype(np.int64).reshape(times, n)
    out = np.ones((times + 1, n))
    for at, row in enumerate(chosen, 1):
        out[at] = np.bincount(row, minlength=n)
    return out


def uniform_words(seed: int, n: int, r: int) -> Floats:
    """Uniforms of an input that does nothing, (n, r)."""
    number = np.arange(n * r, dtype=np.uint32)
    word = words(make_key(seed), Purpose.RESAMPLE, number, 1)[0]
    out: Floats = ((word + 0.5) * 2.0**-32).reshape(n, r)
    return out


def normal_scores(value: Floats) -> Floats:
    """Normal scores of the ranks of all values, in their shape; equal values have equal ones."""
    flat = value.ravel()
    ordered = np.sort(flat)
    low = np.searchsorted(ordered, flat, side="left")
    high = np.searchsorted(ordered, flat, side="right")
    scores: Floats = ndtri((low + high) / 2 / len(flat)).reshape(value.shape)
    return scores


def classes_of(n: int) -> int:
    """Classes for densities among n draws: as for variances, but of at least 16 draws.

    SALib's rule takes six for a thousand draws: it then misses a third of what an input does that
    acts through a curve.
    """
    return int(max(2, min(round(n ** (1 / 2)), n // 16, 48)))


def _told(first: Floats, delta: Floats, whole: float) -> tuple[Measure, Measure]:
    """Both measures; of a number that does not move, none."""
    if not whole:
        return Measure(0.0, 0.0, 0.0), Measure(0.0, 0.0, 0.0)
    return _measure(first[0], first), _measure(delta[0], delta)


def _measure(value: float, estimates: Floats) -> Measure:
    """A value, and around it how far resamples lie from their own mean."""
    tail = (1 - CONFIDENCE) / 2
    ends = np.quantile(estimates[1:], (tail, 1 - tail)) - estimates[1:].mean()
    low, middle, high = np.clip([value + ends[0], value, value + ends[1]], 0.0, 1.0).tolist()
    return Measure(middle, low, high)


def _first(values: Floats, order: NDArray[np.int64], weights: Floats, n: int) -> Floats:
    """(b,) First-order share in each resample; values (n, 1) in the order of the runs."""
    classes = min(round(n ** (1 / 2)), n // FEWEST_IN_A_CLASS)
    y, w = values[order, 0], weights[:, order]
    starts = np.arange(classes) * n // classes
    size = np.add.reduceat(w, starts, axis=1)
    total = np.add.reduceat(w * y, starts, axis=1)
    count, summed = size.sum(axis=1), total.sum(axis=1)
    squares = w @ y**2
    explained = (total**2 / np.maximum(size, 1e-12)).sum(axis=1)
    within = (squares - explained) / (n - classes)
    whole = (squares - summed**2 / count) / (n - 1)
    return np.asarray(1 - within / np.maximum(whole, 1e-300), dtype=np.float64)


def _delta(scores: Floats, order: NDArray[np.int64], weights: Floats, r: int) -> Floats:
    """(b,) δ in each resample.

    Parameters
    ----------
    scores : (n, r) float64
        Normal scores: a row is what an order and weights are of.
    """
    n, classes = len(scores), classes_of(len(scores))
    edges = np.arange(classes + 1) * n // classes
    density = np.empty((classes, len(weights), len(_GRID)))
    sizes = np.empty((classes, len(weights)))
    # Classes differ by one draw at most, so that those of a length are worked out together.
    for length in np.unique(np.diff(edges)).tolist():
        which = np.flatnonzero(np.diff(edges) == length)
        rows = order[edges[which][:, None] + np.arange(length)]
        kernel = _kernels(scores[rows].reshape(len(which), -1))
        kernel = kernel.reshape(len(which), length, r, -1).mean(axis=2)
        drawn = weights.T[rows].transpose(0, 2, 1)
        sizes[which] = drawn.sum(axis=2)
        density[which] = drawn @ kernel / np.maximum(sizes[which], 1e-12)[:, :, None]
    share = sizes / weights.sum(axis=1)
    density -= np.einsum("cb,cbg->bg", share, density)
    apart = np.abs(density, out=density).sum(axis=2) * _STEP
    return np.asarray((share * apart).sum(axis=0) / 2, dtype=np.float64)


def _kernels(values: Floats) -> Floats:
    """(c, m, g) What each value of c classes adds to a density; Silverman's width of a class."""
    low, high = np.quantile(values, (0.25, 0.75), axis=1)
    spreads = np.stack([values.std(axis=1), (high - low) / 1.34])
    least = np.where(spreads > 0, spreads, np.inf).min(axis=0)
    least[np.isinf(least)] = 0.0
    width = np.maximum(0.9 * least * values.shape[1] ** -0.2, 2 * _STEP)[:, None, None]
    z = (_GRID - values[:, :, None]) / width
    out: Floats = np.exp(-0.5 * z**2) / (width * np.sqrt(2 * np.pi))
    return out
