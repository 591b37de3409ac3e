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
        if rng.random() < 0.6:
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
