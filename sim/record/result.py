"""What an engine knows at the end, beside the log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.record.feedback import FeedbackResult


@dataclass(frozen=True, slots=True)
class EngineResult:
    """Final state of the lines, from which ledgers are computed."""

    attempts: NDArray[np.uint8]
    """(lines,) By line id: attempts made; 0 for a line that was not dialled."""
    calls: int
    """Rows of the log."""
    until_ms: NDArray[np.int64] | None = None
    """(lines,) By line id: from when on it was left alone; None where no line ever could be."""
    stopped_ms: int | None = None
    """When a reaction to the regulator stopped the campaign; None where none did."""
    feedback: FeedbackResult | None = None
    """What followed from the calls; None where the plan has no feedback."""
