"""Two keys that make up for each other: how much of one is enough at each amount of the other.

A plan is made at each of a few values of the first key; where the goal helps from more of it, less
of the second is enough. A budget is a further limit that each of these points keeps or does not, in
the same full-size runs that show the goal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import numpy as np

from sim.errors import OptionError
from sim.jobs.dials import dial_of
from sim.jobs.planning import Plan, plan
from sim.jobs.planning import document as plan_document
from sim.jobs.probing import Probe, hold_path, hold_reached
from sim.jobs.searching import which_way
from sim.measure.metric import Number
from sim.measure.metrics import METRICS, at_full_size
from sim.scenario.scale import scale_scenario
from sim.study.dial import Dial
from sim.study.goals import Goal
from sim.study.solving import TOLERANCE

SCHEMA: Final = "ringfence-plan-frontier/1"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""
POINTS: Final = 5
"""Values of the first key that are tried, unless told."""
BESIDE: Final = ("people_reached", "complaints", "cost")
"""Numbers that are told of each point."""
Progress = Callable[[str, float], None]
"""Told what is done, and how much of all is."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value of the first key, and what is enough of the second beside it."""

    value: float
    """Of the first key."""
    plan: Plan
    """For the second."""
    runs: tuple[Mapping[str, Number], ...]
    """Metrics at full size of the runs that show it, by draw; none where nothing is shown."""

    @property
    def met(self) -> bool:
        """Whether the goal is shown."""
        shown = self.plan.confirmed
        return bool(shown) and shown[-1].share >= self.plan.probability

    def within(self, budget: Goal | None) -> int:
        """In how many draws goal and budget hold together."""
        if not self.plan.confirmed:
            return 0
        held = self.plan.confirmed[-1].held
        return sum(
            goal and (budget is None or budget.holds(_floats(metrics)))
            for goal, metrics in zip(held, self.runs, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Frontier:
    """What a plan of two keys found."""

    first: Dial
    second: str
    goal: Goal
    budget: Goal | None
    points: tuple[Point, ...]
    turning_back: tuple[int, ...]
    """Draws in which more of the first asks now for more and now for less of the second."""

    def kept(self, point: Point) -> bool:
        """Whether a point keeps goal and budget in so many draws as were asked for."""
        draws = len(point.plan.roots)
        return point.met and point.within(self.budget) / draws >= point.plan.probability


def frontier(
    screen: Probe,
    full: Probe,
    goal: Goal,
    paths: tuple[str, str],
    probability: float,
    *,
    between: Sequence[str] = (),
    budget: Goal | None = None,
    points: int = POINTS,
    progress: Progress | None = None,
) -> Frontier:
    """Say how much of one key is enough at each of some amounts of another.

    Parameters
    ----------
    screen, full, goal, probability, progress
        As for :func:`sim.jobs.planning.plan`.
    paths
        The two keys: values of the first are tried, the second is solved for.
    between
        Their ranges, in the same order.
    budget
        A further limit that a point shall keep.
    points
        How many values of the first are tried.

    Raises
    ------
    sim.errors.OptionError
        For what a plan refuses, the same key twice, or a budget that the world cannot tell.
    sim.errors.UnknownNameError
        For a path that there is not.
    """
    say = progress or (lambda _text, _share: None)
    if paths[0] == paths[1]:
        raise OptionError("both keys are the same", place="--solve", found=paths[0])
    (strategy,) = screen.strategies
    for path in paths:
        hold_path(path, screen.loaded({}))
    dial = dial_of(screen, strategy, paths[0], between[0] if between else None)
    texts = [dial.text(value) for value in np.linspace(dial.low, dial.high, points).tolist()]
    grid = list(dict.fromkeys(zip(texts, _values(dial, points), strict=True)))
    for text, _ in grid:
        screen.loaded({dial.path: text})
    hold_reached(screen, dial.path, [{dial.path: grid[at][0]} for at in (0, -1)])
    second = between[1] if len(between) > 1 else None
    probes = [tuple(_at(probe, dial.path, text) for probe in (screen, full)) for text, _ in grid]
    say("which way it goes", 0.0)
    ways = (which_way(one, goal, paths[1], second) for one, _ in probes)
    rising = next((way for way in ways if way is not None), None)
    found = []
    for at, ((text, value), (one, proof)) in enumerate(zip(grid, probes, strict=True)):
        done, of = at / len(grid), len(grid)
        words = f"{dial.path} {text}"
        plan_ = plan(
            one,
            proof,
            goal,
            paths[1],
            probability,
            between=second,
            rising=rising,
            progress=lambda said, share, done=done, of=of, words=words: say(  # type: ignore[misc]
                f"{words}: {said}" if said else "", done + share / of
            ),
        )
        found.append(Point(value, plan_, tuple(_metrics(plan_, strategy))))
    _hold_budget(found, budget)
    return Frontier(dial, paths[1], goal, budget, tuple(found), _turning_back(found, screen.scale))


def _at(probe: Probe, path: str, text: str) -> Probe:
    """A probe in which a key has a value."""
    return replace(probe, sets=(*probe.sets, f"{path}={text}"), _points={}, _parts={})


def _values(dial: Dial, points: int) -> list[float]:
    """Values over a range, evenly, as they can be written."""
    at = np.linspace(dial.low, dial.high, points).tolist()
    return [float(round(value)) for value in at] if dial.steps_whole else at


def _metrics(found: Plan, strategy: str) -> list[Mapping[str, Number]]:
    """Metrics of the runs that show a plan; they are there already."""
    if not found.confirmed:
        return []
    settings = {found.dial.path: found.dial.text(found.confirmed[-1].value)}
    loaded = found.probe.loaded(settings).scenario
    scaled, _ = scale_scenario(loaded, found.probe.scale)
    scale = Fraction(scaled.world.lines, loaded.world.lines)
    results = found.probe.results(settings)
    return [
        at_full_size(drawn.found[strategy].metrics, scale) for _, drawn in sorted(results.items())
    ]


def _floats(metrics: Mapping[str, Number]) -> dict[str, float | None]:
    return {name: None if value is None else float(value) for name, value in metrics.items()}


def _hold_budget(points: Sequence[Point], budget: Goal | None) -> None:
    """See that the runs tell what the budget limits."""
    if budget is None:
        return
    runs = [metrics for point in points for metrics in point.runs]
    if runs and all(metrics[budget.metric] is None for metrics in runs):
        raise OptionError(
            f"no run tells {budget.metric}",
            place="--budget",
            remedy=f"give what it needs: ringfence explain {budget.metric}",
        )


def _turning_back(points: Sequence[Point], scale: Fraction) -> tuple[int, ...]:
    """Draws in which what is enough of the second key rises and falls along the first."""
    found = []
    for draw, roots in enumerate(zip(*(point.plan.roots for point in points), strict=True), 1):
        signs = set()
        for one, other in pairwise(value for value in roots if math.isfinite(value)):
            whole = points[0].plan.dial.steps_whole
            slack = 2 * max(TOLERANCE * abs(one), float(1 / scale) if whole else 0.0)
            if abs(other - one) > slack:
                signs.add(other > one)
        if len(signs) > 1:
            found.append(draw)
    return tuple(found)


# ── As data ──────────────────────────────────────────────────────────────────────────────────────


def document(found: Frontier) -> dict[str, Any]:
    """The JSON document: docs/plan.md lists its keys."""
    plans = [plan_document(point.plan) for point in found.points]
    first = plans[0]
    origin = found.first.origin
    return {
        "schema": SCHEMA,
        "scenario": first["scenario"],
        "strategy": first["strategy"],
        "for": found.goal.text,
        "budget": None if found.budget is None else found.budget.text,
        "probability": first["probability"],
        "draws": len(first["roots"]),
        "solve": [found.first.path, found.second],
        "first": {
            "unit": found.first.unit,
            "origin": None if origin is None else f"{origin:%Y-%m-%d %H:%M}",
            "between": [found.first.low, found.first.high],
            "today": found.first.today,
        },
        "second": {
            "unit": first["unit"],
            "origin": first["origin"],
            "between": first["between"],
            "today": None if first["today"] is None else first["today"]["value"],
        },
        "met": any(found.kept(point) for point in found.points),
        "points": [
            {
                "value": point.value,
                "met": told["met"],
                "kept": found.kept(point),
                "answer": told["answer"],
                "root": told["root"],
                "interval": told["interval"],
                "not_met_in": told["not_met_in"],
                "more_helps": told["more_helps"],
                "within_budget": point.within(found.budget) if point.runs else None,
                "numbers": _numbers(point, found.budget),
                "binding": told["binding"],
                "at_best": told["at_best"],
                "turning_back": told["turning_back"],
            }
            for point, told in zip(found.points, plans, strict=True)
        ],
        "turning_back": list(found.turning_back),
        "folder": first["folder"],
    }


def _numbers(point: Point, budget: Goal | None) -> dict[str, float]:
    """What the runs of a point gave, in the middle of the draws."""
    names = [*BESIDE, *([budget.metric] if budget is not None and budget.metric in METRICS else [])]
    out = {}
    for name in dict.fromkeys(names):
        values = [float(v) for one in point.runs if (v := one[name]) is not None]
        if values:
            out[name] = float(np.median(values))
    return out
