"""A scenario at other values of its keys: held against the format, and run where it must be.

A point of an experiment is a scenario with some keys replaced. Its draws are those of the scenario
as it is: an input is drawn by its path, so that points are compared under the same unknowns. What
no call hangs on costs no run: a point whose strategies place the same calls as those of an earlier
one reads its ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.stage import Stage
from sim.errors import CannotJudgeError, OptionError, UnknownNameError
from sim.jobs.cluster import Cluster
from sim.jobs.crew import Crew, Failed, Processes, side_by_side
from sim.jobs.draws import Drawing
from sim.jobs.pool import Work, each, unheard
from sim.jobs.roles import Parts, Role, Roles, roles, small_stage
from sim.jobs.room import need_of, seconds_for, see_that_it_fits, workers_for
from sim.jobs.study import facts_of
from sim.loading.load import Runnable, load
from sim.measure.metrics import at_full_size
from sim.scenario.keys import file_keys, key_at
from sim.scenario.resolved import resolved_text
from sim.scenario.scale import scale_scenario
from sim.store.drawn import Drawn, unpacked
from sim.store.study import Facts, StudyFolder, Task
from sim.study.goals import DONE
from sim.study.inputs import Group, groups
from sim.study.reading import Points, reading

T = TypeVar("T")
R = TypeVar("R")
Floats = NDArray[np.float64]
FORBIDDEN: Final = "caller_numbers"
"""Caller numbers are what a campaign has declared; nobody varies them to escape labels."""
READ_ONLY: Final = ("world", "reached_when")
"""Sections whose keys may cost no run: what is told of a ledger that is read again is people and
complaints, and prices are neither."""
Settings = Mapping[str, str]
Told = Callable[[int, int], None]
"""Told how many runs are done, and of how many."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What one strategy gave at one point."""

    people: Floats
    """(n, r) At full size, by draw and reading."""
    complaints: Floats | None
    """(n, r) Expected; None where the world has none."""
    metrics: tuple[Mapping[str, float | None], ...] | None
    """By draw, at full size; None where the point was read off another's ledger."""
    read: bool
    """Whether it cost no run."""


def hold_path(path: str, loaded: Runnable) -> None:
    """See that a path is one of the format that may be varied.

    Raises
    ------
    sim.errors.UnknownNameError
        With the nearest path of the scenario, and what stands there.
    sim.errors.OptionError
        For the caller numbers, or a path that is no single value.
    """
    parts = tuple(path.split("."))
    if FORBIDDEN in parts:
        raise OptionError(
            "caller numbers cannot be varied: a campaign calls from the numbers that it has "
            "declared, and more of them are no way around labels",
            place=path,
            remedy="vary attempts, hours or pace, which burden a number less",
        )
    key = key_at(parts, file_keys())
    if parts[0] == "strategies" and len(parts) > 2:
        if parts[1] not in loaded.scenario.strategies:
            known = list(loaded.scenario.strategies)
            raise UnknownNameError(
                f"there is no strategy '{parts[1]}'",
                place=path,
                nearest=next(iter(get_close_matches(parts[1], known, 1)), ""),
                allowed=", ".join(known),
            )
        key = key_at(parts[2:], file_keys())
    single = ("value", "law", "list")
    if key is not None and (key.form in single or key.kind is not None or key.choices):
        return
    known = _leaves(loaded)
    nearest = next(iter(get_close_matches(path, known, 1, 0.4)), "")
    at = key_at(tuple(nearest.split("."))) if nearest else None
    kind = f"a {at.kind_name}" if at is not None and at.kind_name else "another kind of value"
    what = "there is no key" if key is None else "there is no single value"
    raise UnknownNameError(
        f"{what} '{path}'", nearest=nearest, remedy=f"it takes {kind}" if nearest else ""
    )


def _leaves(loaded: Runnable) -> list[str]:
    """Paths of every value of a scenario, as its file writes them."""

    def walk(value: Any, path: str) -> list[str]:
        if isinstance(value, Mapping) and not {"central", "law"} & set(value):
            return [one for k, v in value.items() for one in walk(v, f"{path}.{k}" if path else k)]
        return [path]

    return walk(loaded.resolved, "")


def workers_of(loaded: Runnable, strategies: Sequence[str], scale: Fraction, runs: int,
               jobs: int | None) -> int:  # fmt: skip
    """How many processes to use for so many runs of some strategies."""
    small, _ = scale_scenario(loaded.scenario, scale)
    need = need_of(small, strategies, calls=False, laws=loaded.laws)
    see_that_it_fits(need, None, scale)
    seconds = seconds_for(small, strategies)
    alone = replace(need, further=need.memory)
    workers, _ = workers_for(jobs, runs, alone, seconds * runs)
    return workers


def crew_at(
    scheduler: str | None, loaded: Runnable, strategies: Sequence[str], scale: Fraction
) -> AbstractContextManager[Crew | None]:
    """The workers of a Dask cluster, where a scheduler is named: none else.

    Raises
    ------
    sim.errors.OptionError
        On entering: for a scheduler that does not answer, or workers that are not ours.
    """
    if scheduler is None:
        return nullcontext()
    small, _ = scale_scenario(loaded.scenario, scale)
    return Cluster(scheduler, need_of(small, strategies, calls=False, laws=loaded.laws))


@dataclass
class Probe:
    """A scenario whose points are asked for.

    Parameters
    ----------
    file
        The scenario's file.
    sets
        Values that replace those of the file at every point.
    strategies
        Which are run.
    scale
        As asked.
    folder
        Where results are kept: the same question finds them.
    draws
        Draws of the uncertain inputs; 0 is the central run alone.
    readings
        Readings of each run.
    """

    file: str
    sets: tuple[str, ...]
    strategies: tuple[str, ...]
    scale: Fraction
    folder: Path
    draws: int
    readings: int
    jobs: int = 1
    metrics: tuple[str, ...] = ()
    """Further metrics that are told of each point; a point that is read has none, so all are run
    where any is asked for."""
    runs: int = 0
    """Runs that were made, so far."""
    crew: Crew | None = None
    """Who makes the runs, where it is not processes of this machine; the same bytes come of it."""
    _points: dict[str, Runnable] = field(default_factory=dict)
    _parts: dict[tuple[str, str], Parts] = field(default_factory=dict)

    def loaded(self, settings: Settings) -> Runnable:
        """The scenario at a point.

        Raises
        ------
        sim.errors.ScenarioError
            Where the format does not allow a value.
        """
        key = _name(settings)
        if key not in self._points:
            sets = [*self.sets, *(f"{path}={value}" for path, value in settings.items())]
            self._points[key] = load(self.file, sets)
        return self._points[key]

    def drawing(self, settings: Settings, strategies: Sequence[str] | None = None) -> Drawing:
        """How the draws of a point are run."""
        return Drawing(self.loaded(settings), tuple(strategies or self.strategies), self.scale)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Draws of every point: the central one alone, or all others."""
        return tuple(Task(draw) for draw in (range(1, self.draws + 1) if self.draws else (0,)))

    def results(
        self, settings: Settings, tasks: Sequence[Task] | None = None, told: Told | None = None
    ) -> dict[int, Drawn]:
        """By draw: what each strategy found at a point; what is not there yet is run."""
        tasks = self.tasks if tasks is None else tuple(tasks)
        drawing = self.drawing(settings)
        facts, text = self._facts(drawing)
        own = drawing.loaded.laws.own
        store = StudyFolder(self.folder / "points" / facts.key[:16], facts, text, own)
        missing = store.missing(tasks)
        crew, failed = self.crew or Processes(min(self.jobs, len(missing) or 1)), []
        for at, (task, content) in enumerate(crew.do(drawing, missing, facts.key), 1):
            if isinstance(content, Failed):
                failed.append(f"{task.name(facts.key)}: {content.why}")
                continue
            store.add(task, content)
            self.runs += 1
            if told is not None:
                told(at, len(missing))
        _hold_done(failed)
        return {task.draw: store.read(task) for task in tasks}

    def run(self, settings: Settings, strategy: str, task: Task) -> Drawn:
        """What one strategy finds in one draw at a point, which is not kept."""
        drawing = self.drawing(settings, (strategy,))
        if self.crew is None:
            return drawing.run(task)
        facts, _ = self._facts(drawing)
        ((_, content),) = self.crew.do(drawing, (task,), facts.key)
        if isinstance(content, Failed):
            _hold_done([f"{task.name(facts.key)}: {content.why}"])
        assert isinstance(content, bytes)
        return unpacked(content)

    def each(self, work: Work[T, R], items: Sequence[T]) -> Iterator[R]:
        """Do work that makes runs for each of some items, several at a time, in their order."""
        if self.crew is None:
            yield from each(work, items, self.jobs)
        else:
            yield from side_by_side(lambda item: work(item, unheard), items, self.crew.size)

    def _facts(self, drawing: Drawing) -> tuple[Facts, str]:
        """What a point is of, and its scenario as text."""
        loaded, text = drawing.loaded, resolved_text(drawing.loaded)
        scaled, _ = scale_scenario(loaded.scenario, self.scale)
        effective = Fraction(scaled.world.lines, loaded.scenario.world.lines)
        return facts_of(loaded, text, self.scale, effective, drawing.strategies), text

    def same_calls(self, one: Settings, other: Settings, strategy: str) -> bool:
        """Whether two points place the same calls, whatever is drawn."""
        if self.metrics:
            return False
        moved = {path for path in {**one, **other} if one.get(path) != other.get(path)}
        if not all(path.split(".")[0] in READ_ONLY for path in moved):
            return False
        return self._part(one, strategy).role(self._part(other, strategy)) is Role.READING

    def _part(self, settings: Settings, strategy: str) -> Parts:
        key = _name(settings), strategy
        if key not in self._parts:
            loaded = self.loaded(settings)
            scaled, _ = scale_scenario(loaded.scenario, self.scale)
            self._parts[key] = Parts.of(small_stage(Stage(scaled, loaded.laws)), strategy)
        return self._parts[key]


def _hold_done(failed: Sequence[str]) -> None:
    """See that no run failed, once all others are done."""
    if failed:
        raise CannotJudgeError(
            f"{len(failed)} runs failed: {'; '.join(failed)}",
            remedy="all others are kept; the same command goes on",
        )


@dataclass(frozen=True)
class Read:
    """A point, read: what its strategies give in each draw and reading."""

    probe: Probe
    settings: Settings
    common: frozenset[str]
    """Inputs that are read, at every point alike."""

    @cached_property
    def _drawing(self) -> Drawing:
        return self.probe.drawing(self.settings)

    def numbers(self, strategy: str, results: Mapping[int, Drawn], *, own: bool) -> Numbers:
        """What one strategy gives, from the ledgers of this point or of one of the same calls."""
        people, complaints, metrics = [], [], []
        role = roles_of(self.probe, self.settings)[strategy]
        for row, (draw, drawn) in enumerate(sorted(results.items())):
            full, _ = self._drawing.scenario(draw)
            scaled, _ = scale_scenario(full, self.probe.scale)
            scale = Fraction(scaled.world.lines, full.world.lines)
            found = reading(
                drawn.found[strategy].cases,
                scaled,
                strategy,
                self._points(row),
                reads=[path for path in role.of(Role.READING) if path in self.common],
                held=[],
                ways=role.ways,
                scale=scale,
            )
            people.append(found.people[1:] / float(scale))
            if found.complaints is not None:
                complaints.append(found.complaints.all.mean[1:])
            metrics.append(
                {
                    name: None if value is None else float(value)
                    for name, value in {
                        **at_full_size(drawn.found[strategy].metrics, scale),
                        DONE: drawn.found[strategy].metrics[DONE],
                    }.items()
                }
            )
        return Numbers(
            np.stack(people),
            np.stack(complaints) if complaints else None,
            tuple(metrics) if own else None,
            not own,
        )

    def _points(self, row: int) -> Points:
        probe = self.probe
        n = max(1, probe.draws)
        at = {
            path: np.concatenate([[0.5], u.reshape(n, probe.readings)[row]])
            for path, u in self._drawing.readings(n * probe.readings).items()
        }
        return Points(moving_of(probe, self.settings), at, probe.readings)


def moving_of(probe: Probe, settings: Settings) -> tuple[Group, ...]:
    """What moves at a point, as simulated."""
    return groups(scale_scenario(probe.loaded(settings).scenario, probe.scale)[0])


def roles_of(probe: Probe, settings: Settings) -> Mapping[str, Roles]:
    """What each input decides of each strategy at a point."""
    loaded = probe.loaded(settings)
    known = probe.__dict__.setdefault("_roles_known", {})
    key = _name(settings)
    if key not in known:
        scaled, _ = scale_scenario(loaded.scenario, probe.scale)
        stage = Stage(scaled, loaded.laws)
        known[key] = roles(stage, groups(scaled), probe.strategies)
    found: Mapping[str, Roles] = known[key]
    return found


def hold_reached(probe: Probe, path: str, points: Sequence[Settings]) -> None:
    """See that a path is no strategy's own business: that each strategy moves with it.

    Raises
    ------
    sim.errors.OptionError
        Where a strategy has a value of its own there, which hides that of the base.
    """
    if path.startswith("strategies."):
        return
    values = list(dict.fromkeys(point[path] for point in points))
    ends = [next(p for p in points if p[path] == value) for value in (values[0], values[-1])]
    if path.startswith("world.") or values[0] == values[-1]:
        return
    one, other = (probe.loaded({path: end[path]}).scenario for end in ends)
    for name in probe.strategies:
        if one.strategies[name] == other.strategies[name]:
            raise OptionError(
                f"strategy '{name}' has its own value there, which hides the base strategy's",
                place=path,
                remedy=f"vary strategies.{name}.{path}, or choose others with --strategy",
            )


def _name(settings: Settings) -> str:
    return json.dumps(dict(settings), sort_keys=True)


def folder_of(what: str, loaded: Runnable, facts: Mapping[str, Any]) -> Path:
    """Where an experiment keeps its results unless told: the same question finds them again."""
    text = json.dumps({**facts, "scenario": resolved_text(loaded)}, sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:8]
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in loaded.scenario.name)
    return Path("runs") / f"{what}-{name.strip('-.') or 'scenario'}-{key}"
