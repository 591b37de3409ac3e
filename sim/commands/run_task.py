"""``ringfence run-task``: a part of a study's draws, for a batch array of many machines."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import load_and_warn
from sim.commands.run import Scale
from sim.errors import CannotJudgeError

if TYPE_CHECKING:
    from sim.store.study import Task


@click.command("run-task")
@click.argument("file")
@click.argument("part", metavar="N/M")
@click.option("--draws", metavar="K", type=int, required=True, help="Of the whole study.")
@click.option("--strategy", "strategies", metavar="NAME", multiple=True, help="As of the study.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="As of the study.")
@click.option("--scale", type=Scale(), default="100%", help="As of the study.")
@click.option("--set", "sets", metavar="PATH=VALUE", multiple=True, help="As of the study.")
@click.option("--out", metavar="DIR", help="The study's folder, which all machines see.")
def run_task(
    file: str,
    part: str,
    draws: int,
    strategies: tuple[str, ...],
    seed: int | None,
    scale: Fraction,
    sets: tuple[str, ...],
    out: str | None,
) -> None:
    """Do part N of M of the draws that `ringfence run FILE --draws K` does.

    Parts know nothing of each other and may be killed and given again. Once all are done, the
    command of the study itself puts it together, and does what is missing.
    """
    from sim.jobs.parts import parse_part, run_part

    which, of = parse_part(part)
    loaded = load_and_warn(file, sets)
    tell_of_kernels()
    done = run_part(
        loaded, draws, which, of, strategies=strategies, seed=seed, scale=scale, out=out, told=_told
    )
    click.echo(
        f"part {which} of {of}: {len(done.ran)} of {len(done.tasks)} runs done now\n"
        f"study: {done.path}"
    )
    if done.failed:
        raise CannotJudgeError(
            f"{len(done.failed)} runs failed: {'; '.join(done.failed)}",
            remedy="all others are kept; give the part again",
        )


def _told(task: Task, why: str) -> None:
    what = "the central run" if task.draw == 0 else f"draw {task.draw}"
    again = " again" if task.noise else ""
    click.echo(f"{what}{again}: {why or 'done'}", err=True)
