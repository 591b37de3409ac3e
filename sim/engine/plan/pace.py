"""The pacing clock across a change of calls per second."""

from __future__ import annotations

import math
from fractions import Fraction


def rebase(tat: Fraction, old_gap: Fraction, new_gap: Fraction) -> Fraction:
    """Earliest next start after a change of pace.

    The gap after the last start becomes the one of the pace now in force: a slow pace that ends
    does not hold up the fast one that follows.

    Parameters
    ----------
    tat
        Earliest next start under the old pace, ms.
    old_gap, new_gap
        Milliseconds between starts, before and after.

    Returns
    -------
    Fraction
        In ms, rounded up to the grid of the new gap's denominator.
    """
    unit = new_gap.denominator
    return Fraction(math.ceil((tat - old_gap) * unit), unit) + new_gap
