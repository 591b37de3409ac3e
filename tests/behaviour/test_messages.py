"""Messages left on machines, found in the log, held against what is said of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.behaviour.messages import messages_left
from sim.behaviour.quantiles import QuantileTable, tabulate
from sim.behaviour.voicemail import hearing
from sim.engine import fast
from sim.record.log import Left, LogChunk, Outcome
from sim.streams import Key, Purpose, words
from tests.equivalence import edge_cases
from tests.equivalence.compare import log_of
from tests.equivalence.generate import plan as plan_of

TABLES = plan_of(0, most_lines=60).tables
KEY = Key(7, 11)


def log(seed: int, rows: int) -> LogChunk:
    """A log of calls of every outcome, to lines of any number."""
    rng = np.random.default_rng(seed)
    chunk = LogChunk.empty(rows)
    chunk.line[:] = rng.integers(0, 1 << 31, rows)
    chunk.attempt[:] = rng.integers(1, 6, rows)
    chunk.outcome[:] = rng.integers(0, 16, rows)
    chunk.start_ms[:] = np.cumsum(rng.integers(0, 1 << 33, rows))
    chunk.hold_ms[:] = rng.integers(1, 3_600_000, rows)
    return chunk


def exponential(points: np.ndarray) -> np.ndarray:
    """Quantiles of an exponential law of mean 4 h, ms."""
    return -14_400_000 * np.log1p(-points)


@pytest.mark.parametrize("used", [None, 0, 1 << 31, (1 << 32) - 1])
@pytest.mark.parametrize("heard", [0, 1 << 30, (1 << 32) - 1])
@pytest.mark.parametrize("longest_ms", [1, 1 << 30])
def test_equals_the_definition(used: int | None, heard: int, longest_ms: int) -> None:
    """Ten thousand messages: which rows left them, by whose words they are heard, and when."""
    delay: QuantileTable = tabulate(exponential, longest_ms=longest_ms)
    tables = replace(TABLES, in_use=used, heard=heard, hearing_delay=delay)
    chunk = log(3, 160_000)
    found, word = messages_left(tables, KEY, chunk)
    row = np.flatnonzero(chunk.outcome == Outcome.MACHINE_VOICEMAIL)
    line, attempt = chunk.line[row], chunk.attempt[row]
    plays, after = hearing(tables, KEY, line, attempt)
    end = chunk.start_ms[row] + chunk.hold_ms[row]
    same(found, Left(row.astype(np.int32), line, attempt, end, np.where(plays, end + after, -1)))
    assert (word == words(KEY, Purpose.VOICEMAIL, line.astype(np.uint32), attempt)).all()
    assert 9_000 < len(row) < 11_000


def test_where_no_message_is_left_nothing_is_asked_of_the_tables() -> None:
    chunk = log(4, 100)
    chunk.outcome[chunk.outcome == Outcome.MACHINE_VOICEMAIL] = Outcome.BUSY
    for rows in (chunk, chunk.head(0, first=0)):
        found, word = messages_left(None, KEY, rows)  # type: ignore[arg-type]
        assert [len(column) for column in found] == [0] * 5
        assert word.shape == (4, 0)


@pytest.mark.parametrize("name", [*edge_cases.plans(), *(f"generated {n}" for n in range(40))])
def test_the_engine_hands_on_what_it_found(name: str) -> None:
    """With each chunk, and none with a copy: so nobody reads it beside other rows."""
    kind, _, number = name.rpartition(" ")
    generated = kind == "generated"
    plan = plan_of(int(number), most_lines=60) if generated else edge_cases.plans()[name]
    handed: list[tuple[LogChunk, Left | None]] = []
    fast.run(plan, lambda chunk: handed.append((chunk.copy(), chunk.left)), log_block=64)
    for chunk, left in handed:
        assert chunk.left is None
        assert chunk.head(len(chunk), first=0).left is None
        if left is not None:
            same(left, messages_left(plan.tables, plan.key, chunk)[0])
    back = plan.feedback
    asked = back is not None and (back.complaints is not None or back.call_back is not None)
    assert all((left is not None) == asked for _, left in handed)
    assert log_of(fast, plan)[0].left is None


def same(one: Left, other: Left) -> None:
    """Fail where two differ, in a number or a type."""
    for found, expected in zip(one, other, strict=True):
        assert found.dtype == expected.dtype
        assert (found == expected).all()
        assert len(found) == len(expected)
