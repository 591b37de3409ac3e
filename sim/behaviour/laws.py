"""Laws of durations: from the scenario's words to quantile functions.

Each law is the textbook one. A range runs at its central value here.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.quantiles import Ppf, QuantileTable, tabulate
from sim.document import laws
from sim.document.units import parse_duration

Floats = NDArray[np.float64]
_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.9)

VOICEMAIL_LONGEST_MS = 24 * 86_400_000
"""A message left is heard within 24 days or cut to that: what 31 bits of milliseconds hold."""


@lru_cache(maxsize=4)
def _normal_points(probabilities: bytes) -> Floats:
    """Normal quantiles at given probabilities. Cached: all tables share three grids."""
    points = np.frombuffer(probabilities, dtype=np.float64)
    return np.array([_NORMAL.inv_cdf(p) for p in points])


def quantile_function(law: laws.DurationLaw) -> Ppf:
    """The quantile function of a law, ms."""
    match law:
        case laws.Constant():
            value = float(law.value.central)
            return lambda p: np.full_like(p, value)
        case laws.Uniform():
            low, high = float(law.shortest.central), float(law.longest.central)
            return lambda p: low + (high - low) * p
        case laws.Exponential():
            mean = float(law.mean.central)
            return lambda p: -mean * np.log1p(-p)
        case laws.LogNormal():
            mu = np.log(law.median.central)
            sigma = (np.log(law.p90.central) - mu) / _Z90
            return lambda p: np.exp(mu + sigma * _normal_points(p.tobytes()))
        case laws.Survival():
            return _survival(law)
    raise TypeError(f"unknown law {law!r}")  # pragma: no cover - the union above is closed


def _survival(law: laws.Survival) -> Ppf:
    """Piecewise Weibull: log cumulative hazard is linear in log time, through all points."""
    pairs = sorted((parse_duration(at), share.central) for at, share in law.points.items())
    log_time = np.log([at for at, _ in pairs])
    log_hazard = np.log([-np.log(share) for _, share in pairs])
    slope = np.diff(log_time) / np.diff(log_hazard)

    def ppf(p: Floats) -> Floats:
        target = np.log(-np.log1p(-p))
        piece = np.clip(np.searchsorted(log_hazard, target) - 1, 0, len(slope) - 1)
        with np.errstate(over="ignore"):  # beyond any time: cut by whoever tabulates
            return np.exp(log_time[piece] + (target - log_hazard[piece]) * slope[piece])

    return ppf


@lru_cache(maxsize=128)
def table(law: laws.DurationLaw, *, longest_ms: int | None = None) -> QuantileTable:
    """The quantile table of a law, in ms, cut to one hour unless said otherwise.

    Cached: strategies, and draws of other numbers, share most laws.
    """
    ppf = quantile_function(law)
    return tabulate(ppf) if longest_ms is None else tabulate(ppf, longest_ms=longest_ms)
