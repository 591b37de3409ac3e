"""``ringfence compare``: which strategy, how sure, and what would have to be true for another."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.loading import JOBS, load_and_warn, tell_of_kernels
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
    one, its strategies are compared; of several, those of all.
    """
    from sim.jobs.compared import document
    from sim.jobs.comparing import JUST_PEOPLE, compare
    from sim.study.comparing import parse_weights

    weighed = JUST_PEOPLE if weights is None else parse_weights(weights)
    tell_of_kernels()
    studies = [_study(thing, draws, scale, jobs, far) for thing in dict.fromkeys(things)]
    found = document(compare(studies, strategies, weighed))
    tell("compare_text", found, inputs=things, **told)


def _study(thing: str, draws: int, scale: Fraction, jobs: int | None, far: str) -> Study:
    """The study that a name means; of a scenario it is made."""
    from sim.commands.study import StudyProgress
    from sim.jobs.comparing import runs_are_compared_by_diff
    from sim.jobs.study import run_study
    from sim.store.manifest import MANIFEST
    from sim.store.study import is_study, load_study

    path = Path(thing)
    if is_study(path):
        return load_study(path)
    if (path / MANIFEST).is_file():
        raise runs_are_compared_by_diff(path)
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
