"""Inputs drawn together: the correlation that is asked for, each law untouched, others unmoved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from sim.scenario.joint import Joint
from sim.study.joint import correlated, root_of
from sim.study.points import uniforms

PATHS = ["a", "b", "c", "d"]


def points(n: int) -> dict[str, np.ndarray]:
    return dict(zip(PATHS, uniforms(7, PATHS, range(n)).T, strict=True))


def scores(found: dict[str, np.ndarray]) -> np.ndarray:
    return np.corrcoef([ndtri(found[path]) for path in PATHS])


def test_normal_scores_have_the_correlation_of_the_matrix() -> None:
    """Of 4,096 even points, within 0.03 (the error of as many independent ones is 0.016)."""
    matrix = [[1, 0.8, -0.3], [0.8, 1, 0], [-0.3, 0, 1]]
    group = Joint.model_validate({"inputs": ["a", "b", "d"], "correlations": matrix})
    before = points(4096)
    found = correlated([group], before)
    at = [0, 1, 3]
    assert scores(found)[np.ix_(at, at)] == pytest.approx(np.array(matrix), abs=0.03)
    assert (found["c"] == before["c"]).all()
    assert list(found) == PATHS
    for path in "abd":  # each by itself is still uniform
        assert np.sort(found[path]) == pytest.approx((np.arange(4096) + 0.5) / 4096, abs=0.03)


def test_one_correlation_for_each_two_and_moving_together() -> None:
    pair = Joint.model_validate({"inputs": ["b", "a"], "correlation": 1})
    found = correlated([pair], points(64))
    assert found["a"] == pytest.approx(found["b"])
    against = Joint.model_validate({"inputs": ["a", "b"], "correlation": -1})
    found = correlated([against], points(64))
    assert found["a"] == pytest.approx(1 - found["b"])
    three = Joint.model_validate({"inputs": ["a", "b", "c"], "correlation": 0.5})
    off = scores(correlated([three], points(4096)))[:3, :3]
    assert off[~np.eye(3, dtype=bool)] == pytest.approx(0.5, abs=0.03)


def test_members_that_are_not_drawn_are_passed_over() -> None:
    group = Joint.model_validate({"inputs": ["a", "x", "b"], "correlation": 1})
    found = correlated([group], points(8))
    assert found["b"] == pytest.approx(found["a"])
    alone = Joint.model_validate({"inputs": ["x", "a"], "correlation": 1})
    assert (correlated([alone], points(8))["a"] == points(8)["a"]).all()


def test_a_root_by_hand_and_none_where_there_is_none() -> None:
    root = root_of(np.array([[1, 0.6], [0.6, 1]]))
    assert root == pytest.approx(np.array([[1, 0], [0.6, 0.8]]))
    with pytest.raises(ValueError, match="no variables"):
        root_of(np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]))
