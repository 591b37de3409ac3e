"""How often and how soon a line is dialled again: hand counts, and predicates on the log."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.audit.inputs.live import CallLog
from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.record.log import LogChunk, Outcome
from sim.scenario.scenario import Scenario
from tests.audit.build import breaking
from tests.equivalence.compare import log_of
from tests.hand_built import calling
from tests.worlds import plain

HOUR = 3_600_000
BUSY = {"human": 0.0, "busy": 1.0}
"""Answering of a world where every call meets a busy line, for 4 s."""


def run(of: Scenario) -> tuple[Plan, LogChunk]:
    plan = build_plan(of, "only")
    return plan, log_of(fast, plan)[0]


def starts_of_one_line(zone: str, **strategy: Any) -> list[str]:
    """When a line that is always busy is dialled, by its own clock; both engines say the same."""
    of = plain(
        world={"lines": 1, "territories": {"all": {"share": 1.0, "timezone": zone}}},
        answering=BUSY,
        **strategy,
    )
    plan = build_plan(of, "only")
    found = [log_of(engine, plan)[0].start_ms.tolist() for engine in (reference, fast)]
    assert found[0] == found[1]
    zero = dt.datetime.fromtimestamp(plan.start_utc_ms / 1000, tz=ZoneInfo(zone))
    moments = [
        (zero.astimezone(dt.UTC) + dt.timedelta(milliseconds=ms)).astimezone(ZoneInfo(zone))
        for ms in found[0]
    ]
    return [f"{moment:%d %H:%M:%S}" for moment in moments]


EVENING = {"timezone": "Europe/Paris", "start": "2017-04-18 20:00", "cutoff": "2017-04-21 00:00"}


def test_two_attempts_a_day_by_hand() -> None:
    """An hour after each busy call of 4 s; the third of a day waits for midnight."""
    found = starts_of_one_line(
        "Europe/Paris",
        campaign=EVENING,
        attempts={"lifetime": 6, "per_day": 2},
        recycle={"busy": {"delay": "1 h"}},
    )
    assert found == [
        "18 20:00:00", "18 21:00:04", "19 00:00:00", "19 01:00:04", "20 00:00:00", "20 01:00:04",
    ]  # fmt: skip


def test_what_is_put_off_waits_for_the_window() -> None:
    """Windows are eligibility: what falls due at midnight starts when the day's window opens."""
    found = starts_of_one_line(
        "Europe/Paris",
        campaign=EVENING,
        dialing={"call_times": [{"days": "all", "from": "09:00", "to": "21:30"}]},
        attempts={"lifetime": 6, "per_day": 2},
        recycle={"busy": {"delay": "1 h"}},
    )
    assert found == [
        "18 20:00:00", "18 21:00:04", "19 09:00:00", "19 10:00:04", "20 09:00:00", "20 10:00:04",
    ]  # fmt: skip


def test_a_day_is_the_recipients_and_not_the_callers() -> None:
    """At 20:00 in Paris it is 03:00 of the next day in Nouméa, whose midnight is 15:00 in Paris."""
    found = starts_of_one_line(
        "Pacific/Noumea",
        campaign=EVENING,
        attempts={"lifetime": 4, "per_day": 1},
        recycle={"busy": {"delay": "1 h"}},
    )
    assert found == ["19 05:00:00", "20 00:00:00", "21 00:00:00"]


def test_a_retry_beyond_the_cutoff_is_never_made() -> None:
    """The last day of the campaign has no next one."""
    found = starts_of_one_line(
        "Europe/Paris",
        campaign={**EVENING, "cutoff": "2017-04-18 23:59"},
        attempts={"lifetime": 6, "per_day": 2},
        recycle={"busy": {"delay": "1 h"}},
    )
    assert found == ["18 20:00:00", "18 21:00:04"]


def test_the_longer_of_delay_and_gap_holds_from_the_calls_end() -> None:
    found = starts_of_one_line(
        "Europe/Paris",
        campaign=EVENING,
        attempts={"lifetime": 4, "min_gap": "4 h"},
        recycle={"busy": {"delay": "10 min"}},
    )
    assert found == ["18 20:00:00", "19 00:00:04", "19 04:00:08", "19 08:00:12"]


def test_a_cap_of_ones_own_by_hand() -> None:
    """Two calls in any 5 h: the third comes 5 h after the first's start."""
    found = starts_of_one_line(
        "Europe/Paris",
        campaign=EVENING,
        attempts={"lifetime": 5},
        caps=[{"calls": 2, "within": "5 h"}],
        recycle={"busy": {"delay": "1 h"}},
    )
    assert found == ["18 20:00:00", "18 21:00:04", "19 01:00:00", "19 02:00:04", "19 06:00:00"]


def test_days_of_a_clock_that_is_put_back_across_midnight_are_in_order() -> None:
    """00:00, 00:15, then 23:30 and 23:45 again, 00:00: the second half hour is of the new day."""
    quarters = [95, 96, 97, 94, 95, 96, 97]  # Monday 23:45, Tuesday, Monday again, Tuesday
    of = replace(calling([], 6 * 900_000), row=np.array(quarters, dtype=np.int16))
    assert of.day_from_ms.tolist() == [0, 900_000]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe"])
def test_days_are_those_of_the_calendar(zone: str) -> None:
    """Against the standard library's dates, minute by minute, over a year with clock changes."""
    start = dt.datetime(2017, 1, 1, tzinfo=ZoneInfo(zone))
    of = plain(
        world={"lines": 1, "territories": {"all": {"share": 1.0, "timezone": zone}}},
        campaign={"timezone": zone, "start": "2017-01-01 00:00", "cutoff": "2017-12-31 00:00"},
    )
    days = set((build_plan(of, "only").calling[0].day_from_ms // 60_000).tolist())
    zero = start.astimezone(dt.UTC)
    dates = [
        (zero + dt.timedelta(minutes=m)).astimezone(ZoneInfo(zone)).date()
        for m in range(0, 364 * 1440, 30)
    ]
    changes = {30 * i for i, date in enumerate(dates) if i == 0 or date != dates[i - 1]}
    assert days == changes


# ── Larger worlds ────────────────────────────────────────────────────────────────────────────────

PLACES = {
    "all": {"share": 0.5, "timezone": "Europe/Paris"},
    "caledonie": {"share": 0.5, "timezone": "Pacific/Noumea"},
}
TYPES = {
    name: {
        "share": 0.5,
        "answering": {
            "invalid": 0.0, "busy": 0.3, "machine": 0.2, "human": 0.1, "no_answer": "rest",
            "at_ring_timeout": "25 s", "human_ring": "5 s", "machine_ring": "20 s",
        },
    }
    for name in ("landline", "mobile")
}  # fmt: skip


def busy_campaign(lines: int = 3000, **strategy: Any) -> Scenario:
    """Three days, six attempts, every outcome dialled again after some minutes."""
    delays = {"busy": "7 min", "no_answer": "20 min", "machine": "40 min", "human": "50 min"}
    sections: dict[str, Any] = {
        "campaign": {**EVENING, "start": "2017-04-18 08:00"},
        "dialing": {"calls_per_second": "1", "channels": 60},
        "attempts": {"lifetime": 6},
        "recycle": {name: {"delay": delay} for name, delay in delays.items()},
    }
    world = {"lines": lines, "territories": PLACES, "line_types": TYPES}
    merged = {**sections, **strategy}
    merged["attempts"] = {**sections["attempts"], **strategy.get("attempts", {})}
    return plain(world=world, **merged)


def by_line(log: LogChunk) -> tuple[NDArray[np.int64], ...]:
    """Line, start and end of all calls, line by line in order of time."""
    order = np.lexsort((log.start_ms, log.line))
    start = log.start_ms[order]
    return log.line[order].astype(np.int64), start, start + log.hold_ms[order]


def most_a_day(plan: Plan, log: LogChunk) -> Counter[int]:
    """By number of calls to a line on a date of its own clock, how many lines and dates."""
    zones = [ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Noumea")]
    dates = (
        (line, dt.datetime.fromtimestamp((plan.start_utc_ms + start) / 1000, zones[place]).date())
        for line, start, place in zip(log.line, log.start_ms.tolist(), log.territory, strict=True)
    )
    return Counter(Counter(dates).values())


def test_no_line_is_dialled_more_often_a_day_whatever_came_of_it() -> None:
    found = most_a_day(*run(busy_campaign(attempts={"per_day": 2})))
    assert max(found) == 2
    assert found[2] > 3000
    assert max(most_a_day(*run(busy_campaign()))) == 6


def test_no_line_is_dialled_sooner_than_the_gap_whatever_came_of_it() -> None:
    _, log = run(busy_campaign(attempts={"min_gap": "4 h"}))
    line, start, end = by_line(log)
    apart = (start[1:] - end[:-1])[line[1:] == line[:-1]]
    assert apart.min() == 4 * HOUR
    assert set(log.outcome.tolist()) >= {Outcome.BUSY, Outcome.NO_ANSWER, Outcome.MACHINE}


def test_a_cap_of_ones_own_binds_the_lines_that_it_names() -> None:
    caps = [{"calls": 2, "within": "9 h", "line_types": ["mobile"]}]
    plan, log = run(busy_campaign(caps=caps))
    line, start, _ = by_line(log)
    third = start[2:] - start[:-2]
    same = line[2:] == line[:-2]
    mobile = plan.population.line_type[line[2:]] == 1
    assert third[same & mobile].min() == 9 * HOUR
    assert third[same & ~mobile].min() < HOUR


def test_a_cap_that_the_lifetime_cannot_reach_is_left_out() -> None:
    caps = [{"calls": 6, "within": "9 h"}, {"calls": 5, "within": "9 h"}]
    plan = build_plan(busy_campaign(caps=caps, attempts={"per_day": 6}), "only")
    assert [cap.calls for cap in plan.caps] == [5]
    assert plan.per_day == 0


def test_attempts_that_limits_put_off_are_drawn_as_they_were() -> None:
    """The people behind a line do not change: first attempts end alike where nobody waits."""
    (_, free), (_, kept) = (run(busy_campaign(attempts=a)) for a in ({}, {"per_day": 1}))
    first = [
        log.outcome[log.attempt == 1][np.argsort(log.line[log.attempt == 1])]
        for log in (free, kept)
    ]
    assert (first[0] == first[1]).mean() > 0.95


def test_the_auditor_finds_no_day_with_more() -> None:
    """A rule on calendar days, which knows nothing of the dialer's limit."""
    rule = {"kind": "frequency_cap", "calls": 2, "window": "1 d", "day": "calendar"}
    found = []
    for attempts in ({}, {"per_day": 2}):
        of = busy_campaign(300, attempts=attempts)
        log = CallLog(of)
        plan = build_plan(of, "only")
        log.begin("only", plan)
        fast.run(plan, log.add)
        found.append(len(breaking(log.end(), rule)))
    assert found[0] > 300
    assert found[1] == 0
