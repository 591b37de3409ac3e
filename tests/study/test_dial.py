"""What a plan turns: ranges as they are asked for, and values as a file writes them."""

from __future__ import annotations

import pytest

from sim.errors import OptionError
from sim.study.dial import dial_between


def test_a_moment_is_minutes_after_the_low_end() -> None:
    """From Thursday 22:30 to Friday 01:00 are 150 minutes, past midnight."""
    dial = dial_between("campaign.start", "2017-04-20 22:30..2017-04-21 01:00")
    assert (dial.low, dial.high) == (0.0, 150.0)
    assert dial.text(0.0) == "2017-04-20 22:30"
    assert dial.text(100.4) == "2017-04-21 00:10"
    assert dial.steps_whole


@pytest.mark.parametrize(
    ("between", "whole", "value", "text"),
    [
        ("1..8", True, 3.0, "3"),
        ("1..8", False, 2.5, "2.5"),
        ("1..8", None, 3.0, "3"),
        ("5 %..20 %", False, 7.25, "7.25 %"),
        ("10 s..40 s", None, 12.5, "12.5 s"),
    ],
)
def test_a_number_is_written_with_its_unit(between, whole, value, text) -> None:
    assert dial_between("a.b", between, whole=whole).text(value) == text


@pytest.mark.parametrize(
    ("between", "said"),
    [
        ("3,4", "a plan needs a range"),
        ("8..1", "not below its high end"),
        ("2017-04-21 10:00..2017-04-21 10:00", "the range ends before it begins"),
        ("2017-04-31 10:00..2017-05-01 10:00", "a plan needs a range"),  # no such day
    ],
)
def test_bad_input(between: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        dial_between("a.b", between)
