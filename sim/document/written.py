"""Values as people write them: the way back from internal units to text."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def duration_text(ms: int) -> str:
    """Milliseconds in the largest unit that divides them: ``90 s``, ``4 h``."""
    for size, unit in _UNITS:
        if ms >= size and ms % size == 0:
            return f"{ms // size} {unit}"
    return f"{ms} ms"


def share_text(share: float) -> str:
    """A share as a percentage: ``33 %``."""
    return f"{share * 100:.6g} %"


def moment_text(moment: dt.datetime) -> str:
    """A local moment: ``2017-04-21 20:00``."""
    return f"{moment:%Y-%m-%d %H:%M}"


def clock_text(minute: int) -> str:
    """A minute of the local day: ``09:00``."""
    return f"{minute // 60:02}:{minute % 60:02}"


def rate_text(rate: Fraction) -> str:
    """Calls per second, exactly: ``60``, ``0.7`` or ``1/3``."""
    decimal = str(float(rate))
    if rate.denominator == 1:
        return str(rate.numerator)
    return decimal if Fraction(decimal) == rate else f"{rate.numerator}/{rate.denominator}"
