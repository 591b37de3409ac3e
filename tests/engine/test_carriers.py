"""Carriers that share the calls: by hand, and against one carrier of the same size."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan, Step
from sim.measure.capacity import on_offer
from sim.record.head import cut
from sim.record.log import LogChunk
from sim.scenario.scale import scale_scenario
from tests.equivalence.compare import difference, log_of
from tests.worlds import plain

ENGINES: dict[str, Any] = {"fast": fast, "reference": reference}
FREE = "1000000"
"""A pace that never binds but within a millisecond."""


def shared(carriers: dict[str, Any], lines: int = 9, **dialing: Any) -> Plan:
    """Nobody answers, so that every call holds its channel for 25 s."""
    limits = {"channels": 1000, "calls_per_second": FREE, **dialing}
    scenario = plain(
        world={"lines": lines}, answering={"human": 0.0}, dialing={**limits, "carriers": carriers}
    )
    return build_plan(scenario, "only")


def starts(engine: str, plan: Plan) -> list[int]:
    return log_of(ENGINES[engine], plan)[0].start_ms.tolist()


A = {"channels": 2, "calls_per_second": "1"}
B = {"channels": 1, "calls_per_second": "1/4"}


@pytest.mark.parametrize("engine", ENGINES)
def test_each_call_goes_to_the_carrier_that_takes_it_first(engine: str) -> None:
    """A takes the first call and, a second later, one more; B one between, 1 ms after the first.

    Then both are full until these end, after 25 s each.
    """
    assert starts(engine, shared({"a": A, "b": B})) == [
        0, 1, 1_000, 25_000, 25_001, 26_000, 50_000, 50_001, 51_000,
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_where_both_take_a_call_the_one_named_first_does(engine: str) -> None:
    """One has a call a minute at most: the order in which they are named shows in the times."""
    slow = {"channels": 5, "calls_per_second": "1/60"}
    quick = {"channels": 1, "calls_per_second": FREE}
    assert starts(engine, shared({"slow": slow, "quick": quick}, lines=4)) == [
        0, 1, 25_001, 50_001,
    ]  # fmt: skip
    assert starts(engine, shared({"quick": quick, "slow": slow}, lines=4)) == [
        0, 1, 25_000, 50_000,
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_an_outage_is_of_its_carrier_alone(engine: str) -> None:
    """A is gone from 00:01 to 00:02: its calls of then run on, and B goes on by itself."""
    out = {"from": "2017-04-18 00:01", "to": "2017-04-18 00:02", "channels": 0}
    found = starts(engine, shared({"a": {**A, "outages": [out]}, "b": B}, lines=15))
    assert found == [
        0, 1, 1_000, 25_000, 25_001, 26_000, 50_000, 50_001, 51_000,
        75_001, 100_001, 120_000, 121_000, 125_001, 145_000,
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_the_dialers_own_limits_hold_as_well(engine: str) -> None:
    few = shared({"a": A, "b": B}, channels=2)
    assert starts(engine, few)[:6] == [0, 1, 25_000, 25_001, 50_000, 50_001]
    slow = shared({"a": A, "b": B}, calls_per_second="1/3")
    assert starts(engine, slow)[:5] == [0, 3_000, 6_000, 25_000, 28_000]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("parts", [(7, 7), (1, 13), (5, 4, 3, 2)])
def test_carriers_without_a_pace_are_one_of_them_all(engine: str, parts: tuple[int, ...]) -> None:
    def log(carriers: dict[str, Any]) -> LogChunk:
        scenario = plain(
            world={"lines": 400},
            answering={"machine": 0.3, "human": 0.3, "busy": 0.1},
            dialing={"channels": 14, "calls_per_second": "3/2", "carriers": carriers},
            attempts={"lifetime": 3},
            recycle={"no_answer": {"delay": "90 s"}, "busy": {"delay": "20 s"}},
        )
        return log_of(ENGINES[engine], build_plan(scenario, "only"))[0]

    each = {f"c{i}": {"channels": n, "calls_per_second": FREE} for i, n in enumerate(parts)}
    assert difference(log({}), log(each)) is None


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_in_progress_at_a_cut_holds_the_channels_of_its_carrier(engine: str) -> None:
    plan = shared({"a": A, "b": B}, lines=15)
    whole = log_of(fast, plan)[0]
    for at in (1, 2, 1_001, 25_001, 26_000, 51_001):
        assert difference(whole, log_of(ENGINES[engine], plan, head=cut(whole, at))[0]) is None


def test_capacity_is_the_lower_of_the_dialers_and_of_all_carriers_together() -> None:
    out = {"from": "2017-04-18 00:01", "to": "2017-04-18 00:02", "channels": 0}
    plan = shared({"a": {**A, "outages": [out]}, "b": B})
    assert plan.capacity == (
        Step(0, 3, Fraction(5, 4)),
        Step(60_000, 1, Fraction(5, 4)),
        Step(120_000, 3, Fraction(5, 4)),
    )
    assert shared({"a": A, "b": B}, channels=2).capacity == (Step(0, 2, Fraction(5, 4)),)
    assert shared({}).capacity == shared({}).steps
    # Three minutes: 3, 1 and 3 channels.
    available, opened, _ = on_offer(plan, np.array([180_000]), 180_000)
    assert (available, opened) == (7 * 60_000, 180_000)


def test_a_smaller_campaign_has_smaller_carriers() -> None:
    carriers = {"a": {"channels": 50, "calls_per_second": "8"}}
    scenario = plain(world={"lines": 1000}, dialing={"carriers": carriers})
    scaled, notes = scale_scenario(scenario, Fraction(1, 10))
    found = scaled.strategies["only"].dialing.carriers["a"]
    assert (found.channels, found.calls_per_second) == (5, Fraction(4, 5))
    assert {"strategies.only.dialing.carriers.a.channels"} <= {note.path for note in notes}
