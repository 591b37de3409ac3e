"""What is true of a simulated log is found in it, and what it cannot tell is not claimed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.fitting.dials import HUMAN, MACHINE, NO_ANSWER, _with_half_seconds
from sim.fitting.fit import Fit, fit
from sim.fitting.order import order_z
from sim.fitting.stayed import Stayed
from sim.fitting.told import untold
from sim.scenario.load import load_scenario
from sim.scenario.world import World
from tests.fitting.proofs import ALL, DESIGNS, name_of
from tests.fitting.simulated import Truth, log_of, stated, world_file


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return load_scenario(world_file(tmp_path_factory.mktemp("world"))).scenario.world


def off(found: Fit, truth: dict[str, float]) -> dict[str, float]:
    """How many standard deviations each fitted parameter lies off."""
    return {
        name_of(e.path): (e.central - truth[name_of(e.path)]) / ((e.high - e.low) / (2 * 1.645))
        for e in found.estimates
        if e.status != "prior" and name_of(e.path) in truth and e.low < e.high
    }


@pytest.mark.parametrize("design", ["one attempt", "no answer again", "people again"])
def test_the_truth_is_found(design: str, world: World) -> None:
    truth = Truth()
    dials = log_of(truth, np.random.default_rng(11), 2000, **DESIGNS[design])
    found = fit(dials, world, "landline")
    away = off(found, stated(truth, n=60_000))
    assert len(away) >= 8
    assert max(map(abs, away.values())) < 4, away
    assert found.timeout_ms == 25_000
    drawn = {name_of(e.path): e.draws for e in found.estimates}
    for other in ("frailty.sd", "by_attempt.1", "human_ring.median"):  # told apart from busy lines
        assert abs(np.corrcoef(drawn["busy"], drawn[other])[0, 1]) < 0.1
    status = {name_of(e.path): e.status for e in found.estimates}
    once = design == "one attempt"
    (sd,) = (e for e in found.estimates if e.path.endswith("frailty.sd"))
    if once:  # its range is the world's
        np.testing.assert_allclose((sd.low, sd.central, sd.high), (0.5, 1.0, 2.0), rtol=0.01)
    assert status["frailty.sd"] == ("prior" if once else "fitted")
    assert status["by_attempt.1"] == ("prior" if once else "fitted")


def test_a_list_in_order_is_seen() -> None:
    """People at the end of the list answer with twice the odds of those at its beginning."""
    random = log_of(Truth(), np.random.default_rng(4), 6000, 1)
    ordered = log_of(Truth(), np.random.default_rng(4), 6000, 1, sorted_by=np.log(2))
    assert abs(order_z(random)) < 3
    assert order_z(ordered) > 4


def test_where_the_list_has_an_order_hours_stay(world: World) -> None:
    dials = log_of(Truth(), np.random.default_rng(4), 1500, 1, days=2, sorted_by=2.0)
    found = fit(dials, world, "landline")
    assert not found.hours
    assert not [e for e in found.estimates if e.path.startswith("world.hours.")]
    told = {what: why for what, why, _ in untold((found,), Stayed(0, (), {}), world)}
    assert "leans on the place in the list" in told["landline, hours (prior)"]


def test_wrong_labels_bend_ring_times_and_it_is_said_that_they_are_taken_as_they_are(
    world: World,
) -> None:
    """One label in ten turned round: machines seem to pick up later than any interval allows."""
    rng = np.random.default_rng(12)
    right = log_of(Truth(), rng, 1500, again=ALL)
    turned = (right.outcome >= MACHINE) & (rng.random(len(right.line)) < 0.1)
    wrong = replace(right, outcome=np.where(turned, HUMAN + MACHINE - right.outcome, right.outcome))
    rings = []
    for dials in (right, wrong):
        found = fit(dials, world, "landline")
        rings += [e for e in found.estimates if e.path.endswith("machine_ring.p90")]
        nobody = Stayed(0, (), {})
        told = {what: (why, other) for what, why, other in untold((found,), nobody, world)}
        why, other = told["landline, errors of the machine detection"]
        assert why == "the log's labels are taken as they are"
        assert other == "calls that somebody listened to"
    assert rings[0].low < stated(Truth(), n=1000)["machine_ring.p90"] < rings[0].high
    assert rings[1].low > 1.05 * rings[0].high


def test_parts_of_the_week_are_found(world: World) -> None:
    """People answer more in the evening: odds 1.8 against the afternoon."""
    evening = tuple(np.log(1.8) if k % 4 == 2 else 0.0 for k in range(16))
    dials = log_of(Truth(hours=evening), np.random.default_rng(6), 3000, days=1, again=ALL)
    found = fit(dials, world, "landline")
    (odds,) = (e for e in found.estimates if e.path == "world.hours.fitted.2.odds")
    assert odds.low < 1.8 < odds.high * 1.15
    assert odds.low > 1.15
    assert odds.status == "fitted"


def test_whole_seconds_of_pick_ups_get_half_a_second() -> None:
    outcome = np.array([HUMAN, MACHINE, NO_ANSWER])
    whole, exact = np.array([9000.0, 14000.0, 25000.0]), np.array([9000.0, 14001.0, 25000.0])
    assert _with_half_seconds(whole, outcome).tolist() == [9500, 14500, 25000]
    assert _with_half_seconds(exact, outcome).tolist() == exact.tolist()
