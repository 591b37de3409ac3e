"""SimPy, one process per channel: the leanest way that SimPy offers.

A channel is a generator that takes the next call of the list and sleeps until it ends. One event a
call, no resource, no queue.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import simpy

from benchmarks.rivals import DISPOSITIONS, Call, Finished


def channel(
    env: simpy.Environment, calls: Iterator[Call], counts: list[int]
) -> Generator[simpy.Event, Any, None]:
    """Make call after call until the list is done."""
    timeout = env.timeout
    for hold_ms, disposition in calls:
        yield timeout(hold_ms)
        counts[disposition] += 1


def simulate(calls: Sequence[Call], channels: int) -> Finished:
    """Run the reduced model."""
    env = simpy.Environment(initial_time=0)
    counts = [0] * DISPOSITIONS
    remaining = iter(calls)
    for _ in range(channels):
        env.process(channel(env, remaining, counts))
    env.run()
    return Finished(env.now, tuple(counts))
