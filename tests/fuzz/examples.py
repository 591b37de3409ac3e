"""Every fault that the tests of scenarios and law packs know of, as a beginning for others.

A check that is new comes with its case in one of those tables, and so is reached here, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.document import test_source
from tests.regimes import test_load
from tests.scenario import test_faults, test_feedback_faults, test_overlay
from tests.scenario.example import FEEDBACK, TEXT

Change = tuple[str, str]


@dataclass(frozen=True)
class Example:
    """Changes of a sound text, and settings, that together make one fault."""

    text: str
    changes: tuple[Change, ...] = ()
    sets: tuple[str, ...] = ()


@cache
def scenarios() -> tuple[Example, ...]:
    """Those of scenarios."""
    one = [row[0] for row in (*test_faults.ERRORS, *test_faults.WARNINGS)]
    one += [row[1] for row in test_source.KEYS]
    several = [row[0] for row in (*test_feedback_faults.ERRORS, *test_feedback_faults.WARNINGS)]
    return (
        *(Example(TEXT, (_unmarked(change),)) for change in one),
        *(Example(FEEDBACK, tuple(map(_unmarked, changes))) for changes in several),
        *(Example(TEXT, sets=(row[0],)) for row in test_overlay.SETS),
        *(Example(row[0] + "\n") for row in test_overlay.EXTENDS),
    )


@cache
def packs() -> tuple[Example, ...]:
    """Those of law packs."""
    changes = [(case[0], case[1]) for case in test_load.BAD.values()]
    return tuple(Example(test_load.GOOD, (change,)) for change in changes)


def _unmarked(change: Change) -> Change:
    """A change without the sign for its fault's place."""
    return change[0], change[1].replace("^", "")


def together(examples: tuple[Example, ...]) -> tuple[str, tuple[str, ...]]:
    """The text of the first with the changes of all that fit into it, and all their settings."""
    text = examples[0].text
    for old, new in (change for example in examples for change in example.changes):
        if text.count(old) == 1:
            text = text.replace(old, new)
    return text, tuple(word for example in examples for word in example.sets)
