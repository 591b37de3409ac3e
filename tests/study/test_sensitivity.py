"""First-order shares against functions whose shares are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.study.points import uniforms
from sim.study.sensitivity import drivers

PATHS = ["a", "b", "c", "dummy"]


def drawn(seed: int, n: int = 1024) -> dict[str, np.ndarray]:
    return dict(zip(PATHS, uniforms(seed, PATHS, range(n)).T, strict=True))


def test_a_linear_function() -> None:
    """Shares of 3a + 2b + c: 9, 4 and 1 in 14."""
    u = drawn(2)
    found = {d.path: d.share for d in drivers(3 * u["a"] + 2 * u["b"] + u["c"], u)}
    assert found["a"] == pytest.approx(9 / 14, abs=0.02)
    assert found["b"] == pytest.approx(4 / 14, abs=0.03)
    assert found["c"] == pytest.approx(1 / 14, abs=0.04)


def test_the_function_of_ishigami() -> None:
    """sin x + 7 sin² y + 0.1 z⁴ sin x on [-π, π]³: 0.3139, 0.4424 and 0 (Ishigami, Homma 1990)."""
    shares = []
    for seed in range(8):
        u = drawn(seed, 2048)
        x, y, z = (math.pi * (2 * u[name] - 1) for name in ("a", "b", "c"))
        value = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
        found = {d.path: d.share for d in drivers(value, u)}
        shares.append([found[name] for name in PATHS])
    assert np.mean(shares, axis=0) == pytest.approx([0.3139, 0.4424, 0.0, 0.0], abs=0.02)


def test_the_strongest_comes_first_and_no_dummy_is_taken_for_a_cause() -> None:
    """Some input of 30 without effect exceeds `by_chance` in one study of twenty, no more.

    Of 200 studies 10 are expected and more than 23 come once in 10,000; were each input judged
    by itself, 157 would be.
    """
    chance = np.random.default_rng(4)
    dummies = [f"dummy {i}" for i in range(30)]
    over = 0
    for _ in range(200):
        u = {"x": chance.random(256)} | {path: chance.random(256) for path in dummies}
        found = drivers(u["x"] + 0.1 * chance.normal(size=256), u)
        assert found[0].path == "x"
        over += any(one.share > one.by_chance for one in found[1:])
    assert 1 <= over <= 23


def test_a_number_that_does_not_vary_has_no_driver() -> None:
    assert all(d.share == 0 for d in drivers(np.full(64, 3.0), drawn(1, 64)))


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        drivers(np.arange(31.0), {"a": np.arange(31.0)})
