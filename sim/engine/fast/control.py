"""The control plane: SimPy processes that change what the dialer may do, and nothing else.

Between two control events the dialer is autonomous. A process here sleeps until its next event,
changes one thing, and sleeps again. Only a control event makes a control event, at its own time or
later, so whatever happens between two of them may be placed in one go.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engine.plan.feedback_plan import Reaction, RegulatorPlan
from sim.engine.plan.plan import Plan, Step
from sim.record.feedback import Stage
from sim.record.never import NEVER

Process = Generator[simpy.Event, Any, None]


@dataclass(slots=True)
class Permission:
    """What the dialer may do now. Control processes write it, the data plane reads it."""

    open: list[list[bool]]
    """By posture and group of lines: inside a calling window and before the cutoff."""
    channels: int = 0
    """Concurrent calls."""
    calls_per_second: Fraction = field(default_factory=lambda: Fraction(1))
    """Most dials per second."""
    carriers: list[tuple[int, Fraction]] = field(default_factory=list)
    """By carrier: channels and calls per second; empty where one takes all."""
    stances: int = 1
    """Postures of each message."""
    stance: int = 0
    """Which of them the campaign has taken."""
    message: int = 0
    """How many changes of the message have come."""
    suspended_until: int = 0
    """No call starts before this moment, ms."""
    labelled: NDArray[np.bool_] | None = None
    """By caller number: whether it bears a label; None as long as none ever has."""
    over: bool = False
    """Whether the campaign's cutoff has come, or a reaction has stopped it."""
    stopped_ms: int | None = None
    """When a reaction stopped it."""

    @property
    def posture(self) -> int:
        """Which of the plan's postures holds."""
        return self.message * self.stances + self.stance


def nothing_allowed(plan: Plan) -> Permission:
    """What holds before the first control event: everybody is closed."""
    closed = [[False] * len(plan.groups) for _ in plan.postures]
    none = [(0, Fraction(1)) for _ in plan.carriers]
    return Permission(open=closed, carriers=none, stances=plan.stances)


class DataPlane(Protocol):
    """What control processes ask of the dialer."""

    def flush(self) -> None:
        """Hand on all calls that were placed."""

    def leave_alone(self, lines: NDArray[np.int32], from_ms: int) -> None:
        """Call these lines no more from a moment on."""


class Consequences(Protocol):
    """What control processes ask of the feedback: see :mod:`sim.engine.fast.feedback`."""

    def advance(self, until: int) -> None:
        """Handle all that happens strictly before a moment."""

    def objections(self, before: int) -> NDArray[np.int32]:
        """Lines that objected by call-back or complaint, each objection once."""

    def reports(self, before: int) -> int:
        """Complaints to the regulator so far."""

    def update_labels(self, now: int) -> NDArray[np.bool_]:
        """Numbers that bear a label from now on."""

    def step(self, at: int, stage: int, reports: int) -> None:
        """Note a step of the regulator."""


def window_process(
    env: simpy.Environment,
    is_open: list[bool],
    group: int,
    open_ms: Iterable[NDArray[Any]],
) -> Process:
    """Open and close one group of lines in one posture."""
    for opens, closes in open_ms:
        yield env.timeout(int(opens) - env.now)
        is_open[group] = True
        yield env.timeout(int(closes) - env.now)
        is_open[group] = False


def capacity_process(
    env: simpy.Environment, permission: Permission, steps: Iterable[Step]
) -> Process:
    """Set channels and calls per second. An outage is a step down and a step up."""
    for step in steps:
        yield env.timeout(step.at_ms - env.now)
        permission.channels = step.channels
        permission.calls_per_second = step.calls_per_second


def carrier_process(
    env: simpy.Environment, permission: Permission, carrier: int, steps: Iterable[Step]
) -> Process:
    """The same for one of the carriers."""
    for step in steps:
        yield env.timeout(step.at_ms - env.now)
        permission.carriers[carrier] = step.channels, step.calls_per_second


def message_process(
    env: simpy.Environment,
    permission: Permission,
    dialer: DataPlane,
    moments: Iterable[int],
) -> Process:
    """Play another message from each moment on; calls before it have played the one before."""
    for moment in moments:
        yield env.timeout(moment - env.now)
        dialer.flush()
        permission.message += 1


def cutoff_process(env: simpy.Environment, permission: Permission, cutoff_ms: int) -> Process:
    """End the campaign."""
    yield env.timeout(cutoff_ms - env.now)
    permission.over = True


def refresh_process(
    env: simpy.Environment,
    feedback: Consequences,
    dialer: DataPlane,
    moments: Iterable[int],
) -> Process:
    """Refresh the dialer's list: who objected by call-back or complaint is left alone."""
    for moment in moments:
        yield env.timeout(moment - env.now)
        dialer.flush()
        feedback.advance(moment)
        dialer.leave_alone(feedback.objections(moment), moment)


def regulator_process(
    env: simpy.Environment,
    permission: Permission,
    feedback: Consequences,
    dialer: DataPlane,
    regulator: RegulatorPlan,
) -> Process:
    """Review what has come in, on the regulator's own calendar, and go as far as it warrants."""
    stage = Stage.NONE
    for moment in regulator.review_ms:
        yield env.timeout(moment - env.now)
        dialer.flush()
        feedback.advance(moment)
        reports = feedback.reports(moment - regulator.registration_ms)
        reached = sum(reports >= threshold for threshold in regulator.thresholds)
        if reached > stage:
            stage = Stage(reached)
            feedback.step(moment, stage, reports)
            react(env, permission, regulator.reactions[stage - 1])


def react(env: simpy.Environment, permission: Permission, reaction: Reaction) -> None:
    """Do what the strategy declared for this step of the regulator."""
    permission.stance = reaction.stance
    if reaction.suspend_ms:
        env.process(suspension_process(env, permission, reaction.suspend_ms))
    if reaction.stop and not permission.over:
        permission.over = True
        permission.stopped_ms = int(env.now)


def suspension_process(env: simpy.Environment, permission: Permission, length_ms: int) -> Process:
    """Start no call for a while. The end is an event of its own, so that dialling resumes."""
    permission.suspended_until = int(env.now) + length_ms
    yield env.timeout(length_ms)


def reputation_process(
    env: simpy.Environment,
    permission: Permission,
    feedback: Consequences,
    dialer: DataPlane,
    moments: Iterable[int],
) -> Process:
    """Update the standing of the caller numbers."""
    for moment in moments:
        yield env.timeout(moment - env.now)
        dialer.flush()
        feedback.advance(moment)
        permission.labelled = feedback.update_labels(moment)


class ControlPlane:
    """The clock and its control processes.

    Attributes
    ----------
    permission
        What holds at :attr:`now`, once :meth:`settle` has run.
    """

    def __init__(
        self,
        plan: Plan,
        permission: Permission,
        dialer: DataPlane,
        feedback: Consequences | None,
    ) -> None:
        self._env = env = simpy.Environment(initial_time=0)
        self.permission = permission
        for posture, is_open in zip(plan.postures, self.permission.open, strict=True):
            for group, open_ms in enumerate(posture.open_ms):
                env.process(window_process(env, is_open, group, open_ms))
        env.process(capacity_process(env, self.permission, plan.steps))
        for carrier, steps in enumerate(plan.carriers):
            env.process(carrier_process(env, self.permission, carrier, steps))
        env.process(message_process(env, self.permission, dialer, plan.message_from_ms[1:]))
        env.process(cutoff_process(env, self.permission, plan.cutoff_ms))
        if plan.feedback is not None and feedback is not None:
            back = plan.feedback
            env.process(refresh_process(env, feedback, dialer, back.refresh_ms))
            if back.regulator is not None:
                regulator = back.regulator
                env.process(regulator_process(env, self.permission, feedback, dialer, regulator))
            if back.reputation is not None:
                moments = back.reputation.update_ms
                env.process(reputation_process(env, self.permission, feedback, dialer, moments))
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

    def finish(self) -> None:
        """Let everything happen that is still to come, once nobody is called any more."""
        self._env.run()
