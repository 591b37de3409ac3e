"""Stored runs side by side: what goes in beside what comes out, in units of a run's luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from analysis.console.screen import labelled, table, wrapped
from analysis.view.experiments import differing_rows, moved_words, telling_rows, words_of
from analysis.view.numbers import several
from analysis.view.rounded import rounded
from sim.measure.metrics import METRICS
from sim.printed import escaped

MOST_DIFFERING: Final = 8
MOST_NUMBERS: Final = 8
"""Of a strategy."""
ROOMY: Final = 3
"""Runs up to which differences are also told in units of luck."""


def compare_runs_text(told: Mapping[str, Any]) -> str:
    """The screen.

    Parameters
    ----------
    told
        What ``ringfence compare --json`` prints of runs.
    """
    names = list(told["runs"])
    lines = [
        *wrapped(f"{told['scenario']} · {len(names)} runs side by side"),
        "",
        *_inputs(told),
        "",
        *_numbers(told, names),
        *_foot(told),
    ]
    return "\n".join(escaped(line, keep="") for line in lines)


def _inputs(told: Mapping[str, Any]) -> Iterator[str]:
    rows = differing_rows(told)
    for at, (path, values) in enumerate(rows[:MOST_DIFFERING]):
        yield from labelled("Differ in" if not at else "", f"{path}: {several(values, 6)}")
    if len(rows) > MOST_DIFFERING:
        yield from labelled("", f"and {len(rows) - MOST_DIFFERING} more: --json")
    if not rows:
        yield from labelled("Differ in", "nothing that goes in")


def _numbers(told: Mapping[str, Any], names: list[str]) -> Iterator[str]:
    shown = telling_rows(told)
    rows: list[tuple[str, ...]] = [("", *names)]
    for strategy in dict.fromkeys(row["strategy"] for row in shown):
        own = [row for row in shown if row["strategy"] == strategy]
        rows.append((strategy, *("" for _ in names)))
        rows += [_row(row, names) for row in own[:MOST_NUMBERS]]
        if len(own) > MOST_NUMBERS:
            rows.append((f"  and {len(own) - MOST_NUMBERS} more: --json", *("" for _ in names)))
    if len(rows) > 1:
        yield from (*table(rows), "")


def _row(row: Mapping[str, Any], names: list[str]) -> tuple[str, ...]:
    metric = row["metric"]
    label = METRICS[metric].label if metric in METRICS else words_of(metric)
    cells = [rounded(row["values"][names[0]])]
    for name in names[1:]:
        words = moved_words(row["against_first"][name], luck=len(names) <= ROOMY)
        cells.append(f"{rounded(row['values'][name])} {words}".rstrip())
    return (f"  {label}", *cells)


def _foot(told: Mapping[str, Any]) -> Iterator[str]:
    every, shown = len(told["numbers"]), len(telling_rows(told))
    text = (
        f"{told['equal']} numbers are equal, {every} differ, {every - shown} of them within luck."
    )
    if told["scale"] != 1:
        text += f" Counts are as simulated, at {100 * told['scale']:g} % of the lines."
    yield from wrapped(
        f"{text} σ: standard deviations of the luck of two runs, as if each call were by itself; "
        "strategies that meet the same people differ by less. Single runs have no draws of what "
        "is not known, so no interval over it: compare their scenarios for that."
    )
    for name, own in told["only"].items():
        yield from wrapped(f"Not in all: {several(list(own), 8)}, of {name}.")
    yield from (f"{name}: {path}" for name, path in told["runs"].items())
