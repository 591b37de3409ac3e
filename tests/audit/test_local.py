"""Local time: against the standard library, over clock changes, in every zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from sim.audit.local import Clocks, date_of, day_number, day_of, weekday_of
from tests.audit.build import HOUR, utc

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def wall(zone: str, at_ms: int) -> dt.datetime:
    moment = EPOCH + dt.timedelta(milliseconds=at_ms)
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def local(zone: str, moments: list[int]) -> list[dt.datetime]:
    clocks = Clocks([zone], min(moments), max(moments))
    at = np.array(moments, dtype=np.int64)
    shown = clocks.local_ms(np.zeros(len(at), dtype=np.uint8), at)
    return [dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=int(ms)) for ms in shown]


@pytest.mark.parametrize(
    ("zone", "at", "shown"),
    [
        ("Europe/Paris", "2017-04-21 18:00", "2017-04-21 20:00"),
        ("Pacific/Marquesas", "2017-04-21 09:29:59.999", "2017-04-20 23:59:59.999"),
        ("Pacific/Marquesas", "2017-04-21 09:30", "2017-04-21 00:00"),
        ("Pacific/Wallis", "2017-04-21 12:00", "2017-04-22 00:00"),
        ("Asia/Kathmandu", "2017-04-21 18:15", "2017-04-22 00:00"),
        ("Pacific/Kiritimati", "2017-04-21 10:00", "2017-04-22 00:00"),
        # Forward: 02:00 to 03:00 is never seen. Back: it is seen twice.
        ("Europe/Paris", "2017-03-26 00:59:59.999", "2017-03-26 01:59:59.999"),
        ("Europe/Paris", "2017-03-26 01:00", "2017-03-26 03:00"),
        ("Europe/Paris", "2017-10-29 00:59:59.999", "2017-10-29 02:59:59.999"),
        ("Europe/Paris", "2017-10-29 01:00", "2017-10-29 02:00"),
        # Half an hour, and a whole day that was left out.
        ("Australia/Lord_Howe", "2017-04-01 14:59", "2017-04-02 01:59"),
        ("Australia/Lord_Howe", "2017-04-01 15:00", "2017-04-02 01:30"),
        ("Pacific/Apia", "2011-12-30 09:59", "2011-12-29 23:59"),
        ("Pacific/Apia", "2011-12-30 10:00", "2011-12-31 00:00"),
    ],
)
def test_what_the_clock_shows(zone: str, at: str, shown: str) -> None:
    moment = utc(at)
    # A span that holds a change, and one that begins and ends at the moment.
    assert local(zone, [moment - 40 * HOUR, moment])[1] == dt.datetime.fromisoformat(shown)
    assert local(zone, [moment])[0] == dt.datetime.fromisoformat(shown)


def test_every_zone_agrees_with_the_standard_library() -> None:
    zones = sorted(available_timezones() - {"localtime", "Factory"})
    first, last = utc("2016-09-01"), utc("2017-11-15")
    steps = np.arange(first, last, 11 * HOUR + 17 * 60_000 + 1_234, dtype=np.int64)
    for zone in zones[::7]:
        clocks = Clocks([zone], first, last)
        shown = clocks.local_ms(np.zeros(len(steps), dtype=np.uint8), steps)
        wanted = [
            round((wall(zone, int(at)) - dt.datetime(1970, 1, 1)).total_seconds() * 1000)
            for at in steps
        ]
        assert shown.tolist() == wanted, zone


def test_several_zones_with_changes_at_different_moments() -> None:
    zones = ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
    rng = np.random.default_rng(5)
    at = rng.integers(utc("2017-02-01"), utc("2017-12-01"), 4_000)
    zone = rng.integers(0, len(zones), len(at)).astype(np.uint8)
    clocks = Clocks(zones, int(at.min()), int(at.max()))
    minutes = clocks.local_minute(zone, at)
    for code, moment, minute in zip(zone, at, minutes, strict=True):
        shown = wall(zones[code], int(moment))
        assert date_of(int(day_of(np.array([minute]))[0])) == shown.date()
        assert minute % 1440 == shown.hour * 60 + shown.minute


def test_days_and_weekdays() -> None:
    for text in ("1970-01-01", "1969-12-31", "2017-04-23", "2024-02-29"):
        date = dt.date.fromisoformat(text)
        day = day_number(date)
        assert date_of(day) == date
        assert weekday_of(np.array([day]))[0] == date.weekday()


def test_no_clock_shows_some_minutes_outside_of_a_span() -> None:
    """Of each hour of a week around a clock change, against the clocks themselves."""
    zones = ("Pacific/Noumea", "Europe/Paris", "America/Cayenne", "Asia/Kathmandu")
    start = 1_711_500_000_000  # 27 March 2024, before the clocks of Paris go forward
    hour = 3_600_000
    clocks = Clocks(zones, start, start + 7 * 24 * hour)
    at = start + hour * np.arange(7 * 24, dtype=np.int64)
    shown = np.stack([clocks.local_minute(np.full(len(at), z), at) for z in range(len(zones))])
    for since in range(int(shown.min()), int(shown.max()), 1440):
        first, last = clocks.showing(since, since + 720)
        seen = ((shown >= since) & (shown < since + 720)).any(axis=0)
        assert seen.any()
        assert not seen[(at < first) | (at > last)].any()
