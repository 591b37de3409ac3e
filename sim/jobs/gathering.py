"""The results of a study's tasks as arrays over its draws, strategy by strategy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.jobs.draws import Drawing
from sim.measure.metrics import at_full_size
from sim.scenario.parameters import parameters
from sim.scenario.scale import scale_scenario
from sim.scenario.world import World
from sim.store.drawn import Found
from sim.store.study import StudyFolder, Task
from sim.study.answer import COUNTED, SPREAD, Series
from sim.study.complaints import Count, Read, read
from sim.study.inputs import Cascade, written
from sim.study.points import uniforms

Floats = NDArray[np.float64]
_COUNTS = ("all", "regulator", "regulator_before_cutoff")
"""What of a reading is counted, in the order of their names."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One strategy in one task."""

    metrics: dict[str, float | None]
    finished: bool
    complaints: Read | None
    violations: dict[str, int]


@dataclass(frozen=True)
class Gathering:
    """Reads the results of tasks, one at a time, and keeps of each a few numbers."""

    drawing: Drawing
    folder: StudyFolder

    def uniforms(self, tasks: Iterable[Task]) -> dict[str, Floats]:
        """By path of an input: its uniform in each draw, (n,)."""
        draws = max(task.draw for task in tasks)
        paths = [one.path for one in self.drawing.inputs]
        seed = self.drawing.loaded.scenario.seed
        return dict(zip(paths, uniforms(seed, paths, range(draws)).T, strict=True))

    def by_strategy(self, tasks: Sequence[Task]) -> dict[str, Series]:
        """Each strategy over the draws, from draw 1 on; the central run is none of them."""
        rows: dict[str, list[_Row]] = {name: [] for name in self.drawing.strategies}
        twice: dict[str, list[tuple[_Row, _Row]]] = {name: [] for name in self.drawing.strategies}
        last: dict[str, _Row] = {}
        for task in sorted(task for task in tasks if task.draw):
            drawn = self.folder.read(task)
            world, scale = self._world(task.draw)
            for name, found in drawn.found.items():
                row = _row(found, world, scale)
                if task.noise:
                    twice[name].append((last[name], row))
                else:
                    rows[name].append(row)
                    last[name] = row
        return {name: _series(rows[name], twice[name]) for name in self.drawing.strategies}

    def _world(self, draw: int) -> tuple[World, Fraction]:
        """The world of a draw as simulated, and its effective scale."""
        full, _ = self.drawing.scenario(draw)
        scaled, _ = scale_scenario(full, self.drawing.scale)
        return scaled.world, Fraction(scaled.world.lines, full.world.lines)


def _row(found: Found, world: World, scale: Fraction) -> _Row:
    shown = at_full_size(found.metrics, scale)
    return _Row(
        metrics={name: None if (v := shown[name]) is None else float(v) for name in SPREAD},
        finished=found.metrics["list_done_hours"] is not None,
        complaints=None if world.complaints is None else read(found.cases, world),
        violations={rule: round(n / scale) for rule, n in found.violations.items()},
    )


def _series(rows: Sequence[_Row], twice: Sequence[tuple[_Row, _Row]]) -> Series:
    """Rows by draw as arrays."""
    known = [name for name in SPREAD if all(row.metrics[name] is not None for row in rows)]
    rules = dict.fromkeys(rule for row in rows for rule in row.violations)
    return Series(
        metrics={name: _column(rows, name) for name in known},
        finished=np.array([row.finished for row in rows], dtype=np.bool_),
        complaints=_complaints(rows),
        broken={
            rule: np.array([row.violations.get(rule, 0) for row in rows], dtype=np.float64)
            for rule in rules
        },
        again={
            name: (_column([a for a, _ in twice], name), _column([b for _, b in twice], name))
            for name in known
        },
    )


def _column(rows: Sequence[_Row], name: str) -> Floats:
    return np.array([row.metrics[name] for row in rows], dtype=np.float64)


def _complaints(rows: Sequence[_Row]) -> dict[str, Count]:
    """Expectation and variance of complaints by draw."""
    told = [row.complaints for row in rows if row.complaints is not None]
    if len(told) < len(rows):
        return {}
    return {
        name: Count(
            np.concatenate([getattr(one, field).mean for one in told]),
            np.concatenate([getattr(one, field).variance for one in told]),
        )
        for name, field in zip(COUNTED, _COUNTS, strict=True)
    }


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
    paths = [one.path for one in cascade.inputs]
    return int(cascade.held(uniforms(drawing.loaded.scenario.seed, paths, range(draws))).sum())
