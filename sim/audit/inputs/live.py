"""An audit's input from a log while an engine writes it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.inputs.simulated import Joining, means_of, optouts_of
from sim.audit.tables import I64, AuditInput, Bools, OptOuts
from sim.behaviour.voicemail import hearing
from sim.engine.plan.plan import Plan
from sim.record.feedback import FeedbackResult, OptOutBy, Stage
from sim.record.log import LogChunk
from sim.scenario.scenario import Scenario


class Objections:
    """Keeps the key presses of a log while an engine writes it, and adds what else followed.

    Parameters
    ----------
    scenario
        As it is run, already scaled.
    strategy
        Whose log it is.
    plan
        Its plan.
    """

    def __init__(self, scenario: Scenario, strategy: str, plan: Plan) -> None:
        self._means = means_of(scenario, strategy, plan.tables)
        self._start = plan.start_utc_ms
        self._presses: list[tuple[NDArray[np.int32], I64]] = []

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        pressed = np.flatnonzero(chunk.opted_out)
        if len(pressed):
            end = chunk.start_ms[pressed] + self._start + chunk.hold_ms[pressed]
            self._presses.append((chunk.line[pressed], end))

    def end(self, feedback: FeedbackResult | None) -> OptOuts | None:
        """The objections; None where they are not known."""
        if not (self._means.key or self._means.otherwise):
            return None
        parts = list(self._presses)
        if feedback is not None:
            beside = feedback.opt_out_by != OptOutBy.KEY
            at = feedback.opt_out_ms[beside] + self._start
            parts.append((feedback.opt_out_line[beside], at))
        elif self._means.otherwise:
            return None
        return optouts_of(parts)


def steps_of(feedback: FeedbackResult | None, plan: Plan) -> list[tuple[int, str]]:
    """Moments, in ms since 1970 UTC, and stages that the regulator reached then."""
    steps = () if feedback is None else feedback.stages
    return [(at + plan.start_utc_ms, Stage(stage).name.lower()) for at, stage, _ in steps]


class CallLog:
    """Keeps what an audit needs of a log while an engine writes it: 18 bytes a call.

    An observer: :meth:`begin` with each strategy, :meth:`add` its log, :meth:`end` with what
    followed, which gives the input and lets the log go.

    Parameters
    ----------
    scenario
        As it is run, already scaled.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def begin(self, strategy: str, plan: Plan) -> None:
        """Begin the log of a strategy.

        Parameters
        ----------
        strategy
            Its name.
        plan
            Its plan.
        """
        self._strategy, self._plan = strategy, plan
        self._chunks: list[tuple[NDArray[Any], ...]] = []
        self._objections = Objections(self._scenario, strategy, plan)

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._objections.add(chunk)
        start = chunk.start_ms + self._plan.start_utc_ms
        self._chunks.append(
            (
                chunk.line.copy(),
                chunk.attempt.copy(),
                start,
                chunk.hold_ms.copy(),
                chunk.outcome.copy(),
            )
        )

    def end(self, feedback: FeedbackResult | None = None) -> AuditInput:
        """The input of an audit; the rows are let go.

        Parameters
        ----------
        feedback
            What followed from the calls, as the engine found it; None where the plan has no
            feedback.
        """
        columns = [np.concatenate(parts) for parts in zip(*self._chunks, strict=True)]
        self._chunks = []
        if not columns:
            columns = [np.empty(0, dtype=t) for t in (np.int32, np.uint8, np.int64, np.int32, "u1")]
        plan = self._plan

        def heard(line: NDArray[np.int32], attempt: NDArray[np.uint8]) -> tuple[Bools, I64]:
            return hearing(plan.tables, plan.key, line, attempt)

        return Joining(self._scenario, self._strategy, plan.population, heard)(
            columns, self._objections.end(feedback), steps_of(feedback, plan)
        )
