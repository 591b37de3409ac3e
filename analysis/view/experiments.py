"""What the documents of experiments say, in the words that screens, pages and charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.view.rounded import chance

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


def weighed_words(told: Mapping[str, Any]) -> str:
    """What alternatives are judged by, in words."""
    weights = told["weights"]
    if list(weights) == ["people_reached"]:
        return "people reached alone"
    parts = [f"{words_of(name).lower()} × {weight:g}" for name, weight in weights.items()]
    return " + ".join(parts).replace("× -", "× −")


def ahead(turn: Mapping[str, Any]) -> str:
    """When an alternative is ahead of the one that is best most often, in words."""
    share = turn["ahead"]
    if not share:
        return "is ahead in no draw"
    text = f"is ahead in {chance(share)} of draws"
    if not turn["enough"]:
        return f"{text}: not enough of them to say where"
    if not turn["rules"]:
        return f"{text}, and no bound on inputs tells where"
    rule = turn["rules"][0]
    bounds = " and ".join(bound_words(bound) for bound in rule["bounds"])
    return (
        f"{text}, most where {bounds} (density {chance(rule['density'])}, coverage "
        f"{chance(rule['coverage'])})"
    )


def bound_words(bound: Mapping[str, Any]) -> str:
    """A bound on an input."""
    return f"{plain(bound['path'])} {'>' if bound['above'] else '<'} {bound['text']}"


def differing_rows(told: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Keys in which alternatives differ, each with the values that there are, in their order."""
    out = []
    for row in told["differing"]:
        values = ["none" if v is None else str(v) for v in row["values"].values()]
        out.append((row["path"], list(dict.fromkeys(values))))
    return out
