"""``ringfence compare``: which strategy, how sure, and what would have to be true for another."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import JOBS, load_and_warn
from sim.commands.progress import PROGRESS, telling
from sim.commands.run import Scale
from sim.commands.told import HTML, tell

if TYPE_CHECKING:
    from sim.store.study import Study


@click.command()
@click.argument("things", metavar="A [B]...", nargs=-1, required=True)
@click.option(
    "--strategy",
    "strategies",
    metavar="NAME",
    multiple=True,
    help="Only this one; repeat it for several.",
)
@click.option(
    "--weights",
    metavar="NUMBER:WEIGHT,...",
    help="What counts: 'people_reached: 1, complaints: -50'. By default people reached alone.",
)
@click.option(
    "--draws", metavar="K", type=int, default=32, show_default=True, help="Of a scenario file."
)
@click.option(
    "--scale",
    type=Scale(),
    default="100%",
    help="Of a scenario file: shrink lines, channels and calls per second together: 1%.",
)
@JOBS
@PROGRESS
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@HTML
def compare(
    things: tuple[str, ...],
    strategies: tuple[str, ...],
    weights: str | None,
    draws: int,
    scale: Fraction,
    jobs: int | None,
    far: str,
    **told: Any,
) -> None:
    """Compare strategies under the same unknowns, and say what would turn their ranking.

    A and B are scenario files, of which studies are made or gone on with, or folders of studies: of
    one, its strategies are compared; of several, those of all, and each strategy beside itself in
    the first. Of folders of runs, inputs that differ stand beside numbers that do, in units of the
    luck of a run: single runs have no draws to compare over.
    """
    from sim.jobs.compared import document
    from sim.jobs.comparing import JUST_PEOPLE, compare
    from sim.jobs.differences import labels
    from sim.study.comparing import parse_weights

    every = list(dict.fromkeys(things))
    if any(_is_run(thing) for thing in every):
        found = _runs(every, strategies, weights)
        tell("compare_runs_text", found, inputs=things, **told)
        return
    weighed = JUST_PEOPLE if weights is None else parse_weights(weights)
    tell_of_kernels()
    studies = [_study(thing, draws, scale, jobs, far) for thing in every]
    names = labels([Path(thing) for thing in every])
    found = document(compare(studies, strategies, weighed, names))
    tell("compare_text", found, inputs=things, **told)


def _is_run(thing: str) -> bool:
    """Whether a name is that of a stored run's folder."""
    from sim.store.manifest import MANIFEST
    from sim.store.study import is_study

    path = Path(thing)
    return (path / MANIFEST).is_file() and not is_study(path)


def _runs(things: list[str], strategies: tuple[str, ...], weights: str | None) -> dict[str, Any]:
    """Stored runs, side by side."""
    from sim.errors import CannotJudgeError, OptionError
    from sim.jobs.differences import (
        document,
        every_strategy,
        hold_scales,
        side_by_side,
    )
    from sim.jobs.sensitivity import named

    if weights is not None:
        raise OptionError(
            "weights count what is best over draws, and single runs have none",
            place="--weights",
            remedy="compare their scenarios",
        )
    if len(things) < 2:
        raise CannotJudgeError(
            f"{things[0]} is one run: it has no draws to compare over",
            remedy="compare its scenario, or name another run beside it; the strategies of one "
            "run stand side by side in its report",
        )
    found = side_by_side(things, strategies=strategies)
    named("strategy", strategies, every_strategy(found))
    hold_scales(found)
    return document(found)


def _study(thing: str, draws: int, scale: Fraction, jobs: int | None, far: str) -> Study:
    """The study that a name means; of a scenario it is made."""
    from sim.commands.study import StudyProgress
    from sim.jobs.study import run_study
    from sim.store.study import is_study, load_study

    path = Path(thing)
    if is_study(path):
        return load_study(path)
    loaded = load_and_warn(thing)
    with telling("compare", loaded.scenario.name, far) as told:
        progress = StudyProgress(told)
        return run_study(
            loaded,
            draws,
            scale=scale,
            jobs=jobs,
            note=lambda text: click.echo(text, err=True),
            planned=progress.planned,
            progress=progress,
        )
