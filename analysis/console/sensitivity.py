"""What the numbers of a study hang on, on a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from analysis.console.screen import labelled, table, wrapped
from analysis.view.experiments import NUMBERS, beyond_chance, plain
from analysis.view.numbers import several
from analysis.view.rounded import chance
from sim.printed import escaped

MOST: Final = 7
"""Most inputs of a table."""
NOTHING: Final = "an input that does nothing"


def sensitivity_text(told: Mapping[str, Any]) -> str:
    """The screen.

    Parameters
    ----------
    told
        What ``ringfence sensitivity --json`` prints.
    """
    lines = [
        f"{told['scenario']} · what drives it · {told['draws']} draws, each read "
        f"{told['readings']} times"
    ]
    for strategy, numbers in told["strategies"].items():
        if strategy == told["base"] or told["base"] not in told["strategies"]:
            for number, one in numbers.items():
                lines += ["", *_table(f"{NUMBERS[number]}, {strategy}", one)]
    if told["differences"]:
        lines += ["", f"What differences to {told['base']} hang on"]
        for strategy, numbers in told["differences"].items():
            for number, one in numbers.items():
                lines += labelled(f"  {strategy}"[:24], _difference(number, one), 24)
    lines += ["", *_foot(told)]
    return "\n".join(escaped(line, keep="") for line in lines)


def _table(title: str, one: Mapping[str, Any]) -> Iterator[str]:
    shown = beyond_chance(one)[:MOST]
    linked = any(row["shapley"] is not None for row in one["inputs"])
    rows: list[tuple[str, ...]] = [(title, "by itself", "δ", *(("of all",) if linked else ()))]
    rows += [(f"  {plain(row['path'])}", *_cells(row), *_share(row, linked)) for row in shown]
    if not shown:
        rows.append(("  no input beyond chance", "", "", *(("",) if linked else ())))
    for dummy in one["dummies"]:
        where = "run" if dummy["role"] == "placing" else "reading"
        rows.append((f"  {NOTHING}, by {where}", *_cells(dummy), *(("",) if linked else ())))
    yield from table(rows)
    rest = len(beyond_chance(one)) - len(shown)
    if rest:
        yield f"  and {rest} more: --json"
    if linked and one["polynomial_tells"] is not None:
        share = chance(one["polynomial_tells"])
        yield f"  of all: Shapley's share, from a polynomial that tells {share}"


def _cells(row: Mapping[str, Any]) -> tuple[str, str]:
    first, delta = row["first_order"], row["delta"]
    return (
        f"{chance(first['value'])} [{_hundred(first['low'])}–{_hundred(first['high'])}]",
        f"{delta['value']:.2f} [{delta['low']:.2f}–{delta['high']:.2f}]",
    )


def _share(row: Mapping[str, Any], linked: bool) -> tuple[str, ...]:
    if not linked:
        return ()
    return ("" if row["shapley"] is None else chance(row["shapley"]),)


def _hundred(share: float) -> str:
    return f"{100 * share:.0f}"


def _difference(number: str, one: Mapping[str, Any]) -> str:
    shown = beyond_chance(one)[:2]
    words = [f"{plain(row['path'])} {chance(row['first_order']['value'])}" for row in shown]
    return f"{NUMBERS[number].lower()}: " + (", ".join(words) or "no input beyond chance")


def _foot(told: Mapping[str, Any]) -> Sequence[str]:
    lines: list[str] = []
    if told["not_varied"]:
        lines += labelled("Not varied", several([plain(p) for p in told["not_varied"]], 4), 14)
    lines += wrapped(
        "By itself: share of the variance (of the logarithm) that an input explains alone. δ: how "
        "far the whole law moves once the input is known, 0–1. [ ] is 95 % confidence, over "
        "resampled runs. What no call hangs on is read, the rest differs from run to run."
    )
    return [*lines, f"study: {told['study']}"]
