"""Rules over several fields, each a small function that gives faults.

A rule says in its decorator which parts of the scenario it reads, and runs only when these are
valid: a typing error in one place does not hide what is wrong elsewhere, and no rule meets a half
object. Parts are fields of the world (``world.territories``) and sections of a strategy
(``campaign``), and smaller ones with dots: ``dialing.call_times``. A rule of
``world.territories.each`` looks at one territory after the other, and says to
:meth:`Subject.each` what it reads of each. To add a rule, write it in the module that it belongs
to; importing the module registers it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Fault

# Imported for the rules that they register.
from sim.scenario.checks import (
    attempts,
    campaign,
    capacity,
    complaints,
    consent,
    durations,
    limits,
    lists,
    message,
    objections,
    people,
    reactions,
    regulator,
    reputation,
    shares,
    silent,
    windows,
)
from sim.scenario.checks.expectations import check_expectations
from sim.scenario.checks.names import check_scenario
from sim.scenario.checks.sourced import check_sources
from sim.scenario.checks.subject import STRATEGY_RULES, WORLD_RULES, Rule, Subject

__all__ = [
    "Subject",
    "attempts",
    "campaign",
    "capacity",
    "check_expectations",
    "check_scenario",
    "check_sources",
    "check_strategy",
    "check_world",
    "complaints",
    "consent",
    "durations",
    "limits",
    "lists",
    "message",
    "objections",
    "people",
    "reactions",
    "regulator",
    "reputation",
    "shares",
    "silent",
    "windows",
]


def check_world(subject: Subject) -> Iterator[Fault]:
    """Faults of the world alone."""
    yield from _run(WORLD_RULES, subject)


def check_strategy(subject: Subject) -> Iterator[Fault]:
    """Faults of one strategy, by itself and in its world."""
    yield from _run(STRATEGY_RULES, subject)


def _run(rules: list[tuple[frozenset[str], Rule]], subject: Subject) -> Iterator[Fault]:
    for needs, rule in rules:
        if all(map(subject.knows, needs)):
            yield from rule(subject)
