"""The class of each line: what decides how its calls end, beside the hour and the attempt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import cohorts_of, consent_counts, strata
from sim.scenario.world import World
from sim.world.population import Population


def class_of(world: World, people: Population) -> NDArray[np.uint16]:
    """Index of each line's class in the threshold rows, (lines,) uint16."""
    of_line, cohorts = len(strata(world)[0]), cohorts_of(world)
    stratum = people.segment.astype(np.uint16)
    if consent_counts(world):
        stratum = stratum * np.uint16(2) + (people.consent != 0)
    if people.in_use is not None:
        stratum[people.in_use == 0] = of_line
        of_line += 1
    index: NDArray[np.uint16] = (
        people.line_type.astype(np.uint16) * np.uint16(of_line) + stratum
    ) * np.uint16(cohorts) + people.cohort
    return index
