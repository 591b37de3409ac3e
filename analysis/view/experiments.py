"""What the documents of experiments say, in the words that screens, pages and charts share."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.view.numbers import MINUS
from analysis.view.rounded import chance, times

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

ASKED: Final = ("people_reached", "lines_undialled", "complaints", "cost")
"""Numbers that are told first, whatever else differs."""


def words_of(number: str) -> str:
    """A number in words; one that has none as it is written."""
    return NUMBERS.get(number, number.replace("_", " "))


def amount(told: Mapping[str, Any], value: float) -> str:
    """A value of what a plan solves for: 1,960, 15 %, or Thu 20 Apr 2017 14:05."""
    if told.get("origin") is not None:
        at = moment_of(told, value)
        return f"{at:%a} {at.day} {at:%b %Y %H:%M}"
    figures = f"{value:,.4g}" if value % 1 else f"{value:,.0f}"
    return f"{figures} {told['unit']}".rstrip()


def point_words(told: Mapping[str, Any], point: Mapping[str, Any]) -> str:
    """A point of a frontier: its two amounts."""
    first, second = told["solve"]
    return (
        f"{first} {amount(told['first'], point['value'])} with {second} "
        f"{amount(told['second'], point['answer'])}"
    )


def frontier_words(told: Mapping[str, Any]) -> str:
    """What a plan of two keys found, in a sentence or two."""
    goal, sure, points = told["for"], chance(told["probability"]), told["points"]
    under = "" if told["budget"] is None else f" under {told['budget']}"
    kept = [point for point in points if point["kept"]]
    if kept:
        ends = [point_words(told, point) for point in ((kept[0], kept[-1]) if kept[1:] else kept)]
        text = f"{goal} is met{under} in {sure} of draws by {' up to '.join(ends)}"
        return f"{text[0].upper()}{text[1:]}: {len(kept)} of {len(points)} points tried."
    text = f"{goal} cannot be met{under} in {sure} of draws, because "
    met = [point for point in points if point["met"]]
    if met:
        most = max(met, key=lambda point: point["within_budget"] or 0)
        return (
            f"{text}the budget binds: {point_words(told, most)} would do, and keeps both in "
            f"{most['within_budget']} of {told['draws']} draws."
        )
    binding = list(dict.fromkeys(name for point in points for name in point["binding"]))
    best = min(points, key=lambda point: point["not_met_in"])
    text += f"at best it holds in {chance(1 - best['not_met_in'])}, at {told['solve'][0]} "
    text += amount(told["first"], best["value"])
    if binding:
        return f"{text}: {' and '.join(binding)} binds."
    return f"{text}, and neither more channels nor a higher pace would do."


def moment_of(told: Mapping[str, Any], value: float) -> dt.datetime:
    """The moment that a value of a plan's dial stands for, on the campaign's clock."""
    return dt.datetime.fromisoformat(told["origin"]) + dt.timedelta(minutes=round(value))


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


def telling_rows(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Numbers of runs that differ by more than luck in some, strategy by strategy.

    First those that one asks for, then the strangest.
    """

    def strange(row: Mapping[str, Any]) -> float:
        if row["metric"] in ASKED:
            return math.inf
        return max(abs(float(one["in_noise"] or 0)) for one in row["against_first"].values())

    rows = [
        row
        for row in told["numbers"]
        if not all(one["hidden"] for one in row["against_first"].values())
    ]
    order = list(dict.fromkeys(row["strategy"] for row in rows))
    return sorted(rows, key=lambda row: (order.index(row["strategy"]), -strange(row)))


def moved_words(one: Mapping[str, Any], *, luck: bool = True) -> str:
    """How a run's number differs from the first's: ``−5.1 % −12 σ``; ≈ where luck explains it."""
    if one["hidden"]:
        return "≈"
    parts = [] if one["share"] is None else [times(1 + one["share"])]
    if luck and one["in_noise"] is not None:
        parts.append(f"{one['in_noise']:+.1f} σ".replace("-", MINUS))
    return " ".join(parts)
