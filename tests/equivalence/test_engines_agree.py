"""The two engines write the identical call log, call for call, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings

from sim.engine import fast, reference
from sim.engine.build import build_plan
from sim.engine.plan import Plan
from sim.scenario.model import Scenario
from tests.equivalence import edge_cases
from tests.equivalence.compare import difference, log_of
from tests.equivalence.generate import scenarios

SHARDS = 6
"""The generated scenarios are split so that two cores share them."""


def check_agreement(scenario: Scenario) -> None:
    """Both engines agree on the plan of a scenario."""
    check_plan(build_plan(scenario, "only"))


def check_plan(plan: Plan) -> None:
    """Both engines give the same log and the same final state, whatever the block sizes."""
    expected, final = log_of(reference, plan)
    found, result = log_of(fast, plan)
    assert difference(expected, found) is None
    np.testing.assert_array_equal(final.attempts, result.attempts)
    assert final.calls == result.calls == len(found)
    # Small blocks make the engine ask for draws, room and buckets at other moments.
    blocks, _ = log_of(fast, plan, draw_block=3, log_block=7)
    assert difference(found, blocks) is None


def sharded(shard: int, examples: int, random: bool = False) -> None:
    """Check a number of scenarios, the same ones each time unless told to be random."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=False,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios())
    def agree(scenario: Scenario) -> None:
        check_agreement(scenario)

    (agree if random else seed(shard)(agree))()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_engines_agree_on_generated_scenarios(shard: int) -> None:
    """600 scenarios in all: 6 shards of 100, fixed seeds."""
    sharded(shard, 100)


@pytest.mark.parametrize("name", sorted(edge_cases.plans()))
def test_engines_agree_on_hand_built_edges(name: str) -> None:
    """Several things in the same millisecond."""
    check_plan(edge_cases.plans()[name])


@pytest.mark.verify
@pytest.mark.parametrize("shard", range(10))
def test_engines_agree_on_thousands_of_scenarios(shard: int) -> None:
    """5,000 scenarios more, new ones each time."""
    sharded(shard, 500, random=True)
