"""Malformed scenarios are refused in words, at a place, in time; and what is accepted runs."""

from __future__ import annotations

import time
import warnings
from fractions import Fraction
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.loading.load import Runnable
from tests.fuzz.scenarios import KINDS, malformed

SEEDS = range(0, 5 * len(KINDS))
"""A few of each kind."""


def test_a_seed_gives_the_same_again() -> None:
    assert [malformed(seed) for seed in SEEDS] == [malformed(seed) for seed in SEEDS]
    assert len({malformed(seed).data() for seed in range(500) if not malformed(seed).sets}) > 300


def loaded(file: Path, sets: tuple[str, ...]) -> Runnable | ScenarioError:
    """What comes of a file: a scenario, or why it is none; a warning of a library is neither."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return sim.load(file, sets=sets)
        except ScenarioError as error:
            return error


@pytest.mark.parametrize("first", SEEDS[:: len(KINDS)])
def test_malformed_scenarios(tmp_path: Path, first: int) -> None:
    file = tmp_path / "s.yaml"
    for seed in range(first, first + len(KINDS)):
        case = malformed(seed)
        file.write_bytes(case.data())
        begun = time.process_time()
        found = loaded(file, case.sets)
        assert time.process_time() - begun < 5, (seed, case.how)
        if isinstance(found, ScenarioError):
            assert found.errors, (seed, case.how)
            for fault in found.faults:
                assert min(fault.line, fault.column) >= 1, (seed, fault)
                assert fault.message, (seed, fault)
                assert str(fault).isprintable(), (seed, fault)
        else:
            lines = found.scenario.world.lines
            ran = sim.simulate(found, scale=Fraction(min(lines, 100), lines))
            assert set(ran.strategies) == set(found.scenario.strategies), (seed, case.how)
