"""``ringfence run --draws``: what a study will do, how far it is, and what it answers."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from sim.errors import CannotJudgeError

if TYPE_CHECKING:
    from sim.jobs.study import Step, StudyPlan
    from sim.loading.load import Runnable


def study(
    loaded: Runnable,
    draws: int | None,
    precision: str | None,
    *,
    strategies: tuple[str, ...],
    seed: int | None,
    scale: Fraction,
    out: str | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Run a study and print its answer; what will be done, and progress, on standard error."""
    from sim.commands.shown import shown_by
    from sim.jobs.study import run_study
    from sim.study.precision import parse_target

    target = None if precision is None else parse_target(precision)
    found = run_study(
        loaded,
        draws,
        precision=target,
        strategies=strategies,
        seed=seed,
        scale=scale,
        out=out,
        jobs=jobs,
        note=lambda text: click.echo(text, err=True),
        planned=tell_plan,
        progress=StudyProgress(),
    )
    if as_json:
        click.echo(json.dumps({"study": str(found.path), **found.answer}, indent=2))
    else:
        click.echo(shown_by("study_text")(found))
    told = found.answer["precision"]
    if told is not None and not told["met"]:
        sure = "cannot be told" if told["reached"] is None else f"is ±{100 * told['reached']:.2g} %"
        raise CannotJudgeError(
            f"{found.draws_count} draws are too few for {told['asked']}: in {told['strategy']} it "
            f"{sure}",
            remedy="allow more with --draws, or ask for less",
        )


def tell_plan(plan: StudyPlan) -> None:
    """Say what will be done before it is done."""
    runs = f"{len(plan.missing)} of {len(plan.tasks)} runs to do"
    if not plan.missing:
        runs = f"all {len(plan.tasks)} runs are done"
    elif len(plan.missing) == len(plan.tasks):
        runs = f"{len(plan.tasks)} runs to do"
    click.echo(
        f"{plan.draws} draws of {plan.inputs} uncertain inputs, the central run, and "
        f"{plan.noisy} draws again under other luck: {runs}, each of every strategy; about "
        f"{_time(plan.seconds)} at the usual pace.\nstudy: {plan.path} (stopped anywhere, the "
        "same command goes on)",
        err=True,
    )


class StudyProgress:
    """One line a task; on a terminal they overwrite each other."""

    def __call__(self, step: Step) -> None:
        """Tell of a task that is done."""
        left = "" if step.done == step.of else f"; about {_time(step.seconds_left)} left"
        what = "the central run" if step.task.draw == 0 else f"draw {step.task.draw}"
        again = " again" if step.task.noise else ""
        text = f"[{step.done}/{step.of}] {what}{again}{left}"
        if sys.stderr.isatty():
            click.echo(f"\r{text:<60}", err=True, nl=step.done == step.of)
        else:
            click.echo(text, err=True)


def _time(seconds: float) -> str:
    """A span as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
