"""Moments as people read them: UTC turned to local time, and written.

A plain ``datetime64`` knows no zone. Here one that is *local* is a wall-clock time: it is drawn on
an axis, never compared with UTC. In the hour that a clock change repeats, two moments share it.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.view.numbers import MISSING

Moments = NDArray[np.datetime64]


def utc(values: ArrayLike) -> Moments:
    """Moments in UTC as datetime64[ms]; takes datetimes, Arrow's arrays, or ISO text."""
    return np.asarray(values).astype("datetime64[ms]")


def to_local(moments: Moments, zone: str) -> Moments:
    """Wall-clock time in ``zone`` of moments in UTC, both datetime64[ms]; NaT stays."""
    known = ~np.isnat(moments)
    out = moments.astype("datetime64[ms]")
    if known.any():
        tz = ZoneInfo(zone)
        values, where = np.unique(out[known].astype("int64"), return_inverse=True)
        shift = [
            dt.datetime.fromtimestamp(int(ms) // 1000, tz).utcoffset() or dt.timedelta()
            for ms in values
        ]
        ms = np.array([int(s.total_seconds()) * 1000 for s in shift], dtype="timedelta64[ms]")
        out = out.copy()
        out[known] = out[known] + ms[where]
    return out


def place(zone: str) -> str:
    """The town of a time zone: Paris of Europe/Paris."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def written(local: np.datetime64) -> str:
    """A wall-clock moment in short: Fri 21 Apr 20:00. No moment is an en dash."""
    if np.isnat(local):
        return MISSING
    when: dt.datetime = local.astype("datetime64[s]").astype(dt.datetime)
    return f"{when:%a} {when.day} {when:%b %H:%M}"


def written_in(moment: np.datetime64, zone: str) -> str:
    """A moment in UTC, written in the local time of ``zone``."""
    return written(to_local(np.array([moment], dtype="datetime64[ms]"), zone)[0])


def months(first: np.datetime64, last: np.datetime64, zone: str) -> str:
    """The months that two moments in UTC span, local: April 2017, or June to July 2024."""
    known = [to_local(np.array([m], dtype="datetime64[ms]"), zone)[0] for m in (first, last)]
    known = [moment for moment in known if not np.isnat(moment)]
    if not known:
        return "the days of the campaign"
    dates = [moment.astype("datetime64[s]").astype(dt.datetime) for moment in known]
    names = list(dict.fromkeys(f"{date:%B %Y}" for date in dates))
    return " to ".join(names)
