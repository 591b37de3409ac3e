"""Keyed uniforms: published vectors, and independence of everything that must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.errors import OptionError
from sim.streams import Key, Purpose, make_key, philox_block, words
from sim.threshold import threshold

# Random123's file kat_vectors, philox4x32 with 10 rounds: counter, key, expected.
KNOWN_ANSWERS = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_published_vectors(counter: str, key: str, expected: str) -> None:
    c, k = _numbers(counter), _numbers(key)
    assert philox_block((c[0], c[1], c[2], c[3]), (k[0], k[1])) == _numbers(expected)


def test_compiled_words_are_the_plain_block() -> None:
    key = make_key(2017, 3, 4)
    line = np.array([0, 1, 77, 2**31, 2**32 - 1], dtype=np.uint32)
    attempt = np.array([1, 2, 3, 50, 255], dtype=np.uint8)
    found = words(key, Purpose.CALL_LISTEN, line, attempt)
    for i in range(len(line)):
        counter = (int(line[i]), 0, int(attempt[i]), int(Purpose.CALL_LISTEN))
        assert tuple(found[:, i].tolist()) == philox_block(counter, (key.k0, key.k1))


def test_words_do_not_depend_on_company() -> None:
    key = make_key(1)
    line = np.arange(1000, dtype=np.uint32)
    whole = words(key, Purpose.CALL_ANSWER, line, 2)
    shuffled = np.random.default_rng(0).permutation(1000).astype(np.uint32)
    np.testing.assert_array_equal(words(key, Purpose.CALL_ANSWER, shuffled, 2), whole[:, shuffled])
    np.testing.assert_array_equal(words(key, Purpose.CALL_ANSWER, line[7:8], 2), whole[:, 7:8])


def test_every_part_of_the_key_matters() -> None:
    line = np.arange(64, dtype=np.uint32)
    base = words(make_key(5, 1, 1), Purpose.CALL_ANSWER, line, 1)
    others = [
        words(make_key(6, 1, 1), Purpose.CALL_ANSWER, line, 1),
        words(make_key(5 + 2**32, 1, 1), Purpose.CALL_ANSWER, line, 1),
        words(make_key(5, 2, 1), Purpose.CALL_ANSWER, line, 1),
        words(make_key(5, 1, 2), Purpose.CALL_ANSWER, line, 1),
        words(make_key(5, 1, 1), Purpose.CALL_LISTEN, line, 1),
        words(make_key(5, 1, 1), Purpose.CALL_ANSWER, line, 2),
        words(make_key(5, 1, 1), Purpose.CALL_ANSWER, line + np.uint32(64), 1),
    ]
    for other in others:
        assert (other == base).mean() < 0.01


def test_seeds_are_not_added_up() -> None:
    keys = {
        make_key(seed, draw, noise) for seed in range(8) for draw in range(8) for noise in range(8)
    }
    assert len(keys) == 512


@pytest.mark.parametrize(
    "numbers", [(-1, 0, 0), (2**64, 0, 0), (0, -1, 0), (0, 2**32, 0), (0, 0, 2**32)]
)
def test_numbers_out_of_range(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(OptionError, match="must be from 0"):
        make_key(*numbers)


def test_words_are_uniform() -> None:
    """Chi-square over 256 cells of each of four words, Bonferroni; false-alarm rate 1e-4."""
    found = words(Key(1, 2), Purpose.LINE_PLACE, np.arange(200_000, dtype=np.uint32))
    for word in found:
        counts = np.bincount(word >> np.uint32(24), minlength=256)
        assert stats.chisquare(counts).pvalue > 1e-4 / 4


def test_thresholds() -> None:
    assert threshold(0.0) == 0
    assert threshold(0.5) == 2**31
    assert threshold(1.0) == 2**32 - 1
    with pytest.raises(ValueError, match="from 0 to 1"):
        threshold(1.01)
