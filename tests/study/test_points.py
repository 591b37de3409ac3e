"""Points at which inputs are drawn: even, keyed, and the same however many are asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.streams import Purpose
from sim.study.points import MOST_INPUTS, SCRAMBLINGS, shuffled, sobol, uniforms
from sim.study.sensitivity import drivers

PATHS = ["world.press_1", "world.voicemail.heard", "world.opposition"]


def test_the_first_points_are_sobols() -> None:
    """By hand: van der Corput's sequence, and the second coordinate of Sobol (1967)."""
    unit = sobol(8, 2) / 2.0**32
    assert unit[:, 0].tolist() == [0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125]
    assert unit[:, 1].tolist() == [0, 0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625]


@pytest.mark.parametrize("exponent", [0, 3, 6])
def test_each_scrambling_has_one_point_in_each_slice(exponent: int) -> None:
    each = 1 << exponent
    u = uniforms(7, PATHS, range(each * SCRAMBLINGS))
    for which in range(SCRAMBLINGS):
        for column in u[which::SCRAMBLINGS].T:
            assert sorted((column * each).astype(int)) == list(range(each))


def test_pairs_of_inputs_are_even_too() -> None:
    """64 points of two coordinates: one in each box of 8 × 8, scrambled or not."""
    u = uniforms(11, PATHS[:2], range(64 * SCRAMBLINGS))
    for which in range(SCRAMBLINGS):
        box = (u[which::SCRAMBLINGS] * 8).astype(int)
        assert len({(a, b) for a, b in box.tolist()}) == 64


def test_a_draw_is_the_same_whatever_is_drawn_beside_it() -> None:
    whole = uniforms(3, PATHS, range(100))
    assert np.array_equal(uniforms(3, PATHS, range(40, 57)), whole[40:57])
    more = uniforms(3, [*PATHS, "world.voters_per_line"], range(100))
    assert np.array_equal(more[:, :3], whole)


def test_words_belong_to_the_path() -> None:
    """The same coordinate under another name, seed or purpose is another draw."""
    one = uniforms(3, ["a"], range(64))
    assert not np.isin(one, uniforms(3, ["b"], range(64))).any()
    assert not np.isin(one, uniforms(4, ["a"], range(64))).any()
    read = uniforms(3, ["a"], range(64), purpose=Purpose.PARAMETER_READ)
    assert not np.isin(one, read).any()


def test_scramblings_are_independent_and_uniform() -> None:
    """1,000 seeds: the mean of the first point of each scrambling, and their correlation.

    False-alarm rate 1e-4: 3.9 standard deviations of the mean, and of a correlation.
    """
    first = np.array([uniforms(seed, ["a"], range(2))[:, 0] for seed in range(1_000)])
    limit = 3.9 / math.sqrt(1_000)
    assert np.abs(first.mean(axis=0) - 0.5).max() < limit * math.sqrt(1 / 12)
    assert abs(np.corrcoef(first.T)[0, 1]) < limit
    assert ((first > 0) & (first < 1)).all()


def test_means_are_far_more_exact_than_by_chance() -> None:
    """A smooth mean over 64 draws: Sobol's error is below a fifth of plain chance's."""
    means = [(uniforms(seed, PATHS, range(64)) ** 2).sum(axis=1).mean() for seed in range(100)]
    plain = math.sqrt(3 * (1 / 5 - 1 / 9) / 64)
    assert np.std(means) < plain / 5
    assert abs(np.mean(means) - 1.0) < 3.9 * plain / 5 / 10


def test_too_many_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match=f"at most {MOST_INPUTS}"):
        uniforms(1, [str(n) for n in range(MOST_INPUTS + 1)], range(1))


def test_readings_of_many_inputs_show_no_driver_that_is_none() -> None:
    """Forty inputs, one of which is the number: no other seems to explain a twentieth of it.

    Of a Latin hypercube columns are independent; by chance one share of 39 passes 0.04 at most
    once in a hundred times.
    """
    paths = [f"world.input.{at}" for at in range(40)]
    points = dict(zip(paths, shuffled(3, paths, 1_024).T, strict=True))
    found = drivers(points[paths[7]], points)
    assert found[0].path == paths[7]
    assert found[0].share > 0.98
    assert found[1].share < 0.05
