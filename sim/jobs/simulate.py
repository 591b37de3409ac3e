"""The one loop of every job: a stage's strategies one after the other, watched by observers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import sim.engine.fast.engine  # noqa: F401  now, so that processes of a pool begin with it
from sim.engine import fast
from sim.engine.plan.build import plan_of
from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.jobs.observers import Counting, Observer
from sim.measure.findings import Findings
from sim.record.head import Head
from sim.record.log import LogChunk

if TYPE_CHECKING:
    from sim.jobs.after import After  # imported by a run that goes on alone


@dataclass(frozen=True, slots=True)
class Advance:
    """How far a run is."""

    strategy: str
    number: int
    """Of the strategy, from 1."""
    of: int
    """Strategies to run."""
    now_ms: int
    """Simulated time since the campaign's start, ms."""
    cutoff_ms: int
    """The campaign's cutoff, likewise."""
    calls: int
    """Calls placed so far in this strategy."""
    lines: int
    """Lines on its list."""
    done: bool
    """Whether the strategy has ended."""


ProgressHook = Callable[[Advance], None]


@dataclass(frozen=True)
class StrategyRun:
    """One strategy's run: its plan, the engine, and who watches. It keeps nothing of either."""

    stage: Stage
    strategy: str
    observers: Sequence[Observer]
    number: int = 1
    """Which of several this is, from 1."""
    of: int = 1
    """How many there are."""
    progress: ProgressHook | None = None
    after: After | None = None
    """What was dialled so far, from which it goes on."""

    def run(self) -> Head | None:
        """Run it to its end and let observers look; the head that it went on from, if any."""
        plan, head = plan_of(self.stage, self.strategy), None
        if self.after is not None:
            plan, head = self.after.begin(self.strategy, plan)
        for observer in self.observers:
            observer.begin(self.strategy, plan)
        adds = [observer.add for observer in self.observers]

        def sink(chunk: LogChunk) -> None:
            for add in adds:
                add(chunk)

        def tell(now_ms: int, calls: int) -> None:
            self._tell(plan, now_ms, calls)

        tell(0, 0)
        result = fast.run(plan, sink, head=head, progress=tell if self.progress else None)
        for observer in self.observers:
            observer.end(result)
        self._tell(plan, plan.cutoff_ms, result.calls, done=True)
        return head

    def _tell(self, plan: Plan, now_ms: int, calls: int, *, done: bool = False) -> None:
        if self.progress is not None:
            lines = len(plan.order)
            self.progress(
                Advance(
                    self.strategy, self.number, self.of, now_ms, plan.cutoff_ms, calls, lines, done
                )
            )


def simulate(
    stage: Stage,
    strategies: Sequence[str] | None = None,
    *,
    scale: Fraction = Fraction(1),
    observers: Sequence[Observer] = (),
    progress: ProgressHook | None = None,
    chances: bool = True,
) -> Iterator[Findings]:
    """Run strategies one after the other in memory, and balance their ledgers.

    Parameters
    ----------
    stage
        The world in which they run. It can be run on again, and gives the next replication
        (:meth:`~sim.engine.plan.stage.Stage.again`).
    strategies
        Names of the strategies; default all, in the scenario's order.
    scale
        Effective scale of the scenario: lines in it ÷ lines at full size.
    observers
        Who else watches: each is told of every strategy, and holds what it found of one until the
        next begins.
    progress
        Told now and then how far the run is.
    chances
        Whether tables of chances are worked out (:func:`sim.measure.findings.find`).

    Yields
    ------
    Findings
        Of each strategy when it is done.
    """
    names = list(stage.scenario.strategies) if strategies is None else strategies
    counting = Counting(stage.scenario, scale, chances=chances)
    for number, name in enumerate(names, 1):
        watching = (counting, *observers)
        StrategyRun(stage, name, watching, number, len(names), progress).run()
        yield counting.found
