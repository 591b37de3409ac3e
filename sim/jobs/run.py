"""Runs a scenario: the population once, then each strategy through engine, tally and ledgers."""

from __future__ import annotations

import datetime as dt
import difflib
import operator
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from sim.audit.auditor import audits as hold_against
from sim.audit.inputs.live import CallLog
from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.errors import OptionError, UnknownNameError
from sim.loading.load import Runnable
from sim.measure.findings import Findings, find
from sim.measure.ledger import balance
from sim.measure.metric import Number
from sim.measure.metrics import at_full_size, compute
from sim.measure.tally import Tally
from sim.record.log import LogChunk, LogSink
from sim.regimes.laws import NO_LAWS, Laws
from sim.scenario.load import resolved_text
from sim.scenario.scale import Rounding, scale_scenario
from sim.scenario.scenario import Scenario
from sim.store.digest import digest_object
from sim.store.law import law_findings
from sim.store.provenance import git_state, machine, versions
from sim.store.read import Run
from sim.store.recipients import People, means_of_objection
from sim.store.tables import parameter_table
from sim.store.write import (
    ReportHook,
    RunWriter,
    default_target,
    text_digest,
)
from sim.streams import make_key
from sim.world.synthesis import latents, synthesise


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


def simulate(
    scenario: Scenario,
    strategies: Sequence[str],
    *,
    laws: Laws = NO_LAWS,
    scale: Fraction = Fraction(1),
    sink_for: Callable[[str, Plan], LogSink] | None = None,
    progress: ProgressHook | None = None,
    draw: int = 0,
    noise: int = 0,
) -> Iterator[tuple[Plan, Findings]]:
    """Run strategies one after the other and check their ledgers.

    Parameters
    ----------
    scenario
        Already scaled.
    strategies
        Names of the strategies to run.
    laws
        The law packs that the scenario names.
    scale
        Effective scale of the scenario: lines in it ÷ lines at full size.
    sink_for
        Gives for a strategy and its plan what else gets the call log.
    progress
        Told now and then how far the run is.
    draw, noise
        Numbers of the parameter draw and of the noise replication.

    Yields
    ------
    tuple of Plan and Findings
        Of each strategy when it is done.
    """
    hidden = latents(scenario)
    population = synthesise(scenario, make_key(scenario.seed, draw, noise), hidden)
    for number, name in enumerate(strategies, 1):
        plan = build_plan(
            scenario,
            name,
            laws=laws,
            population=population,
            hidden=hidden,
            draw=draw,
            noise=noise,
        )
        rule = scenario.strategies[name].reached_when.voicemail
        tally = Tally(plan, track_left=rule == "left")
        also = sink_for(name, plan) if sink_for else None

        def sink(chunk: LogChunk, tally: Tally = tally, also: LogSink | None = also) -> None:
            tally.add(chunk)
            if also is not None:
                also(chunk)

        def tell(
            now_ms: int,
            calls: int,
            done: bool = False,
            name: str = name,
            number: int = number,
            plan: Plan = plan,
        ) -> None:
            if progress is not None:
                end, lines = plan.cutoff_ms, len(plan.order)
                progress(Advance(name, number, len(strategies), now_ms, end, calls, lines, done))

        tell(0, 0)
        result = fast.run(plan, sink, progress=tell if progress else None)
        found = find(tally, result.attempts, scenario, name, scale, result)
        balance(found)
        tell(plan.cutoff_ms, result.calls, done=True)
        done = plan, found
        del plan, result, tally, sink, also, tell  # of six million lines they are large
        yield done
        del done


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
    """
    started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
    loaded = reseeded(loaded, seed)
    full = loaded.scenario
    chosen = choose(full, strategies)
    asked = scale if isinstance(scale, Fraction) else Fraction(str(scale))
    scaled, effective, rounding = scaled_down(full, asked)
    text = resolved_text(loaded)
    target = Path(out) if out is not None else default_target(full, text, started)

    regimes = loaded.laws.regimes(full.regimes)
    kept: dict[str, CallLog] = {}
    listed = np.zeros(scaled.world.lines if calls else 0, dtype=np.bool_)

    with RunWriter(
        target, full, text, inputs=loaded.laws.own, calls=calls, or_next=out is None
    ) as writer:
        log = writer.call_log

        def sink_for(name: str, plan: Plan) -> LogSink:
            sinks: list[LogSink] = []
            if log is not None:
                log.begin(name, plan)
                sinks.append(log.add)
                listed[plan.order] = True
            if regimes:
                kept[name] = CallLog(scaled)
                kept[name].begin(name, plan)
                sinks.append(kept[name].add)

            def sink(chunk: LogChunk) -> None:
                for take in sinks:
                    take(chunk)

            return sink

        findings, plans, law = [], {}, []
        people = None
        for plan, found in simulate(
            scaled,
            chosen,
            laws=loaded.laws,
            scale=effective,
            sink_for=sink_for if log or regimes else None,
            progress=progress,
        ):
            name = found.strategy
            findings.append(found)
            plans[name] = _plan_facts(plan, full, scaled, name)
            if calls:
                people = People(scaled, plan.population, listed)
            del plan
            if regimes:
                # A strategy at a time: of its log nothing stays but what the tables say.
                data = kept.pop(name).end(found.feedback)
                law.append(law_findings(name, hold_against(data, regimes)))
                del data
        manifest = _manifest(loaded, scaled, asked, text, findings, plans, argv)
        manifest["started_utc"] = started.strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest["duration_s"] = round(time.perf_counter() - clock, 3)
        run = writer.finish(
            findings,
            parameter_table(full),
            manifest,
            report,
            law,
            people,
            objections=any(facts["objections"] for facts in plans.values()),
        )
    return RunOutcome(
        run=run,
        findings=tuple(findings),
        scale=effective,
        rounding=rounding,
        duration_s=time.perf_counter() - clock,
    )


def _manifest(
    loaded: Runnable,
    scaled: Scenario,
    asked: Fraction,
    text: str,
    findings: Sequence[Findings],
    plans: dict[str, dict[str, Any]],
    argv: Sequence[str] | None,
) -> dict[str, Any]:
    """What the manifest tells of a run, its times left out."""
    full = loaded.scenario
    return {
        "scenario": {
            "name": full.name,
            "question": full.question,
            "base": full.base,
            "sha256": text_digest(text),
            "sources": [source.name for source in loaded.sources],
        },
        "laws": loaded.laws.digests,
        "seed": full.seed,
        "draw": 0,
        "noise": 0,
        "scale": {
            "asked": float(asked),
            "effective": scaled.world.lines / full.world.lines,
            "lines": scaled.world.lines,
            "lines_full": full.world.lines,
        },
        "strategies": list(plans),
        "plans": plans,
        "currency": next((f.currency for f in findings if f.currency), None),
        "argv": list(sys.argv if argv is None else argv),
        "versions": versions(),
        "machine": machine(),
        "git": git_state(),
    }


def _plan_facts(plan: Plan, full: Scenario, scaled: Scenario, name: str) -> dict[str, Any]:
    """What the manifest tells of a strategy's plan."""
    strategy, run = full.strategies[name], scaled.strategies[name]
    reactions = strategy.reactions
    return {
        "tables_sha256": digest_object(plan.tables),
        "feedback_sha256": None if plan.feedback is None else digest_object(plan.feedback),
        "live_thresholds_ms": list(plan.live_thresholds_ms),
        "reached_live_ms": plan.reached_live_ms,
        "reached_voicemail": strategy.reached_when.voicemail,
        "channels": strategy.dialing.channels,
        "calls_per_second": str(strategy.dialing.calls_per_second),
        "objections": list(means_of_objection(run, plan, scaled.world)),
        "inbound_lines": strategy.inbound.lines,
        "inbound_lines_simulated": run.inbound.lines,
        "caller_numbers": strategy.caller_numbers.numbers,
        "caller_numbers_simulated": run.caller_numbers.numbers,
        "refresh_ms": strategy.suppression.refresh,
        "reactions": None
        if full.world.regulator is None
        else {
            "contact": list(reactions.contact),
            "reminder": list(reactions.reminder),
            "order": list(reactions.order),
            "suspend_for_ms": reactions.suspend_for,
        },
    }
