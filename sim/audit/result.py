"""What one rule found when a log was held against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.regimes.model import Rule

Status = Literal["assessed", "not_assessable", "not_in_force"]


@dataclass(frozen=True)
class RuleResult:
    """One rule held against a log. Counts are 0 where it was not assessed: see :attr:`status`."""

    rule: Rule
    """The rule: its id, title, force, reading and source."""
    status: Status
    """Whether it was assessed."""
    reason: str = ""
    """Why not, where not."""
    campaign: bool = False
    """Whether the rule counts once for the campaign; then a violation is one, and no call's."""
    calls: int = 0
    """Calls that the rule looks at, and of which is known whether they break it."""
    unassessed: int = 0
    """Calls of which that is not known: of them nothing is said."""
    why: str = ""
    """What is not known of these."""
    violations: int = 0
    """Calls that break it."""
    lines: int = 0
    """Distinct lines of these."""
    first_ms: int | None = None
    """Start of the first of these, ms since 1970 UTC; None where there is none."""
    last_ms: int | None = None
    """Start of the last."""
    overruns: int | None = None
    """Calls that began rightly and ran past an edge; None where that cannot be told."""
    overrun_lines: int = 0
    """Distinct lines of these."""
    heard_inside: int | None = None
    """Messages left rightly and heard in the silence; None where that cannot be told."""
    heard_lines: int = 0
    """Distinct lines of these."""
    notes: tuple[str, ...] = ()
    """What a reader of the counts must know."""
    packed: NDArray[np.uint8] | None = None
    """The calls that break it, a bit each, in the order of the log; None where no call does."""

    @property
    def assessed(self) -> bool:
        """Whether it was assessed."""
        return self.status == "assessed"

    @property
    def clean(self) -> bool:
        """Whether no violation was found and none can hide in what is not known."""
        return self.assessed and not self.violations and not self.unassessed
