"""Bounds of numbers that may be ranges: their low and high ends obey them too."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.node import Path
from sim.document.quantity import FactorRange, ShareRange
from sim.errors import Fault
from sim.scenario.checks.subject import Subject

Quantity = FactorRange | ShareRange


def lowest(quantity: Quantity) -> float:
    """The low end of a range, else the number."""
    return quantity.central if quantity.low is None else quantity.low


def highest(quantity: Quantity) -> float:
    """The high end of a range, else the number."""
    return quantity.central if quantity.high is None else quantity.high


def bounds_fault(
    subject: Subject, quantity: FactorRange, path: Path, most: int, *, positive: bool = False
) -> Iterator[Fault]:
    """A number above its maximum, or 0 where more than that is wanted."""
    least = "more than 0 and at most" if positive else "0 to"
    allowed = f"{least} {most:_} is allowed"
    found = highest(quantity)
    if found > most:
        yield subject.fault(f"found {found:g}; {allowed}", path)
    elif positive and lowest(quantity) == 0:
        yield subject.fault(f"found 0; {allowed}", path)
