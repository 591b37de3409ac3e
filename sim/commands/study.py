"""``ringfence run --draws``: what a study will do, how far it is, and what it answers."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from sim.errors import CannotJudgeError

if TYPE_CHECKING:
    from sim.commands.progress import Telling
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
    scheduler: str | None,
    as_json: bool,
    far: str,
) -> None:
    """Run a study and print its answer; what will be done, and progress, on standard error."""
    from sim.commands.progress import telling
    from sim.commands.shown import shown_by
    from sim.jobs.study import run_study
    from sim.study.precision import parse_target

    target = None if precision is None else parse_target(precision)
    with telling("run --draws", loaded.scenario.name, far) as told:
        progress = StudyProgress(told)
        found = run_study(
            loaded,
            draws,
            precision=target,
            strategies=strategies,
            seed=seed,
            scale=scale,
            out=out,
            jobs=jobs,
            scheduler=scheduler,
            note=lambda text: click.echo(text, err=True),
            planned=progress.planned,
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps({"study": str(found.path), **found.answer}, indent=2))
    else:
        click.echo(shown_by("study_text")(found))
    sought = found.answer["precision"]
    if sought is not None and not sought["met"]:
        reached = sought["reached"]
        sure = "cannot be told" if reached is None else f"is ±{100 * reached:.2g} %"
        raise CannotJudgeError(
            f"{found.draws_count} draws are too few for {sought['asked']}: in "
            f"{sought['strategy']} it {sure}",
            remedy="allow more with --draws, or ask for less",
        )


def plan_words(plan: StudyPlan) -> str:
    """What will be done, before it is done."""
    runs = f"{len(plan.missing)} of {len(plan.tasks)} runs to do"
    if not plan.missing:
        runs = f"all {len(plan.tasks)} runs are done"
    elif len(plan.missing) == len(plan.tasks):
        runs = f"{len(plan.tasks)} runs to do"
    return (
        f"{plan.draws} draws of {plan.inputs} uncertain inputs, the central run, and "
        f"{plan.noisy} draws again under other luck: {runs}, each of every strategy; about "
        f"{_time(plan.seconds)} at the usual pace.\nstudy: {plan.path} (stopped anywhere, the "
        "same command goes on)"
    )


@dataclass(frozen=True, slots=True)
class StudyProgress:
    """Tells what a study will do, then each run; on a terminal they overwrite each other."""

    told: Telling

    def planned(self, plan: StudyPlan) -> None:
        """Say what will be done."""
        self.told.say(plan_words(plan))
        self.told.live.beside(plan.path)
        self._count(len(plan.tasks) - len(plan.missing), len(plan.tasks), "")

    def __call__(self, step: Step) -> None:
        """Tell of a task that is done."""
        left = "" if step.done == step.of else f"; about {_time(step.seconds_left)} left"
        what = "the central run" if step.task.draw == 0 else f"draw {step.task.draw}"
        what += " again" if step.task.noise else ""
        self._count(step.done, step.of, what)
        text = f"[{step.done}/{step.of}] {what}{left}"
        if self.told.people and sys.stderr.isatty():
            click.echo(f"\r{text:<60}", err=True, nl=step.done == step.of)
        else:
            self.told.say(text)

    def _count(self, done: int, of: int, what: str) -> None:
        self.told.live.tell(done / of, what, done, of, done, "runs")


def _time(seconds: float) -> str:
    """A span as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
