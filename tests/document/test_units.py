# ruff: noqa: E501 - tables of cases
"""Units: what is written becomes the one internal form, and back; all else is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.document import units, written


@given(st.integers(0, 10**12))
def test_durations_come_back(ms: int) -> None:
    assert units.parse_duration(written.duration_text(ms)) == ms


@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(["ms", "s", "min", "h", "d"])),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["", " "]),
)
def test_durations_add_up(parts: list[tuple[int, str]], gap: str) -> None:
    size = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
    text = gap.join(f"{number}{gap}{unit}" for number, unit in parts)
    assert units.parse_duration(text) == sum(number * size[unit] for number, unit in parts)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_rates_are_exact(numerator: int, denominator: int) -> None:
    rate = Fraction(numerator, denominator)
    assert units.parse_rate(f"{numerator}/{denominator}") == rate
    assert units.parse_rate(written.rate_text(rate)) == rate
    assert units.parse_rate(rate) == rate


@given(st.integers(1, 999_999), st.integers(0, 6))
def test_decimal_rates_are_what_is_written(digits: int, places: int) -> None:
    value = digits / 10**places
    assert units.parse_rate(value) == Fraction(digits, 10**places)


@given(st.integers(0, 1440))
def test_times_of_day_come_back(minute: int) -> None:
    assert units.parse_clock(written.clock_text(minute)) == minute


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 12, 31)))
def test_moments_come_back(moment: dt.datetime) -> None:
    whole = moment.replace(second=0, microsecond=0)
    assert units.parse_moment(written.moment_text(whole)) == whole
    assert units.parse_moment(f"{whole:%Y-%m-%dT%H:%M:%S}") == whole


@given(st.integers(0, 100_000))
def test_shares_are_exact(thousandths: int) -> None:
    text = f"{thousandths / 1000:.3f} %"
    assert units.parse_share(text) == float(Fraction(thousandths, 100_000))
    assert units.parse_share(thousandths / 100_000) == thousandths / 100_000


@given(st.sets(st.integers(0, 6), min_size=1))
def test_days_as_a_list(days: set[int]) -> None:
    assert units.parse_days([units.WEEKDAYS[day] for day in days]) == tuple(sorted(days))


GOOD: list[tuple[Callable[[object], Any], object, Any]] = [
    (units.parse_duration, "25 s", 25_000),
    (units.parse_duration, "1h30min", 5_400_000),
    (units.parse_duration, "0.5 s", 500),
    (units.parse_duration, "1_000 ms", 1000),
    (units.parse_share, "33 %", 0.33),
    (units.parse_share, "0.1%", 0.001),
    (units.parse_share, 1, 1.0),
    (units.parse_rate, 0.7, Fraction(7, 10)),
    (units.parse_rate, "1/3", Fraction(1, 3)),
    (units.parse_rate, 5000, Fraction(5000)),
    (units.parse_rate, 1e-05, Fraction(1, 100_000)),
    (units.parse_count, "6_000_000", 6_000_000),
    (units.parse_clock, "24:00", 1440),
    (units.parse_clock, "9:05", 545),
    (units.parse_days, "fri-mon", (0, 4, 5, 6)),
    (units.parse_days, "all", tuple(range(7))),
    (units.parse_days, ["mon-wed", "tue", "Sun"], (0, 1, 2, 6)),
    (units.parse_money, "0.010 EUR", units.Money(0.01, "EUR")),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "value", "expected"), GOOD)
def test_what_is_accepted(parse: Callable[[object], Any], value: object, expected: Any) -> None:
    found = parse(value)
    assert found == expected
    assert type(found) is type(expected)


LONG = "9" * 5000
BAD: list[tuple[Callable[[object], Any], list[object]]] = [
    (units.parse_duration, ["25", 25, 25.0, "25 x", "-5 s", "s", "", "5 mins", "2 5 s", "1.5 ms", None, [], True, "٣ s", LONG + " s", "1e3 s"]),
    (units.parse_share, ["33", 33, -0.1, "-3 %", "101 %", 1.0001, float("nan"), float("inf"), "x", None, True, [], "٣ %", LONG + " %"]),
    (units.parse_factor, [-1, float("nan"), float("inf"), "1.5", True, None, []]),
    (units.parse_count, [-1, 1.0, "1.0", "-1", True, None, "_1", "x", [], LONG, "٣"]),
    (units.parse_rate, [0, -1, "0", "1/0", "1/x", "x", True, None, [], float("nan"), float("inf"), "1e99999999", "-1", 1_000_001, "1/1000001", 0.12345678, LONG, "٣"]),
    (units.parse_clock, ["24:01", "9", "9h", "9:60", 600, "25:00", None, "09:0", "-1:00", "٠٩:٠٠"]),
    (units.parse_moment, ["2017-04-21", "2017-02-29 10:00", "2017-04-21 24:00", "2017-04-21 20:00:30", "2017-04-21 20:00Z", "2017-04-21T20:00+02:00", "tomorrow", 5, None, "1969-12-31 23:59", "2101-01-01 00:00", dt.datetime(2017, 1, 1, tzinfo=dt.UTC), dt.datetime(2017, 1, 1, 0, 0, 1)]),
    (units.parse_days, ["mond", "mon-", "-mon", "mon-xxx", "", [], 7, -1, None, True, [[]]]),
    (units.parse_money, ["0.01", "EUR", 0.01, "0.01 eur", "-1 EUR", "1 EURO", None, LONG + " EUR"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parse", "value"), [(parse, value) for parse, values in BAD for value in values]
)
def test_what_is_refused(parse: Callable[[object], Any], value: object) -> None:
    with pytest.raises(ValueError, match=r"^(found|'1.5 ms')") as caught:
        parse(value)
    assert len(str(caught.value)) < 200


def test_quoting() -> None:
    assert units.shown(True) == "true"
    assert units.shown("a\n b") == "'a b'"
    assert units.shown("x" * 100) == "'" + "x" * 40 + "…'"
    assert units.shown(None) == "nothing"
