"""What the fast engine finds in its log; mutants of how it places calls are among the engines'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engine.fast.sift import Found
from tests.mutants.mutant import Mutant, Swap, Wrong

_PLAIN = "tests/engine/test_feedback.py::test_a_hundred_worlds_equal_a_plain_account"


def _of_line_0(make: Callable[..., Found], *args: Any) -> Found:
    """More room, with the calls of one line."""
    grown = make(*args)
    grown.line[:] = 0
    return grown


MUTANTS = (
    Mutant(
        "a consent is over from its end on: a moment later where it ends as the campaign begins",
        "sim.engine.fast:Feedback._lay_standing",
        Swap("until <= 0", "until < 0"),
        _PLAIN,
    ),
    Mutant(
        "a consent is over from its end on: a moment later in the campaign",
        "sim.engine.fast:Feedback._standing_at",
        Swap(
            "chunk.start_ms[dated] >= self._ending_ms[place]",
            "chunk.start_ms[dated] > self._ending_ms[place]",
        ),
        _PLAIN,
    ),
    Mutant(
        "the part of day changes with a local quarter-hour: only as rows of the log come together",
        "sim.engine.fast:sift",
        Swap("min(changes, clock.starts[clock.at[k] + 1])", "changes"),
        _PLAIN,
    ),
    Mutant(
        "a delay begins when the message is heard: when the call ended that left it",
        "sim.engine.fast:sift",
        Swap("left[place] == i", "left[place] < i"),
        _PLAIN,
    ),
    Mutant(
        "calls that were found stay when more room is made: as calls to line 0",
        "sim.engine.fast:_grown",
        Wrong(_of_line_0),
        _PLAIN,
    ),
)
