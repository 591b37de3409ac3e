"""A law as text: its points as the file gives them, and a picture of the right shape."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.law import Law
from sim.study.picture import BLOCKS, COLUMNS, law_lines, picture


def test_points_are_those_of_the_range() -> None:
    shape, points, _ = law_lines(Law(0.22, 0.33, 0.45, "two-piece", "share"))
    assert "log-odds" in shape
    assert "P5 22 %  " in points
    assert "P50 33 %  " in points
    assert "P95 45 %" in points
    _, points, _ = law_lines(Law(5_000, 12_000, 20_000, "two-piece", "duration"))
    assert "P5 5 s  " in points
    assert "P95 20 s" in points
    _, points, _ = law_lines(Law(600_000, 7_200_000, 86_400_000 * 4, "log-uniform", "duration"))
    assert "P5 10 min  " in points
    assert "P95 4 d" in points
    assert all(len(line) < 80 for line in law_lines(Law(0.6, 16, 438, "two-piece", "number")))


def test_a_flat_law_is_flat_and_a_hump_has_its_top_at_the_median() -> None:
    assert set(picture(Law(1, 3, 5, "uniform", "number"))) == {BLOCKS[-1]}
    assert set(picture(Law(1, 3, 9, "log-uniform", "number"))) <= {BLOCKS[-1], BLOCKS[-2]}
    hump = picture(Law(1, 3, 9, "two-piece", "number"))
    assert len(hump) == COLUMNS
    heights = np.array([BLOCKS.index(block) for block in hump])
    assert np.abs(np.flatnonzero(heights == 7).mean() - (COLUMNS - 1) / 2) < 2
    assert heights[0] < 2
    assert heights[-1] < 2


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_range_of_one_value_is_one_block(value: float) -> None:
    assert picture(Law(value, value, value, "uniform", "number")) == BLOCKS[-1]
