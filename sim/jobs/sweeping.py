"""A scenario along some of its keys: what each value gives, what one more brings, the frontier."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import OptionError
from sim.jobs.crew import side_by_side
from sim.jobs.probing import (
    Numbers,
    Probe,
    Read,
    Settings,
    Told,
    hold_path,
    hold_reached,
    roles_of,
)
from sim.jobs.roles import Role
from sim.study.curves import Crossing, attained, crossing, marginals, on_frontier
from sim.study.design import Kind, Knob, design
from sim.study.intervals import Spread, spread

Floats = NDArray[np.float64]
SCHEMA: Final = "ringfence-sweep/1"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""
ATTAINED: Final = (0.5, 0.9)
"""Shares of draws in which is told what can be attained."""
_LEADING = re.compile(r"[-+]?\d+(?:_\d+)*(?:\.\d+)?")
Progress = Callable[[int, int, str, float], None]
"""Told of a point while it is run: its number, how many there are, its values, and how much of it
is done, 0–1; first before it is begun."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found."""

    probe: Probe
    knobs: tuple[Knob, ...]
    points: tuple[Settings, ...]
    numbers: Mapping[tuple[int, str], Numbers]
    """By number of a point and strategy."""
    ran: int
    """Points that were run; the others were read."""


def sweep(
    probe: Probe,
    knobs: Sequence[Knob],
    kind: Kind = "grid",
    points: int = 16,
    progress: Progress | None = None,
) -> Swept:
    """Try values of some keys.

    Parameters
    ----------
    probe
        The scenario.
    knobs
        What is varied.
    kind, points
        The design, and its number of points where it is no grid.
    progress
        Told of each point that is run.

    Raises
    ------
    sim.errors.UnknownNameError
        For a path that there is not.
    sim.errors.OptionError
        For a path that may not be varied, or that a strategy's own value hides.
    sim.errors.ScenarioError
        For a value that the format does not allow: before anything is run.
    """
    start = probe.loaded({})
    for knob in knobs:
        hold_path(knob.path, start)
    tried = tuple(design(knobs, kind, points, start.scenario.seed))
    for settings in tried:
        probe.loaded(settings)  # all are held against the format before the first is run
    for knob in knobs:
        hold_reached(probe, knob.path, tried)
    common = frozenset(
        set.intersection(
            *(
                set(roles_of(probe, settings)[name].of(Role.READING))
                for settings in tried
                for name in probe.strategies
            )
        )
    )
    owners = _owners(probe, tried)
    ran = sorted(set(owners))
    if probe.crew is not None:
        _handed_out(probe, tried, ran, progress)
        progress = None  # all is told
    numbers: dict[tuple[int, str], Numbers] = {}
    for at, (settings, owner) in enumerate(zip(tried, owners, strict=True)):
        tell = _telling(progress, at + 1, len(tried), settings) if owner == at else None
        results = probe.results(tried[owner], told=tell)
        read = Read(probe, settings, common)
        for name in probe.strategies:
            numbers[at, name] = read.numbers(name, results, own=owner == at)
    return Swept(probe, tuple(knobs), tried, numbers, len(ran))


def _owners(probe: Probe, tried: Sequence[Settings]) -> tuple[int, ...]:
    """By point: the first point that places the same calls, whose runs are read."""
    owners: list[int] = []
    for at, settings in enumerate(tried):
        same = (o for o in dict.fromkeys(owners) if _same(probe, tried[o], settings))
        owners.append(next(same, at))
    return tuple(owners)


def _handed_out(
    probe: Probe, tried: Sequence[Settings], ran: Sequence[int], progress: Progress | None
) -> None:
    """Let a crew make the runs of all points, side by side: they are kept for what reads them."""
    assert probe.crew is not None
    done = side_by_side(lambda at: probe.results(tried[at]), ran, probe.crew.size)
    for at, _ in zip(ran, done, strict=True):
        if (tell := _telling(progress, at + 1, len(tried), tried[at])) is not None:
            tell(1, 1)


def _telling(progress: Progress | None, number: int, of: int, settings: Settings) -> Told | None:
    """Tells how far a point is, from its beginning on."""
    if progress is None:
        return None
    words = ", ".join(f"{path} {value}" for path, value in settings.items())
    progress(number, of, words, 0.0)
    return lambda done, runs: progress(number, of, words, done / runs)


def _same(probe: Probe, one: Settings, other: Settings) -> bool:
    return all(probe.same_calls(one, other, name) for name in probe.strategies)


def strategies_of(knobs: Sequence[Knob], wanted: Sequence[str], base: str) -> tuple[str, ...]:
    """Which strategies a sweep runs: those asked for, else those whose own keys are varied.

    Raises
    ------
    sim.errors.OptionError
        Where a strategy's own key is varied and it is not among those asked for.
    """
    own = [k.path.split(".")[1] for k in knobs if k.path.startswith("strategies.")]
    for name in own:
        if wanted and name not in wanted:
            raise OptionError(f"strategy '{name}' is varied and not asked for", place="--strategy")
    return tuple(dict.fromkeys([*wanted] or [*own] or [base]))


# ── As data ──────────────────────────────────────────────────────────────────────────────────────


def document(found: Swept) -> dict[str, Any]:
    """The JSON document: docs/sweep.md lists its keys."""
    probe, scenario = found.probe, found.probe.loaded({}).scenario
    x = _numeric(found)
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "vary": {
            knob.path: list(dict.fromkeys(p[knob.path] for p in found.points))
            for knob in found.knobs
        },
        "strategies": list(probe.strategies),
        "draws": probe.draws,
        "readings": probe.readings,
        "points_run": found.ran,
        "folder": str(probe.folder),
        "points": [
            {
                "settings": dict(settings),
                "x": None if x is None else x[at],
                "strategies": {
                    name: _told(found.numbers[at, name], probe.metrics) for name in probe.strategies
                },
            }
            for at, settings in enumerate(found.points)
        ],
        "marginal": {} if x is None else {n: _marginals(found, n, x) for n in probe.strategies},
        "break_even": {} if x is None else _break_even(found, x),
        "frontier": _frontier(found),
    }


def _numeric(found: Swept) -> list[float] | None:
    """The values of the only knob as numbers, where they rise."""
    if len(found.knobs) != 1:
        return None
    texts = [point[found.knobs[0].path] for point in found.points]
    matches = [_LEADING.match(text) for text in texts]
    units = {text[m.end() :].strip() for text, m in zip(texts, matches, strict=True) if m}
    if None in matches or len(units) != 1:
        return None
    values = [float(m.group().replace("_", "")) for m in matches if m is not None]
    return values if values == sorted(set(values)) else None


def _told(one: Numbers, further: Sequence[str]) -> dict[str, Any]:
    metrics = one.metrics

    def over(name: str) -> dict[str, float] | None:
        if metrics is None or any(row[name] is None for row in metrics):
            return None
        return _plain(spread(np.array([row[name] for row in metrics], dtype=np.float64)))

    done = None
    if metrics is not None:
        done = float(np.mean([row["list_done_hours"] is not None for row in metrics]))
    return {
        "people_reached": _plain(spread(one.people.ravel())),
        "complaints": None if one.complaints is None else _plain(spread(one.complaints.ravel())),
        "cost": over("cost"),
        "attempts": over("attempts"),
        "finished": done,
        "metrics": {name: over(name) for name in further},
        "read": one.read,
    }


def _plain(one: Spread) -> dict[str, float]:
    return {"p5": one.p5, "p50": one.p50, "p95": one.p95}


def _marginals(found: Swept, name: str, x: Sequence[float]) -> dict[str, Any]:
    """What one more of the knob brings, between neighbours."""
    out = {}
    for number in ("people", "complaints"):
        values = [getattr(found.numbers[at, name], number) for at in range(len(x))]
        if all(value is not None for value in values):
            key = "people_reached" if number == "people" else number
            out[key] = [
                {"low": one.low, "high": one.high, **_plain(one.slope)}
                for one in marginals(x, [value.ravel() for value in values])
            ]
    return out


def _break_even(found: Swept, x: Sequence[float]) -> dict[str, Any]:
    """Where each further strategy reaches as many people as the first."""
    first, *others = found.probe.strategies
    people = {
        n: [found.numbers[at, n].people.ravel() for at in range(len(x))] for n in (first, *others)
    }
    return {
        name: _crossing(
            crossing(x, [a - b for a, b in zip(people[name], people[first], strict=True)])
        )
        for name in others
    }


def _crossing(one: Crossing) -> dict[str, Any]:
    return {
        "at": None if one.at is None else _plain(one.at),
        "crosses": one.crosses,
        "above": one.above,
        "below": one.below,
    }


def _frontier(found: Swept) -> dict[str, Any] | None:
    """Which points no other beats in people and complaints, and what is attained."""
    rows = [(at, name) for at in range(len(found.points)) for name in found.probe.strategies]
    every = [found.numbers[row] for row in rows]
    if len(rows) < 3 or any(one.complaints is None for one in every):
        return None
    people = np.stack([one.people.ravel() for one in every])
    complaints = np.stack([one.complaints.ravel() for one in every if one.complaints is not None])
    kept = on_frontier(people, complaints)
    return {
        "points": [
            {"point": at, "strategy": name, "share": float(share)}
            for (at, name), share in zip(rows, kept, strict=True)
        ],
        "attained": {
            f"{share:g}": corners
            for share, corners in zip(ATTAINED, attained(people, complaints, ATTAINED), strict=True)
        },
    }
