"""People reached in expectation, from counts of lines: no engine runs again.

Whether a message left on a machine is heard, how many voters stand behind a line, and whether they
all hear it decide nothing about dialling. So one call log has, under any values of these inputs, an
exact mean of the people reached. It needs no more than how many lines a person heard the live
message on or not, by how many messages were left there:

* a line with ``k`` messages left has heard one with the chance ``1 - (1 - h)^k``;
* on a line that nobody uses none is heard;
* behind a line stand ``m`` voters in the mean, and none behind a share of them;
* the live message reaches one voter; a message heard one, and each further with the chance ``s``;
* a line counts once, with the larger of the two.

What is left of chance when millions of lines are added up is below a thousandth (tested).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
VoicemailRule = Literal["heard", "left", "never"]
"""When a voicemail counts as reached: ``reached_when.voicemail``."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Values of the reading inputs in n draws, each (n,) float64."""

    voters: Floats
    """Mean registered voters behind a line, people; at least 0."""
    heard: Floats
    """Share of messages left that somebody plays to the end, 0–1."""
    shared: Floats
    """Chance that a further voter hears a message that one heard, 0–1."""
    none: Floats | float = 0.0
    """Share of lines without any voter, 0–1."""


def people_reached(
    lines: NDArray[np.int64], draws: Readings, rule: VoicemailRule = "heard"
) -> Floats:
    """Mean people reached in each draw.

    Parameters
    ----------
    lines : (2 or 3, k + 1) int64
        Lines without and with a live delivery, by the number of messages left there; in a third
        row those that nobody uses.
    draws
        Values of the inputs.
    rule
        When a voicemail counts: once ``heard``, once ``left``, or ``never``.

    Returns
    -------
    (n,) float64
        People.
    """
    one = np.minimum(draws.voters, 1.0 - draws.none)  # E min(1, voters): lines with any
    heard = _heard(lines.shape[1], draws.heard, rule)
    without, live = _two_rows(lines, rule)
    alone = heard @ without * (draws.shared * draws.voters + (1 - draws.shared) * one)
    both = live.sum() * one + heard @ live * draws.shared * (draws.voters - one)
    return np.asarray(alone + both, dtype=np.float64)


def lines_reached(
    lines: NDArray[np.int64], draws: Readings, rule: VoicemailRule = "heard"
) -> Floats:
    """Mean lines reached in each draw, (n,); arguments as for :func:`people_reached`."""
    heard = _heard(lines.shape[1], draws.heard, rule)
    without, live = _two_rows(lines, rule)
    return np.asarray(live.sum() + heard @ without, dtype=np.float64)


def _two_rows(lines: NDArray[np.int64], rule: VoicemailRule) -> tuple[Floats, Floats]:
    """(k + 1,) each: lines without and with a live delivery, where a message may count.

    On a line that nobody uses none is heard, and as many are left as anywhere.
    """
    rows = lines.astype(np.float64)
    without = rows[0] + rows[2:].sum(axis=0) if rule == "left" else rows[0]
    return without, rows[1]


def _heard(columns: int, share: Floats, rule: VoicemailRule) -> Floats:
    """(n, columns) Chance that a line with so many messages left counts as having heard one."""
    left = np.arange(columns)
    if rule == "never":
        return np.zeros((len(share), columns))
    if rule == "left":
        return np.broadcast_to((left > 0).astype(np.float64), (len(share), columns))
    return np.asarray(1.0 - (1.0 - share[:, None]) ** left, dtype=np.float64)
