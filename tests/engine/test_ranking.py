"""Ranking by random words against numpy's sort of words and lines in one number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.plan.ranking import ranked


@given(
    st.lists(st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 2**11, 2**22, 2**32 - 1])),
    st.integers(1, 1000),
)
def test_lines_come_in_order_of_word_and_id(words: list[int], step: int) -> None:
    word = np.array(words, dtype=np.uint32)
    line = np.arange(len(words), dtype=np.int32) * np.int32(step)
    expected = [at for _, at in sorted(zip(words, line.tolist(), strict=True))]
    before = word.copy(), line.copy()
    assert ranked(word, line).tolist() == expected
    assert (word == before[0]).all()
    assert (line == before[1]).all()


@pytest.mark.parametrize("n", [1, 2, 100_003])
def test_many_lines(n: int) -> None:
    word = (np.arange(n, dtype=np.uint64) * 2_654_435_761 % 2**32 // 7).astype(np.uint32)
    line = np.arange(n, dtype=np.int32)
    packed = np.sort(word.astype(np.uint64) << np.uint64(32) | line.astype(np.uint64))
    assert (ranked(word, line) == (packed & np.uint64(0xFFFFFFFF)).astype(np.int32)).all()
