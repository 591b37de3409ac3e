"""What is worked out of one run for many draws."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_REACH = "tests/study/test_reach.py::"

MUTANTS = (
    Mutant(
        "in expectation, live and voicemail reach the greater of the two: their sum",
        "sim.study:people_reached",
        Swap("draws.voters - one", "draws.voters"),
        _REACH + "test_by_hand",
    ),
    Mutant(
        "in expectation, a shared voicemail reaches all voters: one that is not shared does",
        "sim.study:people_reached",
        Swap(
            "draws.shared * draws.voters + (1 - draws.shared) * one",
            "(1 - draws.shared) * draws.voters + draws.shared * one",
        ),
        _REACH + "test_by_hand",
    ),
    Mutant(
        "one message left is enough where left ones count: two are",
        "sim.study:_heard",
        Swap("left > 0", "left > 1"),
        _REACH + "test_other_rules_of_reach",
    ),
)
