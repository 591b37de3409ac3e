"""Who goes first where a due retry and a fresh line both wait: counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from tests.equivalence.compare import log_of
from tests.worlds import plain

ONE_AFTER_ANOTHER = [
    # One channel, calls of 4 s that meet a busy line, each dialled again 1 s after its end: line 0
    # is due at 5 s, line 1 at 9 s. What waits at 8 s is the retry of line 0, and lines 2 and 3.
    ("retries-first", "0 1 0 1 0 1 2 3 2 3 2 3"),
    ("fresh-first", "0 1 2 3 0 1 2 3 0 1 2 3"),
    # At 8 s the retry of line 0, at 12 s line 2, at 16 s that of line 1, at 20 s line 3; then no
    # line is fresh: line 0 (due at 13 s), 2 (17), 1 (21), 3 (25), 2 (33), 3 (41).
    ({"retries": 1, "fresh": 1}, "0 1 0 2 1 3 0 2 1 3 2 3"),
    # Two retries for each fresh line: 0 and 1 at 8 and 12 s, then 2; 0 and 1 again, then 3.
    ({"retries": 2, "fresh": 1}, "0 1 0 1 2 0 1 3 2 3 2 3"),
    # One retry, then two fresh lines: 0 at 8 s, then 2 and 3, which leaves nobody fresh.
    ({"retries": 1, "fresh": 2}, "0 1 0 2 3 1 0 2 3 1 2 3"),
]


@pytest.mark.parametrize(("order", "lines"), ONE_AFTER_ANOTHER)
def test_orders_by_hand(order: Any, lines: str) -> None:
    of = plain(
        world={"lines": 4},
        answering={"human": 0.0, "busy": 1.0},
        dialing={"channels": 1, "lead_order": "file"},
        attempts={"lifetime": 3, "order": order},
        recycle={"busy": {"delay": "1 s"}},
    )
    plan = build_plan(of, "only")
    for engine in (reference, fast):
        log, _ = log_of(engine, plan)
        assert log.start_ms.tolist() == [4_000 * i for i in range(12)]
        assert log.line.tolist() == [int(line) for line in lines.split()]
