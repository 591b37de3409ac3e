"""``ringfence plan``: how much of something is enough, in so many draws of what is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import JOBS, SCHEDULER, load_and_warn
from sim.commands.progress import PROGRESS, Telling, telling
from sim.commands.run import Scale
from sim.commands.told import HTML, tell

if TYPE_CHECKING:
    from sim.jobs.probing import Probe
    from sim.loading.load import Runnable
    from sim.study.goals import Goal


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
    "paths",
    metavar="PATH",
    multiple=True,
    required=True,
    help="The key that is looked for: dialing.channels, campaign.start; of two, what is enough of "
    "the second at values of the first.",
)
@click.option(
    "--between",
    metavar="LOW..HIGH",
    multiple=True,
    help="Its range, each in turn; by default a quarter of today's value to four times it, and "
    "three days to either side of a moment.",
)
@click.option(
    "--budget", metavar="LIMIT", help="Of two keys: a further limit to keep: 'cost <= 60_000'."
)
@click.option(
    "--points", type=click.IntRange(2, 50), help="Values of the first of two keys; by default 5."
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
@SCHEDULER
@PROGRESS
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@HTML
def plan(
    file: str,
    goal: str,
    probability: Fraction,
    paths: tuple[str, ...],
    between: tuple[str, ...],
    strategy: str | None,
    draws: int,
    screen: Fraction,
    scale: Fraction,
    sets: tuple[str, ...],
    out: str | None,
    **told: Any,
) -> None:
    """Say how much of a key of FILE is enough for a goal; of two keys, one against the other.

    It is looked for in each draw of the uncertain inputs, at a corrected scale, and shown at full
    size in all of them. Exit code 1 where it cannot be met.
    """
    from sim.jobs.probing import crew_at, folder_of
    from sim.jobs.searching import screened_at
    from sim.jobs.sensitivity import named
    from sim.store.experiment import keep
    from sim.study.goals import parse_goal

    loaded = load_and_warn(file, sets)
    budget, points = told.pop("budget"), told.pop("points")
    _hold(paths, between, budget, points)
    points = points or POINTS
    own = next((name for path in paths if (name := _strategy_in(path))), None)
    wanted_of = strategy or own or loaded.scenario.base
    chosen = named("strategy", [wanted_of], list(loaded.scenario.strategies))[0]
    wanted = parse_goal(goal)
    limit = None if budget is None else parse_goal(budget, "--budget")
    screen = screened_at(screen, scale, [wanted, *([limit] if limit else [])], paths)
    facts = {
        "for": wanted.text,
        "solve": list(paths),
        "between": list(between),
        "budget": budget,
        "points": points if len(paths) > 1 else None,
        "strategy": chosen,
        "screen": str(screen),
        "sets": list(sets),
    }
    folder = Path(out) if out is not None else folder_of("plan", loaded, facts)
    tell_of_kernels()
    jobs, scheduler = told.pop("jobs"), told.pop("scheduler")
    screened, full = (
        _probe(loaded, (file, sets, chosen), one, folder, draws, (jobs, scheduler))
        for one in (screen, scale)
    )
    with (
        telling("plan", loaded.scenario.name, told.pop("far")) as progress,
        crew_at(scheduler, loaded, (chosen,), scale) as crew,
    ):
        screened.crew = full.crew = crew
        progress.live.beside(folder)
        asked = _Asked(wanted, paths, between, float(probability), limit, points)
        found = _found(screened, full, asked, partial(_stage, progress))
        keep(folder, found)
    screen_of = "plan_text" if len(paths) == 1 else "frontier_text"
    tell(screen_of, found, inputs=(file,), **told)
    if not found["met"]:
        raise click.exceptions.Exit(1)


def _probe(
    loaded: Runnable,
    of: tuple[str, tuple[str, ...], str],
    scale: Fraction,
    folder: Path,
    draws: int,
    by: tuple[int | None, str | None],
) -> Probe:
    """The scenario at a scale, with the processes of this machine unless a scheduler has others.

    Parameters
    ----------
    loaded
        The scenario.
    of
        Its file, what replaces its values, and the strategy.
    scale, folder, draws
        As asked.
    by
        Processes as asked, and a scheduler.
    """
    from sim.jobs.probing import Probe, workers_of

    file, sets, strategy = of
    jobs, scheduler = by
    workers = 1 if scheduler else workers_of(loaded, (strategy,), scale, draws, jobs)
    return Probe(file, sets, (strategy,), scale, folder, draws, 16, workers)


POINTS = 5
"""Values of the first of two keys, unless told."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a plan is asked for."""

    goal: Goal
    paths: tuple[str, ...]
    between: tuple[str, ...]
    probability: float
    budget: Goal | None
    points: int


def _hold(
    paths: tuple[str, ...], between: tuple[str, ...], budget: str | None, points: int | None
) -> None:
    """See that one or two keys are solved for, and that what else is said goes with them."""
    from sim.errors import OptionError

    if len(paths) > 2:
        raise OptionError(
            "a plan solves for one key or two", place="--solve", found=", ".join(paths)
        )
    if len(between) > len(paths):
        raise OptionError("there are more ranges than keys", place="--between")
    if budget is not None and len(paths) == 1:
        raise OptionError(
            "a budget goes with two keys", place="--budget", remedy="name a second with --solve"
        )
    if points is not None and len(paths) == 1:
        raise OptionError(
            "points go with two keys", place="--points", remedy="name a second with --solve"
        )


def _found(
    screen: Probe, full: Probe, asked: _Asked, progress: Callable[[str, float], None]
) -> dict[str, Any]:
    """The document of a plan of one key, or of two."""
    from sim.jobs import frontier, planning

    if len(asked.paths) == 1:
        return planning.document(
            planning.plan(
                screen,
                full,
                asked.goal,
                asked.paths[0],
                asked.probability,
                between=asked.between[0] if asked.between else None,
                progress=progress,
            )
        )
    return frontier.document(
        frontier.frontier(
            screen,
            full,
            asked.goal,
            (asked.paths[0], asked.paths[1]),
            asked.probability,
            between=asked.between,
            budget=asked.budget,
            points=asked.points,
            progress=progress,
        )
    )


def _stage(progress: Telling, text: str, share: float) -> None:
    """Tell of the search, then of the proof."""
    from sim.jobs.planning import SEARCHED

    progress.say(text)
    progress.live.tell(share, text, 1 if share < SEARCHED else 2, 2, 0, "stages")


def _strategy_in(path: str) -> str | None:
    """The strategy whose own key a path names, if it names one."""
    return path.split(".")[1] if path.startswith("strategies.") and path.count(".") > 1 else None
