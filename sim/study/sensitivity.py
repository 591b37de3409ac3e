"""What drives a number: shares of its variance that single inputs explain, from draws that exist.

Given-data estimates of the first-order index of Sobol (1993): ``Var(E[Y | X]) / Var(Y)``. Draws are
cut into classes of equal number by one input, and the variance of the classes' means is set against
the whole (Plischke, Borgonovo and Smith 2013). Classes of few draws have means that vary by chance
alone: that part is taken off (the correlation ratio of Kelley 1935), so an input without effect has
an index of about 0, not of classes ÷ draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.special import fdtri

Floats = NDArray[np.float64]
FEWEST_IN_A_CLASS = 8
"""Draws of a class; fewer make its mean too uncertain to tell anything."""
ERROR = 0.05
"""Share of studies in which any input without effect seems to explain something."""


@dataclass(frozen=True, slots=True)
class Driver:
    """An input and how much of a number's spread it explains by itself."""

    path: str
    share: float
    """First-order share of the variance, 0–1."""
    by_chance: float
    """Share that the luckiest of all inputs without any effect exceeds in one study of twenty."""


def drivers(value: Floats, uniforms: Mapping[str, Floats]) -> tuple[Driver, ...]:
    """Inputs by how much of a number they explain, the strongest first.

    Parameters
    ----------
    value : (n,) float64
        The number in each draw; take logarithms first where it spans factors.
    uniforms
        By path of an input: its uniform in each draw, (n,).

    Raises
    ------
    ValueError
        For fewer than four classes of draws.
    """
    n = len(value)
    classes = min(round(n ** (1 / 2)), n // FEWEST_IN_A_CLASS)
    if classes < 4:
        raise ValueError(f"{n} draws; sensitivity needs at least {4 * FEWEST_IN_A_CLASS}")
    whole = float(value.var())
    if whole <= 1e-24 * float(np.abs(value).max() or 1.0) ** 2:
        return tuple(Driver(path, 0.0, 0.0) for path in uniforms)
    by_chance = _by_chance(n, classes, len(uniforms))
    found = [Driver(path, _share(value, u, classes), by_chance) for path, u in uniforms.items()]
    return tuple(sorted(found, key=lambda one: -one.share))


def _share(value: Floats, uniform: Floats, classes: int) -> float:
    """First-order share, less what chance puts between classes."""
    n = len(value)
    which = np.empty(n, dtype=np.int64)
    which[np.argsort(uniform, kind="stable")] = np.arange(n) * classes // n
    size = np.bincount(which, minlength=classes)
    mean = np.bincount(which, value, minlength=classes) / size
    within = float(((value - mean[which]) ** 2).sum()) / (n - classes)
    whole = float(value.var(ddof=1))
    return float(np.clip(1 - within / whole, 0.0, 1.0))


def _by_chance(n: int, classes: int, inputs: int) -> float:
    """Largest share that any of so many inputs without effect has by chance, at 95 %.

    The F law of a ratio of variances at 1 - 0.05 ÷ inputs (Bonferroni): many inputs are looked at,
    and the one that chance favours must not look like a cause.
    """
    between, within = classes - 1, n - classes
    ratio = float(fdtri(between, within, 1 - ERROR / inputs))
    return 1 - (n - 1) / (within + between * ratio)
