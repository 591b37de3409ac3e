"""What other values of some keys would give: a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from analysis.console.screen import cut, labelled, table, wrapped
from analysis.view.experiments import words_of
from analysis.view.numbers import MISSING
from analysis.view.rounded import between, chance, rounded
from sim.printed import escaped

MOST: Final = 40
"""Most rows of the table."""
ROOM: Final = 26
"""Columns of a further metric."""


def sweep_text(told: Mapping[str, Any]) -> str:
    """The screen.

    Parameters
    ----------
    told
        What ``ringfence sweep --json`` prints.
    """
    keys = ", ".join(told["vary"])
    points, run = len(told["points"]), told["points_run"]
    runs = f"{run} of them run, the others read"
    if run in (1, points):
        runs = "one run, read at each" if run == 1 else "each run"
    lines = wrapped(f"{told['scenario']} · {keys} at {points} points, {runs}")
    for name in told["strategies"]:
        lines += ["", *table(list(_rows(told, name)))]
        for rows in _further(told, name):
            lines += ["", *table(rows)]
    more = (points - MOST) * len(told["strategies"])
    if more > 0:
        lines += [f"  and {more} more rows: --json"]
    lines += ["", *_marginal(told), *_break_even(told), *_frontier(told), *_foot(told)]
    return "\n".join(escaped(line, keep="") for line in lines)


def _rows(told: Mapping[str, Any], name: str) -> Iterator[tuple[str, ...]]:
    yield (name, "people reached", "complaints", "cost", "list done")
    for point in told["points"][:MOST]:
        one = point["strategies"][name]
        yield (
            "  " + ", ".join(point["settings"].values()),
            _interval(one["people_reached"]),
            _interval(one["complaints"]),
            MISSING if one["cost"] is None else rounded(one["cost"]["p50"]),
            MISSING if one["finished"] is None else _done(told, one["finished"]),
        )


def _further(told: Mapping[str, Any], name: str) -> Iterator[list[tuple[str, ...]]]:
    """Further metrics, two to a table."""
    metrics = list(told["points"][0]["strategies"][name]["metrics"])
    for pair in (metrics[at : at + 2] for at in range(0, len(metrics), 2)):
        rows = [(name, *(cut(words_of(metric).lower(), ROOM) for metric in pair))]
        for point in told["points"][:MOST]:
            one = point["strategies"][name]["metrics"]
            settings = "  " + ", ".join(point["settings"].values())
            rows.append((settings, *(_interval(one[metric]) for metric in pair)))
        yield rows


def _done(told: Mapping[str, Any], share: float) -> str:
    return chance(share) if told["draws"] else ("yes" if share else "no")


def _interval(one: Mapping[str, float] | None) -> str:
    if one is None:
        return MISSING
    if one["p95"] - one["p5"] <= 1e-9 * abs(one["p50"]):
        return rounded(one["p50"])
    return f"{rounded(one['p50'])} [{between(one['p5'], one['p95'])}]"


def _marginal(told: Mapping[str, Any]) -> Iterator[str]:
    key = next(iter(told["vary"]))
    for name, numbers in told["marginal"].items():
        steps = numbers["people_reached"]
        text = "; ".join(
            f"{one['low']:g} to {one['high']:g}: {rounded(one['p50'])}" for one in steps[:6]
        )
        if steps:
            yield from labelled("One more", f"of {key} brings people, {name}: {text}")


def _break_even(told: Mapping[str, Any]) -> Iterator[str]:
    first = told["strategies"][0]
    for name, one in told["break_even"].items():
        if one["at"] is not None:
            at = one["at"]
            text = (
                f"{name} reaches as many as {first} at {rounded(at['p50'])} "
                f"[{between(at['p5'], at['p95'])}], in {chance(one['crosses'])} of draws"
            )
        else:
            text = f"{name} and {first} never reach as many within these values"
        if one["above"]:
            text += f"; it reaches more throughout in {chance(one['above'])}"
        yield from labelled("Break-even", text)


def _frontier(told: Mapping[str, Any]) -> Iterator[str]:
    found = told["frontier"]
    if found is None:
        return
    best = sorted(found["points"], key=lambda one: -one["share"])[:4]
    words = [
        f"{', '.join(told['points'][one['point']]['settings'].values())} "
        f"({one['strategy']}, {chance(one['share'])})"
        for one in best
        if one["share"] >= 0.5
    ]
    yield from labelled(
        "Frontier", f"nothing reaches more for fewer complaints, in most draws: {'; '.join(words)}"
    )


def _foot(told: Mapping[str, Any]) -> Iterator[str]:
    of = f"{told['draws']} draws and their readings" if told["draws"] else "readings"
    noted = "" if told["draws"] else " Inputs that place calls are central: --draws K draws them."
    yield from wrapped(
        f"[ ] is P5–P95 over {of} of what no call hangs on; all points are under the same "
        f"unknowns.{noted}"
    )
    yield f"kept in: {told['folder']}"
