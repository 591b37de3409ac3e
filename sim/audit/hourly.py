"""Local days and hours of calls that stand in the order of their starts.

A clock's hour changes at few moments, and calls between two of them differ by their territory
alone: so a table tells day and hour, and no call's local time is worked out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.audit.local import DAY_MINUTES, I64, WEEK_HOURS, Clocks, week_minute
from sim.compiled import kernel


class Hourly:
    """Tells local days and cells of the breakdown.

    Parameters
    ----------
    clocks
        Wall clocks over the span and more.
    zones
        Index of each territory's time zone.
    span
        First and last moment that calls may start at, ms since 1970 UTC.
    first_day
        A local day since 1970 that none of them starts before.
    """

    def __init__(
        self, clocks: Clocks, zones: NDArray[np.integer], span: tuple[int, int], first_day: int
    ) -> None:
        changes = clocks.hours(*span)
        self._moments: I64 = np.concatenate([[np.iinfo(np.int64).min], changes])
        seen = np.concatenate([[span[0]], changes])
        grid = np.repeat(seen, len(zones)), np.tile(zones, len(seen))
        minute = clocks.local_minute(grid[1], grid[0])
        day = minute // np.int32(DAY_MINUTES) - np.int32(first_day)
        cell = week_minute(minute) // np.int32(60)
        cell += np.tile(np.arange(len(zones), dtype=np.int32) * WEEK_HOURS, len(seen))
        self._both = day.astype(np.uint32) << np.uint32(16) | cell.astype(np.uint32)
        self._territories = len(zones)

    def __call__(
        self, start: I64, territory: NDArray[np.integer]
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Local days from the first, and 168 × territory + local hour of the week: each (n,).

        Parameters
        ----------
        start : (n,) int64
            Starts, which never fall, ms since 1970 UTC.
        territory : (n,)
            Territories of the calls.
        """
        day, cell = np.empty((2, len(start)), dtype=np.uint16)
        of = territory.astype(np.uint8, copy=False)
        read_hours(start, of, self._moments, self._both, self._territories, day, cell)
        return day, cell


@kernel
def read_hours(
    start: NDArray[np.int64],
    territory: NDArray[np.uint8],
    moments: NDArray[np.int64],
    both: NDArray[np.uint32],
    territories: int,
    day: NDArray[np.uint16],
    cell: NDArray[np.uint16],
) -> None:
    """Read a table of days and cells.

    Parameters
    ----------
    start : (n,) int64
        Starts of calls, which never fall.
    territory : (n,) uint8
        Their territories.
    moments : (rows,) int64
        From when each row of the table holds; the first is before all starts.
    both : (rows × territories,) uint32
        Days, shifted by 16 bits, and cells.
    territories
        Their number.
    day, cell : (n,) uint16
        What is written.
    """
    row, last, until = 0, len(moments) - 1, np.int64(0)
    for i in range(len(start)):
        if i == 0 or start[i] >= until:
            while row < last and start[i] >= moments[row + 1]:
                row += 1
            until = moments[row + 1] if row < last else np.int64((1 << 63) - 1)
        found = both[row * territories + territory[i]]
        day[i], cell[i] = found >> np.uint32(16), found & np.uint32(0xFFFF)
