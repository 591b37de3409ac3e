"""What a plan turns: the key, the range that is searched, and how its values are written.

A number is itself; a moment is the minutes after the low end of its range, to the minute. A value
between two that a file can write is the one below.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sim.document.units import parse_moment
from sim.document.written import moment_text
from sim.errors import OptionError
from sim.study.design import parse_knob, written

MINUTE: Final = dt.timedelta(minutes=1)
OPTION: Final = "--between"


@dataclass(frozen=True, slots=True)
class Dial:
    """A key of which enough is looked for."""

    path: str
    low: float
    high: float
    unit: str = ""
    whole: bool = False
    """Whether its values are whole numbers."""
    origin: dt.datetime | None = None
    """Of a moment: what its values are minutes after, on the campaign's clock."""
    today: float | None = None
    """The scenario's own value; None where it is none of this kind."""

    def text(self, value: float) -> str:
        """A value as a file writes it."""
        if self.origin is not None:
            return moment_text(self.origin + round(value) * MINUTE)
        return written(value, self.unit, whole=self.whole)

    @property
    def steps_whole(self) -> bool:
        """Whether values lie one apart at the closest."""
        return self.whole or self.origin is not None


def moment(text: str) -> dt.datetime | None:
    """A moment as files write it; None for what is none."""
    try:
        return parse_moment(text)
    except ValueError:
        return None


def dial_between(path: str, between: str, *, whole: bool | None = None) -> Dial:
    """A dial over a range that was asked for.

    Parameters
    ----------
    path
        The key.
    between
        ``600..1800``, ``5 %..20 %`` or ``2017-04-20 09:00..2017-04-21 20:00``.
    whole
        Whether the key takes whole numbers alone; by default where the ends are whole.

    Raises
    ------
    sim.errors.OptionError
        For what is no range, or one that ends before it begins.
    """
    ends = [moment(part) for part in between.split("..")]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        minutes = (ends[1] - ends[0]) / MINUTE
        if minutes < 1:
            raise OptionError("the range ends before it begins", place=OPTION, found=f"'{between}'")
        return Dial(path, 0.0, float(round(minutes)), origin=ends[0])
    knob = parse_knob(f"{path}={between}")
    if knob.ends is None:
        raise OptionError(
            "a plan needs a range",
            place=OPTION,
            found=between,
            allowed="LOW..HIGH, numbers or moments such as 2017-04-20 09:00..2017-04-21 20:00",
        )
    low, high = knob.ends
    return Dial(path, low, high, knob.unit, knob.whole if whole is None else whole)
