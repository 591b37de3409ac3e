"""What is true of a simulated log is found in it, and what it cannot tell is not claimed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from sim.fitting.dials import BUSY, HUMAN, MACHINE, NO_ANSWER, _with_half_seconds
from sim.fitting.fit import Fit, fit, order_z
from sim.scenario.load import load_scenario
from sim.scenario.world import World
from tests.conftest import FUZZ
from tests.fitting.simulated import Truth, log_of, redrawn, stated, world_file

ALL = frozenset({NO_ANSWER, BUSY, HUMAN, MACHINE})
DESIGNS = {
    "one attempt": {"attempts": 1},
    "no answer again": {},
    "people again": {"again": ALL},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return load_scenario(world_file(tmp_path_factory.mktemp("world"))).scenario.world


def name_of(path: str) -> str:
    return path.partition(".answering.")[2]


def off(found: Fit, truth: dict[str, float]) -> dict[str, float]:
    """How many standard deviations each fitted parameter lies off."""
    return {
        name_of(e.path): (e.central - truth[name_of(e.path)]) / ((e.high - e.low) / (2 * 1.645))
        for e in found.estimates
        if e.status != "prior" and name_of(e.path) in truth
    }


@pytest.mark.parametrize("design", DESIGNS)
def test_the_truth_is_found(design: str, world: World) -> None:
    truth = Truth()
    dials = log_of(truth, np.random.default_rng(11), 2000, **DESIGNS[design])  # type: ignore[arg-type]
    found = fit(dials, world, "landline")
    away = off(found, stated(truth, n=60_000))
    assert len(away) >= 8
    assert max(map(abs, away.values())) < 4, away
    assert found.timeout_ms == 25_000
    status = {name_of(e.path): e.status for e in found.estimates}
    once = design == "one attempt"
    (sd,) = (e for e in found.estimates if e.path.endswith("frailty.sd"))
    if once:  # its range is the world's
        np.testing.assert_allclose((sd.low, sd.central, sd.high), (0.5, 1.0, 2.0), rtol=0.01)
    assert status["frailty.sd"] == ("prior" if once else "fitted")
    assert status["by_attempt.1"] == ("prior" if once else "fitted")


def test_a_list_in_order_is_seen() -> None:
    random = log_of(Truth(), np.random.default_rng(4), 4000)
    ordered = log_of(Truth(), np.random.default_rng(4), 30_000, 1, days=2, sorted_by=24.0)
    assert abs(order_z(random)) < 4
    assert abs(order_z(ordered)) > 4


def test_where_the_list_has_an_order_hours_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.fitting.fit.ORDERED", 0.0)  # any order is too much
    found = fit(log_of(Truth(), np.random.default_rng(4), 500), world, "landline")
    assert not found.hours
    assert not [e for e in found.estimates if e.path.startswith("world.hours.")]


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


@pytest.mark.verify
@pytest.mark.parametrize("design", DESIGNS)
def test_coverage_of_what_is_claimed(design: str, world: World, record_property: object) -> None:
    """90 % intervals over truths redrawn: within the binomial band, one false alarm in 1,000."""
    logs = 400
    inside: dict[str, int] = {}
    tried: dict[str, int] = {}
    for number in range(logs):
        rng = np.random.default_rng([7, number])
        truth = redrawn(rng)
        dials = log_of(truth, rng, 2500, **DESIGNS[design])  # type: ignore[arg-type]
        right = stated(truth, n=60_000)
        for e in fit(dials, world, "landline").estimates:
            name = name_of(e.path)
            if e.status == "fitted" and name in right:
                tried[name] = tried.get(name, 0) + 1
                inside[name] = inside.get(name, 0) + (e.low <= right[name] <= e.high)
    alpha = 0.001 / len(tried)
    told = {name: f"{inside[name]}/{n}" for name, n in tried.items()}
    record_property(FUZZ, f"coverage, {design}: {told}")  # type: ignore[operator]
    for name, n in tried.items():
        least, most = binom.ppf(alpha / 2, n, 0.9), binom.ppf(1 - alpha / 2, n, 0.9)
        assert least <= inside[name] <= most, (name, told[name])
