"""Logs of truths drawn anew, fitted: what is inside of which interval, and at which rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.fitting.dials import BUSY, HUMAN, MACHINE, NO_ANSWER
from sim.fitting.fit import fit
from sim.scenario.world import World
from tests.fitting.simulated import log_of, of_prior, stated

ALL = frozenset({NO_ANSWER, BUSY, HUMAN, MACHINE})
DESIGNS: Mapping[str, Mapping[str, Any]] = {
    "one attempt": {"attempts": 1, "days": 7},
    "no answer again": {},
    "people again": {"again": ALL},
}
LINES = 2000


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
    dials = log_of(truth, rng, lines, **DESIGNS[design])
    right = stated(truth, n=200_000)
    rows = []
    for each in fit(dials, world, "landline").estimates:
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
