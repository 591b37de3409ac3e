"""Rules that need more than the format: the law packs that a scenario names, and the model.

They are functions like those of :mod:`sim.scenario.checks`, and run in the same pass; each also
gets the packs. To add a rule, write it in the module that it belongs to; importing the module
registers it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Fault
from sim.loading.checks import hours, law, silence  # for the rules that they register
from sim.loading.checks.regimes import check_regimes
from sim.loading.checks.subject import STRATEGY_RULES, WORLD_RULES, held
from sim.regimes.laws import Laws
from sim.scenario.load import Examined

__all__ = ["check_laws", "hours", "law", "silence"]


def check_laws(examined: Examined, laws: Laws) -> Iterator[Fault]:
    """Faults of a scenario against the law packs that it names, and against the model's tables."""
    yield from held(WORLD_RULES, examined.world, laws)
    for subject in examined.strategies:
        yield from held(STRATEGY_RULES, subject, laws)
    yield from check_regimes(examined.composed.root, laws)
