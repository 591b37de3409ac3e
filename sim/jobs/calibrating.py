"""A world's rates from imported calls: read, fit, hold out days, write what extends the world."""

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
from sim.errors import CannotJudgeError
from sim.fitting.dials import Dials, dials_of
from sim.fitting.fit import Fit, fit
from sim.fitting.holdout import Check, days_apart, hold
from sim.fitting.overlay import Origin, overlay
from sim.fitting.totals import Moved, moved, read_totals, totals_overlay
from sim.intake.imported import CALLS, RECIPIENTS, read_manifest, verify
from sim.loading.load import load
from sim.scenario.world import World


@dataclass(frozen=True)
class Calibrated:
    """What came of a calibration."""

    text: str
    """The overlay."""
    fits: tuple[Fit, ...]
    dials: tuple[Dials, ...]
    checks: tuple[Check, ...]
    held: int
    """Days held out."""
    world: World


def calibrate(world_file: str, calls: Path, out: Path, wanted: Sequence[str] = ()) -> Calibrated:
    """Fit a world to imported calls.

    Parameters
    ----------
    world_file
        The scenario whose world is fitted.
    calls
        A directory of imported calls.
    out
        Where the overlay will stand, for the path by which it names the world.
    wanted
        Parameters that must be fitted, such as ``frailty``.

    Raises
    ------
    sim.errors.CannotJudgeError
        Where the log cannot tell what is asked.
    sim.errors.ScenarioError
        With what is wrong with the world.
    """
    scenario = load(world_file).scenario
    manifest = read_manifest(calls)
    verify(calls, manifest, CALLS, RECIPIENTS)
    parts = _by_type(calls, scenario.world)
    logs = {name: dials_of(table) for name, table in parts.items()}
    fits = tuple(fit(log, scenario.world, name) for name, log in logs.items())
    for name in wanted:
        _see_fitted(name, fits)
    checks: list[Check] = []
    held = 0
    for name, log in logs.items():
        days = days_apart(log)
        seen = log.of(~np.isin(log.day, days))
        if days and len(seen.line) >= 300:
            held = max(held, len(days))
            checks += hold(log, days, fit(seen, scenario.world, name), scenario.world)
    days_seen = [int(d) for log in logs.values() for d in (log.day.min(), log.day.max())]
    origin = Origin(
        world=os.path.relpath(world_file, out.parent),
        name=str(manifest["name"]),
        calls=sum(len(log.line) for log in logs.values()),
        first=date_of(min(days_seen)).isoformat(),
        last=date_of(max(days_seen)).isoformat(),
    )
    text = overlay(fits, scenario.world, scenario.joint, origin)
    return Calibrated(text, fits, tuple(logs.values()), tuple(checks), held, scenario.world)


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


def _by_type(folder: Path, world: World) -> dict[str, pa.Table]:
    """The calls of each line type of the world."""
    columns = ["line", "start_utc", "zone", "disposition", "connected", "attempt", "ring_ms"]
    table = pq.read_table(folder / CALLS, columns=columns)
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
          "machine_ring", "hours")  # fmt: skip


def _see_fitted(name: str, fits: Sequence[Fit]) -> None:
    """Refuse where a parameter that must be fitted is not."""
    from sim.document.messages import unknown_name
    from sim.errors import UnknownNameError

    if name not in _NAMES:
        raise UnknownNameError(unknown_name("parameter", name, _NAMES))
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
