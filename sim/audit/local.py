"""What the clock on a recipient's wall shows at moments of UTC, for many calls at once.

A zone's clock is UTC plus an offset that changes at a few moments. Those moments are found once for
the span of a log, for all its zones; after that, local time is a table look-up and an addition. An
hour that a clock change repeats is seen twice, one that it skips is never seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
DAY_MINUTES = 1440
WEEK_HOURS = 7 * 24
_FIRST_WEEKDAY = 3
"""1 January 1970 was a Thursday; Monday is 0."""
_MONDAY = _FIRST_WEEKDAY * DAY_MINUTES
"""Minutes from the Monday before 1 January 1970 to that day."""
_FIRST_ORDINAL = dt.date(1970, 1, 1).toordinal()
_STEP_S = 3 * 3600
"""No zone has changed its clock and changed it back within three hours."""


class Clocks:
    """The wall clocks of several zones over a span of time.

    Parameters
    ----------
    zones
        IANA names.
    first_ms, last_ms
        The span, ms since 1970 UTC, both ends included.
    """

    def __init__(self, zones: Sequence[str], first_ms: int, last_ms: int) -> None:
        first_s, last_s = first_ms // 1000, last_ms // 1000 + 1
        changes = [_changes(zone, first_s, last_s) for zone in zones]
        moments = sorted({moment for found in changes for moment in found})
        self._breaks: I64 = np.array(moments, dtype=np.int64) * 1000
        self._offsets: I64 = np.array(
            [[_offset_s(ZoneInfo(zone), at) for at in (first_s, *moments)] for zone in zones],
            dtype=np.int64,
        ).reshape(len(zones), len(moments) + 1)
        self._offsets *= 1000

    def showing(self, since: int, until: int) -> tuple[int, int]:
        """A span of moments, ms since 1970 UTC, before and after which no clock shows some minutes.

        Parameters
        ----------
        since, until
            Local minutes since 1970, the first of them and the first that is none of them.
        """
        behind, ahead = int(self._offsets.min()), int(self._offsets.max())
        return since * MINUTE_MS - ahead, until * MINUTE_MS - behind

    def hours(self, first_ms: int, last_ms: int) -> I64:
        """Moments after the first and up to the last, rising, at which some clock's hour changes.

        Parameters
        ----------
        first_ms, last_ms
            Moments of the span, ms since 1970 UTC.
        """
        found = [self._breaks[(self._breaks > first_ms) & (self._breaks <= last_ms)]]
        for rest in np.unique(-self._offsets % HOUR_MS).tolist():
            begin = first_ms + 1 + (rest - first_ms - 1) % HOUR_MS
            found.append(np.arange(begin, last_ms + 1, HOUR_MS, dtype=np.int64))
        return np.unique(np.concatenate(found))

    def local_ms(self, zone: NDArray[np.integer], at_ms: I64) -> I64:
        """Local ms since 1 January 1970, 00:00 on the wall.

        Parameters
        ----------
        zone
            (n,) Index of the zone of each moment.
        at_ms
            (n,) Moments within the span, ms since 1970 UTC.
        """
        if len(self._breaks):
            step = np.searchsorted(self._breaks, at_ms, side="right")
            offset: I64 = self._offsets[zone, step]
        elif len(self._offsets) == 1:
            offset = self._offsets[0]
        else:
            offset = self._offsets[:, 0][zone]
        local: I64 = at_ms + offset
        return local

    def local_minute(self, zone: NDArray[np.integer], at_ms: I64) -> I32:
        """(n,) Whole local minutes since 1 January 1970, 00:00 on the wall."""
        local = self.local_ms(zone, at_ms)
        np.floor_divide(local, MINUTE_MS, out=local)
        return local.astype(np.int32)


def day_of(local_minute: I32) -> I32:
    """(n,) Local days since 1 January 1970."""
    return np.floor_divide(local_minute, np.int32(DAY_MINUTES))


def week_minute(local_minute: I32) -> I32:
    """(n,) Minute of the local week, from Monday 00:00, from local minutes since 1970."""
    found: I32 = (local_minute + np.int32(_MONDAY)) % np.int32(7 * DAY_MINUTES)
    return found


def weekday_of(day: NDArray[np.integer]) -> NDArray[np.uint8]:
    """(n,) Day of the week, Monday 0."""
    return ((day + _FIRST_WEEKDAY) % 7).astype(np.uint8)


def day_number(date: dt.date) -> int:
    """Days from 1 January 1970 to a date."""
    return date.toordinal() - _FIRST_ORDINAL


def date_of(day: int) -> dt.date:
    """The date a number of days after 1 January 1970."""
    return dt.date.fromordinal(day + _FIRST_ORDINAL)


def _offset_s(zone: ZoneInfo, at_s: int) -> int:
    """Seconds that the zone's clock is ahead of UTC."""
    offset = dt.datetime.fromtimestamp(at_s, tz=zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


@lru_cache(maxsize=1024)
def _changes(name: str, first_s: int, last_s: int) -> tuple[int, ...]:
    """Moments in (first, last] at which the zone's offset changes, s since 1970 UTC."""
    zone = ZoneInfo(name)
    found = []
    before, at = _offset_s(zone, first_s), first_s
    while at < last_s:
        after_at = min(at + _STEP_S, last_s)
        after = _offset_s(zone, after_at)
        if after != before:
            low, high = at, after_at
            while high - low > 1:
                middle = (low + high) // 2
                if _offset_s(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
        before, at = after, after_at
    return tuple(found)
