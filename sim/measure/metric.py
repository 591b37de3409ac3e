"""What a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sim.measure.totals import Totals

Number = int | float | None
"""A value of a metric; None where it has none (no price, list not done, nothing dialled)."""
Kind = Literal["additive", "full_size", "ratio", "not_scalable"]
"""How a metric answers to the scale of a run.

``additive`` grows with the number of lines: a scaled run shows it at its full-size equivalent.
``full_size`` is that of the full size already: complaints, which do not shrink with a run, and what
they bring about. ``ratio`` is the same at any scale. ``not_scalable`` is shown at full size only.
"""
HigherIs = Literal["better", "worse", "neither"]

MONEY = "currency"
"""Stands in a unit for the scenario's currency; see :func:`unit_of`."""


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
    compute: Callable[[Totals], Number]

    @property
    def is_count(self) -> bool:
        """Whether it is a whole number, compared exactly by ``ringfence check``."""
        return self.unit in COUNTED


def divide(numerator: Fraction | float | None, denominator: Fraction | float) -> float | None:
    """A quotient, or None where it has no meaning."""
    if numerator is None or not denominator:
        return None
    return float(numerator / denominator)
