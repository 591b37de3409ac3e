"""One strategy run and watched by all that a run directory wants: a task for a pool."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.jobs.head_facts import facts_of
from sim.jobs.manifest import plan_facts
from sim.jobs.observers import Auditing, Counting, Log, Observer, Telling, Writing
from sim.jobs.pool import Tell
from sim.jobs.readings import Reader
from sim.jobs.simulate import Advance, StrategyRun
from sim.measure.findings import Findings
from sim.regimes.model import Regime
from sim.scenario.scenario import Scenario
from sim.store.calls import CallSpool
from sim.store.law import LawFindings, law_findings
from sim.study.reading import Reading

if TYPE_CHECKING:
    from sim.jobs.after import After  # imported by a run that goes on alone

PAUSE = 0.1
"""Seconds between two words of how far a strategy is."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the observers of a strategy have found."""

    findings: Findings
    reading: Reading
    """What the strategy's log says in other draws."""
    plan: dict[str, Any]
    """What the manifest tells of its plan."""
    law: LawFindings | None
    """None where there is no regime."""
    listed: NDArray[np.uint8] | None
    """Whose lines are on its list, eight to a byte; None where the call log is not written."""
    spool: Path | None
    """The file that its calls are set aside in, where they are."""


@dataclass(frozen=True)
class Watching:
    """Runs a strategy of a stage; the work of a pool."""

    stage: Stage
    full: Scenario
    """The scenario at full size."""
    regimes: Sequence[Regime]
    """To audit it against."""
    reader: Reader
    """Reads what was found in other draws; knows all strategies that are run, in order."""
    log: Log | None = None
    """Where calls go that are written at once; only for work in one process."""
    after: After | None = None
    """What was dialled so far, from which strategies go on."""
    aside: Path | None = None
    """The folder in which calls are set aside; None where they are not."""

    def __call__(self, strategy: str, tell: Tell) -> Watched:
        """Run it."""
        scaled, facts, plans = self.stage.scenario, dict[str, Any](), list[Plan]()

        def note(name: str, plan: Plan) -> None:
            facts.update(plan_facts(plan, self.full, scaled, name))
            plans.append(plan)

        names = self.reader.strategies
        number = names.index(strategy) + 1
        counting, auditing = Counting(scaled, self.reader.scale), Auditing(scaled, self.regimes)
        observers: list[Observer] = [counting, Telling(note), auditing]
        spool = None if self.aside is None else self.aside / f"calls-{number}.arrow"
        log = self.log if spool is None else CallSpool(spool, self.full, self.stage.replication)
        writing = None if log is None else Writing(log, scaled.world.lines)
        observers += [] if writing is None else [writing]
        told = _now_and_then(tell)
        running = StrategyRun(self.stage, strategy, observers, number, len(names), told, self.after)
        head, found = running.run(), counting.found
        if head is not None:
            facts["after"] = facts_of(plans[0], head, scaled, strategy, self.reader.scale)
        assert found.cases is not None
        self.reader.read(strategy, found.cases)
        return Watched(
            replace(found, cases=None),
            self.reader.found[strategy],
            facts,
            law_findings(strategy, auditing.audits) if self.regimes else None,
            None if writing is None else np.packbits(writing.listed),
            spool,
        )


def _now_and_then(tell: Tell) -> Tell:
    """Tell how far a strategy is: its beginning, its end, and between them now and then."""
    told = float("-inf")

    def advance(step: Advance) -> None:
        nonlocal told
        now = time.monotonic()
        if step.done or step.calls == 0 or now - told >= PAUSE:
            told = now
            tell(step)

    return advance


def order_once(stage: Stage, names: Sequence[str]) -> None:
    """Order the lists that several strategies have in common, before processes share the stage."""
    lists = Counter(stage.list_of(stage.scenario.strategies[name]) for name in names)
    for name in names:
        strategy = stage.scenario.strategies[name]
        if lists[stage.list_of(strategy)] > 1:
            stage.order(strategy)
