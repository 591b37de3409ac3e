"""How far ahead of a call its retry must be, and how long a call can hold a channel.

Both are bounds that a plan gives: whatever is drawn keeps to them.
"""

from __future__ import annotations

from sim.behaviour.calls import CallTables
from sim.engine.log import Outcome
from sim.engine.plan import Plan


def longest_hold_ms(t: CallTables) -> int:
    """An upper bound of all holding times, ms."""
    ring = t.ring_timeout_ms
    machine = max(t.analysis_ms, t.greeting.longest) + t.voicemail_ms
    human = t.analysis_ms + t.gate_timeout_ms + max(t.message_ms, t.voicemail_ms)
    return max(t.invalid.longest, t.busy.longest, ring + max(machine, human))


def lookahead_ms(plan: Plan) -> int | None:
    """The shortest time from a call's start to the retry that it makes, or None without retries.

    A retry falls due after the holding time and the delay of its outcome.
    """
    if plan.lifetime == 1:
        return None
    t = plan.tables
    machine = min(table.shortest for table in t.machine_ring)
    person = min(table.shortest for table in t.human_ring)
    shortest = {
        Outcome.BUSY: t.busy.shortest,
        Outcome.NO_ANSWER: t.ring_timeout_ms,
        Outcome.MACHINE: machine,
        Outcome.MACHINE_VOICEMAIL: machine,
        Outcome.HUMAN_TAKEN_FOR_MACHINE: person,
    }
    ahead = [
        hold + int(delay)
        for outcome, hold in shortest.items()
        if (delay := plan.retry_delay_ms[outcome]) > 0
    ]
    return min(ahead) if ahead else None
