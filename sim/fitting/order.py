"""Whether the order of a list leans on who answers: then no hour can be told from a place in it."""

from __future__ import annotations

import numpy as np

from sim.fitting.dials import HUMAN, Dials

ORDERED = 4.0
"""Beyond this, the place in the list tells more of answering than chance does."""


def order_z(dials: Dials) -> float:
    """How far a person's answer leans on a line's place in the list, inside hours: a normal score.

    A list in the order of some segment looks like an effect of the hour, as each hour has another
    part of the list. So one hour of several days is looked at, those of Monday to Thursday being
    alike: in a list without an order, it is answered alike on all of them. Of one day it cannot be
    seen.
    """
    first = np.flatnonzero((dials.attempt == 1) & dials.rang)
    if len(first) < 2:
        return 0.0
    place = np.empty(len(first))
    place[np.argsort(dials.start[first], kind="stable")] = np.arange(len(first))
    group, hour = np.maximum(dials.quarter // 96 - 3, 0), dials.quarter // 4 % 24
    cell = np.unique((group * 24 + hour)[first], return_inverse=True)[1]
    human = (dials.outcome[first] == HUMAN).astype(np.float64)
    size = np.bincount(cell)
    away = place - (np.bincount(cell, place) / size)[cell]
    chance = (np.bincount(cell, human) / size)[cell]
    total = float((away * (human - chance)).sum())
    spread = float((away**2 * chance * (1 - chance)).sum())
    return total / np.sqrt(spread) if spread > 0 else 0.0
