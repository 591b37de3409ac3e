"""Quantile tables against SciPy, and the array form against plain integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats

from sim.behaviour.laws import VOICEMAIL_LONGEST_MS, table
from sim.behaviour.quantiles import QuantileTable
from sim.document.laws import DurationLaw

LAW: TypeAdapter[Any] = TypeAdapter(DurationLaw)
Z90 = stats.norm.ppf(0.9)
# Source P10: 97 % listen for 6 s or more, 75 % past 19 s: Weibull of shape 1.95 and scale 36 s.
SHAPE = np.log(np.log(1 / 0.75) / np.log(1 / 0.97)) / np.log(19 / 6)
SCALE = 19_000 / np.log(1 / 0.75) ** (1 / SHAPE)

CASES: dict[str, tuple[Any, Any]] = {
    "log-normal": (
        {"law": "lognormal", "median": "20 s", "p90": "30 s"},
        stats.lognorm(s=np.log(30 / 20) / Z90, scale=20_000),
    ),
    "wide log-normal": (
        {"law": "lognormal", "median": "20 s", "p90": "80 s"},
        stats.lognorm(s=np.log(80 / 20) / Z90, scale=20_000),
    ),
    "exponential": ({"law": "exponential", "mean": "35 s"}, stats.expon(scale=35_000)),
    "uniform": (
        {"law": "uniform", "shortest": "5 s", "longest": "25 s"},
        stats.uniform(loc=5_000, scale=20_000),
    ),
    "listening": (
        {"law": "survival", "points": {"6 s": "97 %", "19 s": "75 %"}},
        stats.weibull_min(SHAPE, scale=SCALE),
    ),
}
MEAN_TOLERANCE, SD_TOLERANCE, Q999_TOLERANCE = 0.001, 0.01, 0.002


def tabulated(law: Any) -> QuantileTable:
    return table(LAW.validate_python(law))


def every_word(step: int = 1 << 11) -> np.ndarray:
    """Words at the middle of equal cells: a sample without luck."""
    return np.arange(step // 2, 1 << 32, step, dtype=np.uint32)


@pytest.mark.parametrize("name", CASES)
def test_moments_and_tail_against_scipy(name: str) -> None:
    law, expected = CASES[name]
    found = tabulated(law)(every_word()).astype(float)
    assert found.mean() == pytest.approx(expected.mean(), rel=MEAN_TOLERANCE)
    assert found.std() == pytest.approx(expected.std(), rel=SD_TOLERANCE)
    assert np.quantile(found, 0.999) == pytest.approx(expected.ppf(0.999), rel=Q999_TOLERANCE)


@pytest.mark.parametrize("name", CASES)
def test_quantiles_against_scipy(name: str) -> None:
    """Every percentile, and both tails down to one in a million, within 0.3 % and 1 ms."""
    law, expected = CASES[name]
    shares = np.concatenate([[1e-6, 1e-5, 1e-4], np.linspace(0.01, 0.99, 99), [0.9999, 0.999999]])
    found = tabulated(law)((shares * 2**32).astype(np.uint32))
    np.testing.assert_allclose(found, expected.ppf(shares), rtol=0.003, atol=1.0)


def test_a_planted_bias_is_caught() -> None:
    """A law 5 % too long fails the same comparison."""
    _, expected = CASES["log-normal"]
    biased = tabulated({"law": "lognormal", "median": "21 s", "p90": "31.5 s"})
    mean = biased(every_word()).mean()
    assert mean != pytest.approx(expected.mean(), rel=MEAN_TOLERANCE)


def test_published_listening_points() -> None:
    """Source P10: shape 1.95, scale 36 s, S(10) .92, S(30) .50, S(45) .21, S(60) .07."""
    assert pytest.approx(1.95, abs=0.005) == SHAPE
    assert pytest.approx(36_000, rel=0.01) == SCALE
    found = tabulated(CASES["listening"][0])(every_word())
    for seconds, share in {6: 0.97, 10: 0.92, 19: 0.75, 30: 0.50, 45: 0.21, 60: 0.07}.items():
        assert np.mean(found >= seconds * 1000) == pytest.approx(share, abs=0.006)


def test_more_points_all_lie_on_the_curve() -> None:
    points = {"2 s": "99 %", "6 s": "97 %", "19 s": "75 %", "60 s": "30 %"}
    found = tabulated({"law": "survival", "points": points})(every_word())
    for at, share in points.items():
        seconds = int(at.split()[0])
        assert np.mean(found >= seconds * 1000) == pytest.approx(float(share[:2]) / 100, abs=0.001)


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(CASES)))
def test_array_form_is_the_plain_form(word: int, name: str) -> None:
    quantiles = tabulated(CASES[name][0])
    one = np.array([word], dtype=np.uint32)
    assert quantiles(one)[0] == quantiles.uncompiled(one)[0] == quantiles.scalar(word)


@pytest.mark.parametrize("name", CASES)
def test_cell_edges(name: str) -> None:
    """The words on both sides of each cell's edge: exact, and never falling."""
    quantiles = tabulated(CASES[name][0])
    edges = (np.arange(1, 4096, dtype=np.uint64) << np.uint64(20)).astype(np.uint32)
    near = np.sort(np.concatenate([edges - 1, edges, [np.uint32(0), np.uint32(2**32 - 1)]]))
    found = quantiles(near)
    assert found.tolist() == [quantiles.scalar(int(word)) for word in near]
    assert found.tolist() == quantiles.uncompiled(near).tolist()
    assert (np.diff(found) >= 0).all()
    assert found[0] == quantiles.shortest
    assert found[-1] <= quantiles.longest


def test_constants_and_bounds() -> None:
    constant = tabulated("12 s")
    assert constant.shortest == constant.longest == 12_000
    assert (constant(every_word(1 << 24)) == 12_000).all()
    tiny = tabulated({"law": "uniform", "shortest": "0 s", "longest": "1 ms"})
    assert tiny.shortest == 1  # every duration is at least a millisecond
    huge = tabulated({"law": "lognormal", "median": "40 min", "p90": "60 min"})
    assert huge.longest == 3_600_000  # and at most an hour


def test_bounds_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="31 bits"):
        table(LAW.validate_python("1 s"), longest_ms=30 * 86_400_000)


def test_long_delays_stay_positive() -> None:
    """A delay of a day at the median has a tail of weeks."""
    law = LAW.validate_python({"law": "lognormal", "median": "1 d", "p90": "7 d"})
    found = table(law, longest_ms=VOICEMAIL_LONGEST_MS)(every_word())
    assert found.min() > 0
    assert found.max() == VOICEMAIL_LONGEST_MS


def test_digest_tells_tables_apart() -> None:
    digests = {tabulated(law).digest() for law, _ in CASES.values()}
    assert len(digests) == len(CASES)
