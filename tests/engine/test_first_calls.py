"""Whether a line was called before a moment: against a dictionary."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.fast.first_calls import MOST, FirstCalls
from sim.record.log import LogChunk


@pytest.mark.parametrize("most", [1, 3, MOST])
@pytest.mark.parametrize("seed", range(8))
def test_equals_a_dictionary_of_first_calls(seed: int, most: int) -> None:
    """Chunks of any size, with retries among them; asked at, before and after every start."""
    rng = np.random.default_rng(seed)
    lines, rows = 60, 90
    attempts = dict.fromkeys(range(lines), 0)
    first: dict[int, int] = {}
    calls = FirstCalls(lines, most)
    now, done, forgotten = 0, 0, 0
    while done < rows:
        size = min(int(rng.integers(1, 14)), rows - done)
        chunk = LogChunk.empty(size)
        for i in range(size):
            line = int(rng.integers(0, lines - 5))  # some are never called
            now += int(rng.integers(0, 3))
            attempts[line] += 1
            first.setdefault(line, now)
            chunk.line[i], chunk.attempt[i], chunk.start_ms[i] = line, attempts[line], now
        done += size
        calls.note(chunk)
        chunk.line[:] = 0  # the engine fills its buffers again
        if rng.random() < 0.4:
            forgotten = int(rng.integers(forgotten, now + 2))
            calls.forget(forgotten)
        for line in range(lines):
            for moment in range(forgotten, now + 3):
                expected = line in first and first[line] < moment
                assert calls.before(line, moment) == expected, (line, moment)
