"""What a chapter is written from: all that one strategy's run left behind."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.engine.plan.plan import Plan
    from sim.measure.cases import Cases
    from sim.measure.lines import Survey
    from sim.measure.tally import Tally
    from sim.record.feedback import FeedbackResult
    from sim.record.result import EngineResult
    from sim.scenario.scenario import Scenario
    from sim.scenario.strategy import Strategy
    from sim.scenario.world import World

Int64s = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One strategy's run, counted but not yet told. Both engines leave the same."""

    tally: Tally
    """The whole call log, counted: by outcome and bin, local hour, territory and attempt."""
    lines: Survey
    """What became of the lines, by territory and along the timeline."""
    result: EngineResult
    """Final state of the lines, and what followed from the calls."""
    scenario: Scenario
    """The scenario, scaled or not; what its world does not have is not modelled."""
    strategy: str
    """Name of the strategy."""
    scale: Fraction = Fraction(1)
    """Effective scale: lines simulated ÷ lines at full size."""
    cases: Cases | None = None
    """The log's ledger of cases; None where nobody kept one."""

    @property
    def plan(self) -> Plan:
        """What the engine ran."""
        return self.tally.plan

    @property
    def world(self) -> World:
        """The scenario's world."""
        return self.scenario.world

    @property
    def rules(self) -> Strategy:
        """The strategy itself."""
        return self.scenario.strategies[self.strategy]

    @property
    def feedback(self) -> FeedbackResult | None:
        """What followed from the calls, line by line; None where the plan has no feedback."""
        return self.result.feedback

    @property
    def list_done_ms(self) -> int | None:
        """Start of the call that dialled the last undialled line, ms since the start, or None."""
        left = self.lines.total("listed") - self.lines.total("left_alone")
        done = left == self.lines.total("dialled") > 0
        return int(self.tally.tables.moments[:, 2].max()) if done else None

    @property
    def wanted_ms(self) -> Int64s:
        """(territories,) The moment from which no fresh line was left there, ms."""
        count = self.lines.by_territory
        cutoffs = np.array([calling.cutoff_ms for calling in self.plan.calling], dtype=np.int64)
        done = count["listed"] == count["dialled"] + count["left_alone"]
        wanted: Int64s = np.where(done, self.tally.tables.moments[:, 2] + 1, cutoffs)
        return wanted

    def utc(self, moments_ms: Int64s) -> NDArray[np.datetime64]:
        """Moments since the campaign's start as UTC; negative ones as NaT."""
        moments = (moments_ms + self.plan.start_utc_ms).astype("datetime64[ms]")
        moments[moments_ms < 0] = np.datetime64("NaT")
        return moments
