"""What the documents of experiments say, in the words that screens, pages and charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

NUMBERS: Final = {
    "people_reached": "People reached",
    "people_reached_live": "People reached live",
    "complaints": "Complaints",
    "complaints_regulator": "Complaints to the regulator",
    "cost": "Cost",
    "attempts": "Attempts",
    "finished": "List finished",
}
"""Numbers of an experiment, in words."""


def words_of(number: str) -> str:
    """A number in words; one that has none as it is written."""
    return NUMBERS.get(number, number.replace("_", " "))


def plain(path: str) -> str:
    """An input's key as it is read: without what is the same for all."""
    return path.removeprefix("world.").removeprefix("line_types.")


def beyond_chance(one: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Inputs that do more than one that does nothing, the strongest by itself first."""
    found = [row for row in one["inputs"] if row["beyond_chance"]]
    return sorted(found, key=lambda row: -max(row["first_order"]["value"], row["shapley"] or 0.0))
