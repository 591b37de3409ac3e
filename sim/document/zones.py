"""Names of time zones that keep one offset all year, and what was probably meant by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_ABBREVIATIONS = {
    "EST": ("America/New_York", "5 h behind UTC"),
    "MST": ("America/Denver", "7 h behind UTC"),
    "HST": ("Pacific/Honolulu", "10 h behind UTC"),
}
_BY_OFFSET = {
    9: "America/Anchorage",
    8: "America/Los_Angeles",
    7: "America/Denver",
    6: "America/Chicago",
    5: "America/New_York",
    4: "America/Halifax",
    0: "Europe/London",
    -1: "Europe/Paris",
    -2: "Europe/Athens",
    -10: "Australia/Sydney",
    -12: "Pacific/Auckland",
}
"""By hours behind UTC in winter: a zone that has summer time."""
_FIXED = re.compile(r"(Etc/)?(GMT|UTC|UCT|Zulu|Universal|Greenwich)(?P<behind>[+-]\d{1,2}|0)?")


def fixed_zone(name: str) -> str | None:
    """What to say of a zone that keeps one offset all year; None for any other.

    Parameters
    ----------
    name
        An IANA name.
    """
    if name in _ABBREVIATIONS:
        meant, behind = _ABBREVIATIONS[name]
        return _words(name, behind, meant)
    fixed = _FIXED.fullmatch(name)
    if fixed is None:
        return None
    hours = int(fixed["behind"] or 0)
    side = "behind" if hours > 0 else "ahead of"
    return _words(name, f"{abs(hours)} h {side} UTC" if hours else "UTC", _BY_OFFSET.get(hours))


def fixed_zones(names: Iterable[str]) -> Iterator[str]:
    """What to say of those of some zones that keep one offset all year."""
    for name in sorted(set(names)):
        warning = fixed_zone(name)
        if warning is not None:
            yield warning


def _words(name: str, behind: str, meant: str | None) -> str:
    such = f", such as {meant}" if meant else ""
    return f"{name} is {behind} all year, without summer time; name the zone of the place{such}"
