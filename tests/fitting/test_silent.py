"""Of a log without ring times, what it tells is fitted, and what ring times would tell is said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import norm

from sim.fitting.dials import HUMAN, MACHINE
from sim.fitting.fit import fit
from sim.fitting.holdout import hold
from sim.fitting.overlay import Origin, overlay
from sim.fitting.silent import Silent, ends_of
from sim.fitting.stayed import Stayed
from sim.fitting.told import untold
from sim.scenario.load import load_scenario
from sim.scenario.world import World
from tests.fitting.proofs import ALL, RINGS, name_of, without_rings
from tests.fitting.simulated import Truth, log_of, stated, world_file
from tests.fitting.test_likelihood import parts

AT = np.array([-0.5, 0.2, -0.3, -0.4, 0.1, -0.2, 0.05, np.log(9000), np.log(0.5), 0.3,
               np.log(14000), np.log(0.3)])  # fmt: skip
TIMEOUT = 25_000


def silent() -> Silent:
    human, _, rang = parts()
    return Silent(human, rang.outcome == MACHINE, ends_of(AT[None, 7:9], AT[None, 10:], TIMEOUT))


def test_three_chances_are_those_of_the_laws() -> None:
    """By drawing both times half a million times."""
    rng = np.random.default_rng(2)
    human = np.exp(AT[7] + np.exp(AT[8]) * rng.standard_normal(500_000))
    machine = np.exp(AT[10] + np.exp(AT[11]) * rng.standard_normal(500_000))
    ends = silent().ends
    both = (human < TIMEOUT) & (machine < TIMEOUT)
    for found, seen in (
        (ends.human, human < TIMEOUT),
        (ends.machine, machine < TIMEOUT),
        (ends.machine_first, both & (machine < human)),
        (ends.human_first, both & (human < machine)),
    ):
        assert found[0] == pytest.approx(np.mean(seen), abs=0.003)


def test_what_lines_tell_is_what_their_dials_tell() -> None:
    """Over all propensities, with and without a machine, of each dial by itself."""
    data, (_, _, rang) = silent(), parts()
    c, ends = data.people.components, data.ends
    share = 1 / (1 + np.exp(-AT[9]))
    whole = np.zeros(rang.lines)
    for line in range(rang.lines):
        for k in range(len(c.z)):
            for has in (0, 1):
                chance = np.exp(c.log_weight[k]) * (share if has else 1 - share)
                for row in np.flatnonzero(rang.line == line):
                    level = min(rang.attempt[row] - 2, 1)
                    eta = AT[0] * np.sqrt(1 + 768 / (225 * np.pi**2) * np.exp(0.4)) + 0.1
                    eta += AT[4 + data.people.part[row]] + c.offset[k] + np.exp(AT[1]) * c.z[k]
                    q = 1 / (1 + np.exp(-eta - (AT[2 + level] if level >= 0 else 0.0)))
                    h = norm(AT[7], np.exp(AT[8])).cdf(np.log(TIMEOUT))
                    m = norm(AT[10], np.exp(AT[11])).cdf(np.log(TIMEOUT))
                    person = q * (h - has * float(ends.machine_first[0]))
                    voice = has * (m - q * (h * m - float(ends.machine_first[0])))
                    by_code = {HUMAN: person, MACHINE: voice}
                    chance *= by_code.get(int(rang.outcome[row]), 1 - person - voice)
                whole[line] += chance
    np.testing.assert_allclose(data.scores(AT)[0], np.log(whole), rtol=1e-9)


def test_slopes_are_those_of_the_height() -> None:
    data = silent()
    by_steps = approx_fprime(AT, lambda v: float(data.scores(v, False)[0].sum()), 1e-6)
    free = [k for k in range(len(AT)) if k not in (7, 8, 10, 11)]  # ring laws are held
    slope = data.scores(AT)[1].sum(axis=0)
    np.testing.assert_allclose(slope[free], by_steps[free], rtol=2e-4, atol=2e-3)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return load_scenario(world_file(tmp_path_factory.mktemp("world"))).scenario.world


def test_what_is_fitted_and_what_ring_times_would_tell(world: World) -> None:
    truth = Truth(**RINGS)
    dials = without_rings(log_of(truth, np.random.default_rng(3), 1500, days=3, again=ALL))
    found = fit(dials, world, "landline", TIMEOUT)
    right, by_name = stated(truth, n=60_000), {name_of(e.path): e for e in found.estimates}
    for name in ("invalid", "busy", "human", "machine", "frailty.sd", "by_attempt.1"):
        each = by_name[name]
        assert abs(each.central - right[name]) < 4 * (each.high - each.low) / 3.29, name
    status = {name: each.status for name, each in by_name.items()}
    assert (status["human"], status["machine"], status["invalid"]) == ("fitted",) * 3
    assert (status["frailty.sd"], status["by_attempt.1"]) == ("part prior",) * 2
    assert (status["human_ring.median"], status["machine_ring.p90"]) == ("prior",) * 2
    told = {what: (why, other) for what, why, other in untold((found,), Stayed(0, (), {}), world)}
    (rings,) = (each for what, each in told.items() if "human_ring.median" in what)
    assert "does not tell for how long calls rang" in rings[0]
    assert "ring times" in rings[1]
    text = overlay((found,), world, (), Origin("w.yaml", "x", 1, "2024-05-13", "2024-05-14"))
    assert "human_ring" not in text
    assert "at_ring_timeout: 25 s" in text
    days = tuple(int(day) for day in np.unique(dials.day))
    checks = hold(dials, days, found, world, held=False)
    assert sum(check.inside for check in checks) >= 0.7 * len(checks)
    assert not [check for check in checks if "picked up" in check.what]


def test_a_time_out_that_nobody_said_is_the_world_s(world: World) -> None:
    dials = without_rings(log_of(Truth(), np.random.default_rng(3), 400, 1, days=7))
    found = fit(dials, world, "landline")
    assert found.timeout_ms == 25_000
    by_name = {name_of(e.path): e.status for e in found.estimates}
    assert (by_name["human"], by_name["machine"]) == ("part prior",) * 2
    assert any(
        "25 s are the world's" in why for _, why, _ in untold((found,), Stayed(0, (), {}), world)
    )
