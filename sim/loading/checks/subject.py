"""How a rule that reads law packs, or what the model knows, is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.errors import Fault
from sim.regimes.laws import Laws
from sim.scenario.checks.subject import Subject

Rule = Callable[[Subject, Laws], Iterator[Fault]]
"""From what the format's rules look at too, and the packs that could be read, to faults."""
WORLD_RULES: list[tuple[frozenset[str], Rule]] = []
"""Rules that look at the world alone, with the parts of it that they read."""
STRATEGY_RULES: list[tuple[frozenset[str], Rule]] = []
"""Rules that look at a strategy, by itself or in its world."""


def rule(*needs: str) -> Callable[[Rule], Rule]:
    """Register a rule with the parts that it reads."""
    world_only = all(need.startswith("world.") for need in needs)

    def register(function: Rule) -> Rule:
        (WORLD_RULES if world_only else STRATEGY_RULES).append((frozenset(needs), function))
        return function

    return register


def held(rules: list[tuple[frozenset[str], Rule]], subject: Subject, laws: Laws) -> Iterator[Fault]:
    """What those rules find whose parts are valid."""
    for needs, each in rules:
        if all(map(subject.knows, needs)):
            yield from each(subject, laws)
