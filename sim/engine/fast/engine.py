"""The fast engine: SimPy decides, numpy draws, the kernel places.

The control plane (:mod:`~sim.engine.fast.control`) says what is allowed until its next event. Up to
there the dialer (:mod:`~sim.engine.fast.dialer`) works alone, in segments as long as one retry
bucket: a retry made in a segment falls due after it, so all retries that a segment may place are
known when it begins and are drawn and sorted as one block (conservative lookahead, as in Chandy and
Misra 1979 and Bryant 1977).

Nothing here decides by block: an identical log comes out for any block size.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.fast.control import ControlPlane, nothing_allowed
from sim.engine.fast.dialer import Dialer, Progress
from sim.engine.fast.feedback import Feedback
from sim.engine.plan.plan import Plan
from sim.record.head import Head
from sim.record.log import LogChunk, LogSink
from sim.record.result import EngineResult

DRAW_BLOCK = 8192
"""Fresh lines drawn at a time: the arrays of a block fit the second-level cache."""
LOG_BLOCK = 1 << 16
"""Rows of a log chunk."""


def run(
    plan: Plan,
    sink: LogSink,
    *,
    head: Head | None = None,
    progress: Progress | None = None,
    draw_block: int = DRAW_BLOCK,
    log_block: int = LOG_BLOCK,
) -> EngineResult:
    """Run a campaign.

    Parameters
    ----------
    plan
        One strategy in one world.
    sink
        Gets the call log, chunk by chunk; that of the head first.
    head
        What was dialled before a moment from which the engine goes on; default nothing. Its lines
        are on the plan's list.
    progress
        Told now and then how far the campaign is.
    draw_block, log_block
        Sizes of blocks; they change speed and nothing else.
    """
    permission = nothing_allowed(plan)
    feedback = Feedback(plan) if plan.feedback is not None else None

    # It knows nothing of the dialer: else each would keep the other, and the arrays of a run would
    # wait for somebody to look for garbage.
    def hand_on(chunk: LogChunk, standing: NDArray[np.uint8] | None) -> None:
        if feedback is not None:
            left = feedback.add(chunk, permission.posture, standing)
            chunk = replace(chunk, left=left)
        sink(chunk)

    dialer = Dialer(
        plan,
        hand_on,
        head=head,
        standing=feedback.standing if feedback is not None else None,
        draw_block=draw_block,
        log_block=log_block,
        progress=progress,
    )
    control = ControlPlane(plan, permission, dialer, feedback)
    if head is not None:
        live_through(head, control, dialer)
    while not permission.over and not dialer.finished:
        dialer.permit(permission, control.now)
        now = control.now if head is None else max(control.now, head.at_ms)
        dialer.place(now, min(control.next_event_ms(), plan.cutoff_ms))
        control.advance()
    dialer.flush()
    control.finish()
    attempts = np.zeros(plan.population.lines, dtype=np.uint8)
    attempts[dialer.rows.line] = dialer.rows.made
    return EngineResult(
        attempts,
        dialer.placed,
        until_ms=dialer.until_ms,
        stopped_ms=permission.stopped_ms,
        feedback=feedback.finish() if feedback is not None else None,
    )


def live_through(head: Head, control: ControlPlane, dialer: Dialer) -> None:
    """Let the calls of a head happen as they did, and all control events before its moment."""
    while True:
        dialer.permit(control.permission, control.now)
        dialer.live_until(min(control.next_event_ms(), head.at_ms))
        if control.next_event_ms() >= head.at_ms:
            break
        control.advance()
    dialer.go_on()
