"""Votes: by hand, and that nothing else hangs on them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sim.measure.findings import Findings, find
from sim.measure.metrics import at_full_size, compute
from sim.measure.tally import Tally
from sim.record.log import Outcome
from sim.scenario.scenario import Scenario
from tests import hand_built as hand
from tests.worlds import plain

HEARD = Outcome.HEARD + 3


def found(votes: dict[str, Any] | None, scale: Fraction = Fraction(1)) -> Findings:
    """Four lines dialled, of which two hear the message: two people."""
    people = hand.population([0] * 4)
    tally = Tally(hand.plan(people))
    rows = [(line, 1, line, 60_000, HEARD if line < 2 else 2) for line in range(4)]
    tally.add(hand.log(rows, people))
    scenario = hand.scenario(prices={"per_attempt": "0.5 EUR"})
    if votes is not None:
        world = Scenario.model_validate(plain(world={"votes": votes})).world
        scenario = scenario.model_copy(
            update={"world": scenario.world.model_copy(update={"votes": world.votes})}
        )
    return find(tally, np.ones(4, dtype=np.uint8), scenario, "as-run", scale)


def test_by_hand() -> None:
    values = compute(found({"per_1000_reached": 100, "vote_anyway": 0.16}).totals)
    assert values["people_reached"] == 2
    assert values["votes_gained"] == pytest.approx(0.2)
    assert values["votes_per_1000_dialled"] == pytest.approx(50)
    assert values["votes_placebo"] == pytest.approx(0.32)
    assert values["votes_seeming"] == pytest.approx(0.52)
    assert values["cost_per_vote"] == pytest.approx(4 * 0.5 / 0.2)
    assert values["complaints_per_vote"] is None  # the world has no complaints


@pytest.mark.parametrize("effect", [0, -3])
def test_where_no_vote_is_gained_none_has_a_cost(effect: float) -> None:
    values = compute(found({"per_1000_reached": effect}).totals)
    assert values["votes_gained"] == pytest.approx(2 * effect / 1000)
    assert values["votes_placebo"] == 0
    assert values["cost_per_vote"] is None


def test_at_a_scale_votes_grow_and_their_cost_does_not() -> None:
    one = Fraction(1, 10)
    shown = at_full_size(compute(found({"per_1000_reached": 100}, one).totals), one)
    assert shown["votes_gained"] == pytest.approx(2)
    assert shown["cost_per_vote"] == pytest.approx(10)


def test_what_is_not_modelled_has_no_value_and_moves_nothing_else() -> None:
    without, with_ = (compute(found(v).totals) for v in (None, {"per_1000_reached": 100}))
    ours = {name for name in with_ if "vote" in name}
    assert {without[name] for name in ours} == {None}
    assert len(ours) == 6
    assert {k: v for k, v in without.items() if k not in ours} == {
        k: v for k, v in with_.items() if k not in ours
    }
