"""Salabim, one component per channel, with trace and monitors off.

Salabim keeps a monitor of the status and of the mode of every component, and can draw a trace and
an animation. All are off here. A component per call that requests a channel of a resource takes
many times as long; generators and the greenlets of salabim's "yieldless" mode take about the same.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import salabim as sim

from benchmarks.rivals import DISPOSITIONS, Call, Finished


class Channel(sim.Component):  # type: ignore[misc]  # salabim is not typed
    """Makes call after call until the list is done."""

    def setup(self, calls: Iterator[Call], counts: list[int]) -> None:
        """Take what the channel works on; called by salabim."""
        self.calls = calls
        self.counts = counts
        self.status.monitor(False)
        self.mode.monitor(False)

    def process(self) -> Generator[Any, None, None]:
        """Live; called by salabim."""
        for hold_ms, disposition in self.calls:
            yield self.hold(hold_ms)
            self.counts[disposition] += 1


def simulate(calls: Sequence[Call], channels: int) -> Finished:
    """Run the reduced model."""
    sim.yieldless(False)
    env = sim.Environment(trace=False)
    counts = [0] * DISPOSITIONS
    remaining = iter(calls)
    for _ in range(channels):
        Channel(calls=remaining, counts=counts)
    env.run()
    return Finished(env.now(), tuple(counts))
