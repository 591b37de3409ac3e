"""A scenario run at its check scale, and what a check holds against a baseline or a promise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from sim.audit.auditor import Audit
from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.jobs.honest import hold_rounding
from sim.jobs.observers import Auditing, Counting, Digesting, Telling
from sim.jobs.parting import Parting
from sim.jobs.pool import Tell, each, unheard
from sim.jobs.promised import hold_expectations
from sim.jobs.promises import Law, OneRun
from sim.jobs.refusals import hold_ranges
from sim.jobs.room import need_of, pilots_for, seconds_for, see_that_it_fits, workers_for
from sim.jobs.scaling import Scaled, scaled_down
from sim.jobs.simulate import StrategyRun
from sim.jobs.watched import order_once
from sim.loading.load import Runnable, load
from sim.measure.metrics import compute
from sim.regimes.model import Regime
from sim.scenario.resolved import resolved_text
from sim.scenario.scenario import Scenario
from sim.store.arithmetic import arithmetic
from sim.store.baseline import Baseline, counters, digests
from sim.store.digest import digest_object
from sim.store.law import violations
from sim.store.provenance import versions
from sim.store.study import code_digest
from sim.store.write import text_digest


@dataclass(frozen=True, slots=True)
class Measure:
    """What one strategy gave."""

    counters: Mapping[str, int]
    """Whole numbers, by name."""
    digests: Mapping[str, str]
    """Of each table's values, and of the call log's."""
    hours: Mapping[str, str]
    """By simulated hour: calls, and a digest of each column of the call log."""
    sample: Sequence[str]
    """The calls to a few lines."""
    start_utc: str
    """The campaign's start, as ``2017-04-18T08:00``."""
    tables: str
    """Digest of the integer tables that calls were decided by."""
    once: OneRun
    """What expectations are held against."""


@dataclass(frozen=True)
class Measured:
    """What a scenario gave at its check scale."""

    loaded: Runnable
    """At full size."""
    small: Scaled
    """As it ran."""
    scale: Fraction
    """As the scenario asks."""
    strategies: Mapping[str, Measure]
    """By name, in the scenario's order."""
    workers: int
    """Processes that ran strategies at the same time."""
    many: int
    """Processes that may make runs of their own at the same time."""

    def baseline(self) -> Baseline:
        """The same as a baseline."""
        full = self.loaded.scenario
        return Baseline(
            scenario=full.name,
            scenario_sha256=text_digest(resolved_text(self.loaded)),
            seed=full.seed,
            scale=str(self.scale),
            lines=self.small.scenario.world.lines,
            counters={name: dict(one.counters) for name, one in self.strategies.items()},
            digests={name: dict(one.digests) for name, one in self.strategies.items()},
            laws=self.loaded.laws.digests,
            hours={name: dict(one.hours) for name, one in self.strategies.items()},
            sample={name: list(one.sample) for name, one in self.strategies.items()},
            start_utc={name: one.start_utc for name, one in self.strategies.items()},
            resolved=json.loads(json.dumps(self.loaded.resolved, default=str)),
            tables={name: one.tables for name, one in self.strategies.items()},
            arithmetic=arithmetic(),
            versions=versions(),
            code_sha256=code_digest(),
        )


def measure(
    file: Path, tell: Callable[[str], None] | None = None, jobs: int | None = 1
) -> Measured:
    """Run a scenario at its check scale.

    Parameters
    ----------
    file
        The scenario.
    tell
        Told which strategy runs, and where there are fewer processes than were asked for.
    jobs
        How many processes run strategies at the same time; None for as many as there are cores.

    Raises
    ------
    sim.errors.CannotJudgeError
        At a scale at which a check would be blind.
    """
    loaded = load(file)
    full = loaded.scenario
    hold_expectations(loaded)
    if any(one.over == "inputs" for one in full.check.expect):
        hold_ranges(loaded)
    scale = Fraction(str(full.check.scale))
    hold_rounding(full, scale)
    names = list(full.strategies)
    small = scaled_down(full, scale, loaded.laws, names, workers=pilots_for(jobs))
    need = need_of(small.scenario, names, calls=False, laws=loaded.laws)
    see_that_it_fits(need, None, scale, option="check.scale: ")
    seconds = seconds_for(small.scenario, names)
    workers, said = workers_for(jobs, len(names), need, seconds)
    if said and tell is not None:
        tell(f"note: {said}")
    # Of runs each process has a world of its own.
    most = full.check.most_draws
    each_alone = replace(need, further=need.memory)
    many, _ = workers_for(jobs, most, each_alone, seconds * most)
    found = run_all(loaded, full, small, workers, tell)
    return Measured(loaded, small, scale, found, workers, many)


def run_all(
    loaded: Runnable,
    full: Scenario,
    small: Scaled,
    workers: int,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Measure]:
    """Run every strategy of a scaled scenario; by name, in the scenario's order.

    Parameters
    ----------
    loaded
        Whose law packs it names.
    full
        The scenario at full size.
    small
        The same, scaled.
    workers
        Processes.
    tell
        Told which strategy runs.
    """
    names = list(full.strategies)
    stage = Stage(small.scenario, loaded.laws)
    if workers > 1:
        order_once(stage, names)
    work = Measuring(stage, loaded.laws.regimes(full.regimes), small.effective)
    found = each(work, names, workers, unheard if tell is None else tell)
    return dict(zip(names, found, strict=True))


def law_of(audits: Sequence[Audit]) -> Law:
    """What expectations of violations are held against."""
    unassessed = tuple(
        f"{found.regime.id}/{result.rule.id}"
        for found in audits
        for result in found.results
        if result.status == "not_assessable" or result.unassessed
    )
    return Law(violations(audits), unassessed)


@dataclass(frozen=True)
class Measuring:
    """Runs a strategy of a stage; the work of a pool."""

    stage: Stage
    regimes: Sequence[Regime]
    scale: Fraction
    """Effective scale: lines simulated ÷ lines at full size."""

    def __call__(self, strategy: str, tell: Tell) -> Measure:
        """What a strategy gives."""
        scenario = self.stage.scenario
        counting, digesting = Counting(scenario, self.scale, chances=False), Digesting()
        auditing = Auditing(scenario, self.regimes)
        parting, tables = Parting(), []
        telling = Telling(lambda _, plan: tables.append(digest_object(_tables(plan))))
        tell(f"{scenario.name}: {strategy}")
        watching = (telling, counting, auditing, digesting, parting)
        StrategyRun(self.stage, strategy, watching).run()
        found = counting.found
        return Measure(
            counters(found, auditing.audits),
            digests(found, digesting.digest),
            parting.hours,
            parting.sample,
            parting.start_utc,
            tables[0],
            OneRun(compute(found.totals), law_of(auditing.audits)),
        )


def _tables(plan: Plan) -> tuple[object, ...]:
    """What of a plan was worked out in floating point before it became integers."""
    return plan.tables, plan.postures, plan.feedback, plan.class_of, plan.order
