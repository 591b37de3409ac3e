"""What chance explains of a difference between two runs' complaints: limits worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.view import RunView
from analysis.view.luck import within_noise
from analysis.view.metrics_text import difference_text, relative_text
from tests.analysis.tables import STRATEGIES, make_run

BASE, OTHER = "as-run", "as-run-half-capacity"


@pytest.fixture(scope="module")
def two() -> RunView:
    return make_run(strategies={name: STRATEGIES[name] for name in (BASE, OTHER)})


def told(run: RunView, dispersion: float, **pairs: tuple[float, float]) -> RunView:
    """The run with other metrics, base first, and with that variance over mean of complaints."""
    metrics = dict(run.metrics)
    for name, (base, other) in pairs.items():
        metrics |= {f"{BASE}.{name}": base, f"{OTHER}.{name}": other}
    readings = {
        "strategy": np.array([BASE, OTHER], dtype=object),
        "complaints": np.array([50.0, 50.0]),
        "complaints_variance": np.array([50.0, 50.0]) * dispersion,
    }
    return replace(run, metrics=metrics, tables={**run.tables, "readings": readings})


# Counts a and b are apart from 2 · √(d · (a + b)) on: of 100 and 164, 2 · √264 = 32.5 at d = 1 and
# 2 · √(4 · 264) = 65.0 at d = 4. A rate's relative noise is that of its count, its own value each.
@pytest.mark.parametrize(
    ("dispersion", "name", "values", "noise"),
    [
        (1, "complaints", (100, 164), False),
        (4, "complaints", (100, 164), True),
        (4, "complaints", (100, 166), False),
        (1, "complaints", (4, 0), True),  # 4 at most 2 · √4
        (1, "complaints", (5, 0), False),
        (1, "complaints_regulator", (10, 4), True),
        # 100 complaints each: 2 · √(1²/100 + 1.3²/100) = 0.328 and 2 · √(1 + 1.4²)/10 = 0.344.
        (1, "complaints_per_1000_reached", (1.0, 1.3), True),
        (1, "complaints_per_1000_reached", (1.0, 1.4), False),
        # Of 100 each: 2 · √(0.25 · 0.75 · 2/100) = 0.122 about the mean of 0.2 and 0.3.
        (1, "complaints_night_share", (0.2, 0.3), True),
        (1, "complaints_night_share", (0.2, 0.35), False),
        (1, "regulator_contact_hours", (10, 100), True),
        (1, "people_reached", (1_000_000, 1_000_001), False),
    ],
)
def test_by_hand(
    two: RunView, dispersion: float, name: str, values: tuple[float, float], noise: bool
) -> None:
    run = told(two, dispersion, **{"complaints": (100, 100), name: values})
    assert within_noise(run, OTHER, name) is noise
    assert (difference_text(run, OTHER, name) == "noise") is noise
    assert not (noise and relative_text(run, OTHER, name))


def test_a_rate_of_no_complaints_is_as_far_off_as_their_number(two: RunView) -> None:
    few = told(two, 1, complaints=(4, 0), complaints_per_1000_reached=(0.1, 0.0))
    many = told(two, 1, complaints=(400, 0), complaints_per_1000_reached=(10.0, 0.0))
    assert within_noise(few, OTHER, "complaints_per_1000_reached")
    assert not within_noise(many, OTHER, "complaints_per_1000_reached")
