"""Every mutant of the rooms is killed by the test that is named for it."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest
from _pytest.outcomes import Failed

from tests.mutants import killing
from tests.mutants.mutant import Mutant, NotFoundError, Swap, Wrong, planted, where
from tests.mutants.rooms import MUTANTS

FEWEST = {
    "scenario": 4,
    "behaviour": 9,
    "world": 4,
    "engine.plan": 5,
    "measure": 7,
    "audit": 6,
    "store": 3,
    "study": 3,
    "fitting": 3,
}
"""By room: those that were once planted unnoticed, and three more kinds or more."""


@cache
def passes(test: str) -> bool:
    """Whether a test passes as things are; else its failing under a mutant would mean nothing."""
    killing.run(test)
    return True


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.room}: {m.law}")
def test_mutant_is_killed(mutant: Mutant) -> None:
    """The named test passes without the mutant, and fails by its expectation with it."""
    assert passes(mutant.killed_by)
    with planted(mutant), np.errstate(all="ignore"), pytest.raises((AssertionError, Failed)):
        killing.run(mutant.killed_by)


def test_no_two_mutants_stand_in_one_expression() -> None:
    found = Counter(where(mutant) for mutant in MUTANTS)
    assert [place for place, number in found.items() if number > 1] == []
    assert len({mutant.law for mutant in MUTANTS}) == len(MUTANTS)


def test_every_room_has_its_mutants() -> None:
    found = Counter(mutant.room for mutant in MUTANTS)
    assert {room: found[room] for room in FEWEST if found[room] < FEWEST[room]} == {}


@pytest.mark.parametrize(
    ("place", "change", "times"),
    [
        ("sim.threshold:threshold", Swap("share * NOTHING", "share"), 0),
        ("sim.threshold:threshold", Swap("WORD", "1"), 2),
        ("sim.threshold:no_such", Swap("WORD", "1"), 0),
    ],
)
def test_a_mutant_that_does_not_apply_is_an_error(place: str, change: Swap, times: int) -> None:
    lost = Mutant("lost", place, change, "")
    with pytest.raises(NotFoundError, match=f"applies {times} times"), planted(lost):
        pass


def test_a_function_that_is_gone_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="there are 0 functions"):
        where(Mutant("lost", "sim.threshold:no_such", Wrong(lambda original: original), ""))
    with pytest.raises(NotFoundError, match="no test"):
        killing.run("tests/mutants/test_mutants.py::test_no_such")


def test_what_was_planted_is_taken_out() -> None:
    """A wrong function is seen by whoever imported the right one, and gone afterwards."""
    from sim.threshold import threshold

    def one_more(original: object, share: float) -> int:
        assert callable(original)
        return int(original(share)) + 1

    for change in (Wrong(one_more), Swap("int(any_a)", "int(any_a) + 1")):
        with planted(Mutant("one more", "sim.threshold:threshold", change, "")):
            assert threshold(0.5) == 2**31 + 1
        assert threshold(0.5) == 2**31
