"""Who the lines are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sim.world.population import Population
from tests.mutants.mutant import Mutant, Swap, Wrong

_SYNTHESIS = "tests/world/test_synthesis.py::"


def _like_the_first(make: Callable[..., Population], *args: Any) -> Population:
    """Second lines of households with the people of the first."""
    found = make(*args)
    if found.partner is None:
        return found
    second = np.flatnonzero((found.partner >= 0) & (np.arange(found.lines) % 2 == 1))
    copied = {}
    for name in ("cohort", "voters", "hearers", "segment"):
        copied[name] = getattr(found, name).copy()
        copied[name][second] = copied[name][second - 1]
    return replace(found, **copied)


MUTANTS = (
    Mutant(
        "lines of a household are people apart: the second copies the first's words",
        "sim.world:synthesise",
        Wrong(_like_the_first),
        _SYNTHESIS + "test_a_household_shares_its_territory_and_nothing_else",
    ),
    Mutant(
        "a further voter hears a voicemail with a chance: with what is missing to it",
        "sim.world:_hearers_or_more",
        Swap("threshold(share)", "threshold(1.0 - share)"),
        _SYNTHESIS + "test_who_hears_a_voicemail_follows_from_the_words",
    ),
    Mutant(
        "a line may have no voter, and the others make up for it: they do not",
        "sim.world:voters_or_more",
        Swap("mean / some - 1.0 if some > 0 else 0.0", "mean - 1.0"),
        _SYNTHESIS + "test_voters_behind_lines_of_which_some_have_none",
    ),
    Mutant(
        "each type of line has its own invalid numbers: those of the first",
        "sim.world",
        Swap("any_a.invalid[kind]", "any_a.invalid[0 * kind]"),
        _SYNTHESIS + "test_a_type_of_line_without_invalid_numbers_has_none",
    ),
    Mutant(
        "a partner is a line of the world: or the one after the last",
        "sim.world:_partners",
        Swap("other < lines", "other <= lines"),
        _SYNTHESIS + "test_the_last_line_of_an_odd_world_has_no_partner",
    ),
    Mutant(
        "as many times as fit: the last is left out",
        "sim.world:_slots",
        Swap(
            "range(any_a, any_b - any_c + 1, any_c)",
            "range(any_a, any_b - any_c, any_c)",
        ),
        "tests/world/test_slots.py::test_as_many_times_as_fit_follow_one_another_from_the_first",
    ),
    Mutant(
        "a line that consented is of a class that did: of one that did not",
        "sim.world:class_of",
        Swap("people.consent != 0", "people.consent == 0"),
        "tests/world/test_classes.py::test_classes_stand_by_type_segment_consent_and_cohort",
    ),
)
