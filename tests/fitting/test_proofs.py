"""What claims to be fitted is: over many truths, intervals hold as often as they say, evenly.

Each design is 400 logs, each of a truth of its own that is drawn from the fit's prior. So the
interval of 90 % holds the truth in nine logs of ten, and the truth's rank among the draws is even
(simulation-based calibration), of whatever parameter, and of those alone that claim to be fitted.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from scipy.stats import binom, chisquare

from sim.scenario.load import load_scenario
from sim.scenario.world import World
from tests.conftest import FUZZ
from tests.fitting.proofs import DESIGNS, Row, trial
from tests.fitting.simulated import world_file

LOGS = 400
FALSE_ALARM = 0.001
"""Of all parameters of all designs together: once for coverage, and once for ranks."""
PARAMETERS = 26
"""No more claim to be fitted in a design."""
BINS = 10
FEWEST = 100
"""Logs of which a parameter's ranks are looked at."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return load_scenario(world_file(tmp_path_factory.mktemp("world"))).scenario.world


def judged(rows: list[Row], alpha: float) -> tuple[bool, str]:
    """Whether rows of one parameter are what they claim, and their figures."""
    n, inside = len(rows), sum(row.inside for row in rows)
    least, most = binom.ppf(alpha / 2, n, 0.9), binom.ppf(1 - alpha / 2, n, 0.9)
    told, right = f"{inside}/{n}", bool(least <= inside <= most)
    if n >= FEWEST:
        counts = np.histogram([row.rank for row in rows], BINS, (0.0, 1.0))[0]
        chance = float(chisquare(counts).pvalue)
        told, right = f"{told} p={chance:.2g}", right and chance > alpha
    return right, told


@pytest.mark.verify
@pytest.mark.parametrize("design", DESIGNS)
def test_what_is_claimed_holds(design: str, world: World, record_property: object) -> None:
    by_name: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for number in range(LOGS):
        for row in trial(design, number, world):
            by_name[row.status, row.name].append(row)
    alpha = FALSE_ALARM / len(DESIGNS) / PARAMETERS
    found = {key: judged(rows, alpha) for key, rows in sorted(by_name.items())}
    told = {f"{name} ({status})": words for (status, name), (_, words) in found.items()}
    record_property(FUZZ, f"calibrate, {design}: {told}")  # type: ignore[operator]
    fitted = {name: each for (status, name), each in found.items() if status == "fitted"}
    assert 4 <= len(fitted) <= PARAMETERS
    assert {name: words for name, (right, words) in fitted.items() if not right} == {}


def test_what_does_not_hold_is_seen() -> None:
    """400 intervals half as wide as they should be; and ranks that lean to one side."""
    rng = np.random.default_rng(1)
    alpha = FALSE_ALARM / len(DESIGNS) / PARAMETERS
    narrow = [
        Row("x", "fitted", bool(rng.random() < 0.6), float(rng.random()), 0) for _ in range(400)
    ]
    leaning = [
        Row("x", "fitted", bool(rng.random() < 0.9), rng.random() ** 2, 0) for _ in range(400)
    ]
    right = [Row("x", "fitted", bool(rng.random() < 0.9), rng.random(), 0) for _ in range(400)]
    assert [judged(rows, alpha)[0] for rows in (narrow, leaning, right)] == [False, False, True]


def test_a_truth_is_found_at_a_rank_and_inside_or_not(world: World) -> None:
    """One small log: an interval from 5 % to 95 % holds what lies between these ranks."""
    rows = trial("people again", 3, world, 500)
    assert len({row.name for row in rows}) == len(rows) > 20
    for row in rows:
        assert (
            row.inside == (0.05 <= row.rank <= 0.95)
            or min(abs(row.rank - 0.05), abs(row.rank - 0.95)) < 0.002
        )
