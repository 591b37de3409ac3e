"""The control plane: SimPy processes that change what the dialer may do, and nothing else.

Between two control events the dialer is autonomous. A process here sleeps until its next event,
changes one thing, and sleeps again. Only a control event makes a control event, at its own time or
later, so whatever happens between two of them may be placed in one go.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import simpy
from numpy.typing import NDArray

from sim.engine.plan import NEVER, Plan, Step

Process = Generator[simpy.Event, Any, None]


@dataclass(slots=True)
class Permission:
    """What the dialer may do now. Control processes write it, the data plane reads it."""

    open: list[bool]
    """By group of lines: inside a calling window and before the cutoff."""
    channels: int = 0
    """Concurrent calls."""
    calls_per_second: Fraction = field(default_factory=lambda: Fraction(1))
    """Most dials per second."""
    over: bool = False
    """Whether the campaign's cutoff has come."""


def window_process(
    env: simpy.Environment,
    permission: Permission,
    group: int,
    open_ms: Iterable[NDArray[Any]],
) -> Process:
    """Open and close one group of lines."""
    for opens, closes in open_ms:
        yield env.timeout(int(opens) - env.now)
        permission.open[group] = True
        yield env.timeout(int(closes) - env.now)
        permission.open[group] = False


def capacity_process(
    env: simpy.Environment, permission: Permission, steps: Iterable[Step]
) -> Process:
    """Set channels and calls per second. An outage is a step down and a step up."""
    for step in steps:
        yield env.timeout(step.at_ms - env.now)
        permission.channels = step.channels
        permission.calls_per_second = step.calls_per_second


def cutoff_process(env: simpy.Environment, permission: Permission, cutoff_ms: int) -> Process:
    """End the campaign."""
    yield env.timeout(cutoff_ms - env.now)
    permission.over = True


class ControlPlane:
    """The clock and its control processes.

    Attributes
    ----------
    permission
        What holds at :attr:`now`, once :meth:`settle` has run.
    """

    def __init__(self, plan: Plan) -> None:
        self._env = simpy.Environment(initial_time=0)
        self.permission = Permission(open=[False] * len(plan.groups))
        for number, group in enumerate(plan.groups):
            self._env.process(window_process(self._env, self.permission, number, group.open_ms))
        self._env.process(capacity_process(self._env, self.permission, plan.steps))
        self._env.process(cutoff_process(self._env, self.permission, plan.cutoff_ms))
        self.settle()

    @property
    def now(self) -> int:
        """Time in ms since the campaign's start."""
        return int(self._env.now)

    def settle(self) -> None:
        """Let everything happen that is due at this very millisecond."""
        while self._env.peek() <= self._env.now:
            self._env.step()

    def next_event_ms(self) -> int:
        """When the next control event comes."""
        ahead = self._env.peek()
        return NEVER if ahead == float("inf") else int(ahead)

    def advance(self) -> None:
        """Go to the next control event and let everything happen that is due then."""
        self._env.step()
        self.settle()
