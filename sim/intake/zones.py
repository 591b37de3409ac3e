"""Which clock hangs where a line is: by the US state, or by all that a number may mean."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_MAIN = {44: "Europe/London", 33: "Europe/Paris"}
"""By country's code: the zone to name among several that share one clock."""
_EAST = "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV"
_CENTRE = "AL AR IA IL LA MN MO MS OK WI"
_MOUNTAINS = "CO MT NM UT WY"
STATES = {
    **dict.fromkeys(_EAST.split(), "America/New_York"),
    **dict.fromkeys(_CENTRE.split(), "America/Chicago"),
    **dict.fromkeys(_MOUNTAINS.split(), "America/Denver"),
    **dict.fromkeys(("CA", "WA"), "America/Los_Angeles"),
    "HI": "Pacific/Honolulu",
    "PR": "America/Puerto_Rico",
    "VI": "America/St_Thomas",
    "GU": "Pacific/Guam",
    "AS": "Pacific/Pago_Pago",
}
"""US states with one clock. Those with two, such as FL, IN, TN and TX, tell none; nor do AZ, whose
Navajo lands keep summer time, and NV."""


@cache
def one_clock(zones: tuple[str, ...], code: int) -> str:
    """The zone of places that may be in several, where all share one clock; else empty.

    Parameters
    ----------
    zones
        IANA names.
    code
        The country's code of a number there.
    """
    known = [zone for zone in zones if zone in available_timezones() and zone != "Etc/Unknown"]
    if not known or len(known) < len(zones):
        return ""
    if len({_offsets(zone) for zone in known}) > 1:
        return ""
    main = _MAIN.get(code, "")
    return main if main in known else sorted(known)[0]


@cache
def _offsets(zone: str) -> tuple[object, ...]:
    """How far a clock is ahead of UTC, day by day, from 2000 to 2030."""
    first = dt.datetime(2000, 1, 1, 12, tzinfo=dt.UTC)
    info = ZoneInfo(zone)
    return tuple(
        (first + dt.timedelta(days=day)).astimezone(info).utcoffset() for day in range(0, 11_000)
    )
