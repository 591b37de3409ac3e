"""What is known of lines, in a word each, against the columns that it is made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.audit.inputs.traits import Traits
from sim.record.never import NEVER
from sim.world.moments import Moments
from tests.hand_built import population

LINES = 70_000
"""More than are made together."""


@pytest.mark.parametrize(
    ("territories", "types", "slots", "registers"),
    [(1, 1, 1, 0), (13, 1, 70, 1), (13, 8, 255, 8), (250, 200, 255, 8)],
    ids=["none", "two bytes", "four bytes", "as wide as may be"],
)
def test_a_word_holds_what_the_columns_say(
    territories: int, types: int, slots: int, registers: int
) -> None:
    rng = np.random.default_rng(5)

    def column(below: int) -> np.ndarray:
        return rng.integers(0, below, LINES).astype(np.uint8)

    consent = column(2)
    people = replace(
        population([0] * LINES),
        territory=column(territories),
        line_type=column(types),
        slot=column(slots) * consent,
        registers=column(1 << registers),
        consent=consent,
        opposed=column(2),
    )
    names = tuple(f"r{number}" for number in range(registers))
    line = rng.permutation(LINES).astype(np.int32)
    territory, line_type, of_line = Traits(people, names)(line)
    np.testing.assert_array_equal(territory, people.territory[line])
    np.testing.assert_array_equal(line_type, people.line_type[line])
    gave = consent[line] == 1
    wanted = {
        "consent_given": gave,
        "consent_scope": np.where(gave, 0, -1),
        "consent_slot": np.where(gave, people.slot[line].astype(int), -1),
        "opposition directory": people.opposed[line] == 1,
    }
    for number, name in enumerate(names):
        wanted[f"register {name}"] = people.registers[line] >> number & 1 == 1
    assert set(of_line) == set(wanted)
    for name, values in wanted.items():
        np.testing.assert_array_equal(of_line[name], values, err_msg=name)


@pytest.mark.parametrize("few", [False, True], ids=["a column", "of few lines"])
def test_a_consent_that_holds_throughout_has_no_date_to_look_up(few: bool) -> None:
    """Calls start from 100 to 200; a consent from s to u holds for a start t if s <= t < u."""
    dates = [(100, NEVER), (101, NEVER), (0, 201), (0, 200), (NEVER, NEVER), (150, 160), (0, 100)]
    since, until = (np.array(of, dtype=np.int64) for of in zip(*dates, strict=True))
    lines = len(dates)
    line = np.arange(lines, dtype=np.int32)
    people = replace(
        population([0] * lines),
        consent=np.ones(lines, dtype=np.uint8),
        consent_from_ms=Moments(lines, line, since.copy()) if few else since,
        consent_until_ms=Moments(lines, line, until.copy()) if few else until,
    )
    traits = Traits(people, (), (100, 200))
    to_date = traits(line)[2]["consent_to_date"]
    starts = np.arange(100, 201)[:, np.newaxis]
    holds = (since <= starts) & (starts < until)
    np.testing.assert_array_equal(to_date, ~holds.all(axis=0))
    assert traits.serves(people, (120, 200))
    assert not traits.serves(people, (99, 200))
    assert not traits.serves(people, (100, 201))
    assert not traits.serves(replace(people), (100, 200))
    assert not Traits(people, ()).serves(people, (100, 200))


@pytest.mark.parametrize("line", [3, -4, -(2**31)])
def test_a_line_that_is_not_there_is_an_error(line: int) -> None:
    traits = Traits(population([0, 0, 0]), ())
    with pytest.raises(IndexError):
        traits(np.array([0, line], dtype=np.int32))
