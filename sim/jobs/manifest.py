"""What the manifest of a run tells, its files and times left out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sim.document.written import duration_text, moment_text
from sim.engine.plan.plan import Plan
from sim.loading.load import Runnable
from sim.measure.findings import Findings
from sim.scenario.dialing import Change
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.store.digest import digest_object
from sim.store.provenance import git_state, machine, versions
from sim.store.recipients import means_of_objection
from sim.store.study import code_digest
from sim.store.write import text_digest
from sim.streams import Replication


def manifest_of(
    loaded: Runnable,
    scaled: Scenario,
    replication: Replication,
    asked: Fraction,
    text: str,
    findings: Sequence[Findings],
    plans: dict[str, dict[str, Any]],
    argv: Sequence[str] | None,
) -> dict[str, Any]:
    """What the manifest tells of a run.

    Parameters
    ----------
    loaded
        What was run, at full size.
    scaled
        The scenario as simulated.
    replication
        Which replication it is.
    asked
        The scale asked for.
    text
        The resolved scenario.
    findings
        Of the strategies.
    plans
        Facts of the strategies' plans, from :func:`plan_facts`.
    argv
        The command line; default the process's.
    """
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
        "seed": replication.seed,
        "draw": replication.draw,
        "noise": replication.noise,
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
        "code_sha256": code_digest(),
        "machine": machine(),
        "git": git_state(),
    }


def by_date(strategy: Strategy) -> list[Change]:
    """The changes of a strategy, the first one first."""
    return sorted(strategy.dialing.changes, key=lambda change: change.at)


def said_of(change: Change) -> str:
    """What changes, in words: *channels 900; call times of north*."""
    said = [] if change.channels is None else [f"channels {change.channels:,}"]
    said += [] if change.calls_per_second is None else [f"pace {change.calls_per_second}/s"]
    said += [] if change.call_times is None else ["call times"]
    if change.territory_call_times:
        said.append(f"call times of {', '.join(change.territory_call_times)}")
    if change.message is not None:
        named = {"message": change.message.duration, "voicemail": change.message.voicemail}
        said += [f"{what} {duration_text(ms)}" for what, ms in named.items() if ms is not None]
    if change.amd is not None and change.amd.on_machine is not None:
        leaves = change.amd.on_machine == "leave_message"
        said.append("a message left on machines" if leaves else "no message left on machines")
    return "; ".join(said) or "nothing"


def plan_facts(plan: Plan, full: Scenario, scaled: Scenario, name: str) -> dict[str, Any]:
    """What the manifest tells of a strategy's plan."""
    strategy, run = full.strategies[name], scaled.strategies[name]
    reactions = strategy.reactions
    return {
        "tables_sha256": digest_object(plan.tables),
        "feedback_sha256": None if plan.feedback is None else digest_object(plan.feedback),
        "timezone": strategy.campaign.timezone,
        "live_thresholds_ms": list(plan.live_thresholds_ms),
        "reached_live_ms": plan.reached_live_ms,
        "reached_voicemail": strategy.reached_when.voicemail,
        "channels": strategy.dialing.channels,
        "calls_per_second": str(strategy.dialing.calls_per_second),
        "calls_per_second_simulated": str(run.dialing.calls_per_second),
        "objections": list(means_of_objection(run, plan, scaled.world)),
        "inbound_lines": strategy.inbound.lines,
        "inbound_lines_simulated": run.inbound.lines,
        "caller_numbers": strategy.caller_numbers.numbers,
        "caller_numbers_simulated": run.caller_numbers.numbers,
        "refresh_ms": strategy.suppression.refresh,
        "changes": [[moment_text(one.at), said_of(one)] for one in by_date(strategy)],
        "reactions": None
        if full.world.regulator is None
        else {
            "contact": list(reactions.contact),
            "reminder": list(reactions.reminder),
            "order": list(reactions.order),
            "suspend_for_ms": reactions.suspend_for,
        },
    }
