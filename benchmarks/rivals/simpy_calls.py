"""SimPy, one process and one resource request per call: the way of the textbook.

The dialer asks for a channel before it starts the next call, so that calls do not queue at the
resource by the thousand: SimPy takes the first of a queue in time proportional to its length.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import simpy
from simpy.resources.resource import Request

from benchmarks.rivals import DISPOSITIONS, Call, Finished

Process = Generator[simpy.Event, Any, None]


def dialer(
    env: simpy.Environment, trunk: simpy.Resource, calls: Sequence[Call], counts: list[int]
) -> Process:
    """Start each call of the list when a channel is free."""
    for call in calls:
        request = trunk.request()
        yield request
        env.process(in_progress(env, trunk, request, call, counts))


def in_progress(
    env: simpy.Environment,
    trunk: simpy.Resource,
    request: Request,
    call: Call,
    counts: list[int],
) -> Process:
    """Hold the channel, then give it back."""
    yield env.timeout(call.hold_ms)
    counts[call.disposition] += 1
    trunk.release(request)


def simulate(calls: Sequence[Call], channels: int) -> Finished:
    """Run the reduced model."""
    env = simpy.Environment(initial_time=0)
    counts = [0] * DISPOSITIONS
    trunk = simpy.Resource(env, capacity=channels)
    env.process(dialer(env, trunk, calls, counts))
    env.run()
    return Finished(env.now, tuple(counts))
