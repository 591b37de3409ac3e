"""The population: one numpy column per attribute, one entry per line.

A column is a pure function of the replication's key, the world and the line's id. So a line keeps
its attributes whatever list it is on, and a world with more lines only adds some at the end. (The
last line of an odd number of lines may get a partner by that.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.world.moments import Moments, moments_of

U8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Population:
    """Columns by line id, each (lines,), uint8 unless said."""

    territory: U8
    """Index into the world's territories, in declared order."""
    line_type: U8
    """Index into the world's line types."""
    segment: U8
    """Index into the world's segments; 0 where there are none."""
    cohort: U8
    """Frailty cohort, 0 to 63, lowest propensity first."""
    in_service: U8
    """0 where the number is invalid."""
    has_machine: U8
    """1 where an answering machine picks up if nobody does."""
    voters: U8
    """Registered voters behind the line, people."""
    hearers: U8
    """Voters of the line who hear a message that is heard, people."""
    consent: U8
    """1 where the line's people consented beforehand to calls like these; a consent that does not
    cover them is none."""
    slot: U8
    """Index of the weekly time that a consent names; 0 where there are none."""
    registers: U8
    """Bit r is set where the line stands in the world's register r."""
    opposed: U8
    """1 where the directory marks the line as refusing."""
    consent_from_ms: Moments | NDArray[np.int64] | None = None
    """int64 First moment at which the consent holds, ms since 1970 UTC; :data:`NEVER` where there
    is none. None where consents are older than all else: they held long before the campaign."""
    consent_until_ms: Moments | NDArray[np.int64] | None = None
    """int64 First moment at which it holds no more, likewise; :data:`NEVER` where it stays, or
    where there is none. None where no consent is ever withdrawn."""
    in_use: U8 | None = None
    """0 where nobody uses the line: nobody picks up there or hears a message. None where somebody
    uses every line."""
    partner: NDArray[np.int32] | None = None
    """int32 The other line of the household, or -1. None where every line is a household of its
    own."""

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.territory)

    def consent_ends(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Lines at which consent ends, rising, and the first moment without, ms since 1970 UTC."""
        if self.consent_until_ms is None:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
        return moments_of(self.consent_until_ms)
