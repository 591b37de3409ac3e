"""Logs of truths drawn anew, fitted: what is inside of which interval, and at which rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.fitting.dials import BUSY, HUMAN, MACHINE, NO_ANSWER, Dials
from sim.fitting.fit import fit
from sim.scenario.world import World
from tests.fitting.simulated import log_of, of_prior, stated

ALL = frozenset({NO_ANSWER, BUSY, HUMAN, MACHINE})
DESIGNS: Mapping[str, Mapping[str, Any]] = {
    "one attempt": {"attempts": 1, "days": 7},
    "no answer again": {},
    "people again": {"again": ALL},
    "no ring times": {"again": ALL},
}
LINES = 2000


P90 = 1.2815515655446004
RINGS = {
    "human_ms": 8000.0,
    "human_sigma": np.log(15 / 8) / P90,
    "machine_ms": 14000.0,
    "machine_sigma": np.log(19 / 14) / P90,
}
"""Ring laws of the world that is fitted."""


def without_rings(dials: Dials) -> Dials:
    """The same dials, of a log that does not tell for how long they rang."""
    return replace(dials, ring=np.full(len(dials.ring), np.nan), rings=False)


@dataclass(frozen=True)
class Row:
    """A parameter of a fit, held against the truth."""

    name: str
    status: str
    inside: bool
    """Whether the truth lies in the interval of 90 %."""
    rank: float
    """Share of draws below the truth."""
    off: float
    """How far the middle lies above the truth, in standard deviations of the posterior."""


def name_of(path: str) -> str:
    """A parameter's name, whatever the line type."""
    if path.startswith("world.hours."):
        return f"hours.{path.split('.')[-2]}"
    return path.partition(".answering.")[2]


def trial(design: str, number: int, world: World, lines: int = LINES) -> list[Row]:
    """A log of a truth of the prior, fitted; by its number, always the same."""
    rng = np.random.default_rng([7, number])
    truth = of_prior(rng, world)
    silent = design == "no ring times"
    if silent:  # nothing is told of ring laws: they are the world's, else nothing could be right
        truth = replace(truth, **RINGS)
    dials = log_of(truth, rng, lines, **DESIGNS[design])
    if silent:
        dials = without_rings(dials)
    right = stated(truth, n=200_000)
    rows = []
    for each in fit(dials, world, "landline", 25_000 if silent else None).estimates:
        at = right.get(name_of(each.path))
        if at is not None and each.low < each.high:
            spread = float(np.std(each.draws))
            rows.append(
                Row(
                    name_of(each.path),
                    each.status,
                    each.low <= at <= each.high,
                    float(np.mean(each.draws < at)),
                    (each.central - at) / spread,
                )
            )
    return rows
