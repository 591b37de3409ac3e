"""Whether a line was called before a moment: against a dictionary."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.fast.called import Called
from sim.record.log import LogChunk


@pytest.mark.parametrize("seed", range(12))
def test_equals_a_dictionary_of_first_calls(seed: int) -> None:
    """Chunks of any size, with several calls to a line; asked at, before and after every start."""
    rng = np.random.default_rng(seed)
    lines, rows = 61, 90
    first: dict[int, int] = {}
    calls = Called(lines)
    now, done, asked = 0, 0, 0
    while done < rows:
        size = min(int(rng.integers(1, 14)), rows - done)
        chunk = LogChunk.empty(size)
        for i in range(size):
            line = int(rng.integers(0, lines - 5))  # some are never called
            now += int(rng.integers(0, 3))
            first.setdefault(line, now)
            chunk.line[i], chunk.start_ms[i] = line, now
        done += size
        calls.add(chunk)
        chunk.line[:] = 0  # the engine fills its buffers again
        if rng.random() < 0.3:
            asked = int(rng.integers(asked, now + 2))
            calls.forget(asked)
        if rng.random() < 0.5:
            continue
        moments = range(asked, int(rng.integers(asked, now + 3)) + 1)
        for asked in moments:
            for line in range(lines):
                expected = line in first and first[line] < asked
                assert calls.before(line, asked) == expected, (line, asked)


def test_nobody_asks_of_an_earlier_moment() -> None:
    """What has been marked would tell of later calls."""
    calls = Called(3)
    assert not calls.before(2, 5)
    assert not calls.before(2, 5)
    with pytest.raises(ValueError, match="asked of 4 ms after 5 ms"):
        calls.before(2, 4)
    calls.forget(9)
    with pytest.raises(ValueError, match="asked of 8 ms after 9 ms"):
        calls.before(2, 8)


def test_calls_do_not_wait_for_somebody_to_ask() -> None:
    """Else memory would grow with calls in a campaign of which nobody complains."""
    calls = Called(3)
    chunk = LogChunk.empty(3)
    chunk.line[:], chunk.start_ms[:] = [0, 1, 2], [5, 6, 7]
    calls.add(chunk)
    calls.forget(7)
    assert [(lines.tolist(), start.tolist()) for lines, start in calls._waiting] == [([2], [7])]
    calls.forget(8)
    assert not calls._waiting
    assert calls.before(2, 8)
