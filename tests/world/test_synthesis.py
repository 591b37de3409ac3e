"""The population: shares come out, and nobody's attributes depend on anybody else."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from scipy import stats

from sim.behaviour.answering import latent
from sim.scenario.model import Scenario
from sim.streams import make_key
from sim.world.population import Population
from sim.world.synthesis import latents, synthesise
from tests.statistics import BIAS, Z, share_z
from tests.worlds import plain

LINES = 400_000


def world(lines: int = LINES) -> Scenario:
    return plain(
        world={
            "lines": lines,
            "voters_per_line": 2.3,
            "territories": {
                "all": {"share": 0.7},
                "north": {"share": 0.25, "timezone": "UTC"},
                "south": {"share": 0.05, "timezone": "UTC"},
            },
            "segments": {"a": {"share": 0.4}, "b": {"share": 0.6}},
        },
        answering={"invalid": 0.05, "machine": 0.2, "frailty": {"sd": 1.0, "cohorts": 5}},
    )


def people(scenario: Scenario, seed: int = 1) -> Population:
    return synthesise(scenario, make_key(seed), latents(scenario))


def test_shares_come_out() -> None:
    """Chi-square or z at a false-alarm rate of 1e-4 each."""
    scenario = world()
    found = people(scenario)
    for column, shares in (
        (found.territory, [0.7, 0.25, 0.05]),
        (found.segment, [0.4, 0.6]),
        (found.cohort, [0.2] * 5),
    ):
        counts = np.bincount(column, minlength=len(shares))
        assert stats.chisquare(counts, LINES * np.array(shares)).pvalue > 1e-4
        biased = np.array([shares[0] * BIAS, *shares[1:]])
        biased[-1] -= shares[0] * (BIAS - 1)
        assert stats.chisquare(counts, LINES * biased).pvalue < 1e-4
    hidden = latent(scenario.world.line_types["landline"].answering, "")
    for column, share in (
        (found.in_service, 0.95),
        (found.has_machine, hidden.machine),
        (found.voters - 2, 0.3),
        (found.shared_voicemail, 0.5),
    ):
        assert abs(share_z(int(column.sum()), LINES, share)) < Z
        assert abs(share_z(int(column.sum()), LINES, share / BIAS)) > Z
    assert set(found.voters.tolist()) == {2, 3}  # a mean of 2.3


def test_more_lines_change_nobody() -> None:
    few, many = people(world(1000)), people(world(70_000))
    for field in fields(Population):
        np.testing.assert_array_equal(getattr(few, field.name), getattr(many, field.name)[:1000])


def test_attributes_are_independent() -> None:
    """Chi-square over each pair of columns at 1e-4, Bonferroni over the pairs."""
    found = people(world())
    columns = [getattr(found, f.name) for f in fields(Population)]
    columns = [c for c in columns if len(np.unique(c)) > 1]
    pairs = [(a, b) for i, a in enumerate(columns) for b in columns[i + 1 :]]
    for a, b in pairs:
        table = np.histogram2d(a, b, bins=(len(np.unique(a)), len(np.unique(b))))[0]
        assert stats.chi2_contingency(table).pvalue > 1e-4 / len(pairs)


def test_columns_cannot_be_written() -> None:
    found = people(world(10))
    assert not any(getattr(found, f.name).flags.writeable for f in fields(Population))


def test_seed_matters() -> None:
    one, other = people(world(1000), 1), people(world(1000), 2)
    assert (one.cohort != other.cohort).mean() > 0.5
