"""What votes cost over draws, held against a normal law; and a range of either sign."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import norm

from sim.document.quantity import SignedRange
from sim.engine.plan.stage import Stage
from sim.jobs.draws import Drawing
from sim.jobs.roles import Role, roles
from sim.loading.load import load
from sim.study.inputs import groups, inputs
from sim.study.law import law_of
from sim.study.picture import law_lines
from sim.study.votes import per_vote, worth
from tests.docs.pages import ROOT

EVEN = (np.arange(200_000) + 0.5) / 200_000


def test_a_range_of_either_sign_is_two_half_normals_on_its_own_scale() -> None:
    law = law_of(SignedRange(low=-1.1, central=0.5, high=2.1))
    assert law is not None
    u = np.array([0.001, 0.05, 0.3, 0.5, 0.95, 0.999])
    assert law(u) == pytest.approx(0.5 + norm.ppf(u) * 1.6 / norm.ppf(0.95))
    assert law_lines(law)[0] == "two half-normals joined at the median"
    flat = law_of(SignedRange(low=-1, central=0, high=1, shape="uniform"))
    assert flat is not None
    assert flat(np.array([0.05, 0.5, 0.95])) == pytest.approx([-1, 0, 1])


def test_a_logarithm_of_either_sign_is_refused() -> None:
    with pytest.raises(ValidationError, match="has no logarithm"):
        SignedRange(low=-1, central=0, high=1, shape="log-uniform")


def test_votes_of_a_normal_effect() -> None:
    votes = norm.ppf(EVEN, loc=500, scale=1_000)
    found = worth(votes, np.full(votes.shape, 60_000.0), None)
    assert found["p50"] == pytest.approx(500)
    assert found["none_or_lost"] == pytest.approx(norm.cdf(-0.5), abs=1e-4)
    assert found["consistent_with_none"]
    assert found["complaints_per_vote"] is None
    cost = found["cost_per_vote"]
    assert cost is not None
    assert cost["p50"] == pytest.approx(120)
    assert cost["p5"] == pytest.approx(60_000 / (500 + 1_000 * norm.ppf(0.95)), rel=1e-4)
    assert cost["p95"] is None


def test_an_effect_that_is_sure_has_a_bound_and_what_is_free_no_cost() -> None:
    votes = np.array([100.0, 200.0, 400.0])
    found = worth(votes, np.full(3, 1_000.0), None)
    assert not found["consistent_with_none"]
    assert found["none_or_lost"] == 0
    cost = found["cost_per_vote"]
    assert cost is not None
    assert cost["p95"] is not None
    assert cost["p50"] == pytest.approx(5)
    assert cost["p5"] < 5 < cost["p95"]  # type: ignore[operator]
    assert per_vote(np.zeros(3), votes) is None


def test_no_call_hangs_on_votes_and_no_other_input_moves_for_them() -> None:
    loaded = load(str(ROOT / "scenarios" / "uk-by-election.yaml"))
    scenario = loaded.scenario
    without = scenario.model_copy(
        update={"world": scenario.world.model_copy(update={"votes": None})}
    )
    path = "world.votes.per_1000_reached"
    moving = groups(scenario)
    assert [one.path for one in inputs(moving)] == [
        *(one.path for one in inputs(groups(without))),
        path,
    ]
    drawing = Drawing(loaded, (scenario.base,), 1)  # type: ignore[arg-type]
    assert len(drawing.points(range(8))[path]) == 8
    alone = [group for group in moving if group.inputs[0].path == path]
    role = roles(Stage(scenario, loaded.laws), alone, (scenario.base,))[scenario.base].role
    assert role == {path: Role.READING}
