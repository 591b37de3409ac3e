"""Who watches a strategy's run: begins with its plan, gets its calls, ends with its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.audit.auditor import Audit
from sim.audit.streamed import Stream
from sim.engine.plan.plan import Plan
from sim.measure.cases import Casing
from sim.measure.findings import Findings, find
from sim.measure.ledger import balance
from sim.measure.tally import Tally
from sim.record.log import LogChunk
from sim.record.result import EngineResult
from sim.regimes.model import Regime
from sim.scenario.scenario import Scenario
from sim.store.digest import LogDigest


class Observer(Protocol):
    """What the loop over strategies tells of each of them, in this order."""

    def begin(self, strategy: str, plan: Plan) -> None:
        """A strategy begins."""

    def add(self, chunk: LogChunk) -> None:
        """The next rows of its call log; the arrays are used again, so copy what is kept."""

    def end(self, result: EngineResult) -> None:
        """It has ended; what was found stands until the next begins."""


class Counting:
    """Counts a strategy's calls and closes the count into its findings.

    Parameters
    ----------
    scenario
        As simulated.
    scale
        Effective scale: its lines ÷ lines at full size.
    chances
        Whether tables of chances are worked out (:func:`sim.measure.findings.find`).
    """

    found: Findings
    """Of the strategy that ended last; its ledger is balanced."""

    def __init__(self, scenario: Scenario, scale: Fraction, *, chances: bool = True) -> None:
        self._scenario, self._scale, self._chances = scenario, scale, chances
        self._tally: Tally | None = None
        self._casing = Casing()

    def begin(self, strategy: str, plan: Plan) -> None:
        """Start counting from nothing."""
        self._casing.begin(strategy, plan)
        rule = self._scenario.strategies[strategy].reached_when.voicemail
        self._strategy, self._tally = strategy, Tally(plan, track_left=rule == "left")

    def add(self, chunk: LogChunk) -> None:
        """Count rows."""
        assert self._tally is not None, "begin comes first"
        self._tally.add(chunk)
        self._casing.add(chunk)

    def end(self, result: EngineResult) -> None:
        """Close the count and check that all its tables tell one story."""
        assert self._tally is not None
        self._casing.end(result)
        self.found = find(
            self._tally,
            result.attempts,
            self._scenario,
            self._strategy,
            self._scale,
            result,
            self._casing.cases,
            chances=self._chances,
        )
        self._tally = None
        balance(self.found)


class Auditing:
    """Holds each strategy's calls against regimes; of the calls nothing stays.

    Parameters
    ----------
    scenario
        As simulated.
    regimes
        To hold them against; where there are none, nothing is done.
    """

    audits: Sequence[Audit] = ()
    """Of the strategy that ended last, one a regime."""

    def __init__(self, scenario: Scenario, regimes: Sequence[Regime]) -> None:
        self._stream = Stream(scenario, regimes) if regimes else None

    def begin(self, strategy: str, plan: Plan) -> None:
        """Let go of the strategy before."""
        self.audits = ()
        if self._stream is not None:
            self._stream.begin(strategy, plan)

    def add(self, chunk: LogChunk) -> None:
        """Look at rows."""
        if self._stream is not None:
            self._stream.add(chunk)

    def end(self, result: EngineResult) -> None:
        """Say what was found."""
        if self._stream is not None:
            self.audits = self._stream.end(result.feedback)


class Log(Protocol):
    """Where a call log goes: into its file, or aside until its turn comes."""

    def begin(self, strategy: str, plan: Plan) -> None:
        """The next rows are this strategy's."""

    def add(self, chunk: LogChunk) -> None:
        """The next rows."""

    def end(self) -> None:
        """The strategy has no more."""


class Writing:
    """Writes the call log, and marks whose lines are on some list.

    Parameters
    ----------
    writer
        Takes the rows.
    lines
        Lines of the world.
    """

    def __init__(self, writer: Log, lines: int) -> None:
        self._writer = writer
        self.listed: NDArray[np.bool_] = np.zeros(lines, dtype=np.bool_)
        """(lines,) Whether a line is on the list of a strategy so far."""

    def begin(self, strategy: str, plan: Plan) -> None:
        """The next rows are this strategy's."""
        self._writer.begin(strategy, plan)
        self.listed[plan.order] = True

    def add(self, chunk: LogChunk) -> None:
        """Write rows."""
        self._writer.add(chunk)

    def end(self, result: EngineResult) -> None:
        """The strategy's rows are all there."""
        self._writer.end()


class Digesting:
    """Digests each strategy's call log."""

    digest: str = ""
    """Of the strategy that ended last, 64 hex digits."""

    def begin(self, strategy: str, plan: Plan) -> None:
        """Start anew."""
        self._log = LogDigest()

    def add(self, chunk: LogChunk) -> None:
        """Digest rows."""
        self._log.update(chunk)

    def end(self, result: EngineResult) -> None:
        """Close the digest."""
        self.digest = self._log.hexdigest()


class Telling:
    """Tells a strategy's plan to a function when it begins, such as one that notes facts of it."""

    def __init__(self, tell: Callable[[str, Plan], None]) -> None:
        self._tell = tell

    def begin(self, strategy: str, plan: Plan) -> None:
        """Tell it."""
        self._tell(strategy, plan)

    def add(self, chunk: LogChunk) -> None:
        """Nothing."""

    def end(self, result: EngineResult) -> None:
        """Nothing."""
