"""Local time as membership of the local clock, minute by minute.

Whether a moment is inside a calling window is a question about what the clock on the recipient's
wall shows at that moment, never about converted end points: so an hour that a clock change repeats
is open twice, and one that it skips is not open at all. A campaign is laid on the grid of UTC
minutes, the wall clock is read at each, and runs of minutes become intervals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.scenario import clock
from sim.scenario.dialing import CallTimes

MINUTE_MS = 60_000
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday
_EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()

I64 = NDArray[np.int64]


def utc_ms(moment: dt.datetime, zone: str) -> int:
    """A naive local moment as ms since 1970 UTC. Skipped and repeated moments are for checks."""
    return clock.first_utc_minute(moment, zone) * MINUTE_MS


def local_minutes(zone: str, first: int, count: int) -> I64:
    """What the wall clock shows at consecutive UTC minutes.

    Parameters
    ----------
    zone
        IANA name.
    first
        First UTC minute since 1970.
    count
        Number of minutes.

    Returns
    -------
    (count,) int64
        Local minutes since 1 January 1970, 00:00 on the wall.
    """
    minutes = np.arange(first, first + count, dtype=np.int64)
    for piece in clock.pieces(zone, first, first + count):
        minutes[piece.start - first : piece.end - first] += piece.offset_s // 60
    return minutes


def put_back_ms(zone: str, first_ms: int, last_ms: int) -> int:
    """Longest time by which a zone's clock is put back between two moments of a span.

    Parameters
    ----------
    zone
        IANA name.
    first_ms, last_ms
        The span, ms since 1970 UTC.

    Returns
    -------
    int
        ms; 0 where the clock is never put back.
    """
    first = first_ms // MINUTE_MS
    count = max(1, -(-last_ms // MINUTE_MS) - first + 1)
    ahead = local_minutes(zone, first, count) - np.arange(first, first + count, dtype=np.int64)
    return int((np.maximum.accumulate(ahead) - ahead).max()) * MINUTE_MS


def quarter_of_week(local: I64) -> NDArray[np.int16]:
    """Local quarter-hour of the week, 0 (Monday 00:00) to 671."""
    return ((local // 15 + _EPOCH_WEEKDAY * 96) % 672).astype(np.int16)


def open_minutes(
    local: I64,
    windows: Iterable[CallTimes],
    holidays: frozenset[dt.date],
    on_holidays: str,
) -> NDArray[np.bool_]:
    """Whether each minute is inside a calling window.

    Parameters
    ----------
    local : (n,) int64
        From :func:`local_minutes`.
    windows
        Weekly windows.
    holidays
        Public holidays of the territory.
    on_holidays
        ``normal``, ``closed``, or ``sunday``: what a holiday counts as.
    """
    day, minute = np.divmod(local, clock.DAY)
    weekday = (day + _EPOCH_WEEKDAY) % 7
    closed = np.zeros(len(local), dtype=np.bool_)
    if holidays and on_holidays != "normal":
        ordinals = np.array([d.toordinal() - _EPOCH_ORDINAL for d in sorted(holidays)])
        holiday = np.isin(day, ordinals)
        if on_holidays == "closed":
            closed = holiday
        else:
            weekday = np.where(holiday, 6, weekday)
    inside = np.zeros(len(local), dtype=np.bool_)
    for window in windows:
        inside |= (
            np.isin(weekday, window.days) & (minute >= window.opens) & (minute < window.closes)
        )
    return inside & ~closed


def intervals(flags: NDArray[np.bool_]) -> I64:
    """Runs of true minutes as half-open intervals in ms from the first minute, (k, 2) int64."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2).astype(np.int64) * MINUTE_MS


def flags(open_ms: I64, count: int) -> NDArray[np.bool_]:
    """Minutes from intervals of whole minutes: the way back from :func:`intervals`."""
    inside = np.zeros(count, dtype=np.bool_)
    for opens, closes in (open_ms // MINUTE_MS).tolist():
        inside[opens:closes] = True
    return inside
