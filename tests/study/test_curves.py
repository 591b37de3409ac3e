"""Slopes, crossings and frontiers, by hand and by slower ways."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.curves import attained, crossing, frontier, marginals, on_frontier


def test_slopes_are_of_the_same_draw() -> None:
    """Draws with slopes 1 and 3, whatever their levels."""
    values = [np.array([0.0, 100.0]), np.array([2.0, 106.0]), np.array([2.0, 106.0])]
    one, other = marginals([0.0, 2.0, 10.0], values)
    assert (one.low, one.high) == (0.0, 2.0)
    assert (one.slope.p50, one.slope.p5) == (pytest.approx(2.0), pytest.approx(1.1))
    assert other.slope.p50 == 0.0


def test_a_crossing_of_lines() -> None:
    """Gains x − 1, x − 3, x + 9 and x − 99 over 0 to 4: roots 1 and 3; one above, one below."""
    x = [0.0, 2.0, 4.0]
    found = crossing(x, [np.array([v - 1, v - 3, v + 9, v - 99]) for v in x])
    assert found.at is not None
    assert found.at.p50 == pytest.approx(2.0)
    assert (found.crosses, found.above, found.below) == (0.5, 0.25, 0.25)


def test_what_crosses_twice_has_no_break_even_point() -> None:
    found = crossing([0, 1, 2], [np.array([-1.0]), np.array([1.0]), np.array([-1.0])])
    assert found.at is None
    assert found.crosses == found.above == found.below == 0.0


def test_the_frontier_as_defined() -> None:
    rng = np.random.default_rng(3)
    people, complaints = rng.random(40).round(1), rng.random(40).round(1)
    beaten = [
        any(
            people[o] >= people[i]
            and complaints[o] <= complaints[i]
            and (people[o], complaints[o]) != (people[i], complaints[i])
            for o in range(40)
        )
        for i in range(40)
    ]
    seen: set[tuple[float, float]] = set()
    for i, kept in enumerate(frontier(people, complaints)):
        point = (people[i], complaints[i])
        assert kept == (not beaten[i] and point not in seen)  # of equal ones, the first
        if kept:
            seen.add(point)


def test_shares_of_draws_on_the_frontier() -> None:
    """The second beats the first in one draw of two; the third is dear and far."""
    people = np.array([[1.0, 1.0], [2.0, 0.5], [9.0, 9.0]])
    complaints = np.array([[1.0, 1.0], [1.0, 2.0], [5.0, 5.0]])
    assert on_frontier(people, complaints).tolist() == [0.5, 0.5, 1.0]


def test_what_is_attained_in_so_many_draws() -> None:
    """Ten draws of one point, people 1 to 10 for one complaint: at least 6 in half of them, at
    least 2 in nine of ten."""
    people, complaints = np.arange(1.0, 11.0)[None, :], np.ones((1, 10))
    half, nine = attained(people, complaints, (0.5, 0.9))
    assert half == [[1.0, 6.0]]
    assert nine == [[1.0, 2.0]]
