"""A world's rates from imported calls: read, fit, hold days against it, write the overlay."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.audit.local import date_of
from sim.errors import CannotJudgeError, OptionError
from sim.fitting.dials import Dials, dials_of
from sim.fitting.fit import Fit, fit
from sim.fitting.holdout import Check, hold, last_quarter, until
from sim.fitting.options import Span, days_in
from sim.fitting.overlay import Origin, overlay
from sim.fitting.stayed import (
    LISTENING,
    PRESS_1,
    Played,
    Stayed,
    Talks,
    held_against,
    played,
    stayed,
    talks_of,
)
from sim.fitting.totals import Moved, moved, read_totals, totals_overlay
from sim.intake.imported import CALLS, RECIPIENTS, read_manifest, verify
from sim.loading.load import load
from sim.scenario.scenario import Scenario
from sim.scenario.world import World

_LEAST_CALLS = 300
_COLUMNS = ("line", "start_utc", "end_utc", "zone", "disposition", "connected", "pressed",
            "attempt", "ring_ms")  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is to be fitted, and how."""

    world_file: str
    """The scenario whose world is fitted."""
    calls: Path
    """A directory of imported calls."""
    out: Path
    """Where the overlay will stand, for the path by which it names the world."""
    wanted: tuple[str, ...] = ()
    """Parameters that must be fitted, such as ``frailty``."""
    days: tuple[Span, ...] = ()
    """Days that are fitted, all others being held out; none: all, see :func:`calibrate`."""
    ring_timeout_ms: int | None = None
    """For how long calls rang that nobody took, where the log does not tell."""
    message_ms: int | None = None
    """For how long the log's message played, without a gate, where it was not the world's."""


@dataclass(frozen=True)
class Calibrated:
    """What came of a calibration."""

    text: str
    """The overlay."""
    fits: tuple[Fit, ...]
    dials: tuple[Dials, ...]
    checks: tuple[Check, ...]
    """Shares of the days that were fitted, and of those held out."""
    held: tuple[int, ...]
    """Days held out, since 1970."""
    stayed: Stayed
    """What was fitted of people who picked up."""
    scenario: Scenario
    origin: Origin


def calibrate(asked: Asked) -> Calibrated:
    """Fit a world to imported calls.

    Where no days are named all are fitted, and the last quarter of them is held against a fit to
    the others.

    Raises
    ------
    sim.errors.CannotJudgeError
        Where the log cannot tell what is asked.
    sim.errors.ScenarioError
        With what is wrong with the world.
    """
    scenario = load(asked.world_file).scenario
    world = scenario.world
    manifest = read_manifest(asked.calls)
    verify(asked.calls, manifest, CALLS, RECIPIENTS)
    calls = pq.read_table(asked.calls / CALLS, columns=list(_COLUMNS))
    logs = {name: dials_of(table) for name, table in _by_type(calls, asked.calls, world).items()}
    heard = played(scenario.strategies[scenario.base], asked.message_ms)
    people, of_people = _people(talks_of(calls), heard, world, asked.days)
    whole = [_fitted(name, log, world, asked) for name, log in logs.items()]
    fits = tuple(each.fit for each in whole)
    for name in asked.wanted:
        _see_fitted(name, fits, people)
    days_seen = [int(d) for each in whole for d in (each.dials.day.min(), each.dials.day.max())]
    origin = Origin(
        world=os.path.relpath(asked.world_file, asked.out.parent),
        name=str(manifest["name"]),
        calls=sum(len(each.dials.line) for each in whole),
        first=date_of(min(days_seen)).isoformat(),
        last=date_of(max(days_seen)).isoformat(),
    )
    text = overlay(fits, world, scenario.joint, origin, people)
    checks = (*(check for each in whole for check in each.checks), *of_people)
    held = tuple(sorted({day for each in whole for day in each.held}))
    dials = tuple(each.dials for each in whole)
    return Calibrated(text, fits, dials, checks, held, people, scenario, origin)


@dataclass(frozen=True)
class _OfType:
    """What came of the calls of a line type."""

    fit: Fit
    dials: Dials
    """Those that were fitted."""
    checks: list[Check]
    held: tuple[int, ...]


def _fitted(name: str, log: Dials, world: World, asked: Asked) -> _OfType:
    """Fit the calls of a line type, and hold days against it."""
    timeout = asked.ring_timeout_ms
    if timeout is not None and log.rings:
        raise OptionError("the log tells for how long calls rang", place="--ring-timeout")
    every = tuple(int(day) for day in np.unique(log.day))
    if asked.days:
        mine = days_in(asked.days, log.day)
        held = tuple(day for day in every if day not in mine)
        seen = until(log, mine)
        if len(seen.line) < _LEAST_CALLS:
            raise CannotJudgeError(
                f"{len(seen.line):,} calls of those days can be used; {_LEAST_CALLS} are the fewest"
            )
        found = fit(seen, world, name, timeout)
        checks = hold(seen, mine, found, world, held=False)
        checks += hold(log, held, found, world, held=True)
        return _OfType(found, seen, checks, held)
    found = fit(log, world, name, timeout)
    checks = hold(log, every, found, world, held=False)
    held = last_quarter(log.day)
    before = until(log, tuple(day for day in every if day not in held))
    if not held or len(before.line) < _LEAST_CALLS:
        return _OfType(found, log, checks, ())
    checks += hold(log, held, fit(before, world, name, timeout), world, held=True)
    return _OfType(found, log, checks, held)


def _people(
    talks: Talks, heard: Played, world: World, spans: Sequence[Span]
) -> tuple[Stayed, list[Check]]:
    """Fit what people do who pick up, and hold the days against it that lines are held against."""
    days = np.unique(talks.day[talks.day >= 0])
    if spans:
        apart = [int(d) for d in days if not any(a <= d <= b for a, b in spans)]
    else:
        apart = list(last_quarter(days))
    before = talks.on([int(d) for d in days if d not in apart])
    fitted = before if spans else talks
    checks = [
        *held_against(fitted, fitted, heard, world.listening),
        *held_against(before, talks.on(apart), heard, world.listening),
    ]
    return stayed(fitted, heard, world), checks


def by_totals(world_file: str, totals: Path, out: Path) -> tuple[str, Moved]:
    """A world held against totals alone: the overlay, and what moved.

    Raises
    ------
    sim.errors.CannotJudgeError
        Where totals and world cannot be held against each other.
    sim.errors.DocumentError
        With what is wrong with either file.
    """
    scenario = load(world_file).scenario
    told = read_totals(totals)
    found = moved(told, scenario.world)
    return totals_overlay(found, told, os.path.relpath(world_file, out.parent)), found


def _by_type(table: pa.Table, folder: Path, world: World) -> dict[str, pa.Table]:
    """The calls of each line type of the world."""
    names = list(world.line_types)
    if len(names) == 1:
        return {names[0]: table}
    people = pq.read_table(folder / RECIPIENTS, columns=["line", "line_type"])
    place = pc.index_in(table.column("line").cast(pa.string()), value_set=people.column("line"))
    kind = people.column("line_type").cast(pa.string()).take(place.combine_chunks())
    found = {name: table.filter(pc.fill_null(pc.equal(kind, name), False)) for name in names}
    missing = [name for name, part in found.items() if not part.num_rows]
    if missing:
        raise CannotJudgeError(
            f"the log has no call that is known to go to a line of the type {missing[0]}; the "
            f"world has {', '.join(names)}"
        )
    return found


_NAMES = ("invalid", "busy", "machine", "human", "frailty", "by_attempt", "human_ring",
          "machine_ring", "failed", "hours", "listening", "press_1")  # fmt: skip


def _see_fitted(name: str, fits: Sequence[Fit], people: Stayed) -> None:
    """Refuse where a parameter that must be fitted is not."""
    from sim.document.messages import unknown_name
    from sim.errors import UnknownNameError

    if name not in _NAMES:
        raise UnknownNameError(unknown_name("parameter", name, _NAMES))
    if name in ("listening", "press_1"):
        _see_told(name, people)
        return
    for each in fits:
        of = [
            e for e in each.estimates
            if e.path.partition(".answering.")[2].split(".")[0] == name
            or (name == "hours" and e.path.startswith("world.hours."))
        ]  # fmt: skip
        worst = [e for e in of if e.status != "fitted"]
        if worst or not of:
            again = f"{each.again:,} of {each.dials:,} calls went to a line again"
            raise CannotJudgeError(
                f"the log cannot tell {name} of {each.line_type}: it stays "
                f"{worst[0].status if worst else 'as it is'}; {again}"
            )


def _see_told(name: str, people: Stayed) -> None:
    """The same of what people do after they picked up."""
    if name in people.untold:
        why, other = people.untold[name]
        raise CannotJudgeError(f"the log cannot tell {name}: {why}; {other} would")
    path = LISTENING if name == "listening" else PRESS_1
    of = [each for each in people.estimates if each.path.startswith(path)]
    if all(each.status != "fitted" for each in of):
        raise CannotJudgeError(f"the log cannot tell {name}: it stays {of[0].status}")
