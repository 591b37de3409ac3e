"""What a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from sim.measure.totals import Part, Totals

Number = int | float | None
"""A value of a metric; None where it has none (no price, list not done, nothing dialled)."""
Kind = Literal["additive", "full_size", "ratio", "not_scalable"]
"""How a metric answers to the scale of a run.

``additive`` grows with the number of lines: a scaled run shows it at its full-size equivalent.
``full_size`` is that of the full size already: complaints, which do not shrink with a run, and what
they bring about. ``ratio`` is the same at any scale. ``not_scalable`` is shown at full size only.
"""
HigherIs = Literal["better", "worse", "neither"]
Compute = Callable[[Totals], Number]

MONEY = "currency"
"""Stands in a unit for the scenario's currency; see :func:`unit_of`."""


CALL_LOG = "call log"
"""The source of a metric that the call log alone gives."""
COUNTED = frozenset(
    (
        "lines",
        "people",
        "calls",
        "complaints",
        "opt-outs",
        "callers",
        "numbers",
        "stage",
        "inbound lines",
    )
)
"""Units of whole numbers."""


class Heading(StrEnum):
    """What metrics are compared under, in this order: live and voicemail stand apart."""

    LIST = "List"
    ATTEMPTS = "Attempts"
    LIVE = "Live"
    VOICEMAIL = "Voicemail"
    PEOPLE = "People"
    CAPACITY = "Capacity"
    COST = "Cost"
    VOTES = "Votes"
    COMPLAINTS = "Complaints"
    REGULATOR = "Regulator"
    OBJECTIONS = "Objections"
    CALL_BACKS = "Call-backs"
    CALLER_NUMBERS = "Caller numbers"
    OTHERS = "Others"
    """In the report alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a metric stands when strategies are compared."""

    heading: Heading | None = None
    """Its heading; None for that of its chapter."""
    more: bool = False
    """Whether it stands in the report alone, after the others: a console has no room for it."""
    rank: int = 0
    """Lower ones first; those of one rank in the order of the registry."""


PLAIN = Place()
MORE = Place(more=True)
OTHERS = Place(Heading.OTHERS)


@dataclass(frozen=True, slots=True)
class Metric:
    """One number per strategy."""

    name: str
    label: str
    """Short name for tables and figures."""
    unit: str
    kind: Kind
    higher_is: HigherIs
    """Whether a higher value is better for the caller."""
    description: str
    formula: str
    source: str
    """What it is computed from."""
    compute: Compute
    place: Place = PLAIN
    """Where it stands when strategies are compared."""

    @property
    def is_count(self) -> bool:
        """Whether it is a whole number, compared exactly by ``ringfence check``."""
        return self.unit in COUNTED


def divide(numerator: Fraction | float | None, denominator: Fraction | float) -> float | None:
    """A quotient, or None where it has no meaning."""
    if numerator is None or not denominator:
        return None
    return float(numerator / denominator)


def of(kind: type[Part], compute: Callable[[Part], Number]) -> Compute:
    """What one chapter's totals alone tell; None where the world does not model it."""

    def number(totals: Totals) -> Number:
        part = totals.get(kind)
        return None if part is None else compute(part)

    return number


def hours(moment_ms: int | None) -> float | None:
    """A moment in hours since the campaign's start; None where it never came."""
    return None if moment_ms is None else moment_ms / 3_600_000


def metric(
    name: str,
    label: str,
    unit: str,
    kind: Kind,
    description: str,
    formula: str,
    source: str,
    compute: Compute,
    *,
    higher_is: HigherIs = "worse",
    place: Place = PLAIN,
) -> Metric:
    """A metric of what a caller would rather not see, unless said otherwise."""
    return Metric(name, label, unit, kind, higher_is, description, formula, source, compute, place)


def lines(
    kind: type[Part],
    name: str,
    label: str,
    description: str,
    formula: str,
    compute: Callable[[Part], int],
    *,
    higher_is: HigherIs = "better",
    source: str = CALL_LOG,
    place: Place = PLAIN,
) -> Metric:
    """A number of distinct lines, of one chapter's totals; what a caller would rather see."""
    return metric(
        name,
        label,
        "lines",
        "additive",
        description,
        formula,
        source,
        of(kind, compute),
        higher_is=higher_is,
        place=place,
    )
