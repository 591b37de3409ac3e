from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from analysis.view.clock import place, to_local, utc, written, written_in
from analysis.view.numbers import decimal, quantity, several, share, small_share


@pytest.mark.parametrize(
    ("value", "digits", "signed", "expected"),
    [
        (1234567, 0, False, "1 234 567"),
        (-1234.56, 1, False, "−1 234.6"),
        (5, 0, True, "+5"),
        (-0.04, 1, False, "0.0"),
        (-0.04, 1, True, "±0.0"),
        (0, 0, True, "±0"),
        (None, 0, False, "–"),
        (float("nan"), 0, False, "–"),
        (float("inf"), 2, True, "–"),
    ],
)
def test_decimal(value: float | None, digits: int, signed: bool, expected: str) -> None:
    assert decimal(value, digits, separator=" ", signed=signed) == expected


def test_shares() -> None:
    assert share(0.3344, separator=" ") == "33.4 %"
    assert share(None) == "–"
    assert small_share(0.0028, separator=" ") == "0.28 %"
    assert small_share(0.5, separator=" ") == "50.0 %"
    assert small_share(0.00002, separator=" ") == "0.0020 %"
    assert small_share(0.0, separator=" ") == "0.0 %"


def test_quantities() -> None:
    assert quantity(0.33, "share") == "33\u202f%"
    assert quantity(15_000, "ms") == "15\u202fs"
    assert quantity(1.5, "people per line") == "1.5"
    assert quantity(47_580_000, "people") == "47\u202f580\u202f000"
    assert quantity(float("nan"), "share") == "–"


def test_several() -> None:
    assert several(["a"]) == "a"
    assert several(["a", "b", "c"]) == "a, b and c"
    assert several(list("abcdef"), 4) == "a, b, c and 3 more"


def test_moments_are_local() -> None:
    moment = np.datetime64("2017-04-21T18:00", "ms")
    assert written_in(moment, "Europe/Paris") == "Fri 21 Apr 20:00"
    assert written_in(moment, "Pacific/Marquesas") == "Fri 21 Apr 08:30"
    assert written(np.datetime64("NaT", "ms")) == "–"
    assert place("America/St_Johns") == "St Johns"


def test_clock_change_and_gaps() -> None:
    around = utc(["2017-03-26T00:59", "2017-03-26T01:00", "NaT"])
    local = to_local(around, "Europe/Paris")
    assert [str(m)[:16] for m in local[:2]] == ["2017-03-26T01:59", "2017-03-26T03:00"]
    assert np.isnat(local[2])
    assert utc([dt.datetime(2017, 1, 1)]).dtype == "datetime64[ms]"
