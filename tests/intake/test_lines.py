"""Numbers in whatever spelling are one line; and nothing is guessed."""

from __future__ import annotations

import random

import phonenumbers
import pytest

from sim.intake.lines import (
    ADDRESS,
    DESTROYED,
    EMPTY,
    EXTENSION,
    IMPOSSIBLE,
    MASKED,
    OVERSEAS,
    Line,
    read_line,
)
from sim.intake.zones import one_clock


@pytest.mark.parametrize(
    "text",
    ["0639980201", "06 39 98 02 01", "06.39.98.02.01", "639980201", "33639980201", "+33639980201",
     "0033639980201", "+33 (0)6 39 98 02 01", "33\t0639980201", "33\t639980201"],
)  # fmt: skip
def test_spellings_of_one_number(text: str) -> None:
    line = read_line(text, "FR")
    assert isinstance(line, Line)
    assert (line.number, line.zone) == (33639980201, "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "why"),
    [("", EMPTY), ("XXXXXX0119", MASKED), ("0199****01", MASKED), ("6001", EXTENSION),
     ("sip:agent@example.com", ADDRESS), ("client:ann", ADDRESS), ("3,3199E+10", DESTROYED),
     ("0199", EXTENSION), ("01990001", IMPOSSIBLE), ("0262990811", OVERSEAS),
     ("0693990812", OVERSEAS), ("1234567890123456789", IMPOSSIBLE)],
)  # fmt: skip
def test_what_is_no_line(text: str, why: int) -> None:
    assert read_line(text, "FR") == why


def test_a_national_form_needs_a_country() -> None:
    assert read_line("0199000101", None) == IMPOSSIBLE


@pytest.mark.parametrize(
    ("text", "number", "zone"),
    [("0262990811", 262262990811, "Indian/Reunion"), ("0693990812", 262693990812, ""),
     ("0590000115", 590590000115, "America/Guadeloupe")],
)  # fmt: skip
def test_overseas_by_prefix_where_that_is_asked_for(text: str, number: int, zone: str) -> None:
    line = read_line(text, "FR", "by-prefix")
    assert isinstance(line, Line)
    assert (line.number, line.zone) == (number, zone)


def test_the_quick_way_of_american_numbers_is_the_long_one() -> None:
    rng = random.Random(3)
    for _ in range(2_000):
        text = "".join(rng.choice("0123456789") for _ in range(10))
        number = phonenumbers.parse(text, "US")
        possible = phonenumbers.is_possible_number(number)
        line = read_line(text, "US")
        assert isinstance(line, Line) == possible
        if isinstance(line, Line):
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            assert f"+{line.number}" == e164
            assert line.zone == ""  # moved numbers keep their area code


def test_one_clock_or_none() -> None:
    isles = ("Europe/Guernsey", "Europe/Isle_of_Man", "Europe/London")
    assert one_clock(isles, 44) == "Europe/London"
    assert one_clock(("Indian/Mayotte", "Indian/Reunion"), 262) == ""
    assert one_clock(("Europe/Paris", "Etc/Unknown"), 33) == ""
