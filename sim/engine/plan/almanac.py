"""Local clocks and public holidays, each read once for many plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import calendar
from sim.scenario.calendars import public_holidays

Kept = TypeVar("Kept")


class Almanac:
    """Remembers what clocks show and which days are holidays, for as long as it lives.

    Both depend on nothing but what is asked, so one almanac serves any strategies and draws.
    """

    def __init__(self) -> None:
        self._local: dict[tuple[str, int, int], NDArray[np.int64]] = {}
        self._kept: dict[Hashable, Any] = {}
        self._holidays: dict[tuple[str | None, dt.date, dt.date], frozenset[dt.date]] = {}

    def local_minutes(self, zone: str, first: int, count: int) -> NDArray[np.int64]:
        """What :func:`sim.engine.plan.calendar.local_minutes` gives, (count,) int64, read-only."""
        asked = (zone, first, count)
        if asked not in self._local:
            found = calendar.local_minutes(zone, first, count)
            found.flags.writeable = False
            self._local[asked] = found
        return self._local[asked]

    def kept(self, asked: Hashable, make: Callable[[], Kept]) -> Kept:
        """What a function of local clocks alone gave, made once for each thing asked."""
        if asked not in self._kept:
            self._kept[asked] = make()
        found: Kept = self._kept[asked]
        return found

    def public_holidays(
        self, code: str | None, first: dt.date, last: dt.date
    ) -> frozenset[dt.date]:
        """What :func:`sim.scenario.calendars.public_holidays` gives."""
        asked = (code, first, last)
        if asked not in self._holidays:
            self._holidays[asked] = public_holidays(code, first, last)
        return self._holidays[asked]
