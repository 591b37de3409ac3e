"""Paired differences: a sign only where nearly every draw has it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.comparison import paired

CHANCE = np.random.default_rng(1)
BASE = np.exp(CHANCE.normal(size=400))


def test_a_shared_unknown_cancels() -> None:
    """The base spans a factor of 27, the ratio not 2 %."""
    found = paired(BASE * (0.8 + 0.005 * CHANCE.random(400)), BASE)
    assert found.verdict == "lower"
    assert (found.lower, found.higher) == (1.0, 0.0)
    assert 0.80 <= found.ratio.p5 < found.ratio.p95 <= 0.805


def test_a_difference_within_noise_has_no_sign() -> None:
    found = paired(BASE * 1.01, BASE, noise=0.02)
    assert (found.verdict, found.higher, found.lower) == ("within noise", 0.0, 0.0)


def test_an_order_that_turns_has_no_sign() -> None:
    value = BASE * np.where(np.arange(400) % 10 == 0, 0.5, 2.0)
    found = paired(value, BASE)
    assert (found.verdict, found.higher, found.lower) == ("within noise", 0.9, 0.1)


def test_what_cannot_be_paired_is_refused() -> None:
    with pytest.raises(ValueError, match="400 and 399"):
        paired(BASE, BASE[1:])
    with pytest.raises(ValueError, match="none in any draw"):
        paired(BASE, np.zeros(400))


def test_draws_without_a_base_count_for_the_sign_and_not_for_the_ratio() -> None:
    found = paired(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    assert (found.ratio.n, found.ratio.p50, found.higher) == (1, 2.0, 1.0)
