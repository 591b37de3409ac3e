"""Verdicts as draws come in: how often they err, worked out exactly, and how soon they come."""

from __future__ import annotations

import math
from functools import cache

import pytest

from sim.study.sequential import capital_against, capital_for, fewest, judge

told = cache(judge)


def ever(p: float, least: float, confidence: float, draws: int) -> dict[str, float]:
    """The chance of each verdict within so many draws, by following every path at once."""
    still = {0: 1.0}
    ended = {"kept": 0.0, "broken": 0.0}
    for n in range(1, draws + 1):
        after: dict[int, float] = {}
        for kept, chance in still.items():
            for more, share in ((1, p), (0, 1 - p)):
                after[kept + more] = after.get(kept + more, 0.0) + chance * share
        still = {}
        for kept, chance in after.items():
            judged = told(kept, n, least, confidence)
            if judged == "open":
                still[kept] = chance
            else:
                ended[judged] += chance
    return ended


@pytest.mark.parametrize("least", [0.05, 0.5, 0.8, 0.95])
def test_false_alarms_are_as_few_as_is_stated(least: float) -> None:
    """At the edge of the claim, where it is hardest: 200 looks, and 1 in 20 at most."""
    at_edge = ever(least, least, 0.95, 200)
    assert at_edge["broken"] <= 0.05
    just_below = ever(least - 1e-9, least, 0.95, 200)
    assert just_below["kept"] <= 0.05
    # Not by never speaking: with another truth it is told.
    assert ever(min(0.999, least + 0.2), least, 0.95, 200)["kept"] > (0.75 if least < 0.9 else 0.4)
    assert ever(max(0.001, least - 0.3), least, 0.95, 400)["broken"] > (0.9 if least > 0.1 else 0.3)


def test_the_capital_is_a_fair_game_at_the_edge() -> None:
    """The mean capital after one more draw is the capital before it, on any path."""
    for kept, draws, least in ((0, 0, 0.3), (3, 4, 0.3), (7, 9, 0.8), (0, 5, 0.5)):
        for capital in (capital_for, capital_against):
            now = math.exp(capital(kept, draws, least))
            won = math.exp(capital(kept + 1, draws + 1, least))
            lost = math.exp(capital(kept, draws + 1, least))
            assert least * won + (1 - least) * lost == pytest.approx(now, rel=1e-9)
    assert capital_for(0, 0, 0.3) == pytest.approx(0, abs=1e-12)
    assert capital_against(0, 0, 0.3) == pytest.approx(0, abs=1e-12)


def test_how_soon_a_claim_that_always_holds_is_told() -> None:
    """Half of the bet is on 1: once 2 · 20 is below (1/least)ⁿ, at the latest."""
    for least in (0.5, 0.8, 0.95):
        assert fewest(least, 0.95) <= math.ceil(math.log(40) / -math.log(least))
    assert judge(0, 0, 0.5, 0.95) == "open"
    # Against it: the mean of (2 - 2x)ⁿ over x below a half is 2ⁿ (2 - 2⁻ⁿ) / (n + 1), 18 and 32.
    assert [judge(0, n, 0.5, 0.95) for n in (6, 7)] == ["open", "broken"]
