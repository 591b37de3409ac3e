"""Hand-built scenarios in which several things happen in the same millisecond.

Every duration is a constant and a multiple of a second or a minute, so ends, dues, window edges,
steps and pace meet. Random scenarios alone miss such edges.
"""

from __future__ import annotations

import copy
import dataclasses
from functools import cache
from typing import Any

import numpy as np

from sim.behaviour.calls import draw
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Cap, Plan
from sim.record.never import NEVER
from sim.scenario.complaints import ComplaintEffects
from sim.scenario.scenario import Scenario

ALWAYS = [{"days": "all", "from": "00:00", "to": "24:00"}]

BASE: dict[str, Any] = {
    "format": 1,
    "name": "edges",
    "seed": 1,
    "base": "only",
    "world": {
        "lines": 60,
        "electorate": 100,
        "voters_per_line": 1.5,
        "territories": {
            "here": {"share": 0.5, "timezone": "Europe/Paris"},
            "there": {"share": 0.5, "timezone": "Indian/Reunion"},
        },
        "line_types": {
            "landline": {
                "share": 1.0,
                "answering": {
                    "invalid": 0.0,
                    "busy": 0.2,
                    "machine": 0.2,
                    "human": 0.2,
                    "no_answer": "rest",
                    "at_ring_timeout": "20 s",
                    "by_attempt": [1.0, 0.1, 3.0],
                    "by_hour": "us-landline",
                    "human_ring": "5 s",
                    "machine_ring": "10 s",
                },
            }
        },
        "signalling": {"invalid": "5 s", "busy": "5 s"},
        "listening": "15 s",
        "press_1": 0.5,
        "press_1_delay": "5 s",
        "voicemail": {"greeting": "5 s", "heard": 0.5, "delay": "1 h", "shared": 0.5},
    },
    "strategies": {
        "only": {
            "campaign": {
                "timezone": "Europe/Paris",
                "start": "2017-04-18 10:00",
                "cutoff": "2017-04-18 13:00",
            },
            "dialing": {
                "channels": 4,
                "calls_per_second": "1",
                "ring_timeout": "20 s",
                "call_times": ALWAYS,
            },
            "attempts": {"lifetime": 4},
            "recycle": {
                "busy": {"delay": "15 s"},
                "no_answer": {"delay": "40 s"},
                "machine": {"delay": "50 s"},
            },
            "amd": {"enabled": True, "on_machine": "leave_message"},
            "message": {
                "duration": "30 s",
                "gate": "press-1",
                "gate_timeout": "10 s",
                "voicemail": "20 s",
            },
        }
    },
}


EVEN: dict[str, Any] = {
    "world__line_types__landline__answering": {
        "invalid": 0.0,
        "busy": 0.3,
        "machine": 0.0,
        "human": 0.0,
        "no_answer": "rest",
        "at_ring_timeout": "20.48 s",
        "human_ring": "5 s",
        "machine_ring": "10 s",
    },
    "world__signalling__busy": "1.024 s",
    "dialing__channels": 12,
    "dialing__ring_timeout": "20.48 s",
    "attempts__lifetime": 1,
}
"""Calls last 2**10 ms or 20 times that: some end together, and others a power of two later, where
the ring of ends comes round."""


def changed(**changes: Any) -> Scenario:
    """The base with some values changed; keys are paths with two underscores between parts."""
    document = copy.deepcopy(BASE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = document["world"] if parents and parents[0] == "world" else None
        if at is None:
            at = document["strategies"]["only"] if parents else document
        else:
            parents = parents[1:]
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = value
    return Scenario.model_validate(document)


def minute_windows(*edges: str) -> list[dict[str, Any]]:
    """Windows of every day from pairs of clock times."""
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [{"days": "all", "from": a, "to": b} for a, b in pairs]


def scenarios() -> dict[str, Scenario]:
    """Edge cases by what meets in them."""
    many = {"world__lines": 400}
    return {
        "ends, dues and pace": changed(),
        "one channel": changed(dialing__channels=1),
        "more channels than calls": changed(
            dialing__channels=500, dialing__calls_per_second="5000"
        ),
        "pace of a third": changed(dialing__calls_per_second="1/3"),
        "pace of 0.7": changed(dialing__calls_per_second="0.7"),
        "ends meet, and meet again": changed(**many, **EVEN, dialing__calls_per_second="125/128"),
        "ends meet where channels bind": changed(**many, **EVEN, dialing__calls_per_second="5000"),
        "pace of 333 and few channels": changed(**many, dialing__calls_per_second="333"),
        "pace of 80": changed(**many, dialing__channels=3000, dialing__calls_per_second="80"),
        "windows open and close on the minute": changed(
            **many,
            dialing__call_times=minute_windows(
                "10:00", "10:02", "10:03", "10:05", "10:30", "12:31"
            ),
        ),
        "territories take turns": changed(
            **many,
            world__territories={
                "here": {"share": 0.5, "timezone": "Europe/Paris"},
                "there": {"share": 0.5, "timezone": "Asia/Kathmandu"},
            },
            dialing__call_times=minute_windows(
                "10:00",
                "10:01",
                "10:02",
                "10:03",
                "10:04",
                "10:20",
                "13:46",
                "13:48",
                "13:49",
                "14:10",
            ),
        ),
        "cutoff while retries wait": changed(
            **many,
            campaign__cutoff="2017-04-18 10:09",
            campaign__territory_cutoffs={"there": "2017-04-18 12:05"},
        ),
        "outage to nothing and back": changed(
            **many,
            dialing__outages=[
                {"from": "2017-04-18 10:01", "to": "2017-04-18 10:03", "channels": 0},
                {
                    "from": "2017-04-18 10:04",
                    "to": "2017-04-18 10:06",
                    "channels": 1,
                    "calls_per_second": "1/60",
                },
            ],
        ),
        "pace changes": changed(
            **many,
            dialing__channels=100,
            dialing__calls_per_second="0.05",
            dialing__changes=[
                {"at": "2017-04-18 10:01", "calls_per_second": "0.7"},
                {"at": "2017-04-18 10:03", "calls_per_second": "2.5", "channels": 8},
                {"at": "2017-04-18 10:05", "calls_per_second": "0.3"},
            ],
        ),
        "pace changes before the first call": changed(
            dialing__calls_per_second="0.01",
            dialing__call_times=minute_windows("10:05", "12:00"),
            dialing__changes=[{"at": "2017-04-18 10:02", "calls_per_second": "2"}],
        ),
        "pace falls before the first call": changed(
            dialing__calls_per_second="2",
            dialing__call_times=minute_windows("10:05", "12:00"),
            dialing__changes=[{"at": "2017-04-18 10:02", "calls_per_second": "0.001"}],
        ),
        "carriers share the calls": changed(
            dialing__channels=9,
            dialing__calls_per_second="2",
            dialing__carriers={
                "first": {"channels": 3, "calls_per_second": "0.7"},
                "second": {
                    "channels": 4,
                    "calls_per_second": "1/3",
                    "outages": [
                        {
                            "from": "2017-04-18 10:01",
                            "to": "2017-04-18 10:02",
                            "channels": 1,
                            "calls_per_second": "1/60",
                        }
                    ],
                },
                "third": {"channels": 2, "calls_per_second": "5"},
            },
        ),
        "calls that fail come back at once": changed(
            world__line_types__landline__answering__failed=0.5,
            world__signalling__failed="1 s",
            recycle__failed={"delay": "1 s"},
            recycle__no_answer={"delay": "20 min"},
            recycle__busy={"delay": "30 min"},
            recycle__machine={"delay": "30 min"},
        ),
        "a list that ends before its retries": changed(
            world__lines=5,
            recycle__no_answer={"delay": "20 min"},
            recycle__busy={"delay": "30 min"},
        ),
        "a window opens while a retry is waited for": changed(
            world__lines=20,
            world__territories={
                "here": {"share": 0.5, "timezone": "Europe/Paris"},
                "there": {"share": 0.5, "timezone": "Asia/Kathmandu"},
            },
            dialing__channels=50,
            # Machines are dialled again after two minutes or so, while Kathmandu opens at 10:02.
            dialing__call_times=minute_windows("10:00", "11:00", "13:47", "14:30"),
            recycle__machine={"delay": "85 s"},
            recycle__no_answer={"delay": "5 min"},
            recycle__busy={"delay": "6 min"},
        ),
        "retries after a night": changed(
            campaign__cutoff="2017-04-20 12:00",
            dialing__call_times=minute_windows("10:00", "10:03", "11:00", "11:20"),
            recycle__no_answer={"delay": "6 h"},
        ),
    }


@cache
def plans() -> dict[str, Plan]:
    """All edge cases as plans, with some whose thresholds are set by hand."""
    out = {name: build_plan(scenario, "only") for name, scenario in scenarios().items()}

    # Draws that sit exactly on a threshold. Another quarter-hour keeps the limit of words high.
    plan = build_plan(changed(world__lines=1), "only")
    people = plan.population
    word = draw(
        plan.tables,
        plan.key,
        np.zeros(1, dtype=np.uint32),
        1,
        people.line_type,
        people.in_service,
        people.has_machine,
    ).disposition[0]
    for name, busy in (("busy", word), ("human", 0)):
        thresholds = np.zeros_like(plan.tables.thresholds)
        thresholds[..., 0] = busy
        thresholds[..., 1] = word
        thresholds[:, :, 0] = 0xFFFFFFFF
        out[f"draw on the {name} threshold"] = _with_thresholds(plan, thresholds)

    # Every second quarter-hour all lines are busy, and starts fall on the very edges.
    plan = build_plan(changed(world__lines=2000, dialing__channels=500), "only")
    thresholds = np.zeros_like(plan.tables.thresholds)
    thresholds[:, :, ::2] = 0xFFFFFFFF
    out["starts on quarter-hours"] = _with_thresholds(plan, thresholds)
    out |= _limited() | _acting_back()
    return out


def _limited() -> dict[str, Plan]:
    """Rolling caps, keys that list a line, households, and lines that are left alone."""
    again = changed(
        world__lines=400,
        attempts__lifetime=6,
        recycle__human={"delay": "30 s"},
        dialing__channels=200,
        dialing__calls_per_second="20",
    )
    plan = build_plan(again, "only")
    line = np.arange(plan.population.lines)
    out = {}
    for name, caps in {
        "two calls in three minutes": [(2, 180_000, line >= 0)],
        "one call in five minutes to some": [(1, 300_000, line % 3 == 0)],
        "two caps": [(2, 120_000, line % 2 == 0), (3, 1_800_000, line % 3 > 0)],
    }.items():
        out[name] = dataclasses.replace(plan, caps=tuple(Cap(*cap) for cap in caps))

    keyed = changed(
        world__lines=400,
        world__opting_out={"at_start": 0.5, "at_end": 0.5, "delay": "5 s"},
        attempts__lifetime=6,
        recycle__human={"delay": "30 s"},
        dialing__channels=60,
        dialing__calls_per_second="20",
        message__opt_out="start",
        message__opt_out_key=True,
        message__opt_out_notice="5 s",
    )
    keyed_plan = build_plan(keyed, "only")
    pairs = np.where(line % 4 < 2, line ^ 1, -1).astype(np.int32)
    for name, key_press, partner in (
        ("a key leaves the line alone at once", 0, None),
        ("a key leaves the household alone at once", 0, pairs),
        ("a key leaves the household alone later", 55_000, pairs),
    ):
        out[name] = dataclasses.replace(keyed_plan, key_press_ms=key_press, partner=partner)
    until = np.where(line % 2 == 0, 5_000 * (line % 97), NEVER)
    out["lines left alone from moments on"] = dataclasses.replace(plan, until_ms=until)
    out["lines left alone from moments on, and keys"] = dataclasses.replace(
        keyed_plan, until_ms=until, key_press_ms=20_000, partner=pairs
    )
    return out


def _acting_back() -> dict[str, Plan]:
    """Complaints, call-backs, a regulator and numbers, all on a grid of whole seconds."""
    effects = dict.fromkeys(ComplaintEffects.model_fields, 1.0)
    complaints = {
        "per_million": 400_000,
        "casebook_effect": 1.0,
        "effects": effects | {"after_opt_out": 0.0},
        "night": {"from": "21:00", "to": "08:00"},
        "delay": "5 s",
        "channels": {"regulator": 1.0, "operator": 0.0, "social": 0.0, "press": 0.0},
        "opts_out": 1.0,
        "horizon": "1 d",
    }
    lively: dict[str, Any] = {
        "world__lines": 400,
        "world__complaints": complaints,
        "world__call_back": {
            "share": 1.0, "delay": "20 s", "handling": "30 s", "opts_out": 0.5, "redials": 0.9,
            "redial_delay": "15 s", "tries": 3,
        },
        "world__opting_out": {"at_start": 0.5, "at_end": 0.5, "delay": "5 s"},
        "world__reputation": {
            "update": "1 min", "allowed_per_day": 1000, "short_call": 2, "report": 1,
            "label_at": 8, "half_life": "5 min", "labelled_odds": 0.1,
        },
        "attempts__lifetime": 6,
        "recycle__human": {"delay": "30 s"},
        "dialing__channels": 60,
        "dialing__calls_per_second": "5",
        "message__opt_out_key": True,
        "message__opt_out_notice": "5 s",
        "message__call_back": True,
        "inbound__lines": 2,
        "caller_numbers__numbers": 5,
    }  # fmt: skip
    regulator = {
        "reviews": {"timezone": "UTC", "days": "all", "at": "00:00"},
        "registration": "10 s",
        "thresholds": {"contact": 20, "reminder": 60, "order": 150},
    }
    narrow = minute_windows("10:02", "10:04", "10:05", "12:00", "12:02", "12:03", "12:04", "14:00")

    def reacting(*actions: list[str], **more: Any) -> Plan:
        """A campaign whose regulator reviews every half minute."""
        contact, reminder, order = actions
        scenario = changed(
            **lively | more,
            world__regulator=regulator,
            reactions__contact=contact,
            reactions__reminder=reminder,
            reactions__order=order,
            reactions__suspend_for="70 s",
            reactions__narrow_call_times=narrow,
        )
        plan = build_plan(scenario, "only")
        assert plan.feedback is not None
        assert plan.feedback.regulator is not None
        often = dataclasses.replace(
            plan.feedback.regulator, review_ms=tuple(range(30_000, 3_600_000, 30_000))
        )
        back = dataclasses.replace(plan.feedback, regulator=often)
        return dataclasses.replace(plan, feedback=back)

    unlabelled = lively["world__reputation"] | {"label_at": 1_000_000}
    retried = {"after_opt_out": 9.0, "repeat": 0.2}
    line = np.arange(400)
    pairs = np.where(line % 4 < 2, line ^ 1, -1).astype(np.int32)
    return {
        "the regulator suspends, narrows and stops": reacting(
            ["suspend"], ["narrow_hours"], ["stop"]
        ),
        "the message changes while retries wait": reacting(
            ["carry_on"], ["objection_first"], ["carry_on"],
            # Paris is closed for two minutes while Reunion, two hours ahead, goes on.
            dialing__call_times=minute_windows("10:00", "10:01", "10:03", "14:00"),
            world__reputation=unlabelled,
        ),
        "the message changes in the middle of a block": reacting(
            ["objection_first"], ["objection_first"], ["stop"],
            attempts__lifetime=1, dialing__channels=500, world__reputation=unlabelled,
        ),
        "another message each minute": reacting(
            ["objection_first"], ["carry_on"], ["objection_first"],
            world__reputation=unlabelled,
            dialing__changes=[
                {
                    "at": f"2017-04-18 10:0{minute}",
                    "message": {"duration": f"{35 + minute} s", "voicemail": f"{10 + minute} s"},
                    "amd": {"on_machine": "leave_message" if minute % 2 else "hang_up"},
                }
                for minute in range(1, 8)
            ],
        ),
        "lists refreshed each minute": dataclasses.replace(
            build_plan(changed(**lively, suppression__refresh="1 min"), "only"), partner=pairs
        ),
        "numbers about to be labelled": build_plan(
            changed(
                **lively | {
                    "world__reputation": lively["world__reputation"] | {
                        "allowed_per_day": 0, "short_call": 0, "report": 0, "label_at": 58,
                        "half_life": "1 min", "labelled_odds": 0.0,
                    },
                    "caller_numbers__numbers": 2,
                    "dialing__calls_per_second": "1",
                },
            ),
            "only",
        ),
        "called again at once, whoever objects": build_plan(
            changed(
                **lively | {
                    "world__complaints": complaints | {"effects": effects | retried},
                    "recycle__human": {"delay": "5 s"},
                    "dialing__calls_per_second": "1",
                    "attempts__lifetime": 30,
                },
                suppression__refresh="1 min",
                recycle__no_answer={"delay": "5 s"},
            ),
            "only",
        ),
    }  # fmt: skip


def _with_thresholds(plan: Plan, thresholds: np.ndarray) -> Plan:
    tables = dataclasses.replace(plan.tables, thresholds=thresholds)
    postures = (dataclasses.replace(plan.postures[0], tables=tables), *plan.postures[1:])
    return dataclasses.replace(plan, tables=tables, postures=postures)
