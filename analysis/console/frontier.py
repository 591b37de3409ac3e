"""How much of two keys is enough, one against the other: a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.console.screen import labelled, table, wrapped
from analysis.view.experiments import amount, frontier_words, words_of
from analysis.view.numbers import MISSING, several
from analysis.view.rounded import rounded
from sim.printed import escaped


def frontier_text(told: Mapping[str, Any]) -> str:
    """The screen.

    Parameters
    ----------
    told
        What ``ringfence plan --json`` prints where two keys are solved for.
    """
    lines = [*wrapped(frontier_words(told)), "", *table(list(_rows(told))), ""]
    if told["turning_back"]:
        draws = several([str(draw) for draw in told["turning_back"]], 6)
        lines += labelled(
            "Careful", f"what is enough of {told['solve'][1]} rises and falls along "
            f"{told['solve'][0]} in draw {draws}"
        )  # fmt: skip
    twice = [point for point in told["points"] if point["turning_back"]]
    if twice:
        lines += labelled(
            "Careful", f"along {told['solve'][1]} the goal changes more than once in draws, at "
            f"{told['solve'][0]} {several([amount(told['first'], one['value']) for one in twice])}"
        )  # fmt: skip
    lines += [f"kept in: {told['folder']}"]
    return "\n".join(escaped(line, keep="") for line in lines)


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    names = list(dict.fromkeys(name for point in told["points"] for name in point["numbers"]))
    budget = ("budget",) if told["budget"] is not None else ()
    yield (told["solve"][0], told["solve"][1], *budget, *(words_of(name).lower() for name in names))
    for point in told["points"]:
        enough = amount(told["second"], point["answer"]) if point["met"] else "not met"
        kept = () if not budget else (_kept(told, point),)
        numbers = (rounded(point["numbers"].get(name)) for name in names)
        yield (amount(told["first"], point["value"]), enough, *kept, *numbers)


def _kept(told: Mapping[str, Any], point: Mapping[str, Any]) -> str:
    if point["within_budget"] is None:
        return MISSING
    return f"{point['within_budget']}/{told['draws']}"
