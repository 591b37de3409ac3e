"""The two parts of the likelihood are the model's own, and their derivatives are theirs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import norm

from sim.fitting.dials import HUMAN, MACHINE, Dials
from sim.fitting.likelihood import Components, Machines, People, machines, people
from tests.fitting.simulated import Truth, log_of


def parts(lines: int = 15) -> tuple[People, Machines, Dials]:
    dials = log_of(Truth(), np.random.default_rng(3), lines)
    rang = dials.of(dials.rang)
    z = np.array([-1.15, -0.32, 0.32, 1.15])
    components = Components(np.log(np.tile([0.7, 0.3], 4) / 4), np.tile([0.0, 0.4], 4),
                            np.repeat(z, 2))  # fmt: skip
    week = np.arange(len(rang.line)) % 3
    return people(rang, components, 2, week, 3, np.full(len(rang.line), 0.1)), machines(rang), rang


AT = np.array([-0.5, 0.2, -0.3, -0.4, 0.1, -0.2, 0.05, np.log(9000), np.log(0.5)])
MACHINE_AT = np.array([0.2, np.log(14000), np.log(0.3)])


def test_both_parts_multiply_to_what_dials_tell_line_by_line() -> None:
    """Over all propensities, with and without a machine, of each dial by itself."""
    human, machine, rang = parts()
    c = human.components
    share = 1 / (1 + np.exp(-MACHINE_AT[0]))
    whole = np.zeros(rang.lines)
    for line in range(rang.lines):
        rows = np.flatnonzero(rang.line == line)
        for k in range(len(c.z)):
            for has in (0, 1):
                chance = np.exp(c.log_weight[k]) * (share if has else 1 - share)
                for row in rows:
                    level = min(rang.attempt[row] - 2, 1)
                    eta = (
                        AT[0] * np.sqrt(1 + 768 / (225 * np.pi**2) * np.exp(0.4))
                        + 0.1
                        + AT[4 + human.part[row]]
                        + c.offset[k]
                    )
                    eta += np.exp(AT[1]) * c.z[k] + (AT[2 + level] if level >= 0 else 0.0)
                    q, x = 1 / (1 + np.exp(-eta)), np.log(rang.ring[row])
                    h = norm(AT[-2], np.exp(AT[-1]))
                    m = norm(MACHINE_AT[1], np.exp(MACHINE_AT[2]))
                    no_human, no_machine = 1 - q * h.cdf(x), 1 - has * m.cdf(x)
                    if rang.outcome[row] == HUMAN:
                        chance *= q * h.pdf(x) / rang.ring[row] * no_machine
                    elif rang.outcome[row] == MACHINE:
                        chance *= has * m.pdf(x) / rang.ring[row] * no_human
                    else:
                        chance *= no_human * no_machine
                whole[line] += chance
    found = human.scores(AT)[0] + machine.scores(MACHINE_AT)[0]
    np.testing.assert_allclose(found, np.log(whole), rtol=1e-9)


@pytest.mark.parametrize("which", [0, 1])
def test_slopes_are_those_of_the_height(which: int) -> None:
    part = parts()[which]
    at = (AT, MACHINE_AT)[which]
    slope = part.scores(at)[1].sum(axis=0)
    by_steps = approx_fprime(at, lambda v: float(part.scores(v, False)[0].sum()), 1e-6)
    np.testing.assert_allclose(slope, by_steps, rtol=2e-4, atol=2e-3)
