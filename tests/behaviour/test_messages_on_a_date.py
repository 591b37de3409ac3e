"""A message that changes on a date: what calls play before and after, counted by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.audit.inputs.simulated import Joining
from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.jobs.manifest import said_of
from sim.measure.lines import LIVE_MARKS_S
from sim.record.log import Outcome
from sim.scenario.played import leaves_from, played
from sim.scenario.scenario import Scenario
from sim.store.call_rows import CallRows, world_details
from tests.equivalence.compare import log_of
from tests.hand_built import population
from tests.worlds import plain

ENGINES: dict[str, Any] = {"fast": fast, "reference": reference}
MINUTE = 60_000
CHANGES = [
    {"at": "2017-04-18 00:02", "amd": {"on_machine": "hang_up"}},
    {"at": "2017-04-18 00:01", "message": {"voicemail": "12 s", "duration": "30 s"}},
    {"at": "2017-04-18 00:03", "amd": {"on_machine": "leave_message"}},
]


def changing(lines: int = 240, changes: Any = CHANGES, **more: Any) -> Scenario:
    """A call a second; machines answer after 20 s, greet for 10 s, and get a message of 40 s."""
    return plain(
        world={"lines": lines, "listening": "35 s"},
        answering=more.pop("answering", {"machine": 0.999, "human": 0.0, "machine_ring": "20 s"}),
        dialing={"calls_per_second": "1", "changes": changes},
        amd={"on_machine": "leave_message", "analysis_time": "2 s", **more.pop("amd", {})},
        message={"duration": "90 s", "voicemail": "40 s"},
        reached_when={"live": "25 s"},
        **more,
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_each_call_leaves_what_is_left_when_it_starts(engine: str) -> None:
    log, _ = log_of(ENGINES[engine], build_plan(changing(), "only"))
    assert log.start_ms.tolist() == [1000 * second for second in range(240)]
    answered = log.outcome != Outcome.NO_ANSWER
    assert answered.mean() > 0.95
    # 20 s of ringing and 10 s of greeting before 40 s, 12 s, nothing after 2 s, and 12 s again.
    wanted = np.repeat([70_000, 42_000, 22_000, 42_000], 60)
    assert (log.hold_ms == wanted)[answered].all()
    left = (log.outcome == Outcome.MACHINE_VOICEMAIL)[answered]
    minute = (log.start_ms // MINUTE)[answered]
    assert (left == (minute != 2)).all()


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_each_person_hears_as_much_as_is_said_when_the_call_starts(engine: str) -> None:
    """Everybody listens for 35 s: cut short to 30 s from 00:01 on; 90 s before were long enough."""
    scenario = changing(answering={"human": 0.999, "machine": 0.0, "human_ring": "5 s"})
    plan = build_plan(scenario, "only")
    log, _ = log_of(ENGINES[engine], plan)
    person = log.outcome >= Outcome.HUMAN_TAKEN_FOR_MACHINE
    wanted = np.repeat([42_000, 37_000, 37_000, 37_000], 60)  # 5 s ringing, 2 s dead air
    assert (log.hold_ms == wanted)[person].all()
    assert person.mean() > 0.95
    assert set(LIVE_MARKS_S) >= {30}
    ring, listened, _ = world_details(plan)(log)
    assert set(ring[person].tolist()) == {5_000}
    assert (
        listened[person].tolist()
        == np.repeat([35_000, 30_000, 30_000, 30_000], 60)[person].tolist()
    )


def test_details_of_part_of_a_log_are_those_of_the_whole() -> None:
    plan = build_plan(changing(answering={"human": 0.4, "machine": 0.5}), "only")
    log, _ = log_of(fast, plan)
    whole = world_details(plan)(log)
    parts, _ = log_of(fast, plan, log_block=17)
    assert len(parts) == len(log)
    few = [world_details(plan)(log.head(rows, first=0)) for rows in (1, 59, 61, 200)]
    for part in few:
        for some, all_ in zip(part, whole, strict=True):
            assert (some == all_[: len(some)]).all()


def test_a_person_taken_for_a_machine_hears_what_machines_get_then() -> None:
    """For the stored log and for the audit: a message in minutes 0, 1 and 3, and none in 2."""
    scenario = changing(
        answering={"human": 0.999, "machine": 0.0, "human_ring": "5 s"},
        amd={"human_as_machine": 1.0},
    )
    plan = build_plan(scenario, "only")
    log, _ = log_of(fast, plan)
    batches: list[pa.RecordBatch] = []
    rows = CallRows(scenario, None, batches.append)
    rows.begin("only", plan)
    rows.add(log)
    rows.flush()
    stored = pa.Table.from_batches(batches)["delivered"].to_numpy()
    columns = [log.line, log.attempt, log.start_ms + plan.start_utc_ms, log.hold_ms, log.outcome]
    audited = Joining(scenario, "only", population([0] * 240), None)(columns).calls.delivered
    taken = log.outcome == Outcome.HUMAN_TAKEN_FOR_MACHINE
    assert taken.mean() > 0.95
    for delivered in (stored, audited):
        assert delivered is not None
        assert (delivered[taken] == (log.start_ms[taken] // MINUTE != 2)).all()


def test_what_is_played_is_in_order_and_names_only_what_differs() -> None:
    only = changing().strategies["only"]
    found = [
        (at.since, at.message.duration, at.message.voicemail, at.leaves) for at in played(only)
    ]
    assert found == [
        (None, 90_000, 40_000, True),
        (dt.datetime(2017, 4, 18, 0, 1), 30_000, 12_000, True),
        (dt.datetime(2017, 4, 18, 0, 2), 30_000, 12_000, False),
        (dt.datetime(2017, 4, 18, 0, 3), 30_000, 12_000, True),
    ]
    start = build_plan(changing(), "only").start_utc_ms
    assert leaves_from(only) == (
        (0, True), (start + MINUTE, True), (start + 2 * MINUTE, False), (start + 3 * MINUTE, True),
    )  # fmt: skip


def test_changes_that_come_too_late_or_early_or_change_nothing() -> None:
    """Before the start: from the start on. At the cutoff: never. The same again: no change."""
    plan = build_plan(
        changing(
            changes=[
                {"at": "2017-05-18 00:00", "message": {"voicemail": "1 s"}},
                {"at": "2017-04-17 00:00", "message": {"voicemail": "7 s"}},
                {"at": "2017-04-19 00:00", "amd": {"on_machine": "leave_message"}},
                {"at": "2017-04-20 00:00", "channels": 9},
            ]
        ),
        "only",
    )
    assert plan.message_from_ms == (0,)
    assert [posture.tables.voicemail_ms for posture in plan.postures] == [7_000]


def test_a_change_is_told_in_words() -> None:
    changes = changing().strategies["only"].dialing.changes
    assert [said_of(change) for change in changes] == [
        "no message left on machines", "message 30 s; voicemail 12 s", "a message left on machines",
    ]  # fmt: skip
