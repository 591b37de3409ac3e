"""A stored run held ready for an audit: loaded, its world made again, a strategy at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction

from sim.audit.inputs.stored import (
    CALL_COLUMNS,
    OPTOUT_COLUMNS,
    STEP_COLUMNS,
    StoredTables,
    stored_input,
)
from sim.audit.tables import AuditInput
from sim.behaviour.calls import call_tables
from sim.engine.plan.stage import Stage
from sim.errors import RunDirectoryError, UnknownNameError
from sim.scenario.load import load_scenario
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.store.read import SCENARIO, Run, load_run
from sim.streams import Replication

OPTOUTS = "optouts.parquet"
"""File of a run directory that holds the objections."""
STEPS = "regulator.parquet"
"""File of a run directory that holds the steps of the regulator."""


def read_run(path: str | os.PathLike[str], strategies: Sequence[str] = ()) -> Iterator[AuditInput]:
    """Inputs from a run directory that holds ``calls.parquet``, one a strategy, in its order.

    The world is made again from the run's own scenario and seed.

    Parameters
    ----------
    path
        The run directory.
    strategies
        Only these; default all.

    Raises
    ------
    sim.errors.RunDirectoryError
        If the directory is no whole run, holds no call log, or its world cannot be made again.
    sim.errors.UnknownNameError
        If the run has no such strategy.
    sim.errors.ScenarioError
        If its scenario cannot be read by this version.
    """
    run = load_run(path)
    for name in strategies:
        if name not in run.strategies:
            known = ", ".join(run.strategies)
            raise UnknownNameError(f"the run has no strategy '{name}'", allowed=known)
    scenario = scenario_of(run)
    numbers = Replication(scenario.seed, int(run.manifest["draw"]), int(run.manifest["noise"]))
    stage = Stage(scenario, replication=numbers)
    files = run.manifest["files"]
    for name in strategies or run.strategies:
        live = tuple(run.manifest["plans"][name]["live_thresholds_ms"])
        tables = call_tables(scenario.world, scenario.strategies[name], stage.hidden, live)
        found = StoredTables(
            calls=run.call_batches(CALL_COLUMNS),
            optouts=run.table("optouts", OPTOUT_COLUMNS) if OPTOUTS in files else None,
            steps=run.table("regulator", STEP_COLUMNS) if STEPS in files else None,
        )
        yield stored_input(scenario, name, stage.population, tables, numbers.key, found, run.scale)


def scenario_of(run: Run) -> Scenario:
    """The scenario of a run, at the run's scale."""
    full = load_scenario(run.path / SCENARIO).scenario
    scale = run.manifest["scale"]
    scaled, _ = scale_scenario(full, Fraction(str(scale["asked"])))
    if scaled.world.lines != scale["lines"]:
        raise RunDirectoryError(
            f"the run has {scale['lines']} lines; made again at its scale, {scaled.world.lines}"
        )
    return scaled
