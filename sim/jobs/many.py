"""Expectations over noise or inputs: runs are made until each is judged, or there are enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from sim.engine.plan.almanac import Almanac
from sim.engine.plan.stage import Stage
from sim.jobs.pool import Tell, each
from sim.jobs.promises import Claim, State
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import simulate
from sim.loading.load import Runnable
from sim.measure.metric import Number
from sim.measure.metrics import at_full_size, compute
from sim.scenario.expectation import Expectation
from sim.scenario.scenario import Scenario
from sim.streams import Replication
from sim.study.inputs import Group, groups, inputs, values_of, with_values
from sim.study.joint import correlated
from sim.study.points import independent
from sim.study.sequential import judge

BATCH = 4
"""Runs that each process makes before the claims are looked at again."""
JUDGED = 1
"""Noise of the runs over inputs: another luck than that of a study's draws."""
Over = Literal["noise", "inputs"]
Found = Mapping[str, Mapping[str, Number]]
"""Metrics at full size, by strategy."""


@dataclass
class Judging:
    """One claim, and how it has fared so far."""

    one: Expectation
    claim: Claim
    kept: int = 0
    runs: int = 0
    state: State | None = None
    """None while it cannot be told yet."""

    def add(self, found: Found) -> None:
        """Take one more run into account, unless it is judged by now."""
        if self.state is not None:
            return
        self.runs += 1
        self.kept += self.claim.kept(found)
        judged = judge(self.kept, self.runs, self.claim.least, self.one.confidence)
        if judged != "open":
            self.state = judged

    @property
    def told(self) -> str:
        """What was found, in words."""
        text = f"{self.kept} of {self.runs} runs keep it, {100 * self.claim.least:.6g} % must"
        if self.state is None:
            text = f"not enough runs: {text}; allow more with check.most_draws, or ask for less"
        return text


def judge_many(
    loaded: Runnable,
    over: Over,
    judging: Sequence[Judging],
    *,
    scale: Fraction,
    workers: int,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Run until every claim is judged, or ``check.most_draws`` runs are made.

    Whether a claim is judged does not hang on how many processes there are: runs are looked at one
    after the other, and what comes after its verdict does not count.

    Parameters
    ----------
    loaded
        The scenario.
    over
        What varies.
    judging
        The claims; each is told of every run until it is judged.
    scale
        At which they run.
    workers
        Processes.
    tell
        Told how far it is.
    """
    most = loaded.scenario.check.most_draws
    done, step = 0, BATCH * workers
    while done < most and (left := [one for one in judging if one.state is None]):
        names = _strategies(loaded.scenario, left)
        if tell is not None:
            tell(f"{loaded.scenario.name}: over {over}, {done} runs, {len(left)} to be judged")
        numbers = range(done + 1, min(done + step, most) + 1)
        running = Running(loaded, over, names, scale)
        for found in each(running, numbers, workers):
            for one in left:
                one.add(found)
        done = numbers.stop - 1


def _strategies(scenario: Scenario, judging: Sequence[Judging]) -> tuple[str, ...]:
    """Strategies that some claim is of, in order."""
    wanted = {name for each in judging for name in (each.one.strategy, each.one.better_than)}
    return tuple(name for name in scenario.strategies if name in wanted)


@dataclass(frozen=True)
class Running:
    """Makes runs that are independent of each other; the work of a pool."""

    loaded: Runnable
    over: Over
    strategies: tuple[str, ...]
    scale: Fraction
    _almanac: Almanac = field(default_factory=Almanac)

    @cached_property
    def moving(self) -> tuple[Group, ...]:
        """What moves."""
        return groups(self.loaded.scenario)

    def __call__(self, number: int, _tell: Tell) -> Found:
        """Run number so-and-so, from 1: metrics at full size, by strategy."""
        scenario, replication = self._drawn(number)
        laws = self.loaded.laws
        small = scaled_down(scenario, self.scale, laws, self.strategies, self._almanac)
        stage = Stage(small.scenario, laws, replication, almanac=self._almanac)
        return {
            found.strategy: at_full_size(compute(found.totals), small.effective)
            for found in simulate(stage, self.strategies, scale=small.effective, chances=False)
        }

    def _drawn(self, number: int) -> tuple[Scenario, Replication]:
        full = self.loaded.scenario
        if self.over == "noise":
            return full, Replication(full.seed, 0, number)
        values = values_of(self.moving, dict(self._uniforms(number)))
        return with_values(full, values), Replication(full.seed, number, JUDGED)

    def _uniforms(self, number: int) -> Iterator[tuple[str, float]]:
        full = self.loaded.scenario
        paths = [one.path for one in inputs(self.moving)]
        columns = independent(full.seed, paths, range(number, number + 1)).T
        for path, uniform in correlated(full.joint, dict(zip(paths, columns, strict=True))).items():
            yield path, float(uniform[0])
