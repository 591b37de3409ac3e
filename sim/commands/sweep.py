"""``ringfence sweep``: what other values of some keys would give."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import JOBS, SCHEDULER, load_and_warn
from sim.commands.progress import PROGRESS, Telling, telling
from sim.commands.run import Scale
from sim.commands.told import HTML, tell


@click.command()
@click.argument("file")
@click.option(
    "--vary",
    metavar="PATH=VALUES",
    multiple=True,
    required=True,
    help="A key and its values: dialing.channels=600,900 or =600..1800:5; repeat it for several.",
)
@click.option(
    "--design",
    "kind",
    type=click.Choice(["grid", "lhs", "sobol"]),
    default="grid",
    show_default=True,
    help="Every value with every one, a Latin hypercube of ranges, or Sobol's points.",
)
@click.option("--points", type=click.IntRange(2, 1000), default=16, help="Of a design, no grid.")
@click.option(
    "--strategy",
    "strategies",
    metavar="NAME",
    multiple=True,
    help="By default the base, or those whose keys are varied.",
)
@click.option(
    "--draws",
    metavar="K",
    type=click.IntRange(0, 4096),
    default=0,
    help="Draws of the inputs that place calls; 0: the central run, read.",
)
@click.option("--scale", type=Scale(), default="100%", help="Of lines, channels and pace: 10%.")
@click.option("--set", "sets", metavar="PATH=VALUE", multiple=True, help="Replace a value.")
@click.option(
    "--metric",
    "metrics",
    metavar="NAME",
    multiple=True,
    help="Also this metric; then every point is run. `ringfence explain` lists them.",
)
@click.option("--out", metavar="DIR", help="Where results are kept; runs/… by default.")
@JOBS
@SCHEDULER
@PROGRESS
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@HTML
def sweep(
    file: str,
    vary: tuple[str, ...],
    kind: Any,
    points: int,
    strategies: tuple[str, ...],
    draws: int,
    scale: Fraction,
    sets: tuple[str, ...],
    metrics: tuple[str, ...],
    out: str | None,
    jobs: int | None,
    scheduler: str | None,
    **told: Any,
) -> None:
    """Try other values of keys of FILE, each under the same unknowns.

    Keys that decide nothing about any call cost no run; each other point is a run at full size, or
    at --scale. Stopped anywhere, the same command goes on.
    """
    from sim.jobs.probing import Probe, crew_at, folder_of, workers_of
    from sim.jobs.sensitivity import named
    from sim.jobs.sweeping import document, strategies_of, sweep
    from sim.measure.metrics import METRICS
    from sim.store.experiment import keep
    from sim.study.design import parse_knob

    loaded = load_and_warn(file, sets)
    knobs = [parse_knob(one) for one in vary]
    known = list(loaded.scenario.strategies)
    wanted = named("strategy", strategies, known) if strategies else []
    chosen = strategies_of(knobs, wanted, loaded.scenario.base)
    facts = {
        "vary": list(vary),
        "kind": kind,
        "points": points,
        "scale": str(scale),
        "strategies": list(chosen),
        "draws": draws,
    }
    folder = Path(out) if out is not None else folder_of("sweep", loaded, facts)
    readings = max(16, -(-1024 // max(1, draws)))
    tell_of_kernels()
    workers = 1
    if scheduler is None:
        workers = workers_of(loaded, chosen, scale, max(1, draws), jobs)
    probe = Probe(file, sets, chosen, scale, folder, draws, readings, workers)
    probe.metrics = tuple(named("metric", metrics, list(METRICS))) if metrics else ()
    with (
        telling("sweep", loaded.scenario.name, told.pop("far")) as progress,
        crew_at(scheduler, loaded, chosen, scale) as probe.crew,
    ):
        progress.live.beside(folder)
        found = document(sweep(probe, knobs, kind, points, partial(_point, progress)))
        keep(folder, found)
    tell("sweep_text", found, inputs=(file,), **told)


def _point(progress: Telling, at: int, of: int, values: str, share: float) -> None:
    """Tell of a point that is run: people of its beginning, others of each of its runs."""
    if not share:
        progress.say(f"[{at}/{of}] {values}")
    progress.live.tell((at - 1 + share) / of, values, at, of, at - (share < 1), "points")
