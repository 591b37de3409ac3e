"""The totals of one strategy: what the metrics are made of.

Exact counts at the scale that was simulated. Each chapter has its own part, an object of its own
class; what the world does not model has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of every chapter, by the class of each part."""

    parts: Mapping[type[Any], Any]
    """By class: the one object of it."""
    scale: Fraction = Fraction(1)
    """Lines simulated ÷ lines at full size: complaints are at full size, all else is not."""

    @classmethod
    def of(cls, *parts: Any, scale: Fraction = Fraction(1)) -> Totals:
        """Totals of some parts."""
        return cls({type(part): part for part in parts}, scale)

    def __getitem__(self, kind: type[Part]) -> Part:
        """The part of a class.

        Raises
        ------
        KeyError
            If there is none: the world does not model it.
        """
        part: Part = self.parts[kind]
        return part

    def get(self, kind: type[Part]) -> Part | None:
        """The part of a class; None where the world does not model it."""
        return self.parts.get(kind)

    def having(self, *parts: Any) -> Totals:
        """The same with these parts in place of those of their classes."""
        return Totals({**self.parts, **{type(part): part for part in parts}}, self.scale)
