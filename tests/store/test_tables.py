"""Rows of a run's files, by hand: calls, recipients, and how baselines differ."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.record.log import Outcome
from sim.record.never import NEVER
from sim.store.baseline import Baseline, compare
from sim.store.calls import CallWriter
from sim.store.recipients import People, write_recipients
from tests import hand_built as hand

# ── Calls ────────────────────────────────────────────────────────────────────────────────────────

CAME = {
    # What was played with no gate; with one and nothing left on machines; left, and a gate.
    Outcome.INVALID: (False, False, False),
    Outcome.BUSY: (False, False, False),
    Outcome.NO_ANSWER: (False, False, False),
    Outcome.MACHINE: (False, False, False),
    Outcome.MACHINE_VOICEMAIL: (True, True, True),
    Outcome.MACHINE_TAKEN_FOR_HUMAN: (True, False, False),
    Outcome.HUMAN_TAKEN_FOR_MACHINE: (False, False, True),
    Outcome.HUMAN_AT_GATE: (False, False, False),
    Outcome.HEARD: (True, True, True),
    Outcome.FAILED: (False, False, False),
}


@pytest.mark.parametrize(
    ("which", "gate", "on_machine"),
    [(0, "none", "hang_up"), (1, "press-1", "hang_up"), (2, "press-1", "leave_message")],
)
def test_what_calls_came_to(which: int, gate: str, on_machine: str) -> None:
    """One call of each outcome, a second apart."""
    people = hand.population([0] * len(CAME))
    rows = [(k, 1, 1_000 * k, 5_000, int(outcome)) for k, outcome in enumerate(CAME)]
    scenario = hand.scenario(
        message={"duration": "90 s", "voicemail": "45 s", "gate": gate},
        amd={"on_machine": on_machine},
    )

    def details(chunk: Any) -> Any:
        nothing = np.zeros(len(chunk.line), dtype=np.int32)
        return nothing, nothing, nothing.astype(np.uint8)

    file = io.BytesIO()
    writer = CallWriter(file, scenario)

    def hearing(line: Any, attempt: Any) -> Any:
        """The one message that is left is heard after a quarter of a second."""
        assert (line.tolist(), attempt.tolist()) == ([4], [1])
        return np.array([True]), np.array([250])

    writer.begin("as-run", hand.plan(people), details, hearing)
    writer.add(hand.log(rows, people))
    writer.finish()
    found = pq.read_table(file).to_pylist()
    assert [row["delivered"] for row in found] == [came[which] for came in CAME.values()]
    passed = [outcome == Outcome.HEARD for outcome in CAME]
    assert [row["pressed"] for row in found] == [gate != "none" and p for p in passed]
    dropped = [outcome == Outcome.HUMAN_TAKEN_FOR_MACHINE for outcome in CAME]
    assert [row["abandoned"] for row in found] == dropped
    assert [row["disposition"] for row in found] == [
        "invalid", "busy", "no_answer", "machine", "machine", "machine", "human", "human", "human",
        "failed",
    ]  # fmt: skip
    heard = {row["line"]: row["heard_utc"] for row in found if row["heard_utc"]}
    assert {line: at.timestamp() * 1000 for line, at in heard.items()} == {
        4: hand.START_UTC + 4_000 + 5_000 + 250
    }
    moments = [row["start_utc"].timestamp() * 1000 for row in found]
    assert moments == [hand.START_UTC + 1_000 * k for k in range(len(CAME))]


# ── Recipients ───────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_of_lines() -> None:
    """Four lines, the third of which is on no list; dated consents, one withdrawn; registers."""
    people = replace(
        hand.population([0, 1, 0, 0]),
        consent=np.array([1, 0, 1, 1], dtype=np.uint8),
        slot=np.array([1, 0, 0, 0], dtype=np.uint8),
        registers=np.array([0b01, 0b10, 0b11, 0b00], dtype=np.uint8),
        opposed=np.array([0, 1, 0, 0], dtype=np.uint8),
        consent_from_ms=np.array([1_000, NEVER, 5, 2_000]),
        consent_until_ms=np.array([NEVER, NEVER, 6, 3_000]),
    )
    slot = {"length": "1 h", "days": ["mon"], "from": "10:00", "to": "12:00"}
    scenario = hand.scenario(
        territories=("main", "far"),
        world_too={
            "consent": {"share": 0.5, "slot": slot},
            "registers": {"do-not-call": 0.1, "other": 0.1},
            "opposition": 0.1,
        },
    )
    file = io.BytesIO()
    listed = np.array([True, True, False, True])
    assert write_recipients(file, People(scenario, people, listed))[0] == 3
    table = pq.read_table(file)
    names = (
        "line", "territory", "consent_slot", "register_do_not_call", "register_other", "opposition",
    )  # fmt: skip
    rows = table.select(names).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (0, "main", "mon 11:00-12:00", True, False, False),
        (1, "far", None, False, True, True),
        (3, "main", "mon 10:00-11:00", False, False, False),
    ]
    since, until = (
        table.column(name).cast(pa.int64()).to_pylist()
        for name in ("consent_from_utc", "consent_until_utc")
    )
    assert (since, until) == ([1_000, None, 2_000], [None, None, 3_000])


# ── Baselines ────────────────────────────────────────────────────────────────────────────────────


def baseline(counters: dict[str, dict[str, int]], digests: dict[str, dict[str, str]]) -> Baseline:
    return Baseline(
        scenario="s",
        scenario_sha256="0" * 64,
        seed=1,
        scale="1/100",
        lines=10,
        counters=counters,
        digests=digests,
    )


def test_each_difference_of_two_baselines_is_told() -> None:
    """What was there alone is missing, what is there now alone is new."""
    p, q = 64 * "a", 64 * "b"
    old = baseline({"a": {"calls": 200, "lost": 4, "same": 1}, "gone": {"x": 1}}, {"a": {"t": p}})
    new = baseline({"a": {"calls": 150, "same": 1, "more": 2}}, {"a": {"t": q, "u": p}})
    rows = [(row.strategy, row.metric, row.verdict, row.change) for row in compare(old, new)]
    assert sorted(rows) == [
        ("", "scenario", "ok", ""),
        ("a", "calls", "changed", "-50 (-25 %)"),
        ("a", "digest of t", "changed", "values differ"),
        ("a", "digest of u", "new", "new"),
        ("a", "lost", "missing", "missing"),
        ("a", "more", "new", "new"),
        ("a", "same", "ok", ""),
        ("gone", "x", "missing", "missing"),
    ]
