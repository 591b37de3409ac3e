"""What the manifest tells of a strategy that went on from what was dialled."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from sim.engine import fast
from sim.engine.plan.plan import Plan
from sim.jobs.observers import Counting
from sim.measure.metric import Number
from sim.measure.metrics import at_full_size, compute
from sim.record.head import Head
from sim.record.log import LogChunk
from sim.scenario.scenario import Scenario

SO_FAR = (
    "attempts",
    "lines_dialled",
    "lines_connected",
    "lines_delivered_live",
    "people_reached",
    "complaints",
    "cost",
)
"""Metrics that are told of the calls so far alone; those of the rest are the whole less these."""


def facts_of(
    plan: Plan, head: Head, scenario: Scenario, strategy: str, scale: Fraction
) -> dict[str, Any]:
    """Where a strategy stood at the head's moment, and what its calls come to by themselves.

    Parameters
    ----------
    plan, head
        With which it ran.
    scenario
        As simulated.
    strategy
        Its name.
    scale
        Effective scale. Counts of lines and calls are as simulated, metrics at full size.
    """
    log = head.log
    lines = np.unique(log.line)
    last = np.full(plan.population.lines, -1, dtype=np.int64)
    last[log.line] = np.arange(len(log))
    row = last[lines]
    again = (plan.retry_delay_ms[log.outcome[row]] > 0) & (log.attempt[row] < plan.lifetime)
    waiting = int(np.count_nonzero(again))
    moment = np.datetime64(plan.start_utc_ms + head.at_ms, "ms")
    return {
        "at_utc": str(moment),
        "calls": len(log),
        "lines_on_list": len(plan.order),
        "lines_dialled": len(lines),
        "lines_done": len(lines) - waiting,
        "retries_waiting": waiting,
        "in_progress": int(np.count_nonzero(log.start_ms + log.hold_ms > head.at_ms)),
        "so_far": so_far(plan, head, scenario, strategy, scale),
    }


def so_far(
    plan: Plan, head: Head, scenario: Scenario, strategy: str, scale: Fraction
) -> dict[str, Number]:
    """Metrics of a head's calls, as if nobody were called after them."""
    dialled = np.zeros(plan.population.lines, dtype=np.bool_)
    dialled[head.log.line] = True
    alone = replace(
        plan,
        order=plan.order[dialled[plan.order]],
        retry_delay_ms=np.zeros_like(plan.retry_delay_ms),
    )
    counting = Counting(scenario, scale, chances=False)
    counting.begin(strategy, alone)

    def count(chunk: LogChunk) -> None:
        counting.add(chunk)

    counting.end(fast.run(alone, count, head=head))
    values = at_full_size(compute(counting.found.totals), scale)
    return {name: values[name] for name in SO_FAR if values[name] is not None}
