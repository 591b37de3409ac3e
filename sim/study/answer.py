"""What a study concludes of each strategy: numbers with their intervals, paired, and what drives.

Two spreads are told and never mixed: *input uncertainty*, over draws of what is not known; and *run
noise*, the luck of one run at fixed inputs, from draws that were run twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.study.comparison import paired
from sim.study.complaints import Count, none, quantile
from sim.study.intervals import P5, P50, P95, quantile_interval, spread
from sim.study.sensitivity import FEWEST_IN_A_CLASS, drivers

Floats = NDArray[np.float64]
SCHEMA: Final = 1
"""Version of the answer's layout."""
SPREAD: Final = ("people_reached", "people_reached_live", "cost", "attempts")
"""Metrics whose spread over draws is told."""
COUNTED: Final = ("complaints", "complaints_regulator", "complaints_regulator_before_cutoff")
"""Complaints, each in expectation with its law."""
FEWEST_FOR_DRIVERS: Final = 4 * FEWEST_IN_A_CLASS
"""Draws from which it can be told what drives a number."""
MOST_DRIVERS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One strategy over the draws of a study."""

    metrics: Mapping[str, Floats]
    """By metric of :data:`SPREAD`: (n,) its value in each draw, at full size; not there where the
    strategy has none."""
    finished: NDArray[np.bool_]
    """(n,) Whether every line of its list was dialled before the cutoff."""
    complaints: Mapping[str, Count]
    """By name of :data:`COUNTED`: expectation and variance in each draw, at full size; empty where
    the world has no complaints."""
    broken: Mapping[str, Floats]
    """By ``regime/rule``: (n,) violations in each draw."""
    again: Mapping[str, tuple[Floats, Floats]]
    """By metric: its values in the draws that were run twice, under either noise, (m,) each."""


def answer(
    series: Mapping[str, Series], base: str, uniforms: Mapping[str, Floats]
) -> dict[str, Any]:
    """What the draws say.

    Parameters
    ----------
    series
        By strategy, all over the same draws.
    base
        The strategy that others are compared with; the first where it was not run.
    uniforms
        By path of an input: its uniform in each draw, (n,).

    Returns
    -------
    dict
        As JSON: docs/studies.md lists its keys.
    """
    names = list(series)
    first = base if base in series else names[0]
    n = len(series[first].finished)
    return {
        "schema": SCHEMA,
        "draws": n,
        "base": first,
        "strategies": {
            name: {
                "finished": float(one.finished.mean()),
                "metrics": {metric: _spread(values) for metric, values in one.metrics.items()},
                "complaints": {kind: _counted(count) for kind, count in one.complaints.items()},
                "rules_broken": {
                    rule: {"share": float((found > 0).mean()), "most": float(found.max())}
                    for rule, found in one.broken.items()
                    if found.any()
                },
                "run_noise": {
                    metric: _noise(*pair) for metric, pair in one.again.items() if len(pair[0])
                },
                "against_base": {} if name == first else _against(one, series[first]),
                "drivers": _drivers(one, uniforms, n),
            }
            for name, one in series.items()
        },
    }


def _spread(values: Floats) -> dict[str, Any]:
    """P5, P50 and P95 over draws, each with what the number of draws leaves open."""
    found = spread(values)
    told: dict[str, Any] = {"p5": found.p5, "p50": found.p50, "p95": found.p95, "n": found.n}
    for name, share in (("p5", P5), ("p50", P50), ("p95", P95)):
        interval = quantile_interval(values, share)
        told[f"{name}_interval"] = None if interval is None else [interval.low, interval.high]
    return told


def _counted(count: Count) -> dict[str, float]:
    """The law of a number of complaints, over draws and luck together."""
    return {
        "expected": float(count.mean.mean()),
        "p50": quantile(count, P50),
        "p95": quantile(count, P95),
        "none": none(count),
        "luck_share": _luck(count),
    }


def _luck(count: Count) -> float:
    """Share of the variance that is luck at given inputs, 0–1."""
    within = float(count.variance.mean())
    whole = within + float(count.mean.var())
    return within / whole if whole else 0.0


def _noise(one: Floats, other: Floats) -> dict[str, float | int | None]:
    """Relative standard deviation of one run's luck, from pairs at the same inputs."""
    middle = (one + other) / 2
    known = middle > 0
    if not known.any():
        return {"relative_sd": None, "pairs": len(one)}
    apart = (one[known] - other[known]) / middle[known]
    return {"relative_sd": float(np.sqrt(np.mean(apart**2) / 2)), "pairs": int(known.sum())}


def _against(one: Series, base: Series) -> dict[str, Any]:
    """Each metric beside the base strategy's, draw by draw."""
    told: dict[str, Any] = {}
    pairs = [
        (metric, values, base.metrics[metric])
        for metric, values in one.metrics.items()
        if metric in base.metrics
    ]
    pairs += [
        (kind, count.mean, base.complaints[kind].mean)
        for kind, count in one.complaints.items()
        if kind in base.complaints
    ]
    for name, values, others in pairs:
        if not (others > 0).any():
            continue
        noise = 2 * max(_relative(one, name), _relative(base, name)) * math.sqrt(2)
        found = paired(values, others, noise)
        told[name] = {
            "ratio": {"p5": found.ratio.p5, "p50": found.ratio.p50, "p95": found.ratio.p95},
            "higher": found.higher,
            "lower": found.lower,
            "noise": found.noise,
            "verdict": found.verdict,
        }
    return told


def _relative(one: Series, metric: str) -> float:
    """Relative standard deviation of one run's luck, 0 where it is not known."""
    if metric not in one.again or not len(one.again[metric][0]):
        return 0.0
    return float(_noise(*one.again[metric])["relative_sd"] or 0.0)


def _drivers(one: Series, uniforms: Mapping[str, Floats], n: int) -> dict[str, Any]:
    """What drives people reached and complaints: none is told from too few draws."""
    if n < FEWEST_FOR_DRIVERS:
        return {}
    told = {}
    values = {"people_reached": one.metrics.get("people_reached")}
    if "complaints_regulator" in one.complaints:
        values["complaints_regulator"] = one.complaints["complaints_regulator"].mean
    for name, found in values.items():
        if found is None or not found.any():
            continue
        value = np.log(found) if (found > 0).all() else found
        told[name] = [
            {"path": driver.path, "share": driver.share, "by_chance": driver.by_chance}
            for driver in drivers(value, uniforms)[:MOST_DRIVERS]
            if driver.share > driver.by_chance
        ]
    return told
