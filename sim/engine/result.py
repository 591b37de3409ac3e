"""What an engine knows at the end, beside the log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EngineResult:
    """Final state of the lines, from which ledgers are computed."""

    attempts: NDArray[np.uint8]
    """(lines,) By line id: attempts made; 0 for a line that was not dialled."""
    calls: int
    """Rows of the log."""
