"""One draw of a scenario's uncertain inputs, run: the task of a study, pure and alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.document.node import dotted
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.stage import Stage
from sim.errors import OptionError
from sim.jobs.observers import Auditing
from sim.jobs.pool import Tell, unheard
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import simulate
from sim.loading.load import Runnable
from sim.measure.findings import Findings
from sim.measure.metrics import compute
from sim.scenario.scenario import Scenario
from sim.store.drawn import Drawn, Found, packed
from sim.store.law import violations
from sim.store.study import Task
from sim.streams import Replication
from sim.study.inputs import Group, Input, groups, inputs, values_of, with_values
from sim.study.joint import correlated
from sim.study.points import shuffled, uniforms

MOST_DRAWS = 4_096
"""Most draws of a study."""


@dataclass(frozen=True)
class Drawing:
    """What is drawn of one scenario, and how each draw is run.

    Draw 0 has every input at its central value; draw ``i`` from 1 up is point ``i - 1``. A draw
    depends on the scenario, its number and nothing else: it can be run again by itself.
    """

    loaded: Runnable
    """At full size."""
    strategies: tuple[str, ...]
    """Which are run."""
    scale: Fraction
    """As asked."""

    @cached_property
    def moving(self) -> tuple[Group, ...]:
        """What moves."""
        return groups(self.loaded.scenario)

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every uncertain input: the coordinates of a draw."""
        return inputs(self.moving)

    @cached_property
    def _almanac(self) -> Almanac:
        return Almanac()

    def points(self, numbers: range) -> dict[str, NDArray[np.float64]]:
        """By path of an input: its uniform in each draw, (n,), numbered from 0."""
        full, paths = self.loaded.scenario, [one.path for one in self.inputs]
        columns = uniforms(full.seed, paths, numbers).T
        return correlated(full.joint, dict(zip(paths, columns, strict=True)))

    def readings(self, n: int) -> dict[str, NDArray[np.float64]]:
        """By path of an input: its uniform in each of n readings, (n,).

        A Latin hypercube: of an even sequence, some two of many inputs go together in a few hundred
        points, and one that does nothing would seem to drive what the other does.
        """
        full, paths = self.loaded.scenario, [one.path for one in self.inputs]
        columns = shuffled(full.seed, paths, n).T
        return correlated(full.joint, dict(zip(paths, columns, strict=True)))

    def uniforms(self, draw: int) -> dict[str, float]:
        """By path of an input: its uniform in a draw from 1 up."""
        found = self.points(range(draw - 1, draw))
        return {path: float(uniform[0]) for path, uniform in found.items()}

    def scenario(self, draw: int) -> tuple[Scenario, Mapping[str, float]]:
        """The scenario of a draw at full size, and the values drawn, by key with dots.

        Raises
        ------
        sim.errors.OptionError
            For a number that no draw has.
        """
        full = self.loaded.scenario
        if not 0 <= draw <= MOST_DRAWS:
            raise OptionError(
                "there is no such draw", found=str(draw), allowed=f"0 to {MOST_DRAWS:,}"
            )
        if draw == 0:
            return full, {}
        values = values_of(self.moving, self.uniforms(draw))
        told = {dotted(path): value for path, value in values.items()}
        return with_values(full, values), told

    def run(self, task: Task) -> Drawn:
        """Run every strategy in a draw."""
        drawn, values = self.scenario(task.draw)
        laws, almanac = self.loaded.laws, self._almanac
        small = scaled_down(drawn, self.scale, laws, self.strategies, almanac)
        scaled, effective = small.scenario, small.effective
        replication = Replication(drawn.seed, task.draw, task.noise)
        stage = Stage(scaled, laws, replication, almanac=almanac)
        auditing = Auditing(scaled, laws.regimes(drawn.regimes))
        found = {}
        watching = (auditing,)
        for one in simulate(
            stage, self.strategies, scale=effective, observers=watching, chances=False
        ):
            assert one.cases is not None
            found[one.strategy] = Found(
                compute(one.totals),
                violations(auditing.audits),
                one.cases,
                np.asarray(one.blocks["timeline"]["people_reached_cum"], dtype=np.int64),
                _territories(one),
            )
        return Drawn(task.draw, task.noise, values, found)

    def work(self, task: Task, _tell: Tell = unheard) -> bytes:
        """A task's result, as its file holds it: the work of a pool."""
        return packed(self.run(task))


def _territories(one: Findings) -> dict[str, tuple[int, int]]:
    """By territory: lines on the list, and lines left undialled."""
    rows = one.blocks["territories"]
    columns = (rows[name].tolist() for name in ("territory", "lines", "lines_undialled"))
    return {str(place): (lines, left) for place, lines, left in zip(*columns, strict=True)}
