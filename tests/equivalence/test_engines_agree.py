"""The two engines write the identical call log, call for call, bit for bit."""

from __future__ import annotations

import secrets

import pytest

from sim.engine import fast, reference
from sim.engine.plan.plan import Plan
from tests.equivalence import edge_cases
from tests.equivalence.compare import difference, log_of, parted
from tests.equivalence.generate import plan as plan_of

SHARDS = 6
"""The generated scenarios are split so that two cores share them."""
SOON = 15
"""Of the hundred of each shard, so many are tried each time; the rest in ``make verify``."""


def check_plan(plan: Plan) -> None:
    """Both engines give the same log and the same final state, whatever the block sizes."""
    expected, final = log_of(reference, plan)
    found, result = log_of(fast, plan)
    assert difference(expected, found) is None
    assert parted(final, result) is None
    assert final.calls == result.calls == len(found)
    # Small blocks make the engine ask for draws, room and buckets at other moments.
    blocks, small = log_of(fast, plan, draw_block=3, log_block=7)
    assert difference(found, blocks) is None
    assert parted(result, small) is None


@pytest.mark.parametrize("shard", range(SHARDS))
def test_engines_agree_on_generated_scenarios(shard: int) -> None:
    """90 scenarios in all: 6 shards of 15, the same ones each time."""
    for number in range(100 * shard, 100 * shard + SOON):
        check_number(number)


def test_engines_agree_where_the_message_changes_on_a_date() -> None:
    for number in (1001, 1003, 1007, 1009, 1019, 1021, 1031, 1033):
        assert len(plan_of(number).message_from_ms) > 1, number
        check_number(number)


def test_engines_agree_where_carriers_share_the_calls() -> None:
    for number in (1000, 1005, 1015, 1020, 1025, 1035, 1045, 1050):
        assert plan_of(number).carriers, number
        check_number(number)


def test_engines_agree_where_some_lines_are_idle_and_others_heard_alike() -> None:
    for number in range(1002, 1082, 10):
        plan = plan_of(number)
        assert plan.population.in_use is not None, number
        assert plan.tables.heard_alike, number
        check_number(number)


def test_engines_agree_where_stories_break() -> None:
    for number in (2013, 2015, 2018, 2028, 2036, 2044, 2050, 2051):
        feedback = plan_of(number).feedback
        assert feedback is not None, number
        assert feedback.complaints is not None, number
        assert feedback.complaints.shocks, number
        check_number(number)


@pytest.mark.verify
@pytest.mark.parametrize("shard", range(SHARDS))
def test_engines_agree_on_the_rest_of_them(shard: int) -> None:
    """510 scenarios more, the same ones each time."""
    for number in range(100 * shard + SOON, 100 * shard + 100):
        check_number(number)


def check_number(number: int) -> None:
    """Both engines agree on a generated plan, or the failure names its number."""
    try:
        check_plan(plan_of(number))
    except Exception as error:
        raise AssertionError(f"tests.equivalence.generate.plan({number}): {error}") from error


@pytest.mark.parametrize("name", sorted(edge_cases.plans()))
def test_engines_agree_on_hand_built_edges(name: str) -> None:
    """Several things in the same millisecond."""
    check_plan(edge_cases.plans()[name])


@pytest.mark.verify
@pytest.mark.parametrize("shard", range(10))
def test_engines_agree_on_thousands_of_scenarios(shard: int) -> None:
    """5,000 scenarios more, new ones each time."""
    for _ in range(500):
        check_number(secrets.randbelow(2**48))
