"""A scenario run into a directory, watched by tally, audits, call log and manifest."""

from __future__ import annotations

import datetime as dt
import difflib
import operator
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.errors import OptionError, UnknownNameError
from sim.jobs.manifest import manifest_of, plan_facts
from sim.jobs.observers import Auditing, Observer, Telling, Writing
from sim.jobs.readings import Reader
from sim.jobs.room import need_of, see_that_it_fits
from sim.jobs.simulate import ProgressHook, simulate
from sim.loading.load import Runnable
from sim.measure.cases import Casing
from sim.measure.findings import Findings
from sim.measure.metric import Number
from sim.measure.metrics import at_full_size, compute
from sim.scenario.load import resolved_text
from sim.scenario.scale import Rounding, scale_scenario
from sim.scenario.scenario import Scenario
from sim.store.calls import CallWriter
from sim.store.law import LawFindings, law_findings
from sim.store.read import Run
from sim.store.recipients import People
from sim.store.tables import parameter_table
from sim.store.write import ReportHook, RunWriter, default_target
from sim.streams import Replication


@dataclass(frozen=True)
class RunOutcome:
    """What a run gave."""

    run: Run
    """The finished run directory, with its tables in memory."""
    findings: tuple[Findings, ...]
    """By strategy, in the order in which they ran."""
    scale: Fraction
    """Effective scale: lines simulated ÷ lines of the scenario."""
    rounding: tuple[Rounding, ...]
    """What scaling made of lines, channels and calls per second; empty at full size."""
    duration_s: float
    """Wall-clock time, s."""

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.run.path

    @property
    def metrics(self) -> dict[str, dict[str, Number]]:
        """Metrics by strategy and name, as simulated."""
        return {found.strategy: compute(found.totals) for found in self.findings}

    @property
    def shown(self) -> dict[str, dict[str, Number]]:
        """Metrics by strategy and name, at full-size equivalent where the run was scaled."""
        return {name: at_full_size(values, self.scale) for name, values in self.metrics.items()}

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of the costs; None where nothing has a price."""
        return next((f.currency for f in self.findings if f.currency), None)


def choose(scenario: Scenario, wanted: Sequence[str] | None) -> list[str]:
    """Names of strategies in the scenario's order; all of them where none is wanted.

    Raises
    ------
    UnknownNameError
        For a name that the scenario does not have, with the nearest that it has.
    """
    for name in wanted or ():
        if name not in scenario.strategies:
            close = difflib.get_close_matches(name, scenario.strategies, n=1)
            raise UnknownNameError(
                f"there is no strategy '{name}'",
                nearest=close[0] if close else "",
                allowed=", ".join(scenario.strategies),
            )
    return [name for name in scenario.strategies if not wanted or name in wanted]


def reseeded(loaded: Runnable, seed: int | None) -> Runnable:
    """A scenario with another root seed; None keeps its own.

    Raises
    ------
    OptionError
        For a seed that is no number from 0 to 2**64 - 1.
    """
    if seed is None:
        return loaded
    if not 0 <= operator.index(seed) < 1 << 64:
        raise OptionError(
            "the seed cannot be used", found=repr(seed), allowed="a number from 0 to 2**64 - 1"
        )
    return replace(
        loaded,
        scenario=loaded.scenario.model_copy(update={"seed": seed}),
        resolved={**loaded.resolved, "seed": seed},
    )


def scaled_down(full: Scenario, asked: Fraction) -> tuple[Scenario, Fraction, tuple[Rounding, ...]]:
    """A scenario at a scale, its effective scale, and what was rounded.

    Raises
    ------
    OptionError
        For a scale out of range, or one that leaves no line.
    """
    if 0 < asked * full.world.lines < 1:
        raise OptionError(f"the scale {float(asked):.2g} leaves none of {full.world.lines:,} lines")
    scaled, rounding = scale_scenario(full, asked)
    return scaled, Fraction(scaled.world.lines, full.world.lines), rounding


def run_scenario(
    loaded: Runnable,
    *,
    strategies: Sequence[str] | None = None,
    seed: int | None = None,
    scale: Fraction | float = 1,
    calls: bool = False,
    out: str | os.PathLike[str] | None = None,
    progress: ProgressHook | None = None,
    report: ReportHook | None = None,
    argv: Sequence[str] | None = None,
) -> RunOutcome:
    """Run a scenario and write its run directory.

    Parameters
    ----------
    loaded
        From :func:`sim.loading.load.load`.
    strategies
        Names of strategies; default all.
    seed
        Root seed instead of the scenario's.
    scale
        Share of lines, channels and calls per second, above 0 and at most 1.
    calls
        Whether to write the call log, the lines on the lists and their objections.
    out
        The run directory to make; default ``runs/<UTC stamp>-<scenario>-s<seed>-<8 hex>``.
    progress
        Told now and then how far the run is.
    report
        Makes ``report.html``.
    argv
        The command line that the manifest tells; default the process's.

    Raises
    ------
    sim.errors.RunDirectoryError
        If the directory exists or cannot be written. Nothing is left behind then.
    sim.errors.OptionError
        For an unknown strategy, or a scale out of range.
    sim.errors.DoesNotFitError
        If it takes more memory or disk than is free.
    """
    started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
    loaded = reseeded(loaded, seed)
    full = loaded.scenario
    chosen = choose(full, strategies)
    asked = scale if isinstance(scale, Fraction) else Fraction(str(scale))
    scaled, effective, rounding = scaled_down(full, asked)
    text = resolved_text(loaded)
    target = Path(out) if out is not None else default_target(full, text, started)
    see_that_it_fits(need_of(scaled, chosen, calls=calls), target.parent, asked)
    with RunWriter(
        target, full, text, inputs=loaded.laws.own, calls=calls, or_next=out is None
    ) as writer:
        watched = _watch(loaded, scaled, effective, chosen, writer.call_log, progress)
        manifest = manifest_of(
            loaded, scaled, watched.replication, asked, text, watched.findings, watched.plans, argv
        )
        manifest["readings"] = watched.reader.facts()
        manifest["started_utc"] = started.strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest["duration_s"] = round(time.perf_counter() - clock, 3)
        run = writer.finish(
            watched.findings,
            {**watched.reader.tables(), "parameters": parameter_table(full)},
            manifest,
            report,
            watched.law,
            watched.people,
            objections=any(facts["objections"] for facts in watched.plans.values()),
        )
    return RunOutcome(
        run=run,
        findings=tuple(watched.findings),
        scale=effective,
        rounding=rounding,
        duration_s=time.perf_counter() - clock,
    )


@dataclass(frozen=True)
class _Watched:
    """What the observers of a run have found."""

    replication: Replication
    findings: list[Findings]
    plans: dict[str, dict[str, Any]]
    """By strategy: what the manifest tells of its plan."""
    law: list[LawFindings]
    people: People | None
    """The lines, where the call log is written."""
    reader: Reader
    """The strategies' readings."""


def _watch(
    loaded: Runnable,
    scaled: Scenario,
    effective: Fraction,
    chosen: Sequence[str],
    log: CallWriter | None,
    progress: ProgressHook | None,
) -> _Watched:
    """Run the strategies with the observers that a run directory wants."""
    full = loaded.scenario
    stage = Stage(scaled, loaded.laws)
    reader = Reader(stage, tuple(chosen), effective)
    regimes = loaded.laws.regimes(full.regimes)
    plans: dict[str, dict[str, Any]] = {}

    def note(name: str, plan: Plan) -> None:
        plans[name] = plan_facts(plan, full, scaled, name)

    auditing = Auditing(scaled, regimes)
    writing = None if log is None else Writing(log, scaled.world.lines)
    casing = Casing()
    observers: list[Observer] = [Telling(note), auditing, casing]
    observers += [] if writing is None else [writing]
    findings: list[Findings] = []
    law: list[LawFindings] = []
    for found in simulate(stage, chosen, scale=effective, observers=observers, progress=progress):
        findings.append(found)
        reader.read(found.strategy, casing.cases)
        if regimes:
            law.append(law_findings(found.strategy, auditing.audits))
    people = None if writing is None else People(scaled, stage.population, writing.listed)
    return _Watched(stage.replication, findings, plans, law, people, reader)
