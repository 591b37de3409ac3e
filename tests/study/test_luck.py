"""The variance that luck has, against binomial and Poisson laws drawn many times."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.luck import variance

WORD = np.random.default_rng(5)
N = 40_000


def test_a_count_varies_as_poisson_and_clusters_by_more() -> None:
    """Negative binomial of mean 60 and variance 180: three times its mean."""
    assert variance("attempts", 400) == pytest.approx(WORD.poisson(400, N).var(), rel=0.05)
    drawn = WORD.negative_binomial(30, 1 / 3, N)
    assert variance("complaints", 60, 60, 3) == pytest.approx(drawn.var(), rel=0.05)


def test_a_share_of_complaints_is_a_binomial_one() -> None:
    drawn = WORD.binomial(200, 0.3, N) / 200
    assert variance("complaints_night_share", 0.3, 200) == pytest.approx(drawn.var(), rel=0.05)
    rate = WORD.poisson(200, N) / 50  # 200 complaints of 50 million dials
    assert variance("complaints_per_million_dials", 4, 200) == pytest.approx(rate.var(), rel=0.05)


@pytest.mark.parametrize(
    ("name", "value", "complaints"),
    [
        ("regulator_contact_hours", 10, 100),  # one moment, whatever the number
        ("complaints_night_share", 0.3, 0),
        ("share_of_electorate", 0.2, None),
    ],
)
def test_nothing_is_told_where_no_law_tells_it(name: str, value: float, complaints) -> None:
    assert variance(name, value, complaints) is None


def test_what_is_not_known_is_a_count() -> None:
    assert variance("violations_of_a_pack", 9) == 9
