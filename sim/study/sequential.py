"""A share, judged as draws come in: at least so large or not, with errors that are bounded.

An event happens in each draw with the same unknown chance p, independently. The claim is
``p >= least``. Two bets are kept, each on one side of it: on the claim a mixture of larger chances
is set against ``least``, half of it on 1 and half spread evenly; against the claim, smaller chances
spread evenly. Whichever p holds on the other side, the capital of a bet is a non-negative
supermartingale that begins at 1, so that it ever reaches ``1/alpha`` with a chance of at most
``alpha`` (Ville 1939). One may look after every draw, and stop when one likes.
"""

from __future__ import annotations

import math
from typing import Literal

from sim.special import betainc, betaln, xlog1py, xlogy

Judgement = Literal["kept", "broken", "open"]
"""``open``: not yet to be told."""


def judge(kept: int, draws: int, least: float, confidence: float) -> Judgement:
    """What so many draws say of the claim that the chance of an event is at least `least`.

    Asked after each draw, the chance that it ever answers ``broken`` of a claim that holds is at
    most ``1 - confidence``; so is the chance that it ever answers ``kept`` of one that does not.

    Parameters
    ----------
    kept
        Draws in which the event happened.
    draws
        Draws so far.
    least
        The chance that is claimed at least, between 0 and 1.
    confidence
        At least 0.5, below 1.
    """
    enough = -math.log(1 - confidence)
    if capital_for(kept, draws, least) >= enough:
        return "kept"
    return "broken" if capital_against(kept, draws, least) >= enough else "open"


def capital_for(kept: int, draws: int, least: float) -> float:
    """Natural logarithm of the capital of the bet on the claim."""
    missed = draws - kept
    spread = _log_integral(kept, missed, least, above=True) - math.log(1 - least)
    sure = 0.0 if missed == 0 else -math.inf
    top = max(spread, sure)
    mixed = top + math.log(0.5 * math.exp(spread - top) + 0.5 * math.exp(sure - top))
    return mixed - _log_chance(kept, missed, least)


def capital_against(kept: int, draws: int, least: float) -> float:
    """Natural logarithm of the capital of the bet against the claim."""
    missed = draws - kept
    spread = _log_integral(kept, missed, least, above=False) - math.log(least)
    return spread - _log_chance(kept, missed, least)


def _log_chance(kept: int, missed: int, p: float) -> float:
    return float(xlogy(kept, p) + xlog1py(missed, -p))


def _log_integral(kept: int, missed: int, p: float, *, above: bool) -> float:
    """Logarithm of the integral of ``x**kept (1-x)**missed`` above or below p."""
    a, b = kept + 1, missed + 1
    share = betainc(b, a, 1 - p) if above else betainc(a, b, p)
    return -math.inf if share <= 0 else float(betaln(a, b) + math.log(share))


def fewest(least: float, confidence: float) -> int:
    """Draws that confirm the claim where the event happens in every one."""
    n = 1
    while judge(n, n, least, confidence) != "kept":
        n += 1
    return n
