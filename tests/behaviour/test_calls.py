"""Calls drawn in arrays turn out as calls played one at a time."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from sim.behaviour.calls import ENDING_BITS, OPTED_OUT, OUTCOME_MASK, details, draw, human_calls
from sim.behaviour.voicemail import hearing
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.record.log import N_OUTCOMES, Outcome
from tests.behaviour.plain_calls import Line, call
from tests.statistics import BIAS, Z, share_z
from tests.worlds import plain

LOG_NORMAL = {"law": "lognormal", "median": "9 s", "p90": "20 s"}
WORLD = {
    "lines": 400,
    "signalling": {"invalid": LOG_NORMAL, "busy": LOG_NORMAL},
    "listening": {"law": "survival", "points": {"6 s": "97 %", "19 s": "75 %"}},
    "press_1_delay": {"law": "lognormal", "median": "6 s", "p90": "12 s"},
    "voicemail": {"greeting": LOG_NORMAL},
    "opting_out": {"at_start": 0.4, "at_end": 0.6, "delay": LOG_NORMAL},
}
ANSWERING = {
    "invalid": 0.1,
    "busy": 0.1,
    "machine": 0.2,
    "human": 0.3,
    "human_ring": LOG_NORMAL,
    "machine_ring": LOG_NORMAL,
}
STRATEGIES = [
    {
        "amd": {
            "enabled": enabled,
            "on_machine": on_machine,
            "analysis_time": "2 s",
            "human_as_machine": errors,
            "machine_as_human": errors,
        },
        "message": {"duration": "40 s", "gate": gate, "gate_timeout": "8 s", "voicemail": "30 s"},
    }
    for enabled, on_machine, errors, gate in product(
        (True, False), ("hang_up", "leave_message"), (0.0, 0.3), ("none", "press-1")
    )
]
STRATEGIES += [
    {
        **STRATEGIES[number],
        "message": {
            **STRATEGIES[number]["message"],
            "duration": "12 s",
            "opt_out": opt_out,
            "opt_out_notice": notice,
            "opt_out_key": key,
        },
    }
    for number, opt_out, notice, key in product(
        (2, 3, 6, 7), ("start", "end"), ("0 s", "5 s"), (True, False)
    )
]
"""The same messages with a notice of the right to object, at either end, with and without a key."""
STRATEGIES.append(
    {
        "dialing": {"ring": False},
        "amd": {"on_machine": "leave_message"},
        "message": {"duration": "30 s", "voicemail": "25 s"},
    }
)


def plan_of(strategy: dict[str, Any]) -> Plan:
    return build_plan(plain(world=WORLD, answering=ANSWERING, **strategy), "only")


@pytest.mark.parametrize("number", range(len(STRATEGIES)))
def test_arrays_agree_with_plain_calls(number: int) -> None:
    """All three endings of every call, and what a call log shows of it."""
    plan = plan_of(STRATEGIES[number])
    people, t = plan.population, plan.tables
    line = np.arange(people.lines, dtype=np.uint32)
    attempt = (line % 3 + 1).astype(np.uint8)
    drawn = draw(
        t, plan.key, line, attempt, people.line_type, people.in_service, people.has_machine
    )
    seen = set()
    limit = t.human_limit
    for moment, thresholds in {
        "busy": (2**32 - 1, 2**32 - 1),
        "human": (0, limit),
        "other": (0, 0),
    }.items():
        below = drawn.disposition < np.uint32(thresholds[0])
        packed = np.where(
            below,
            drawn.busy,
            np.where(drawn.disposition < np.uint32(thresholds[1]), drawn.human, drawn.other),
        )
        outcome = (packed & np.uint32(OUTCOME_MASK)).astype(np.uint8)
        hold = (packed >> np.uint32(ENDING_BITS)).astype(np.int32)
        opted_out = packed & np.uint32(OPTED_OUT) != 0
        shown = details(t, plan.key, line, attempt, people.line_type, outcome, hold)
        for i in range(len(line)):
            who = Line(i, 0, bool(people.in_service[i]), bool(people.has_machine[i]))
            expected = call(t, plan.key, who, int(attempt[i]), *thresholds)
            assert (outcome[i], hold[i]) == (expected.outcome, expected.hold), (moment, i)
            assert shown.ring_ms[i] == expected.ring
            assert shown.listened_ms[i] == expected.listened
            assert shown.key[i] == (9 if expected.opted_out else int(expected.pressed))
            assert opted_out[i] == expected.opted_out
        seen.update(outcome.tolist())
    assert {Outcome.INVALID, Outcome.NO_ANSWER} <= seen
    assert t.rings == (Outcome.BUSY in seen)
    assert max(seen) < N_OUTCOMES


def test_listening_after_the_gate_follows_the_published_points() -> None:
    """P10: 97 % listen for 6 s, 75 % past 19 s. The clock starts at the message.

    200,000 calls; false-alarm rate 1e-4 for each point.
    """
    scenario = plain(
        world={"lines": 200_000, "listening": WORLD["listening"]},
        answering={"human": 0.99},
        message={"duration": "90 s", "gate": "press-1", "gate_timeout": "60 s"},
    )
    plan = build_plan(scenario, "only")
    people = plan.population
    line = np.arange(people.lines, dtype=np.uint32)
    drawn = draw(
        plan.tables, plan.key, line, 1, people.line_type, people.in_service, people.has_machine
    )
    outcome = drawn.human & np.uint32(OUTCOME_MASK)
    passed = outcome[outcome >= Outcome.HEARD]
    assert abs(share_z(len(passed), int((outcome >= Outcome.HUMAN_AT_GATE).sum()), 0.5)) < Z
    for position, share in ((1, 0.97), (2, 0.75)):
        heard = int((passed >= Outcome.HEARD + position).sum())
        assert abs(share_z(heard, len(passed), share)) < Z
        assert abs(share_z(heard, len(passed), share / BIAS)) > Z


def test_a_key_at_the_very_end_of_the_wait_is_too_late() -> None:
    """All press after 3 s; the gate closes after 3 s, or a millisecond later."""
    for timeout, passed in (("3 s", 0), ("3001 ms", 1)):
        scenario = plain(
            world={"lines": 50, "press_1": 1.0},
            answering={"human": 0.99},
            message={"gate": "press-1", "gate_timeout": timeout},
        )
        plan = build_plan(scenario, "only")
        ring = np.full(50, 5_000, dtype=np.int32)
        amd, words = np.zeros(50, dtype=np.uint32), np.zeros((4, 50), dtype=np.uint32)
        ending = human_calls(plan.tables, ring, amd, words, None)
        assert ending.pressed.tolist() == [bool(passed)] * 50
        assert set(ending.listened.tolist()) == {20_000 * passed}


def test_hearing_of_messages() -> None:
    """Half are heard, after a delay whose median is that of its law; false-alarm rate 1e-4."""
    delay = {"law": "lognormal", "median": "4 h", "p90": "24 h"}
    plan = build_plan(plain(world={"voicemail": {"delay": delay}}), "only")
    line = np.arange(100_000, dtype=np.int32)
    heard, after = hearing(plan.tables, plan.key, line, np.ones(len(line), dtype=np.uint8))
    assert abs(share_z(int(heard.sum()), len(line), 0.5)) < Z
    assert abs(share_z(int((after < 4 * 3_600_000).sum()), len(line), 0.5)) < Z
    assert abs(share_z(int((after < 24 * 3_600_000).sum()), len(line), 0.9)) < Z
    assert abs(share_z(int(heard.sum()), len(line), 0.5 * BIAS)) > Z


def test_packing_holds_the_longest_call() -> None:
    """An hour-long ring, greeting and message still fit."""
    assert (4 * 3_600_000) << ENDING_BITS < 2**32
