"""How far ahead of a call its retry must be, and how long a call can hold a channel.

Both are bounds that a plan gives: whatever is drawn keeps to them.
"""

from __future__ import annotations

from sim.behaviour.calls import CallTables
from sim.engine.plan.plan import Plan
from sim.record.log import Outcome


def longest_hold_ms(t: CallTables) -> int:
    """An upper bound of all holding times, ms."""
    ring = t.ring_timeout_ms
    machine = max(t.analysis_ms, t.greeting.longest) + t.voicemail_ms
    human = t.analysis_ms + t.gate_timeout_ms + max(t.message_ms, t.voicemail_ms)
    human += t.notice_ms + (t.opt_out_delay.longest if t.opt_out_delay is not None else 0)
    failed = t.failed_release.longest if any(t.failed) else 0
    nobody = max(t.invalid.longest, t.busy.longest + t.voicemail_ms, failed)
    return max(nobody, ring + max(machine, human))


def longest_call_ms(plan: Plan) -> int:
    """An upper bound of all holding times in all postures, ms."""
    return max(longest_hold_ms(posture.tables) for posture in plan.postures)


def lookahead_ms(plan: Plan) -> int | None:
    """The shortest time from a call's start to the retry that it makes, or None without retries.

    A retry falls due after the holding time and the delay of its outcome, or later under a cap.
    """
    if plan.lifetime == 1:
        return None
    each = [_shortest(plan, posture.tables) for posture in plan.postures]
    known = [ahead for ahead in each if ahead is not None]
    return min(known) if known else None


def _shortest(plan: Plan, t: CallTables) -> int | None:
    """The shortest time from start to retry with one posture's tables."""
    machine = min(table.shortest for table in t.machine_ring)
    machine = machine if t.rings else t.busy.shortest
    person = min(table.shortest for table in t.human_ring)
    shortest = {
        Outcome.BUSY: t.busy.shortest,
        Outcome.NO_ANSWER: t.ring_timeout_ms if t.rings else t.busy.shortest,
        Outcome.MACHINE: machine,
        Outcome.MACHINE_VOICEMAIL: machine,
        Outcome.MACHINE_TAKEN_FOR_HUMAN: machine,
        Outcome.HUMAN_TAKEN_FOR_MACHINE: person,
        Outcome.HUMAN_AT_GATE: person,
        Outcome.HEARD: person,
    }
    if any(t.failed):
        shortest[Outcome.FAILED] = t.failed_release.shortest
    ahead = [
        hold + int(delay)
        for outcome, hold in shortest.items()
        if (delay := plan.retry_delay_ms[outcome]) > 0
    ]
    return min(ahead) if ahead else None
