"""Local clocks: which UTC moments a local time means, and when local windows are open.

A local time may be skipped by a clock change, or happen twice. Windows are weekly, in the local
clock: a moment is inside one when the local clock shows a time inside it at that moment. So nothing
here converts end points; the campaign is cut into pieces in which the offset stays the same.

Moments are whole minutes since 1970, UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

EPOCH = dt.datetime(1970, 1, 1)
"""The beginning of UTC minutes, without a zone."""
DAY = 1440
"""Minutes in a day."""
_PROBE = 180
"""Minutes between two looks at a zone's offset; no zone changes its clock twice within that."""


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def utc_minutes(moment: dt.datetime, zone: str) -> tuple[int, ...]:
    """UTC minutes at which a zone's clock shows a local moment: none, one, or two in order."""
    found = set()
    for offset in _offsets(moment, zone):
        minute = _minutes(moment - offset)
        if local(minute, zone) == moment:
            found.add(minute)
    return tuple(sorted(found))


def first_utc_minute(moment: dt.datetime, zone: str) -> int:
    """A UTC minute for a local moment; for a skipped one, by the clock before the change."""
    return _minutes(moment - _offsets(moment, zone)[0])


def skipped(moment: dt.datetime, zone: str) -> tuple[tuple[int, dt.datetime], ...]:
    """What a skipped local moment may have meant: UTC minute and valid local moment, in order."""
    minutes = sorted({_minutes(moment - offset) for offset in _offsets(moment, zone)})
    return tuple((minute, local(minute, zone)) for minute in minutes)


def local(minute: int, zone: str) -> dt.datetime:
    """What a zone's clock shows at a UTC minute, without a zone."""
    utc = (EPOCH + dt.timedelta(minutes=minute)).replace(tzinfo=dt.UTC)
    return utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def as_utc(minute: int) -> str:
    """A UTC minute as people read it."""
    return f"{EPOCH + dt.timedelta(minutes=minute):%Y-%m-%d %H:%M} UTC"


def _offsets(moment: dt.datetime, zone: str) -> tuple[dt.timedelta, dt.timedelta]:
    info = ZoneInfo(zone)
    first, second = (moment.replace(tzinfo=info, fold=fold).utcoffset() for fold in (0, 1))
    return first or dt.timedelta(), second or dt.timedelta()


def _minutes(moment: dt.datetime) -> int:
    return (moment - EPOCH) // dt.timedelta(minutes=1)


# ── Pieces of constant offset ────────────────────────────────────────────────────────────────────


class Piece(NamedTuple):
    """A stretch of time with one offset."""

    start: int
    """UTC minute."""
    end: int
    """UTC minute, exclusive."""
    offset_s: int
    """Local minus UTC, seconds."""


@cache
def pieces(zone: str, start: int, end: int) -> tuple[Piece, ...]:
    """[start, end) cut at the zone's clock changes."""
    found: list[Piece] = []
    begin, offset = start, _offset(zone, start)
    at = start
    while at < end:
        ahead = min(at + _PROBE, end - 1)
        if _offset(zone, ahead) != offset:
            change = _change(zone, at, ahead, offset)
            found.append(Piece(begin, change, offset))
            begin, offset, at = change, _offset(zone, change), change
        elif ahead == end - 1:
            break
        else:
            at = ahead
    if begin < end:
        found.append(Piece(begin, end, offset))
    return tuple(found)


def _offset(zone: str, minute: int) -> int:
    utc = (EPOCH + dt.timedelta(minutes=minute)).replace(tzinfo=dt.UTC)
    offset = utc.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return int(offset.total_seconds())


def _change(zone: str, before: int, after: int, offset: int) -> int:
    """The first minute in (before, after] that no longer has the offset."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


# ── Open windows ─────────────────────────────────────────────────────────────────────────────────

Windows = Callable[[dt.date], Iterable[tuple[int, int]]]
"""The windows of a local day: first minute, and first minute after, of the local day."""


def open_intervals(zone: str, start: int, end: int, windows: Windows) -> Iterator[tuple[int, int]]:
    """UTC intervals in [start, end) in which the local clock is inside a window, in order."""
    for piece in pieces(zone, start, end):
        shift = piece.offset_s // 60
        first, last = (piece.start + shift) // DAY, (piece.end - 1 + shift) // DAY
        for day in range(first, last + 1):
            date = (EPOCH + dt.timedelta(days=day)).date()
            for opens, closes in sorted(windows(date)):
                begin = max(piece.start, day * DAY + opens - shift)
                stop = min(piece.end, day * DAY + closes - shift)
                if begin < stop:
                    yield begin, stop
