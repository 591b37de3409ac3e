"""The results of a study's tasks as arrays over its draws and readings, strategy by strategy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.stage import Stage
from sim.jobs.draws import Drawing
from sim.jobs.roles import Role, Roles, roles
from sim.measure.metrics import at_full_size
from sim.scenario.parameters import parameters
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.store.drawn import Drawn, Found
from sim.store.study import Task
from sim.study.answer import COUNTED, SPREAD, Series
from sim.study.counts import Count
from sim.study.inputs import Cascade, Group, groups, written
from sim.study.reading import Points, Reading, reading
from sim.study.surface import coordinate

Floats = NDArray[np.float64]
POINTS = 1_024
"""Draws and readings together, at least."""
FEWEST_READINGS = 16
"""Readings of each draw, at least."""
READ = "people_reached"
"""The metric that readings move, beside complaints and what follows from it."""
VOTES = "votes_gained"
"""What follows from it."""
_COUNTS = ("all", "regulator", "regulator_before_cutoff")
"""What of a reading is counted, in the order of their names."""


@dataclass(slots=True)
class _Rows:
    """One strategy, a row a run."""

    metrics: list[dict[str, float | None]] = field(default_factory=list)
    finished: list[bool] = field(default_factory=list)
    violations: list[dict[str, float]] = field(default_factory=list)
    own: list[_Readings] = field(default_factory=list)
    """Read under all that its log does not hang on."""
    beside: list[tuple[_Readings, _Readings]] = field(default_factory=list)
    """It and the base, read under what neither log hangs on."""
    again: list[tuple[dict[str, float | None], dict[str, float | None]]] = field(
        default_factory=list
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Readings:
    """One run, read: the first value has all that is read at its central value."""

    people: Floats
    """(r + 1,)"""
    votes: Floats | None
    """(r + 1,) None where nothing is said of votes."""
    counts: Mapping[str, Count]
    """By name: (r + 1,) each."""
    inputs: tuple[str, ...]
    """What was read."""


class Results(Protocol):
    """Where results of tasks are."""

    def read(self, task: Task, /) -> Drawn:
        """A task's result."""


@dataclass(frozen=True, slots=True, eq=False)
class InCommon:
    """Strategies, each read in the same inputs."""

    people: Mapping[str, Floats]
    """By strategy: (n, r) people reached at full size."""
    complaints: Mapping[str, Floats]
    """By strategy: (n, r) complaints expected; empty where the world has none."""
    cost: Mapping[str, Floats]
    """By strategy: (n, 1) at full size; a strategy without a price has none."""
    finished: Mapping[str, Floats]
    """By strategy: (n, 1), 1 where every line of the list was dialled, else 0."""


@dataclass(frozen=True)
class Gathering:
    """Reads the results of tasks, one at a time, and keeps of each a few numbers."""

    drawing: Drawing
    folder: Results
    tasks: tuple[Task, ...]

    @property
    def base(self) -> str:
        """The strategy that others are compared with; the first where it was not run."""
        base = self.drawing.loaded.scenario.base
        return base if base in self.drawing.strategies else self.drawing.strategies[0]

    @cached_property
    def draws(self) -> int:
        """Draws of the study."""
        return max(task.draw for task in self.tasks)

    @cached_property
    def readings(self) -> int:
        """Readings of each run."""
        return max(FEWEST_READINGS, -(-POINTS // self.draws))

    @cached_property
    def drawn_at(self) -> Mapping[str, Floats]:
        """By path of an input: its uniform in each draw, (n,)."""
        return self.drawing.points(range(self.draws))

    @cached_property
    def read_at(self) -> Mapping[str, Floats]:
        """By path of an input: its uniform in each reading of each draw, (n, r)."""
        flat = self.drawing.readings(self.draws * self.readings)
        return {path: u.reshape(self.draws, self.readings) for path, u in flat.items()}

    @cached_property
    def _moving(self) -> tuple[Group, ...]:
        """What moves, as simulated."""
        return groups(scale_scenario(self.drawing.loaded.scenario, self.drawing.scale)[0])

    @cached_property
    def _roles(self) -> Mapping[str, Roles]:
        """What each input decides of each strategy."""
        scaled, _ = scale_scenario(self.drawing.loaded.scenario, self.drawing.scale)
        stage = Stage(scaled, self.drawing.loaded.laws)
        return roles(stage, self._moving, self.drawing.strategies)

    def read_in_common(self, names: Sequence[str], wanted: frozenset[str]) -> InCommon:
        """Strategies over the draws, each read in the same inputs.

        Parameters
        ----------
        names
            Of strategies.
        wanted
            Paths of inputs that no log of theirs hangs on; the others stay as a draw has them.
        """
        people: dict[str, list[Floats]] = {name: [] for name in names}
        complaints: dict[str, list[Floats]] = {name: [] for name in names}
        rows: dict[str, list[dict[str, float | None]]] = {name: [] for name in names}
        done: dict[str, list[float]] = {name: [] for name in names}
        for task in sorted(task for task in self.tasks if task.draw and not task.noise):
            drawn = self.folder.read(task)
            scaled, scale = self._scaled(task.draw)
            crossing = _Crossing(drawn, scaled, scale, self._points_of(task.draw), self._roles)
            for name in names:
                found = crossing.read(name, wanted)
                read = slice(1, None if wanted else 2)
                people[name].append(found.people[read])
                if COUNTED[0] in found.counts:
                    complaints[name].append(found.counts[COUNTED[0]].mean[read])
                rows[name].append(_shown(drawn.found[name], scale))
                listed = drawn.found[name].metrics["list_done_hours"]
                done[name].append(float(listed is not None))
        return InCommon(
            {name: np.stack(values) for name, values in people.items()},
            {name: np.stack(values) for name, values in complaints.items() if values},
            {
                name: _column(found, "cost")[:, None]
                for name, found in rows.items()
                if all(row["cost"] is not None for row in found)
            },
            {name: np.array(values)[:, None] for name, values in done.items()},
        )

    def readable(self, names: Sequence[str]) -> frozenset[str]:
        """Inputs that no call of any of these strategies hangs on, nor what comes back of it."""
        each = [set(self._roles[name].of(Role.READING)) for name in names]
        return frozenset(set.intersection(*each))

    def series(self) -> dict[str, Series]:
        """Each strategy over the draws, from draw 1 on; the central run is none of them."""
        rows = {name: _Rows() for name in self.drawing.strategies}
        for task in sorted(task for task in self.tasks if task.draw):
            drawn = self.folder.read(task)
            scaled, scale = self._scaled(task.draw)
            if task.noise:
                for name, found in drawn.found.items():
                    rows[name].again.append((rows[name].metrics[-1], _shown(found, scale)))
            else:
                self._add(rows, drawn, scaled, scale)
        return {name: self._series(name, rows) for name in self.drawing.strategies}

    def _scaled(self, draw: int) -> tuple[Scenario, Fraction]:
        """The scenario of a draw as simulated, and its effective scale."""
        full, _ = self.drawing.scenario(draw)
        scaled, _ = scale_scenario(full, self.drawing.scale)
        return scaled, Fraction(scaled.world.lines, full.world.lines)

    def _add(self, rows: dict[str, _Rows], drawn: Drawn, scaled: Scenario, scale: Fraction) -> None:
        """Take down one draw of all strategies."""
        at = self._points_of(drawn.draw)
        crossing = _Crossing(drawn, scaled, scale, at, self._roles)
        for name, found in drawn.found.items():
            row = rows[name]
            row.metrics.append(_shown(found, scale))
            row.finished.append(found.metrics["list_done_hours"] is not None)
            row.violations.append({rule: float(n / scale) for rule, n in found.violations.items()})
            row.own.append(crossing.read(name))
            row.beside.append(crossing.both(name, self.base))

    def _points_of(self, draw: int) -> Points:
        """The points in which a run is read: the central one, then its own readings."""
        at = {path: np.concatenate([[0.5], u[draw - 1]]) for path, u in self.read_at.items()}
        return Points(self._moving, at, self.readings)

    def _series(self, name: str, every: Mapping[str, _Rows]) -> Series:
        """One strategy as arrays."""
        rows = every[name]
        known = [m for m in SPREAD if all(row[m] is not None for row in rows.metrics)]
        metrics = {m: _column(rows.metrics, m)[:, None] for m in known}
        own = np.stack([one.people for one in rows.own])
        rules = dict.fromkeys(rule for row in rows.violations for rule in row)
        read_always = set.intersection(*(set(one.inputs) for one in rows.own))
        # Where nothing is read, all readings of a run are one.
        read = slice(1, None if read_always else 2)
        metrics[READ] = own[:, read]
        if VOTES in known:
            metrics[VOTES] = np.stack(
                [one.votes[read] for one in rows.own if one.votes is not None]
            )
        was_read = _was_read(rows.own)
        at = {path: self._at(path, runs, read) for path, runs in was_read.items()}
        return Series(
            metrics=metrics,
            finished=np.array(rows.finished, dtype=np.bool_),
            complaints=_counts(rows.own, read),
            broken={
                rule: np.array([float(row.get(rule, 0)) for row in rows.violations])
                for rule in rules
            },
            again={m: (_pairs(rows, m, 0), _pairs(rows, m, 1)) for m in known if m != VOTES},
            beside={} if name == self.base else dict(_beside(rows, every[self.base], known, read)),
            placing={p: u for p, u in self.drawn_at.items() if p not in at}
            | {p: u[:, 0] for p, u in at.items() if not read_always},
            readings=at if read_always else {},
            not_read={
                path: tuple((np.flatnonzero(~runs) + 1).tolist())
                for path, runs in was_read.items()
                if read_always and not runs.all()
            },
            middle={READ: own[:, 0]},
            coordinates={
                one.path: coordinate(one.law, one.law(self.drawn_at[one.path]))
                for one in self.drawing.inputs
                if self._roles[name].role[one.path] is Role.PLACING
            },
        )

    def _at(self, path: str, runs: NDArray[np.bool_], read: slice) -> Floats:
        """(n, r) Where an input stood: a run in which it was not read has one value of it."""
        width = slice(0, None if read.stop is None else 1)
        found: Floats = np.where(
            runs[:, None], self.read_at[path][:, width], self.drawn_at[path][:, None]
        )
        return found


def _was_read(own: Sequence[_Readings]) -> dict[str, NDArray[np.bool_]]:
    """By path of an input that was read in some run: in which, (n,)."""
    paths = dict.fromkeys(path for one in own for path in one.inputs)
    return {path: np.array([path in one.inputs for one in own]) for path in paths}


@dataclass(frozen=True)
class _Crossing:
    """The strategies of one draw, read."""

    drawn: Drawn
    scaled: Scenario
    scale: Fraction
    at: Points
    roles: Mapping[str, Roles]
    known: dict[tuple[str, frozenset[str]], _Readings] = field(default_factory=dict)

    def read(self, name: str, only: frozenset[str] | None = None) -> _Readings:
        """A strategy, read in all that its log does not hang on, or in those of it that are named.

        An input that acts only through what comes back is read where the log is likely to stand.
        """
        role = self.roles[name]
        chosen = frozenset(role.of(Role.READING, Role.HELD)) if only is None else only
        if (name, chosen) not in self.known:
            found = reading(
                self.drawn.found[name].cases,
                self.scaled,
                name,
                self.at,
                reads=[path for path in role.of(Role.READING) if path in chosen],
                held=[path for path in role.of(Role.HELD) if path in chosen],
                ways=role.ways,
                scale=self.scale,
            )
            self.known[name, chosen] = _told(found, self.scale)
        return self.known[name, chosen]

    def both(self, name: str, base: str) -> tuple[_Readings, _Readings]:
        """A strategy and the base, read in the same: what one is not read in, the other is not."""
        one, other = self.read(name), self.read(base)
        common = frozenset(one.inputs) & frozenset(other.inputs)
        if common != frozenset(one.inputs):
            one = self.read(name, common)
        if common != frozenset(other.inputs):
            other = self.read(base, common)
        return one, other


def _told(found: Reading, scale: Fraction) -> _Readings:
    """What a reading tells, at full size."""
    counts: dict[str, Count] = {}
    if found.complaints is not None:
        counts = {
            name: getattr(found.complaints, part)
            for name, part in zip(COUNTED, _COUNTS, strict=True)
        }
    votes = None if found.votes is None else found.votes / float(scale)
    return _Readings(found.people / float(scale), votes, counts, found.inputs)


def _shown(found: Found, scale: Fraction) -> dict[str, float | None]:
    """The metrics that are spread, at full size."""
    shown = at_full_size(found.metrics, scale)
    # What an older study did not know, it has none of.
    return {name: None if (v := shown.get(name)) is None else float(v) for name in SPREAD}


def _column(rows: Sequence[Mapping[str, float | None]], name: str) -> Floats:
    return np.array([row[name] for row in rows], dtype=np.float64)


def _pairs(rows: _Rows, name: str, which: int) -> Floats:
    return _column([pair[which] for pair in rows.again], name)


def _counts(own: Sequence[_Readings], read: slice) -> dict[str, Count]:
    """Complaints by run and reading; empty where the world has none."""
    return {
        name: Count(
            np.stack([one.counts[name].mean[read] for one in own]),
            np.stack([one.counts[name].variance[read] for one in own]),
        )
        for name in own[0].counts
    }


def _beside(
    rows: _Rows, base: _Rows, known: Sequence[str], read: slice
) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
    """What is compared with the base, under the same unknowns."""
    for name in known:
        if name not in {READ, VOTES} and all(row[name] is not None for row in base.metrics):
            yield name, (_column(rows.metrics, name)[:, None], _column(base.metrics, name)[:, None])
    pairs = rows.beside
    yield (
        READ,
        (
            np.stack([one.people[read] for one, _ in pairs]),
            np.stack([other.people[read] for _, other in pairs]),
        ),
    )
    for name in pairs[0][0].counts:
        yield (
            name,
            (
                np.stack([one.counts[name].mean[read] for one, _ in pairs]),
                np.stack([other.counts[name].mean[read] for _, other in pairs]),
            ),
        )


def not_varied(drawing: Drawing) -> list[str]:
    """Keys of quantities without a range, as a file writes them: what no interval tells of."""
    rows = parameters(drawing.loaded.scenario)
    drawn = {one.path for one in drawing.inputs}
    paths = (written(tuple(row.path.split("."))) for row in rows if not row.is_range)
    return [path for path in dict.fromkeys(paths) if path not in drawn]


def held_at_bound(drawing: Drawing, tasks: Iterable[Task]) -> int:
    """Draws in which complaints would breed complaints without end, and were brought down."""
    draws = max(task.draw for task in tasks)
    cascade = next((group for group in drawing.moving if isinstance(group, Cascade)), None)
    if cascade is None:
        return 0
    points = drawing.points(range(draws))
    return int(cascade.held(np.column_stack([points[one.path] for one in cascade.inputs])).sum())
