"""Ciw, a closed loop: a node with a server per channel, and as many customers going round.

A customer is served a call, comes back for the next, and leaves when the list is done. That is the
fastest of the ways tried: with the whole list waiting at the node, Ciw goes through all who wait at
every event; in a node without a limit of servers it goes through the customers, more slowly than
through servers. Ciw records every service and has no switch for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ciw

from benchmarks.rivals import DISPOSITIONS, Call, Finished


class HoldingTime(ciw.dists.Distribution):  # type: ignore[misc]  # ciw is not typed
    """The holding time of the next call of the list."""

    def __init__(self, calls: Sequence[Call]) -> None:
        super().__init__()
        self.calls = iter(calls)

    def sample(self, t: Any = None, ind: Any = None) -> int:
        """Take the next call; called by Ciw."""
        hold_ms, ind.disposition = next(self.calls)
        return hold_ms


class WhileCallsLast(ciw.routing.NodeRouting):  # type: ignore[misc]
    """Back to the node while there are calls left to make, then out."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        self.counts = [0] * DISPOSITIONS

    def next_node(self, ind: Any) -> Any:
        """Where to go after a call; called by Ciw."""
        self.counts[ind.disposition] += 1
        if self.waiting == 0:
            return self.simulation.nodes[-1]
        self.waiting -= 1
        return self.simulation.nodes[1]


def simulate(calls: Sequence[Call], channels: int) -> Finished:
    """Run the reduced model."""
    channels = min(channels, len(calls))
    router = WhileCallsLast(len(calls) - channels)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([0, float("inf")])],
        batching_distributions=[ciw.dists.Deterministic(channels)],
        service_distributions=[HoldingTime(calls)],
        number_of_servers=[channels],
        routing=ciw.routing.NetworkRouting([router]),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(channels)
    return Finished(simulation.current_time, tuple(router.counts))
