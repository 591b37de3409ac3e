"""How much of something is enough: a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.console.screen import labelled, wrapped
from analysis.view.experiments import amount, plain, words_of
from analysis.view.numbers import several
from analysis.view.rounded import chance, rounded
from sim.printed import escaped


def plan_text(told: Mapping[str, Any]) -> str:
    """The screen.

    Parameters
    ----------
    told
        What ``ringfence plan --json`` prints.
    """
    lines = [*wrapped(answer_words(told)), ""]
    if told["asks_for_more"]:
        one = told["asks_for_more"]
        words = [f"{plain(i['path'])} ({chance(i['share'])} of the spread)" for i in one]
        lines += labelled("What asks", f"for more of it or less: {several(words)}")
    for one in told["confirmed"]:
        lines += labelled(
            "Confirmed", f"{one['held']} of {one['draws']} draws with {amount(told, one['value'])}"
        )
    if told["turning_back"]:
        draws = several([str(draw) for draw in told["turning_back"]], 6)
        lines += labelled(
            "Careful", f"along {told['solve']} the goal changes more than once in draw {draws}: "
            "there is no single value from which on it holds"
        )  # fmt: skip
    lines += [] if lines[-1] == "" else [""]
    lines += [f"kept in: {told['folder']}"]
    return "\n".join(escaped(line, keep="") for line in lines)


def or_words(told: Mapping[str, Any]) -> str:
    """Which side of the answer is enough as well."""
    if told.get("origin") is not None:
        return "or later" if told["more_helps"] else "or earlier"
    return "or more" if told["more_helps"] else "or less"


def answer_words(told: Mapping[str, Any]) -> str:
    """The answer in a sentence or two."""
    what, goal = told["solve"], told["for"]
    low, high = told["between"]
    sure = chance(told["probability"])
    if told["met"]:
        text = f"{what} of {amount(told, told['answer'])}"
        if told["root"] is not None:
            ends = f"{amount(told, told['root']['p5'])}–{amount(told, told['root']['p95'])}"
            text += f" [{ends} over {len(told['roots'])} draws]"
        text += f" {or_words(told)}"
        text += f" is enough to {goal}" if goal.startswith("finish") else f" keeps {goal}"
        text += f" in {sure} of draws, with {told['strategy']}"
        if told["today"] is not None:
            today = told["today"]
            text += f"; today's {amount(told, today['value'])} in {chance(today['share'])}"
        return f"{text}."
    if told["confirmed"]:
        last = told["confirmed"][-1]
        return (
            f"{goal} is not confirmed in {sure} of draws: with {what} of "
            f"{amount(told, last['value'])} it holds in {last['held']} of {last['draws']}."
        )
    text = (
        f"{goal} cannot be met in {sure} of draws by {what} between {amount(told, low)} and "
        f"{amount(told, high)}: it holds in {chance(1 - told['not_met_in'])} at best"
    )
    best = told.get("at_best")
    if best is not None:
        text += f", with {rounded(best['value'])} {words_of(best['number']).lower()} where it fails"
    if told["binding"]:
        return (
            f"{text}, because {several(list(told['binding']))} binds: four times as much would do."
        )
    return f"{text}, and neither more channels nor a higher pace would do."
