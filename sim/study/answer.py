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
from sim.study.counts import Count, none, quantile
from sim.study.crossing import driving, estimate, quantile_estimate
from sim.study.intervals import P5, P50, P95, quantile_interval
from sim.study.sensitivity import FEWEST_IN_A_CLASS
from sim.study.surface import Surface, fit
from sim.study.votes import Worth, worth

Floats = NDArray[np.float64]
SCHEMA: Final = 1
"""Version of the answer's layout."""
SPREAD: Final = ("people_reached", "people_reached_live", "cost", "attempts", "votes_gained")
"""Metrics whose spread over draws is told."""
COUNTED: Final = ("complaints", "complaints_regulator", "complaints_regulator_before_cutoff")
"""Complaints, each in expectation with its law."""
BESIDE: Final = ("people_reached", "complaints")
"""What is kept, reading by reading, beside the base strategy's."""
COLUMNS: Final = (
    "people_reached",
    "votes_gained",
    *(column for name in COUNTED for column in (name, f"{name}_variance")),
    *(column for name in BESIDE for column in (f"{name}_beside", f"{name}_base")),
)
"""Columns of a study's readings: numbers at full size, the variances of luck, and a number and the
base strategy's under what neither log hangs on."""
FEWEST_FOR_DRIVERS: Final = 4 * FEWEST_IN_A_CLASS
"""Draws from which it can be told what drives a number."""
MOST_DRIVERS: Final = 5
_POINTS: Final = (("p5", P5), ("p50", P50), ("p95", P95))


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One strategy over the draws of a study: n runs, and r readings of each."""

    metrics: Mapping[str, Floats]
    """By metric of :data:`SPREAD`: its values at full size, (n, r), or (n, 1) where no reading
    moves it; not there where the strategy has none."""
    finished: NDArray[np.bool_]
    """(n,) Whether every line of its list was dialled before the cutoff."""
    complaints: Mapping[str, Count]
    """By name of :data:`COUNTED`: expectation and variance at full size, each (n, r); empty where
    the world has no complaints."""
    broken: Mapping[str, Floats]
    """By ``regime/rule``: (n,) violations in each run."""
    again: Mapping[str, tuple[Floats, Floats]]
    """By metric: its values in the draws that were run twice, under either noise, (m,) each."""
    beside: Mapping[str, tuple[Floats, Floats]]
    """By metric or count: its values and those of the base strategy under the same unknowns, (n, r)
    each."""
    placing: Mapping[str, Floats]
    """By path of an input that differs from run to run alone: its uniform in each, (n,)."""
    readings: Mapping[str, Floats]
    """By path of an input that differs from reading to reading: its uniform in each, (n, r). In a
    run of :attr:`not_read` it stood where the run had it, in every reading."""
    not_read: Mapping[str, tuple[int, ...]]
    """By path of such an input: the draws in which it was not read, since what comes back of calls
    hung on it there; left out where there are none."""
    middle: Mapping[str, Floats]
    """By metric: its value in each run with all that is read at central values, (n,)."""
    coordinates: Mapping[str, Floats]
    """By path of an input of ``placing``: where it stands, as surfaces have it, (n,)."""

    @property
    def columns(self) -> dict[str, Floats]:
        """By name of :data:`COLUMNS`: every reading, (n, r); what there is none of is left out."""
        read = ("people_reached", "votes_gained")
        told = {name: self.metrics[name] for name in read if name in self.metrics}
        for name, count in self.complaints.items():
            told |= {name: count.mean, f"{name}_variance": count.variance}
        for name in BESIDE:
            if name in self.beside:
                value, base = self.beside[name]
                told |= {f"{name}_beside": value, f"{name}_base": base}
        return told


def answer(series: Mapping[str, Series], base: str) -> dict[str, Any]:
    """What the draws say.

    Parameters
    ----------
    series
        By strategy, all over the same draws.
    base
        The strategy that others are compared with.

    Returns
    -------
    dict
        As JSON: docs/studies.md lists its keys.
    """
    return {
        "schema": SCHEMA,
        "draws": len(series[base].finished),
        "base": base,
        "strategies": {
            name: {
                "finished": float(one.finished.mean()),
                "metrics": {metric: _spread(values) for metric, values in one.metrics.items()},
                "complaints": {kind: _counted(count) for kind, count in one.complaints.items()},
                **_votes(one),
                "rules_broken": {
                    rule: {"share": float((found > 0).mean()), "most": float(found.max())}
                    for rule, found in one.broken.items()
                    if found.any()
                },
                "run_noise": {
                    metric: _noise(*pair) for metric, pair in one.again.items() if len(pair[0])
                },
                "against_base": {} if name == base else _against(one, series[base]),
                "drivers": _drivers(one),
                "surfaces": {metric: _surface(one, metric) for metric in one.middle},
                "reading": list(one.readings),
                "not_read": {path: list(draws) for path, draws in one.not_read.items()},
            }
            for name, one in series.items()
        },
    }


def _spread(values: Floats) -> dict[str, Any]:
    """P5, P50 and P95 over draws and readings, each with what the number of runs leaves open."""
    told: dict[str, Any] = {"runs": len(values), "readings": values.shape[1]}
    for name, share in _POINTS:
        found = quantile_estimate(values, share)
        told[name] = found.value
        told[f"{name}_error"] = found.error
        if values.shape[1] == 1:
            interval = quantile_interval(values[:, 0], share)
            told[f"{name}_interval"] = None if interval is None else [interval.low, interval.high]
    return told


def _votes(one: Series) -> dict[str, Worth]:
    """What votes gained cost, over draws and readings; empty where nothing is said of votes."""
    votes = one.metrics.get("votes_gained")
    if votes is None:
        return {}
    complaints = one.complaints.get("complaints")
    return {"votes": worth(votes, one.metrics.get("cost"), complaints and complaints.mean)}


def _counted(count: Count) -> dict[str, float | None]:
    """The law of a number of complaints, over draws, readings and luck together."""
    expected = estimate(count.mean, lambda values: float(values.mean()))
    flat = Count(count.mean.ravel(), count.variance.ravel())
    within = float(count.variance.mean())
    whole = within + float(count.mean.var())
    return {
        "expected": expected.value,
        "expected_error": expected.error,
        "p50": quantile(flat, P50),
        "p95": quantile(flat, P95),
        "none": none(flat),
        "luck_share": within / whole if whole else 0.0,
    }


def _noise(one: Floats, other: Floats) -> dict[str, float | int | None]:
    """Relative standard deviation of one run's luck, from pairs at the same inputs."""
    middle = (one + other) / 2
    known = middle > 0
    if not known.any():
        return {"relative_sd": None, "pairs": len(one)}
    apart = (one[known] - other[known]) / middle[known]
    return {"relative_sd": float(np.sqrt(np.mean(apart**2) / 2)), "pairs": int(known.sum())}


def _against(one: Series, base: Series) -> dict[str, Any]:
    """Each number beside the base strategy's, draw by draw."""
    told: dict[str, Any] = {}
    for name, (values, others) in one.beside.items():
        if not (others > 0).any():
            continue
        noise = 2 * math.hypot(_relative(one, name), _relative(base, name))
        found = paired(values.ravel(), others.ravel(), noise)
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


def _drivers(one: Series) -> dict[str, Any]:
    """What drives people reached and complaints; nothing is told from too few draws."""
    if len(one.finished) < FEWEST_FOR_DRIVERS:
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
            for driver in driving(value, one.placing, one.readings)[:MOST_DRIVERS]
            if driver.share > driver.by_chance
        ]
    return told


def _surface(one: Series, metric: str) -> dict[str, Any]:
    """The surface of a metric over what differs from run to run, or why there is none."""
    found = fit(one.middle[metric], one.coordinates)
    if isinstance(found, Surface):
        return {
            "inputs": list(found.paths),
            "coefficients": list(found.coefficients),
            "error": found.error,
        }
    return {"refused": True, "error": found.error}
