"""Levels of complaints that are known: of campaigns that were fined, and of whole nations."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Kind = Literal["automated", "live", "text"]
Basis = Literal["dialled", "connected", "registered"]
ERA = 2020
"""The year from which reporting was easier: forms for texts, and one number to forward them to."""


@dataclass(frozen=True, slots=True)
class Known:
    """A campaign whose calls and complaints are both known."""

    name: str
    country: str
    kind: Kind
    political: bool
    year: int
    calls: int
    basis: Basis
    """What was counted: dials, connections, or calls to numbers on a register alone."""
    complaints: int
    more: bool
    """Whether there were more than that."""
    source: str

    @property
    def per_million(self) -> float:
        """Complaints per million of what was counted."""
        return self.complaints / self.calls * 1e6

    @property
    def late(self) -> bool:
        """Whether it is of the later era."""
        return self.year >= ERA


@dataclass(frozen=True, slots=True)
class Nation:
    """All complaints of a nation over an estimate of all its calls: selected by no fine."""

    country: str
    kind: Kind
    year: int
    per_million: float
    source: str

    @property
    def late(self) -> bool:
        """Whether it is of the later era."""
        return self.year >= ERA


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("analysis.validation") / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def campaigns() -> tuple[Known, ...]:
    """The nine of the casebook, then those found after them."""
    return tuple(
        Known(
            row["name"],
            row["country"],
            cast(Kind, row["kind"]),
            row["political"] == "1",
            int(row["year"]),
            int(row["calls"]),
            cast(Basis, row["basis"]),
            int(row["complaints"]),
            row["means"] == "more than",
            row["source"],
        )
        for row in _rows("levels.csv")
    )


@cache
def nations() -> tuple[Nation, ...]:
    """National ratios, a year each."""
    return tuple(
        Nation(
            row["country"],
            cast(Kind, row["kind"]),
            int(row["year"]),
            float(row["per_million"]),
            row["source"],
        )
        for row in _rows("national.csv")
    )
