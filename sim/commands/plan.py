"""``ringfence plan``: how much of something is enough, in so many draws of what is not known."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import click

from sim.commands.loading import JOBS, load_and_warn, tell_of_kernels
from sim.commands.progress import PROGRESS, Telling, telling
from sim.commands.run import Scale
from sim.commands.told import HTML, tell


@click.command()
@click.argument("file")
@click.option(
    "--for",
    "goal",
    metavar="GOAL",
    required=True,
    help="'finish before cutoff', or a metric with a limit: 'cost <= 60_000'.",
)
@click.option(
    "--probability",
    type=Scale(),
    default="95%",
    show_default=True,
    help="Share of draws in which the goal shall hold.",
)
@click.option(
    "--solve",
    "path",
    metavar="PATH",
    required=True,
    help="The key that is looked for: dialing.channels, world.lines.",
)
@click.option(
    "--between",
    metavar="LOW..HIGH",
    help="Its range; by default a quarter of today's value to four times it.",
)
@click.option("--strategy", metavar="NAME", help="By default the base, or the one of PATH.")
@click.option("--draws", metavar="K", type=click.IntRange(2, 4096), default=32, show_default=True)
@click.option(
    "--screen",
    type=Scale(),
    default="10%",
    show_default=True,
    help="Scale of the search; the proof is at --scale.",
)
@click.option("--scale", type=Scale(), default="100%", help="Of the proof.")
@click.option("--set", "sets", metavar="PATH=VALUE", multiple=True, help="Replace a value.")
@click.option("--out", metavar="DIR", help="Where results are kept; runs/… by default.")
@JOBS
@PROGRESS
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@HTML
def plan(
    file: str,
    goal: str,
    probability: Fraction,
    path: str,
    between: str | None,
    strategy: str | None,
    draws: int,
    screen: Fraction,
    scale: Fraction,
    sets: tuple[str, ...],
    out: str | None,
    **told: Any,
) -> None:
    """Say how much of a key of FILE is enough for a goal.

    It is looked for in each draw of the uncertain inputs, at a corrected scale, and shown at full
    size in all of them. Exit code 1 where it cannot be met.
    """
    from sim.jobs.planning import document
    from sim.jobs.planning import plan as find
    from sim.jobs.probing import Probe, folder_of, workers_of
    from sim.jobs.sensitivity import named
    from sim.store.experiment import keep
    from sim.study.goals import parse_goal

    loaded = load_and_warn(file, sets)
    wanted_of = strategy or _strategy_in(path) or loaded.scenario.base
    chosen = named("strategy", [wanted_of], list(loaded.scenario.strategies))[0]
    wanted = parse_goal(goal)
    facts = {
        "for": wanted.text,
        "solve": path,
        "between": between,
        "strategy": chosen,
        "screen": str(screen),
        "sets": list(sets),
    }
    folder = Path(out) if out is not None else folder_of("plan", loaded, facts)
    tell_of_kernels()
    workers = partial(workers_of, loaded, (chosen,), runs=draws, jobs=told.pop("jobs"))
    screened, full = (
        Probe(file, sets, (chosen,), one, folder, draws, 16, workers(scale=one))
        for one in (min(screen, scale), scale)
    )
    with telling("plan", loaded.scenario.name, told.pop("far")) as progress:
        progress.live.beside(folder)
        found = document(
            find(
                screened,
                full,
                wanted,
                path,
                float(probability),
                between=between,
                progress=partial(_stage, progress),
            )
        )
        keep(folder, found)
    tell("plan_text", found, inputs=(file,), **told)
    if not found["met"]:
        raise click.exceptions.Exit(1)


def _stage(progress: Telling, text: str, share: float) -> None:
    """Tell of the search, then of the proof."""
    from sim.jobs.planning import SEARCHED

    progress.say(text)
    progress.live.tell(share, text, 1 if share < SEARCHED else 2, 2, 0, "stages")


def _strategy_in(path: str) -> str | None:
    """The strategy whose own key a path names, if it names one."""
    return path.split(".")[1] if path.startswith("strategies.") and path.count(".") > 1 else None
