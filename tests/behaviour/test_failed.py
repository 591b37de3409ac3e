"""Calls that fail on the way: how many, what they change, and what they leave as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.audit.inputs.live import CallLog
from sim.behaviour.calls import OUTCOME_MASK, details, draw
from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.engine.plan.stage import Stage
from sim.intake.mapping import DISPOSITIONS as INTAKE
from sim.jobs.simulate import simulate
from sim.measure import counting_cases
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.metrics import compute
from sim.record.log import DISPOSITION_OF_OUTCOME, DISPOSITIONS, LogChunk, Outcome
from sim.scenario.scenario import Scenario
from tests.equivalence.compare import log_of
from tests.statistics import Z, share_z
from tests.worlds import plain

FAILED = int(Outcome.FAILED)
MIXED = {"invalid": 0.1, "busy": 0.1, "machine": 0.2, "human": 0.2}


def failing(share: float, lines: int = 6000, **strategy: Any) -> Scenario:
    """Two line types of which calls to the second one fail."""
    mobile = {
        "share": 0.5,
        "answering": {
            **MIXED, "failed": share, "no_answer": "rest", "at_ring_timeout": "25 s",
            "human_ring": "5 s", "machine_ring": "20 s",
        },
    }  # fmt: skip
    return plain(
        world={
            "lines": lines,
            "line_types": {"landline": {"share": 0.5}, "mobile": mobile},
            "signalling": {"failed": "7 s"},
        },
        answering=MIXED,
        **strategy,
    )


def log_of_all(of: Scenario) -> LogChunk:
    return log_of(fast, build_plan(of, "only"))[0]


def test_failed_is_a_word_of_the_log_and_of_logs_that_are_imported() -> None:
    """Appended to both: what was there keeps its code."""
    assert DISPOSITIONS == ("invalid", "busy", "no_answer", "machine", "human", "failed")
    assert INTAKE[: len(DISPOSITIONS)] == DISPOSITIONS
    assert DISPOSITION_OF_OUTCOME[FAILED] == DISPOSITIONS.index("failed")
    assert FAILED == max(Outcome) == len(DISPOSITION_OF_OUTCOME) - 1
    assert counting_cases._FAILED == FAILED


def test_the_stated_share_of_dials_fails_whatever_the_line() -> None:
    """Of the mobile lines alone; in service or not; each for the stated time."""
    plan = build_plan(failing(0.2, lines=40_000), "only")
    log, _ = log_of(fast, plan)
    failed = log.outcome == FAILED
    mobile = plan.population.line_type[log.line] == 1
    assert not failed[~mobile].any()
    assert abs(share_z(int(failed[mobile].sum()), int(mobile.sum()), 0.2)) < Z
    out = mobile & (plan.population.in_service[log.line] == 0)
    assert abs(share_z(int(failed[out].sum()), int(out.sum()), 0.2)) < Z
    assert set(log.hold_ms[failed].tolist()) == {7_000}


def test_calls_that_do_not_fail_are_drawn_as_they_were() -> None:
    """Word for word: a failure takes a call away and moves none."""
    plans = [build_plan(failing(share), "only") for share in (0.0, 0.2)]
    people = plans[0].population
    line = np.arange(people.lines, dtype=np.uint32)
    traits = (people.line_type, people.in_service, people.has_machine)
    none, some = (draw(plan.tables, plan.key, line, 1, *traits) for plan in plans)
    lost = some.other & np.uint32(OUTCOME_MASK) == FAILED
    assert 0.08 < lost.mean() < 0.12
    assert not lost[people.line_type == 0].any()
    for name in ("busy", "human", "other"):
        before, after = getattr(none, name), getattr(some, name)
        assert (before[~lost] == after[~lost]).all()
        assert (after[lost] & np.uint32(OUTCOME_MASK) == FAILED).all()
    assert (none.disposition == some.disposition).all()


def test_a_log_shows_no_ring_no_key_and_nobody_who_listened() -> None:
    plan = build_plan(failing(1.0), "only")
    log, _ = log_of(fast, plan)
    rows = np.flatnonzero(log.outcome == FAILED)
    line = log.line[rows].astype(np.uint32)
    types = plan.population.line_type[line]
    shown = details(
        plan.tables, plan.key, line, log.attempt[rows], types, log.outcome[rows], log.hold_ms[rows]
    )
    assert (shown.ring_ms == 7_000).all()
    assert not shown.listened_ms.any()
    assert not shown.key.any()


def test_its_own_rule_dials_it_again() -> None:
    """All calls to the one line fail after 2 s: dialled again 30 s later, whatever busy says."""
    of = plain(
        world={"lines": 1, "signalling": {"failed": "2 s"}},
        answering={"failed": 1.0},
        attempts={"lifetime": 3},
        recycle={"failed": {"delay": "30 s"}, "busy": {"delay": "1 s"}, "human": {"delay": "2 s"}},
    )
    plan = build_plan(of, "only")
    for engine in (reference, fast):
        assert log_of(engine, plan)[0].start_ms.tolist() == [0, 32_000, 64_000]
    without = plain(
        world={"lines": 1},
        answering={"failed": 1.0},
        attempts={"lifetime": 3},
        recycle={"busy": {"delay": "1 s"}, "human": {"delay": "2 s"}},
    )
    log = log_of_all(without)
    assert log.outcome.tolist() == [FAILED]
    assert log.hold_ms.tolist() == [4_000]  # as if busy


def test_lines_that_only_ever_fail_are_the_share_to_the_power_of_the_attempts() -> None:
    """Three attempts, and only failures dialled again: f³ of the mobile lines are never met."""
    recycle = {"failed": {"delay": "1 min"}}
    of = failing(0.4, lines=40_000, attempts={"lifetime": 3}, recycle=recycle)
    plan = build_plan(of, "only")
    log, _ = log_of(fast, plan)
    met = np.zeros(plan.population.lines, dtype=np.bool_)
    met[log.line[log.outcome != FAILED]] = True
    mobile = plan.population.line_type == 1
    assert met[~mobile].all()
    assert abs(share_z(int((~met[mobile]).sum()), int(mobile.sum()), 0.4**3)) < Z


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_tables_and_metrics_count_them_where_the_world_has_them(share: float) -> None:
    """The ledger of the run balances either way, or this would raise."""
    of = failing(share)
    (found,) = simulate(Stage(of))
    log = log_of_all(of)
    failed = int((log.outcome == FAILED).sum())
    totals, metrics = found.totals[DiallingTotals], compute(found.totals)
    assert totals.dispositions == tuple(
        int((DISPOSITION_OF_OUTCOME[log.outcome] == code).sum()) for code in range(6)
    )
    assert metrics["attempts_failed"] == (failed if share else None)
    assert metrics["attempts"] == len(log)
    for table in ("timeline", "answering", "attempts"):
        assert ("failed" in found.blocks[table]) == bool(share)
        if share:
            assert found.blocks[table]["failed"].sum() == failed > 500
    connected = int(np.isin(DISPOSITION_OF_OUTCOME[log.outcome], [3, 4]).sum())
    assert totals.connected == connected


def test_no_auditor_takes_it_for_a_call_that_was_answered() -> None:
    of = failing(1.0)
    plan, log = build_plan(of, "only"), CallLog(of)
    log.begin("only", plan)
    rows: list[LogChunk] = []
    fast.run(plan, lambda chunk: (log.add(chunk), rows.append(chunk.copy()))[0])
    calls = log.end().calls
    failed = np.concatenate([chunk.outcome for chunk in rows]) == FAILED
    assert failed.sum() > 2000
    for what in ("connected", "delivered", "person", "abandoned", "rang_out", "pressed"):
        column = getattr(calls, what)
        assert not column[failed].any(), what
