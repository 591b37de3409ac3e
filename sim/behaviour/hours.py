"""Answering by hour and day: the published table, as odds relative to its mean.

Source P7: PMC5875189, Table 3: human contact on the first dial of a US dual-frame survey, by part
of the day. Random digits, so it serves as relative odds only. The table gives no clock limits for
its four parts; 9–12, 12–17, 17–20 and 20–21 are assumed, earlier hours count as morning and later
ones as night.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.scenario.world import HourOdds

QUARTERS = 672
"""Quarter-hours of a week; quarter 0 begins on Monday at 00:00."""

_PARTS_END_HOUR = (12, 17, 20, 24)
_REFERENCE_HOURS = range(9, 21)

# Rows: Monday–Thursday, Friday, Saturday, Sunday. Columns: morning, afternoon, evening, night.
# Mobile, Sunday morning is not published: the afternoon of the same day stands in for it.
HOUR_TABLES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "us-landline": (
        (0.138, 0.149, 0.171, 0.187),
        (0.142, 0.147, 0.172, 0.169),
        (0.136, 0.157, 0.158, 0.179),
        (0.174, 0.163, 0.179, 0.188),
    ),
    "us-mobile": (
        (0.206, 0.227, 0.235, 0.222),
        (0.203, 0.233, 0.232, 0.230),
        (0.228, 0.233, 0.242, 0.228),
        (0.230, 0.230, 0.244, 0.219),
    ),
}
"""Share of first dials that a person took, by day group and part of the day."""


def reference_quarters() -> NDArray[np.intp]:
    """The quarter-hours over which a scenario's shares are averages: 9:00 to 21:00, every day."""
    hour = np.arange(QUARTERS) // 4 % 24
    return np.flatnonzero((hour >= _REFERENCE_HOURS.start) & (hour < _REFERENCE_HOURS.stop))


def hour_odds(
    name: str | None, own: Mapping[str, tuple[HourOdds, ...]] = MappingProxyType({})
) -> NDArray[np.float64]:
    """Odds of a human pick-up by quarter-hour of the week, as multiples of the reference mean.

    Parameters
    ----------
    name
        A key of ``HOUR_TABLES`` or of ``own``, or None for a flat week.
    own
        The scenario's own tables; their scale means nothing, since shares are met over the
        reference hours whatever it is.

    Returns
    -------
    (672,) float64
        Multipliers; the odds of the mean share over the reference hours is 1.
    """
    if name is None:
        return np.ones(QUARTERS)
    if name in own:
        return _own(own[name])
    table = np.array(HOUR_TABLES[name])
    quarter = np.arange(QUARTERS)
    day, hour = quarter // 96, quarter // 4 % 24
    group = np.maximum(day - 3, 0)  # Monday–Thursday 0, Friday 1, Saturday 2, Sunday 3
    part = np.searchsorted(_PARTS_END_HOUR, hour, side="right")
    share = table[group, part]
    mean = share[reference_quarters()].mean()
    odds: NDArray[np.float64] = share / (1 - share) / (mean / (1 - mean))
    return odds


def _own(parts: tuple[HourOdds, ...]) -> NDArray[np.float64]:
    """(672,) Odds of a table of one's own: a quarter-hour belongs where its first minute does."""
    odds = np.ones(QUARTERS)
    day, minute = np.arange(QUARTERS) // 96, np.arange(QUARTERS) % 96 * 15
    for part in parts:
        inside = np.isin(day, list(part.days)) & (part.opens <= minute) & (minute < part.closes)
        odds[inside] = part.odds.central
    return odds
