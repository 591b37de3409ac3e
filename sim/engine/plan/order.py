"""The dialling order: which lines are on a strategy's list, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.ranking import ranked
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.streams import Key, Purpose, first_words
from sim.world.population import Population


def dialling_order(
    scenario: Scenario, strategy: Strategy, population: Population, key: Key
) -> NDArray[np.int32]:
    """The list in dialling order: line ids, (n,) int32.

    Random order ranks keyed words with the line id as tie-break. By territory or segment, groups
    come as declared and are random within.
    """
    world, chosen = scenario.world, strategy.list
    on_list = np.ones(population.lines, dtype=np.bool_)
    filters: tuple[tuple[Sequence[str] | None, Sequence[str], NDArray[np.uint8]], ...] = (
        (chosen.territories, list(world.territories), population.territory),
        (chosen.line_types, list(world.line_types), population.line_type),
        (chosen.segments, list(world.segments or {}), population.segment),
    )
    for names, known, column in filters:
        if names is not None:
            on_list &= np.isin(column, [known.index(name) for name in names])
    for name in chosen.without_registers or ():
        bit = np.uint8(list(world.registers).index(name))
        on_list &= (population.registers >> bit) & 1 == 0
    lines = np.flatnonzero(on_list).astype(np.int32)
    order = strategy.dialing.lead_order
    if order == "file":
        return lines
    shuffled = ranked(first_words(key, Purpose.LIST_ORDER, lines.view(np.uint32)), lines)
    if order == "random":
        return shuffled
    column = population.territory if order == "territory" else population.segment
    return shuffled[np.argsort(column[shuffled], kind="stable")]
