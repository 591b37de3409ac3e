"""How sure a study shall be: what is asked, and how far the draws that there are fall short.

What can be asked for are quantiles over draws and the median ratio to the base strategy. The mean
of complaints cannot: a few draws in the tail carry it, so that it looks sure long before it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import OptionError, UnknownNameError
from sim.study.answer import COUNTED, SPREAD, Series
from sim.study.crossing import quantile_estimate

Floats = NDArray[np.float64]
Point = Literal["p5", "p50", "p95", "ratio"]
SHARES: Final[Mapping[str, float]] = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
FIRST: Final = 16
"""Draws that a study begins with where it chooses their number."""
MOST: Final = 1_024
"""Draws at which it gives up."""
KNOWN: Final = (*SPREAD, *COUNTED)
"""Numbers whose precision can be asked for."""
_TARGET = re.compile(
    r"\s*(?P<name>[a-z_]+)(?:\.(?P<point>[a-z0-9]+))?\s*:\s*(?P<share>\d{1,3}(?:\.\d{1,6})?)\s*%\s*"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A precision that is asked for."""

    name: str
    """A metric, or a number of complaints."""
    point: Point
    """Which quantile over draws; or the median ratio to the base strategy."""
    share: float
    """Largest half of the interval of 95 % confidence, as a share of the value."""

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.name}.{self.point}: {100 * self.share:g}%"


@dataclass(frozen=True, slots=True)
class Reached:
    """How sure a number is, in the strategy in which it is least so."""

    strategy: str
    share: float | None
    """Half of the interval of 95 % confidence, as a share of the value; None where it cannot be
    told."""


def parse_target(text: str) -> Target:
    """A precision from ``people_reached: 2%`` or ``complaints_regulator.p95: 10%``.

    Raises
    ------
    sim.errors.OptionError
        If it cannot be read, or asks for the mean of complaints.
    sim.errors.UnknownNameError
        For a number that is not spread over draws, with the nearest that is.
    """
    found = _TARGET.fullmatch(text)
    if found is None:
        raise OptionError(
            "the precision cannot be read", found=text, allowed="such as 'people_reached: 2%'"
        )
    name, point = found["name"], found["point"] or "p50"
    if name not in KNOWN:
        close = get_close_matches(name, KNOWN, 1)
        raise UnknownNameError(
            f"there is no precision of '{name}'",
            nearest=close[0] if close else "",
            allowed=", ".join(KNOWN),
        )
    if point not in (*SHARES, "ratio"):
        why = "the precision is of a quantile over draws, or of the ratio to the base"
        if point in ("mean", "expected"):
            why = "a mean looks sure long before it is, where a few draws carry it"
        raise OptionError(why, found=f"{name}.{point}", allowed="p5, p50, p95 or ratio")
    share = float(found["share"]) / 100
    if not 0 < share < 1:
        raise OptionError(
            "the precision cannot be reached", found=text, allowed="more than 0 % and below 100 %"
        )
    return Target(name, point, share)  # type: ignore[arg-type]  # it is one of them


def reached(series: Mapping[str, Series], target: Target) -> Reached:
    """How sure the number is that a target names.

    Raises
    ------
    sim.errors.OptionError
        Where no strategy has it.
    """
    worst: Reached | None = None
    for name, one in series.items():
        values = _values(one, target)
        if values is None:
            continue
        found = quantile_estimate(values, SHARES.get(target.point, 0.5))
        share = None
        if found.reach is not None and found.value:
            share = found.reach / abs(found.value)
        if worst is None or (worst.share is not None and (share is None or share > worst.share)):
            worst = Reached(name, share)
    if worst is None:
        what = "differs from no base strategy" if target.point == "ratio" else "is not modelled"
        raise OptionError(f"'{target.name}' {what} in this scenario")
    return worst


def _values(one: Series, target: Target) -> Floats | None:
    """What the target looks at, by run and reading; None where the strategy has none of it."""
    if target.point == "ratio":
        pair = one.beside.get(target.name)
        if pair is None or not (pair[1] > 0).all():
            return None
        return pair[0] / pair[1]
    if target.name in one.complaints:
        return one.complaints[target.name].mean
    found = one.metrics.get(target.name)
    return None if found is None or not found.any() else found
