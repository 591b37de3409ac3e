"""A study: a scenario run in many draws of its uncertain inputs, into a folder that can go on."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from sim.errors import CannotJudgeError, OptionError
from sim.jobs.cluster import Cluster
from sim.jobs.crew import Crew, Failed, Processes
from sim.jobs.draws import MOST_DRAWS, Drawing
from sim.jobs.gathering import Gathering, held_at_bound, not_varied
from sim.jobs.refusals import hold_points, hold_ranges
from sim.jobs.room import Need, calls_of, need_of, seconds_for, see_that_it_fits, workers_for
from sim.jobs.run import choose, reseeded
from sim.jobs.scaling import scaled_down
from sim.loading.load import Runnable
from sim.scenario.complaints import breaking
from sim.scenario.resolved import resolved_text
from sim.store.manifest import MANIFEST
from sim.store.study import (
    DRAWS,
    FORMAT,
    FORMAT_VERSION,
    INPUTS,
    READINGS,
    TERRITORIES,
    TIMELINE,
    Facts,
    Study,
    StudyFolder,
    Task,
    code_digest,
    is_study,
    load_study,
    relevant_versions,
)
from sim.store.study_tables import (
    draws_table,
    inputs_table,
    readings_table,
    territories_table,
    timeline_table,
)
from sim.store.write import text_digest
from sim.study.answer import COLUMNS, Series, answer
from sim.study.precision import FIRST, MOST, Reached, Target, reached


@dataclass(frozen=True, slots=True)
class Step:
    """How far a study is."""

    task: Task
    """Done last."""
    done: int
    """Tasks that are done, those of before included."""
    of: int
    """Tasks of the study."""
    seconds_left: float
    """To the end at the pace so far, s."""


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """What a study will do, before it does it."""

    path: Path
    """Its folder."""
    draws: int
    """Draws that it will have."""
    noisy: int
    """Of these, so many run twice, under other luck at the same inputs."""
    tasks: tuple[Task, ...]
    """Everything that it needs."""
    missing: tuple[Task, ...]
    """Of these, what is not there yet."""
    calls: int
    """About how many calls these will simulate."""
    task_seconds: float
    """About how long one of them takes in one process, s."""
    inputs: int
    """Uncertain inputs that are drawn."""
    workers: int
    """Tasks that are done at the same time."""

    @property
    def seconds(self) -> float:
        """About how long it will take, s."""
        return len(self.missing) * self.task_seconds / self.workers


def noisy_draws(draws: int) -> int:
    """How many draws are run under a second noise: one in eight, at least two."""
    return min(draws, max(2, draws // 8))


def tasks_of(draws: int) -> tuple[Task, ...]:
    """Every task of a study: the central run, each draw, and some under a second noise."""
    once = [Task(draw) for draw in range(draws + 1)]
    return tuple(sorted([*once, *(Task(draw, 1) for draw in range(1, noisy_draws(draws) + 1))]))


Note = Callable[[str], None]
PlanHook = Callable[[StudyPlan], None]
StepHook = Callable[[Step], None]


def run_study(
    loaded: Runnable,
    draws: int | None = None,
    *,
    precision: Target | None = None,
    strategies: Iterable[str] | None = None,
    seed: int | None = None,
    scale: Fraction | float = 1,
    out: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    note: Note | None = None,
    planned: PlanHook | None = None,
    progress: StepHook | None = None,
) -> Study:
    """Run a study to its end; where a part of it is there, the rest.

    Parameters
    ----------
    loaded
        From :func:`sim.loading.load.load`.
    draws
        Draws of the uncertain inputs; with a precision, the most. A study that has more keeps them.
    precision
        How sure a number shall be: draws are doubled until it is.
    strategies
        Names of strategies; default all.
    seed
        Root seed instead of the scenario's.
    scale
        Share of lines, channels and calls per second, above 0 and at most 1.
    out
        The study's folder; default one in ``runs/`` whose name follows from what is studied, so
        that the same command goes on with the same study.
    jobs
        Processes that run draws at the same time; default as many as there are cores. They change
        nothing about the result.
    scheduler
        Address of a Dask scheduler whose workers run the draws instead; they change nothing either.
    note
        Told where there are fewer processes than were asked for.
    planned
        Told what will be done before it is.
    progress
        Told after each task.

    Raises
    ------
    sim.errors.ScenarioError
        If some draw of its ranges could not be run.
    sim.errors.OptionError
        For a number of draws out of range, a scenario without uncertain inputs, an unknown
        strategy, a scale out of range, or a scheduler that does not answer.
    sim.errors.CannotJudgeError
        If runs failed on a cluster; all others are kept.
    sim.errors.RunDirectoryError
        If the folder holds something else, or cannot be written.
    sim.errors.DoesNotFitError
        If a draw takes more memory than is free.
    """
    loaded = reseeded(loaded, seed)
    hold_ranges(loaded)
    asked = scale if isinstance(scale, Fraction) else Fraction(str(scale))
    chosen = tuple(choose(loaded.scenario, list(strategies) if strategies else None))
    drawing = Drawing(loaded, chosen, asked)
    most = _most(draws, precision)
    hold_draws(most, drawing)
    small = scaled_down(loaded.scenario, asked, loaded.laws, chosen)
    need = need_of(small.scenario, chosen, calls=False, laws=loaded.laws)
    seconds, begun = seconds_for(small.scenario, chosen), _begun(most, precision)
    if scheduler is None:
        see_that_it_fits(need, None, asked)
    with _crew(scheduler, jobs, begun, need, seconds, note) as crew:
        folder = _folder(loaded, asked, small.effective, chosen, out)
        calls = sum(calls_of(small.scenario, name) for name in chosen)
        wanted = max(begun, _had(folder.path))
        while True:
            tasks = tasks_of(wanted)
            missing = tuple(folder.missing(tasks))
            if missing:
                hold_points(loaded, drawing.points(range(wanted)))
            if planned is not None:
                planned(
                    StudyPlan(
                        path=folder.path,
                        draws=wanted,
                        noisy=noisy_draws(wanted),
                        tasks=tasks,
                        missing=missing,
                        calls=calls * len(missing),
                        task_seconds=seconds,
                        inputs=len(drawing.inputs),
                        workers=min(crew.size, max(1, len(missing))),
                    )
                )
            _work(folder, drawing, missing, len(tasks), crew, progress)
            gathering = Gathering(drawing, folder, tasks)
            series = gathering.series()
            sure = None if precision is None else reached(series, precision)
            if precision is None or sure is None or wanted >= most or _met(sure, precision):
                return _assembled(folder, drawing, gathering, series, precision, sure)
            wanted = min(2 * wanted, most)


def _crew(
    scheduler: str | None,
    jobs: int | None,
    draws: int,
    need: Need,
    seconds: float,
    note: Note | None,
) -> AbstractContextManager[Crew]:
    """Who does the tasks: a cluster where one is named, else processes of this machine."""
    if scheduler is not None:
        return Cluster(scheduler, need)
    return nullcontext(Processes(_workers(jobs, draws, need, seconds, note)))


def _folder(
    loaded: Runnable,
    asked: Fraction,
    effective: Fraction,
    strategies: tuple[str, ...],
    out: str | os.PathLike[str] | None,
) -> StudyFolder:
    """The folder of a study, which its name follows from unless one is given."""
    text = resolved_text(loaded)
    facts = facts_of(loaded, text, asked, effective, strategies)
    path = Path(out) if out is not None else default_folder(facts)
    return StudyFolder(path, facts, text, loaded.laws.own)


def _begun(most: int, precision: Target | None) -> int:
    """Draws that a study begins with."""
    return most if precision is None else min(FIRST, most)


def _workers(jobs: int | None, draws: int, need: Need, seconds: float, note: Note | None) -> int:
    """How many processes to use for so many draws, each of them so many seconds long."""
    tasks = tasks_of(draws)
    # Each process has a world of its own: the draws' people differ.
    alone = replace(need, further=need.memory)
    workers, said = workers_for(jobs, len(tasks), alone, seconds * len(tasks))
    if said and note is not None:
        note(f"note: {said}")
    return workers


def facts_of(
    loaded: Runnable, text: str, asked: Fraction, effective: Fraction, chosen: Sequence[str]
) -> Facts:
    """What a study is of: its key follows from it."""
    full = loaded.scenario
    return Facts(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        scenario=full.name,
        question=full.question,
        base=full.base,
        scenario_sha256=text_digest(text),
        laws=loaded.laws.digests,
        seed=full.seed,
        scale=str(asked),
        effective=float(effective),
        strategies=list(chosen),
        code_sha256=code_digest(),
        versions=relevant_versions(),
    )


def _most(draws: int | None, precision: Target | None) -> int:
    """Draws asked for; with a precision, the most that are made.

    Raises
    ------
    OptionError
        Where neither is given.
    """
    if draws is None and precision is None:
        raise OptionError("a study needs a number of draws, or a precision")
    return MOST if draws is None else draws


def _met(sure: Reached, precision: Target) -> bool:
    """Whether a number is as sure as was asked."""
    return sure.share is not None and sure.share <= precision.share


def default_folder(facts: Facts) -> Path:
    """Where a study goes unless told: ``runs/study-<scenario>-s<seed>-<8 hex of its key>``."""
    name = re.sub(r"[^\w.-]+", "-", facts.scenario).strip("-.") or "scenario"
    return Path("runs") / f"study-{name}-s{facts.seed}-{facts.key[:8]}"


def hold_draws(draws: int, drawing: Drawing) -> None:
    """Refuse what cannot be drawn."""
    if not 2 <= draws <= MOST_DRAWS:
        raise OptionError(
            "so many draws cannot be made", found=str(draws), allowed=f"2 to {MOST_DRAWS:,}"
        )
    if not drawing.inputs:
        raise OptionError(
            "the scenario has no uncertain input: every draw would be the central run",
            remedy="give an input a range: {low: 22 %, central: 33 %, high: 45 %}",
        )


def _had(path: Path) -> int:
    """Draws that a finished study has; 0 where it is not finished."""
    if not is_study(path) or not (path / MANIFEST).is_file():
        return 0
    return load_study(path).draws_count


def _work(
    folder: StudyFolder,
    drawing: Drawing,
    missing: Sequence[Task],
    of: int,
    crew: Crew,
    progress: StepHook | None,
) -> None:
    """Do the tasks that are missing; what failed is told once all others are done."""
    began = time.perf_counter()
    failed = []
    for done, (task, found) in enumerate(crew.do(drawing, missing, folder.facts.key), 1):
        if isinstance(found, Failed):
            failed.append(f"{task.name(folder.facts.key)}: {found.why}")
        else:
            folder.add(task, found)
        if progress is not None:
            left = len(missing) - done
            pace = (time.perf_counter() - began) / done
            progress(Step(task, of - left, of, pace * left))
    if failed:
        raise CannotJudgeError(
            f"{len(failed)} runs failed: {'; '.join(failed)}",
            remedy="all others are kept; the same command goes on",
        )


def _assembled(
    folder: StudyFolder,
    drawing: Drawing,
    gathering: Gathering,
    series: Mapping[str, Series],
    precision: Target | None,
    sure: Reached | None,
) -> Study:
    """Put a study together from the results of its tasks, in the order of their numbers."""
    told = answer(series, gathering.base)
    told["uncertain"] = [one.path for one in drawing.inputs]
    told["not_varied"] = not_varied(drawing)
    told["rules"] = {
        f"{regime.id}/{rule.id}": {"title": rule.title, "force": rule.force}
        for regime in drawing.loaded.laws.regimes(drawing.loaded.scenario.regimes)
        for rule in regime.rules
    }
    world, strategies = drawing.loaded.scenario.world, drawing.loaded.scenario.strategies
    if shocks := breaking(world.complaints, strategies[gathering.base].campaign.start):
        told["shocks"] = [{"channel": one.channel, "at": one.at.isoformat()} for one in shocks]
    told["held_at_bound"] = held_at_bound(drawing, gathering.tasks)
    told["precision"] = None
    if precision is not None and sure is not None:
        told["precision"] = {
            "asked": precision.text,
            "reached": sure.share,
            "strategy": sure.strategy,
            "met": _met(sure, precision),
        }
    once = [task for task in gathering.tasks if not task.noise]
    # Read anew for each table: the ledgers of thousands of draws would not fit into memory.
    tables = {
        DRAWS: draws_table(map(folder.read, gathering.tasks)),
        INPUTS: inputs_table(map(folder.read, once)),
        READINGS: readings_table({name: one.columns for name, one in series.items()}, COLUMNS),
        TIMELINE: timeline_table(map(folder.read, once)),
        TERRITORIES: territories_table(map(folder.read, once)),
    }
    folder.finish(gathering.tasks, tables, told)
    return load_study(folder.path)
