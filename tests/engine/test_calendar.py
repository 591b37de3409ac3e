"""Local time against the wall clock itself: minute by minute, in every zone, over clock changes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from sim.engine.plan import calendar
from sim.scenario.dialing import CallTimes

ZONES = sorted(z for z in available_timezones() if z not in {"Factory", "localtime"})
UTC = dt.UTC


def wall(zone: str, utc_minute: int) -> dt.datetime:
    """What the clock on the wall shows."""
    return dt.datetime.fromtimestamp(utc_minute * 60, tz=ZoneInfo(zone)).replace(tzinfo=None)


def minute_of(year: int, month: int, day: int) -> int:
    return int(dt.datetime(year, month, day, tzinfo=UTC).timestamp()) // 60


@pytest.mark.parametrize("part", range(4))
def test_local_minutes_in_every_zone(part: int) -> None:
    """A year in each zone: every minute around each change of offset, and samples between."""
    first, count = minute_of(2017, 1, 1), 365 * 1440
    epoch = dt.date(1970, 1, 1).toordinal()
    for zone in ZONES[part::4]:
        found = calendar.local_minutes(zone, first, count)
        changes = np.flatnonzero(np.diff(found) != 1)
        near = {m for c in changes.tolist() for m in range(c - 2, c + 4)}
        # Offsets hold for weeks, so a probe every 12 hours cannot miss a change.
        near.update(range(0, count, 720))
        asked = sorted(minute for minute in near if 0 <= minute < count)
        clock = ZoneInfo(zone)
        for minute in asked:
            shown = dt.datetime.fromtimestamp((first + minute) * 60, tz=clock)
            days = shown.toordinal() - epoch
            expected = (days * 24 + shown.hour) * 60 + shown.minute
            assert found[minute] == expected, (zone, minute)


def times(days: Any, opens: str, closes: str) -> CallTimes:
    return CallTimes.model_validate({"days": days, "from": opens, "to": closes})


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Paris", (2017, 3, 25)),
        ("Europe/Paris", (2017, 10, 28)),
        ("Pacific/Marquesas", (2017, 4, 18)),
        ("America/Miquelon", (2017, 3, 11)),
        ("Australia/Lord_Howe", (2017, 4, 1)),
        ("Asia/Kathmandu", (2017, 4, 18)),
        ("Pacific/Wallis", (2017, 4, 18)),
    ],
)
@pytest.mark.parametrize("on_holidays", ["normal", "closed", "sunday"])
def test_windows_are_membership_of_the_wall_clock(
    zone: str, start: tuple[int, int, int], on_holidays: str
) -> None:
    """Three days, minute by minute; 02:30 windows meet hours that are skipped or repeated."""
    first, count = minute_of(*start), 3 * 1440
    windows = [
        times("mon-sat", "02:15", "02:45"),
        times("sun", "01:00", "03:30"),
        times("all", "22:00", "24:00"),
    ]
    holiday = dt.date(*start) + dt.timedelta(days=1)
    local = calendar.local_minutes(zone, first, count)
    found = calendar.open_minutes(local, windows, frozenset({holiday}), on_holidays)
    for minute in range(count):
        now = wall(zone, first + minute)
        day, closed = now.weekday(), False
        if now.date() == holiday:
            closed = on_holidays == "closed"
            day = 6 if on_holidays == "sunday" else day
        at = now.hour * 60 + now.minute
        expected = not closed and any(
            day in window.days and window.opens <= at < window.closes for window in windows
        )
        assert found[minute] == expected, now
    # The intervals say the same.
    inside = np.zeros(count, dtype=bool)
    for opens, closes in calendar.intervals(found).tolist():
        assert opens % 60_000 == closes % 60_000 == 0
        inside[opens // 60_000 : closes // 60_000] = True
    np.testing.assert_array_equal(inside, found)


def test_a_repeated_hour_is_open_twice_and_a_skipped_one_never() -> None:
    window = [times("all", "02:00", "03:00")]
    for day, hours in (((2017, 3, 26), 0), ((2017, 10, 29), 2), ((2017, 4, 2), 1)):
        first = minute_of(*day) - 120
        local = calendar.local_minutes("Europe/Paris", first, 1440)
        found = calendar.open_minutes(local, window, frozenset(), "normal")
        assert found.sum() == hours * 60


def test_quarters_of_the_week() -> None:
    first = minute_of(2017, 4, 17)  # a Monday
    local = np.arange(first, first + 7 * 1440)
    np.testing.assert_array_equal(calendar.quarter_of_week(local), np.repeat(np.arange(672), 15))
