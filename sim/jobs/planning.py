"""What is enough of a knob: bisected in each draw, at a corrected scale, and shown at full size.

Draws are screened at a tenth of the size, with the pace that loses the same share of calls: what is
enough there is enough at full size to about a tenth of a percent. The answer is then run at full
size in every draw, and where it falls short there, the next larger root is tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from sim.errors import OptionError
from sim.jobs.dials import dial_of, today_of
from sim.jobs.probing import Probe, hold_path, hold_reached
from sim.jobs.searching import LOOKED_AT, Search, rising_of, shown_full, turning_back
from sim.scenario.scale import scale_scenario
from sim.study.dial import Dial
from sim.study.goals import DONE, Goal
from sim.study.importance import FEWEST_RUNS, importance
from sim.study.intervals import quantile_interval
from sim.study.solving import TOLERANCE, Root, enough, share_at

SCHEMA: Final = "ringfence-plan/1"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""
TRIES: Final = 4
"""Values that are run at full size, at most."""
LEFT: Final = "lines_undialled"
"""What is told of a list that is not finished."""
OTHERS: Final = ("dialing.channels", "dialing.calls_per_second")
"""What is looked at where a goal cannot be met."""
Progress = Callable[[str, float], None]
"""Told what is done, perhaps nothing new, and how much of all is done by then, 0–1."""
SEARCHED: Final = 0.5
"""Of a plan's work, about the part that the search takes; the proof takes the other."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A value, run in every draw."""

    value: float
    held: tuple[bool, ...]
    """By draw."""

    @property
    def share(self) -> float:
        """Of draws in which the goal held."""
        return sum(self.held) / len(self.held)


@dataclass(frozen=True, slots=True)
class Plan:
    """What planning found."""

    probe: Probe
    strategy: str
    goal: Goal
    dial: Dial
    probability: float
    rising: bool
    """Whether more of the knob helps."""
    roots: tuple[float, ...]
    """By draw."""
    turning_back: tuple[int, ...]
    """Draws in which the goal changes more than once along the knob."""
    answer: float
    """Enough in so many draws, as screened; infinite where nothing is."""
    confirmed: tuple[Confirmed, ...]
    """Values that were run at full size, the last one the plan's."""
    binding: tuple[str, ...]
    """Where the goal cannot be met: other keys that would meet it, given more of them."""
    at_best: float | None
    """Where it cannot be met: the goal's number at the best end, in the middle of what fails."""


def plan(
    screen: Probe,
    full: Probe,
    goal: Goal,
    path: str,
    probability: float,
    *,
    between: str | None = None,
    rising: bool | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Say how much of a knob is enough.

    Parameters
    ----------
    screen, full
        The scenario with one strategy at the scale of the search, and at that of the proof; of the
        same draws.
    goal
        What it shall be enough for.
    path
        The knob.
    probability
        Share of draws in which it shall be, 0–1.
    between
        Its range, ``LOW..HIGH``; by default a quarter of today's value to four times it.
    rising
        Whether more of the knob helps, where that is known; else it is looked at.
    progress
        Told what is done.

    Raises
    ------
    sim.errors.UnknownNameError
        For a path that there is not.
    sim.errors.OptionError
        For a knob that is no number, that cannot be varied, or too few draws for the probability.
    sim.errors.ScenarioError
        For a range that the format does not allow.
    """
    say = progress or (lambda _text, _share: None)
    (strategy,) = screen.strategies
    hold_path(path, screen.loaded({}))
    _hold_draws(screen.draws, probability)
    search = Search(screen, strategy, goal, dial_of(screen, strategy, path, between))
    low, high = search.ends
    ends = [{path: search.text(value)} for value in (low, high)]
    for settings in ends:
        screen.loaded(settings)
    hold_reached(screen, path, ends)
    draws = range(1, screen.draws + 1)
    say(f"which way it goes, at {search.text(low)} and {search.text(high)}", 0.0)
    if rising is None:
        rising = rising_of(search, draws)
    search = replace(search, rising=rising is not False)
    roots: list[Root] = []
    for draw, found in zip(draws, screen.each(search.work, draws), strict=True):
        roots.append(found)
        text = f"[{draw}/{len(draws)}] {_told(search, found.value)}"
        say(text, SEARCHED * draw / len(draws))
    values = tuple(found.value for found in roots)
    turning = turning_back(search, values, roots)
    answer = enough(values, probability, rising=search.rising)
    confirmed: tuple[Confirmed, ...] = ()
    binding: tuple[str, ...] = ()
    at_best: float | None = None
    if math.isfinite(answer):
        confirmed = _confirmed(search, full, values, answer, probability, say)
    else:
        best = high if search.rising else low
        binding, at_best = _binding(search, best, values), _at_best(search, best, values)
    return Plan(
        full, strategy, goal, search.dial, probability, search.rising, values, turning, answer,
        confirmed, binding, at_best,
    )  # fmt: skip


def _hold_draws(draws: int, probability: float) -> None:
    """See that there are enough draws for a probability to be told from certainty."""
    fewest = max(2, math.ceil(1 / (1 - probability) - 1e-9)) if probability < 1 else math.inf
    if draws < fewest:
        raise OptionError(
            f"{draws} draws are too few for a probability of {100 * probability:g} %",
            place="--draws",
            allowed="a probability below 100 %" if math.isinf(fewest) else f"{fewest} or more",
        )


def _confirmed(
    search: Search,
    full: Probe,
    roots: Sequence[float],
    answer: float,
    probability: float,
    say: Progress,
) -> tuple[Confirmed, ...]:
    """Run the answer at full size in every draw; where it falls short, the next root."""
    further = sorted({value for value in roots if math.isfinite(value)}, reverse=not search.rising)
    tries = further[further.index(answer) :]
    tries = [*tries, *_beyond(search, tries[-1])][:TRIES]
    done: list[Confirmed] = []
    for value in tries:
        say(f"proof at full size: {search.text(value)}", SEARCHED)
        results = full.results(
            {search.dial.path: search.text(value)},
            told=lambda at, of: say("", SEARCHED + (1 - SEARCHED) * at / of),
        )
        held = []
        for _, drawn in sorted(results.items()):
            metrics = drawn.found[search.strategy].metrics
            loaded = full.loaded({search.dial.path: search.text(value)}).scenario
            scaled, _ = scale_scenario(loaded, full.scale)
            scale = Fraction(scaled.world.lines, loaded.world.lines)
            held.append(search.goal.holds(shown_full(metrics, scale, search.goal.metric)))
        done.append(Confirmed(value, tuple(held)))
        if done[-1].share >= probability:
            break
    return tuple(done)


def _binding(search: Search, best: float, roots: Sequence[float]) -> tuple[str, ...]:
    """Other keys of which more would meet the goal at the best value, in most draws that fail."""
    failing = [draw for draw, value in enumerate(roots, 1) if math.isinf(value)][:LOOKED_AT]
    found = []
    for path in OTHERS:
        if path == search.dial.path.split(".", 2)[-1] or path == search.dial.path:
            continue
        today = today_of(search.probe, search.strategy, path)
        if today is None:
            continue
        name = path
        if search.dial.path.startswith("strategies."):
            name = f"strategies.{search.strategy}.{path}"
        more = {name: today.text(today.high)}
        if all(search.holds(best, draw, more) for draw in failing):
            found.append(path)
    return tuple(found)


def _beyond(search: Search, last: float) -> list[float]:
    """Values past the last root, as far apart as the search may be wrong, within the range."""
    closest = float(1 / search.probe.scale) if search.dial.whole else 1.0
    step = max(2 * TOLERANCE * abs(last), closest if search.dial.steps_whole else 0.0)
    found = []
    for at in range(1, TRIES):
        value = last + at * step * (1 if search.rising else -1)
        value = float(round(value)) if search.dial.steps_whole else value
        if search.dial.low <= value <= search.dial.high:
            found.append(value)
    return found


def _at_best(search: Search, best: float, roots: Sequence[float]) -> float | None:
    """What the goal limits, at the best value, in the middle of some draws that fail.

    Of a list that is not finished, the lines that are left.
    """
    failing = [draw for draw, value in enumerate(roots, 1) if math.isinf(value)][:LOOKED_AT]
    name = LEFT if search.goal.metric == DONE else search.goal.metric
    found = [value for draw in failing if (value := search.shown(best, draw)[name]) is not None]
    return float(np.median(found)) if found else None


def _told(search: Search, value: float) -> str:
    return "not enough" if math.isinf(value) else search.text(value)


# ── As data ──────────────────────────────────────────────────────────────────────────────────────


def document(found: Plan) -> dict[str, Any]:
    """The JSON document: docs/plan.md lists its keys."""
    met = bool(found.confirmed) and found.confirmed[-1].share >= found.probability
    finite = [value for value in found.roots if math.isfinite(value)]
    points = np.quantile(finite, (0.05, 0.5, 0.95)).tolist() if finite else None
    interval = quantile_interval(np.array(found.roots), found.probability)
    scenario = found.probe.loaded({}).scenario
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "strategy": found.strategy,
        "for": found.goal.text,
        "probability": found.probability,
        "solve": found.dial.path,
        "unit": found.dial.unit,
        "between": [found.dial.low, found.dial.high],
        "origin": None if found.dial.origin is None else f"{found.dial.origin:%Y-%m-%d %H:%M}",
        "more_helps": found.rising,
        "met": met,
        "answer": found.confirmed[-1].value if met else None,
        "screened": found.answer if math.isfinite(found.answer) else None,
        "interval": None
        if interval is None or not math.isfinite(interval.low + interval.high)
        else [interval.low, interval.high],
        "today": None
        if found.dial.today is None
        else {
            "value": found.dial.today,
            "share": share_at(found.roots, found.dial.today, rising=found.rising),
        },
        "roots": [value if math.isfinite(value) else None for value in found.roots],
        "root": None if points is None else dict(zip(("p5", "p50", "p95"), points, strict=True)),
        "not_met_in": sum(math.isinf(value) for value in found.roots) / len(found.roots),
        "turning_back": list(found.turning_back),
        "confirmed": [
            {"value": one.value, "held": sum(one.held), "draws": len(one.held)}
            for one in found.confirmed
        ],
        "binding": list(found.binding),
        "at_best": None
        if found.at_best is None
        else {
            "number": LEFT if found.goal.metric == DONE else found.goal.metric,
            "value": found.at_best,
        },
        "asks_for_more": _asks(found),
        "folder": str(found.probe.folder),
    }


def _asks(found: Plan) -> list[dict[str, Any]]:
    """Inputs that the spread of the roots comes from, where there are enough draws to tell."""
    if len(found.roots) < FEWEST_RUNS or not all(map(math.isfinite, found.roots)):
        return []
    drawing = found.probe.drawing({})
    runs = drawing.points(range(len(found.roots)))
    told = importance(np.array(found.roots)[:, None], runs, {}, seed=drawing.loaded.scenario.seed)
    shown = [one for one in told.effects if told.beyond(one)]
    return [
        {"path": one.path, "share": one.first.value}
        for one in sorted(shown, key=lambda one: -one.first.value)[:3]
    ]
