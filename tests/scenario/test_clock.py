"""Local clocks, against membership minute by minute."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import clock
from sim.scenario.calendars import day_windows, public_holidays
from sim.scenario.dialing import CallTimes

# Each with a week in which its clock changes, or in which nothing happens.
WEEKS = [
    ("Europe/Paris", dt.datetime(2017, 3, 23)),
    ("Europe/Paris", dt.datetime(2017, 10, 26)),
    ("America/New_York", dt.datetime(2017, 11, 3)),
    ("Australia/Lord_Howe", dt.datetime(2017, 4, 1)),  # by half an hour
    ("Pacific/Marquesas", dt.datetime(2017, 4, 20)),  # -9:30
    ("Pacific/Apia", dt.datetime(2011, 12, 28)),  # skips a whole day
    ("Africa/El_Aaiun", dt.datetime(2017, 5, 25)),  # for Ramadan
    ("Asia/Kathmandu", dt.datetime(2017, 4, 20)),
]
windows = st.builds(
    lambda days, at, length: CallTimes.model_validate(
        {"days": sorted(days), "from": f"{at // 60}:{at % 60:02}",
         "to": f"{min(1440, at + length) // 60}:{min(1440, at + length) % 60:02}"}
    ),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(1, 1440),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(WEEKS),
    st.lists(windows, min_size=1, max_size=3),
    st.integers(0, 2000),
    st.integers(1, 5000),
    st.sampled_from(["normal", "closed", "sunday"]),
)
def test_windows_are_open_when_the_local_clock_is_inside(
    week: tuple[str, dt.datetime],
    call_times: list[CallTimes],
    shift: int,
    length: int,
    on_holidays: str,
) -> None:
    zone, begins = week
    start = (begins - clock.EPOCH) // dt.timedelta(minutes=1) + shift
    holidays = frozenset({(begins + dt.timedelta(days=2)).date()})
    info = ZoneInfo(zone)
    expected = set()
    for minute in range(start, start + length):
        now = dt.datetime.fromtimestamp(minute * 60, tz=info)
        weekday = now.weekday()
        if now.date() in holidays and on_holidays != "normal":
            if on_holidays == "closed":
                continue
            weekday = 6
        at = now.hour * 60 + now.minute
        if any(weekday in w.days and w.opens <= at < w.closes for w in call_times):
            expected.add(minute)
    found: set[int] = set()
    for begin, end in clock.open_intervals(
        zone, start, start + length, day_windows(tuple(call_times), on_holidays, holidays)
    ):
        assert start <= begin < end <= start + length
        found.update(range(begin, end))
    assert found == expected


@pytest.mark.parametrize(("zone", "begins"), WEEKS)
def test_pieces_cover_the_time_and_keep_one_offset(zone: str, begins: dt.datetime) -> None:
    start = (begins - clock.EPOCH) // dt.timedelta(minutes=1)
    found = clock.pieces(zone, start, start + 7 * clock.DAY)
    assert [p.start for p in found] == [start, *(p.end for p in found[:-1])]
    assert found[-1].end == start + 7 * clock.DAY
    for piece in found:
        for minute in (piece.start, piece.end - 1):
            shown = clock.EPOCH + dt.timedelta(minutes=minute, seconds=piece.offset_s)
            assert clock.local(minute, zone) == shown


def test_skipped_and_repeated_moments() -> None:
    assert clock.utc_minutes(dt.datetime(2017, 3, 26, 2, 30), "Europe/Paris") == ()
    first, second = clock.utc_minutes(dt.datetime(2017, 10, 29, 2, 30), "Europe/Paris")
    assert (clock.as_utc(first), second - first) == ("2017-10-29 00:30 UTC", 60)
    (only,) = clock.utc_minutes(dt.datetime(2017, 10, 29, 3, 0), "Europe/Paris")
    assert clock.as_utc(only) == "2017-10-29 02:00 UTC"
    before, after = clock.skipped(dt.datetime(2017, 3, 26, 2, 30), "Europe/Paris")
    assert before[1] == dt.datetime(2017, 3, 26, 1, 30)
    assert after[1] == dt.datetime(2017, 3, 26, 3, 30)


def test_a_skipped_moment_is_by_the_clock_before_and_a_repeated_one_the_first() -> None:
    """02:30 in Paris: on 26 March, by winter time, 01:30 UTC; on 29 October, by summer time."""
    for day, utc in (((2017, 3, 26), (1, 30)), ((2017, 10, 29), (0, 30))):
        found = clock.first_utc_minute(dt.datetime(*day, 2, 30), "Europe/Paris")
        assert found == (dt.datetime(*day, *utc) - clock.EPOCH) // dt.timedelta(minutes=1)


def test_a_holiday_that_counts_as_a_sunday_has_its_windows() -> None:
    """Monday 1 May 2017, the Saturday before it and the Sunday between."""
    times = tuple(
        CallTimes.model_validate({"days": [day], "from": f"{10 + day}:00", "to": "20:00"})
        for day in range(7)
    )
    windows = day_windows(times, "sunday", frozenset({dt.date(2017, 5, 1)}))
    opens = {
        day: [a for a, _ in windows(dt.date(2017, 4, 28) + dt.timedelta(day))] for day in range(5)
    }
    assert opens == {0: [14 * 60], 1: [15 * 60], 2: [16 * 60], 3: [16 * 60], 4: [11 * 60]}


def test_holidays() -> None:
    year = (dt.date(2017, 1, 1), dt.date(2017, 12, 31))
    france, reunion = (public_holidays(code, *year) for code in ("FR", "FR-974"))
    assert reunion - france == {dt.date(2017, 12, 20)}
    assert public_holidays(None, *year) == frozenset()


def test_easter_monday_is_a_holiday_and_good_friday_is_not() -> None:
    april = (dt.date(2017, 4, 10), dt.date(2017, 4, 20))
    assert public_holidays("FR", *april) == {dt.date(2017, 4, 17)}
    assert dt.date(2017, 4, 14) in public_holidays("FR-6AE", *april)
    assert public_holidays("FR", *[dt.date(2017, 4, 17)] * 2) == {dt.date(2017, 4, 17)}
    # A span over a New Year has the holidays of both years.
    winter = public_holidays("FR", dt.date(2016, 12, 25), dt.date(2017, 1, 1))
    assert winter == {dt.date(2016, 12, 25), dt.date(2017, 1, 1)}
