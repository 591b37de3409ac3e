"""Days and hours that a table tells, against those that each call's own clock shows."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sim.audit.hourly import Hourly
from sim.audit.local import Clocks, day_number

ZONES = ("Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Marquesas", "UTC")
"""Whole hours with a change, 5 h 45 min, a change of half an hour, 9 h 30 min behind, none."""
OF_TERRITORY = np.array([0, 1, 2, 3, 0, 4], dtype=np.uint8)
HOUR = 3_600_000


def utc(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("first", "hours"),
    [
        (utc(2024, 3, 29, 10, 7), 24 * 10),  # Paris changes on the 31st, Lord Howe on 7 April
        (utc(2024, 10, 26, 22, 0), 24),  # an hour of Paris comes twice
        (utc(2024, 6, 3, 10, 0), 1),
    ],
    ids=["two changes", "an hour twice", "no change"],
)
def test_the_table_tells_what_each_clock_shows(first: int, hours: int) -> None:
    rng = np.random.default_rng(3)
    last = first + hours * HOUR
    edges = np.arange(first - first % 900_000, last, 900_000)  # with the moments around each
    start = np.concatenate([edges, edges - 1, edges + 1, rng.integers(first, last, 2_000)])
    start = np.sort(start[(start >= first) & (start <= last)])
    territory = rng.integers(0, len(OF_TERRITORY), len(start)).astype(np.uint8)
    first_day = first // (24 * HOUR) - 1
    clocks = Clocks(ZONES, first, last)
    day, cell = Hourly(clocks, OF_TERRITORY, (first, last), first_day)(start, territory)
    for i, at in enumerate(start.tolist()):
        zone = ZoneInfo(ZONES[OF_TERRITORY[territory[i]]])
        shown = dt.datetime.fromtimestamp(at / 1000, tz=zone)
        assert day[i] == day_number(shown.date()) - first_day
        assert cell[i] == int(territory[i]) * 168 + shown.weekday() * 24 + shown.hour
    part = slice(len(start) // 3, len(start) // 2)
    some = Hourly(clocks, OF_TERRITORY, (first, last), first_day)(start[part], territory[part])
    np.testing.assert_array_equal(some, (day[part], cell[part]))
