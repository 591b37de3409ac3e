"""Laws of uncertain inputs, held against their own definition and SciPy's normal law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from sim.document.quantity import DurationRange, FactorRange, ShareRange
from sim.study.law import Law, law_of

QUANTILES = np.array([0.05, 0.5, 0.95])


@pytest.mark.parametrize("shape", ["two-piece", "uniform", "log-uniform"])
def test_the_three_points_are_quantiles(shape: str) -> None:
    given = {"low": 0.2, "central": 0.4, "high": 0.6, "shape": shape}
    if shape != "two-piece":  # flat laws have their middle where it is
        given["central"] = 0.4 if shape == "uniform" else math.sqrt(0.12)
    law = law_of(ShareRange.model_validate(given))
    assert law is not None
    assert law(QUANTILES) == pytest.approx([given["low"], given["central"], given["high"]])


def test_a_number_is_no_law() -> None:
    assert law_of(FactorRange(central=2.0)) is None


def test_a_share_is_logit_normal_in_each_piece() -> None:
    law = Law(0.1, 0.3, 0.8, "two-piece", "share")
    u = np.array([0.001, 0.2, 0.7, 0.999])
    z = norm.ppf(u)

    def logit(p: float) -> float:
        return math.log(p / (1 - p))

    up, down = (
        (logit(0.8) - logit(0.3)) / norm.ppf(0.95),
        (logit(0.3) - logit(0.1)) / norm.ppf(0.95),
    )
    for value, deviate in zip(law(u), z, strict=True):
        assert logit(value) == pytest.approx(logit(0.3) + deviate * (up if deviate > 0 else down))


def test_a_duration_is_whole_milliseconds_of_a_log_normal() -> None:
    law = law_of(DurationRange.model_validate({"low": "5 s", "central": "12 s", "high": "20 s"}))
    assert law is not None
    value = law(np.array([0.0005, 0.25, 0.95]))
    assert value[1] == round(12_000 * (5 / 12) ** (-norm.ppf(0.25) / norm.ppf(0.95)))
    assert value[2] == 20_000
    assert (value == np.rint(value)).all()
    assert law(np.array([1e-300]))[0] >= 1


def test_a_piece_that_touches_the_edge_is_plain_and_stops_there() -> None:
    law = Law(0.0, 0.05, 0.2, "two-piece", "number")
    assert law(np.array([0.05, 0.01])) == pytest.approx([0.0, 0.0], abs=1e-15)
    assert law(np.array([0.25]))[0] == pytest.approx(0.05 * (1 + norm.ppf(0.25) / norm.ppf(0.95)))
    full = Law(0.5, 0.9, 1.0, "two-piece", "share")
    assert full(np.array([0.999]))[0] == 1.0
    assert Law(0.0, 0.0, 0.02, "two-piece", "number")(np.array([0.3, 0.95])) == pytest.approx(
        [0.0, 0.02]
    )


def test_values_never_fall_as_the_uniform_rises() -> None:
    u = np.linspace(1e-6, 1 - 1e-6, 999)
    for shape in ("two-piece", "uniform", "log-uniform"):
        for scale in ("share", "number", "duration"):
            low, central, high = (0.01, 0.2, 0.4) if scale == "share" else (10.0, 200.0, 300.0)
            assert (np.diff(Law(low, central, high, shape, scale)(u)) >= 0).all()  # type: ignore[arg-type]
