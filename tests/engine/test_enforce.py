"""What a strategy enforces, held against predicates of its own on the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.engine.plan.enforce import Enforcement
from sim.engine.plan.plan import Plan
from sim.loading.packs import packs_of
from sim.record.log import LogChunk, concatenate
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario
from sim.world.population import Population
from sim.world.slots import consent_slots
from tests.hand_built import population
from tests.worlds import plain

PLACES = {
    "all": {"share": 0.5, "timezone": "Europe/Paris"},
    "reunion": {"share": 0.2, "timezone": "Indian/Reunion"},
    "polynesie-marquises": {"share": 0.3, "timezone": "Pacific/Marquesas"},
}
WORLD = {
    "lines": 4000,
    "territories": PLACES,
    "consent": {
        "share": 0.5,
        "slot": {"length": "2 h", "days": "all", "from": "09:00", "to": "21:00"},
    },
    "registers": {"national-dnc": 0.2},
    "opposition": 0.25,
}
CAMPAIGN = {
    "timezone": "Europe/Paris",
    "start": "2017-04-19 08:00",
    "cutoff": "2017-04-23 22:00",
}


def scenario(enforce: dict[str, list[str]], **strategy: Any) -> Scenario:
    sections: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "dialing": {"calls_per_second": "0.1", "channels": 10},
        "enforce": enforce,
    }
    return plain(world=WORLD, **{**sections, **strategy})


def run(of: Scenario) -> tuple[Plan, LogChunk]:
    plan = build_plan(of, "only", laws=packs_of(of))
    chunks: list[LogChunk] = []
    fast.run(plan, lambda chunk: chunks.append(chunk.copy()))
    return plan, concatenate(chunks)


def wall(plan: Plan, of: Scenario, log: LogChunk) -> list[dt.datetime]:
    """What the recipient's clock shows at the start of each call."""
    zones = [ZoneInfo(place.timezone) for place in of.world.territories.values()]
    return [
        dt.datetime.fromtimestamp((plan.start_utc_ms + start) / 1000, tz=zones[territory])
        for start, territory in zip(log.start_ms.tolist(), log.territory.tolist(), strict=True)
    ]


def test_nothing_enforced_calls_everybody_at_any_time() -> None:
    of = scenario({})
    plan, log = run(of)
    assert len(plan.order) == 4000
    assert (plan.population.consent[log.line] == 0).any()
    assert {moment.hour for moment in wall(plan, of, log)} == set(range(24))


def test_consent_and_opposition_decide_who_is_on_the_list() -> None:
    of = scenario({"fr-cnil-political": ["consent", "opposition"]})
    plan, log = run(of)
    people = plan.population
    allowed = np.flatnonzero((people.consent == 1) & (people.opposed == 0))
    assert sorted(plan.order.tolist()) == allowed.tolist()
    assert set(log.line.tolist()) <= set(allowed.tolist())
    assert len(log) > 1000


def test_each_line_is_called_in_the_time_that_it_consented_to() -> None:
    of = scenario({"fr-cnil-political": ["consent", "consent_slot"]})
    plan, log = run(of)
    slots = consent_slots(of.world)
    assert len(slots) == 42
    named = plan.population.slot[log.line].tolist()
    moments = wall(plan, of, log)
    for slot, moment in zip(named, moments, strict=True):
        window = slots[slot].window
        assert moment.weekday() in window.days
        assert window.opens <= moment.hour * 60 + moment.minute < window.closes
    # Wednesday to Sunday have their six slots each, and it is still Tuesday 20:30 in the Marquises
    # when the campaign starts; Monday's slots and the others of Tuesday never come.
    assert len(set(named)) == 31
    unheard = np.isin(plan.population.slot[plan.order], range(11))
    assert not set(plan.order[unheard].tolist()) & set(log.line.tolist())


def test_the_slot_alone_leaves_lines_without_consent_free() -> None:
    of = scenario(
        {"fr-cnil-political": ["consent_slot"]},
        dialing={"calls_per_second": "0.01", "channels": 10},
    )
    plan, log = run(of)
    without = plan.population.consent[log.line] == 0
    hours = {m.hour for m, free in zip(wall(plan, of, log), without, strict=True) if free}
    assert hours == set(range(24))


def test_silence_is_local_and_knows_who_votes_on_saturday() -> None:
    """Eve of the poll 00:00 local: Saturday in Paris and La Réunion, Friday in the Marquises."""
    of = scenario({"fr-electoral-silence": ["all"]}, dialing={"calls_per_second": "0.01"})
    plan, log = run(of)
    eve = {0: dt.datetime(2017, 4, 22), 1: dt.datetime(2017, 4, 22), 2: dt.datetime(2017, 4, 21)}
    for territory, begins in eve.items():
        called = [
            m.replace(tzinfo=None)
            for t, m in zip(log.territory.tolist(), wall(plan, of, log), strict=True)
            if t == territory
        ]
        ends = begins + dt.timedelta(days=2)
        assert not [m for m in called if begins <= m < ends]
        assert [m for m in called if begins - dt.timedelta(hours=3) <= m < begins]
        # In the Marquises it ends with Saturday, and Sunday morning is still in the campaign.
        assert (max(called) >= ends) == (territory == 2)


def test_hours_and_registers_of_another_country() -> None:
    of = scenario({"ca-adad": ["hours"]})
    plan, log = run(of)
    for moment in wall(plan, of, log):
        at = moment.hour * 60 + moment.minute
        opens, closes = (540, 1290) if moment.weekday() < 5 else (600, 1080)
        assert opens <= at < closes


@pytest.mark.parametrize("engine_order", ["random", "territory"])
def test_enforcing_renumbers_nobody(engine_order: str) -> None:
    """The lines that are left keep their order."""
    dialing = {"lead_order": engine_order}
    whole = build_plan(scenario({}, dialing=dialing), "only").order
    of = scenario({"fr-cnil-political": ["consent"]}, dialing=dialing)
    some = build_plan(of, "only", laws=packs_of(of)).order
    left = set(some.tolist())
    assert some.tolist() == [line for line in whole.tolist() if line in left]


# ── Caps, and consents that end ──────────────────────────────────────────────────────────────────

REGIME = """
id: house-rules
title: House rules
jurisdiction: Nowhere
binds: all
currency: EUR
summary: For tests.
valid: {from: 2000-01-01}
rules:
"""
SOURCE = "force: voluntary, from: 2000-01-01, source: {ref: X1, text: Made up.}"
TYPES = {
    "landline": {"share": 0.5},
    "mobile": {
        "share": 0.5,
        "answering": {
            "invalid": 0.0,
            "busy": 0.0,
            "machine": 0.0,
            "human": 0.4,
            "no_answer": "rest",
            "at_ring_timeout": "25 s",
            "human_ring": "5 s",
            "machine_ring": "20 s",
        },
    },
}
DAY = 86_400_000
START = 1_492_581_600_000  # 2017-04-19 06:00 UTC, when the campaign starts
CUTOFF = START + 110 * 3_600_000


def house_rules(folder: Path, *rules: str) -> str:
    """A regime of some rules, as a file; its path."""
    file = folder / "house-rules.yaml"
    lines = [f"  - {{id: r{n}, title: R, {SOURCE}, {rule}}}" for n, rule in enumerate(rules)]
    file.write_text(REGIME + "\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def enforcing(regime: str, *, attempts: int = 5, **world: Any) -> Enforcement:
    of = plain(
        world={**WORLD, "line_types": TYPES, **world},
        campaign=CAMPAIGN,
        attempts={"lifetime": attempts},
        enforce={regime: ["all"]},
    )
    return Enforcement(of, of.strategies["only"], packs_of(of))


def lines_with(**columns: list[int]) -> Population:
    """A population of which only some columns matter."""
    n = len(next(iter(columns.values())))
    people = population([0] * n)
    changes: dict[str, Any] = {
        name: np.array(values, dtype=np.int64 if name.endswith("_ms") else np.uint8)
        for name, values in columns.items()
    }
    return replace(people, **changes)


def test_caps_bind_line_types_and_spare_those_who_consent_throughout(tmp_path: Path) -> None:
    regime = house_rules(
        tmp_path,
        "kind: frequency_cap, calls: 3, window: 30 d",
        "kind: frequency_cap, calls: 2, window: 1 d, applies: {line_types: [landline]}",
        "kind: frequency_cap, calls: 4, window: 7 h, rolling: false, lifted_by_consent: true",
    )
    people = lines_with(
        line_type=[0, 1, 0, 1, 0, 0, 0],
        consent=[0, 0, 1, 1, 1, 1, 1],
        consent_from_ms=[NEVER, NEVER, 0, 0, 0, 0, START + 1],
        consent_until_ms=[NEVER, NEVER, NEVER, CUTOFF, CUTOFF - 1, START, NEVER],
    )
    three, two, four = enforcing(regime).caps(people, CUTOFF)
    assert (three.calls, three.window_ms) == (3, 30 * DAY)
    assert three.lines.tolist() == [True] * 7
    assert (two.calls, two.window_ms) == (2, DAY)
    assert two.lines.tolist() == [True, False, True, False, True, True, True]
    assert (four.calls, four.window_ms) == (4, 7 * 3_600_000)
    assert four.lines.tolist() == [True, True, False, False, True, True, True]


def test_a_cap_in_calendar_days_is_kept_with_what_a_clock_is_put_back(tmp_path: Path) -> None:
    regime = house_rules(tmp_path, "kind: frequency_cap, calls: 3, window: 30 d, day: calendar")
    people = lines_with(consent=[0])
    (spring,) = enforcing(regime, attempts=4).caps(people, CUTOFF)
    assert spring.window_ms == 30 * DAY
    # On 29 October 2017 Paris put its clock back by an hour.
    of = scenario(
        {regime: ["all"]},
        attempts={"lifetime": 4},
        campaign={
            "timezone": "Europe/Paris",
            "start": "2017-10-20 08:00",
            "cutoff": "2017-11-20 22:00",
        },
    )
    end = round(dt.datetime(2017, 11, 20, 21, tzinfo=dt.UTC).timestamp() * 1000)
    (autumn,) = Enforcement(of, of.strategies["only"], packs_of(of)).caps(people, end)
    assert autumn.window_ms == 30 * DAY + 3_600_000


def test_a_cap_that_attempts_cannot_reach_is_left_out(tmp_path: Path) -> None:
    regime = house_rules(tmp_path, "kind: frequency_cap, calls: 3, window: 30 d")
    people = lines_with(consent=[0, 1])
    assert enforcing(regime, attempts=3).caps(people, CUTOFF) == ()
    assert len(enforcing(regime, attempts=4).caps(people, CUTOFF)) == 1
    shipped = enforcing("us-tcpa-political", attempts=4)
    assert shipped.caps(people, CUTOFF) == ()  # not in force in 2017


def test_a_consent_that_ended_before_the_campaign_is_none(tmp_path: Path) -> None:
    regime = house_rules(tmp_path, "kind: consent")
    people = lines_with(
        consent=[0, 1, 1, 1, 1, 1],
        consent_from_ms=[NEVER, 0, 0, 0, START, START + 1],
        consent_until_ms=[NEVER, START - 1, START, START + 1, NEVER, NEVER],
    )
    assert enforcing(regime).listed(people).tolist() == [False, False, False, True, True, False]
    undated = lines_with(consent=[0, 1])
    assert enforcing(regime).listed(undated).tolist() == [False, True]
    assert enforcing(regime).until_ms(undated, START) is None


def test_who_is_called_by_consent_alone_is_called_until_it_ends(tmp_path: Path) -> None:
    ends = START + 7_000
    people = lines_with(
        consent=[1, 1, 1, 0, 1, 1],
        registers=[0, 1, 0, 1, 1, 0],
        opposed=[0, 0, 1, 0, 0, 0],
        consent_until_ms=[ends, ends, ends, NEVER, NEVER, START - 5],
    )
    never = [NEVER] * 6

    def kept(*rules: str) -> tuple[list[bool], list[int] | None]:
        found = enforcing(house_rules(tmp_path, *rules))
        until = found.until_ms(people, START)
        return found.listed(people).tolist(), None if until is None else until.tolist()

    consent, slot = "kind: consent", "kind: consent_slot"
    register = "kind: register, name: national-dnc"
    lifted = "lifted_by_consent: true"
    listed = [True, True, True, False, True, False]
    assert kept(consent) == (listed, [7_000, 7_000, 7_000, *never[3:]])
    # Times that were consented to bind only while the consent holds.
    assert kept(slot) == ([True] * 6, None)
    # A register that nothing lifts keeps lines off the list, whatever they consented to.
    assert kept(register) == ([True, False, True, False, False, True], None)
    assert kept(f"{register}, {lifted}") == (
        [True, True, True, False, True, True],
        [NEVER, 7_000, *never[2:]],
    )
    assert kept(f"kind: opposition, {lifted}") == (
        [True] * 6,
        [NEVER, NEVER, 7_000, *never[3:]],
    )
    assert kept(consent, f"{register}, {lifted}", slot)[1] == [7_000, 7_000, 7_000, *never[3:]]
    # By a key in the call itself, nobody needs a consent beforehand.
    assert kept(f"{consent}, press_1_counts: true") == ([True] * 6, None)


def test_no_call_starts_once_a_consent_is_withdrawn() -> None:
    consent = {
        "share": 0.8,
        "covers_calls": 0.9,
        "gathered": {"from": "2017-01-01 00:00", "to": "2017-04-01 00:00"},
        "withdrawn": 0.6,
        "until": "2017-04-23 20:00",
    }
    enforce = {"fr-cnil-political": ["consent"]}
    of = plain(
        world={**WORLD, "consent": consent},
        campaign=CAMPAIGN,
        dialing={"calls_per_second": "0.1", "channels": 10},
        attempts={"lifetime": 5},
        recycle={"no_answer": {"delay": "3 h"}, "human": {"delay": "4 h"}},
        enforce=enforce,
    )
    plan, log = run(of)
    until = plan.population.consent_until_ms
    assert until is not None
    assert (plan.population.consent[log.line] == 1).all()
    assert (plan.start_utc_ms + log.start_ms < until[log.line]).all()
    assert (plan.start_utc_ms, plan.start_utc_ms + plan.cutoff_ms) == (START, CUTOFF)
    ending = np.flatnonzero((until > START) & (until < CUTOFF))
    assert len(np.intersect1d(ending, log.line)) > 50


def test_caps_space_attempts_out(tmp_path: Path) -> None:
    regime = house_rules(
        tmp_path, "kind: frequency_cap, calls: 2, window: 9 h, applies: {line_types: [landline]}"
    )
    of = plain(
        world={**WORLD, "line_types": TYPES},
        campaign=CAMPAIGN,
        dialing={"calls_per_second": "1", "channels": 50},
        attempts={"lifetime": 5},
        recycle={"no_answer": {"delay": "30 min"}, "human": {"delay": "1 h"}},
        enforce={regime: ["all"]},
    )
    plan, log = run(of)
    order = np.lexsort((log.start_ms, log.line))
    line, start = log.line[order], log.start_ms[order]
    together = (line[2:] == line[:-2]) & (start[2:] - start[:-2] < 9 * 3_600_000)
    landline = plan.population.line_type[line[2:]] == 0
    assert not (together & landline).any()
    assert (together & ~landline).any()
    at_the_edge = (line[2:] == line[:-2]) & (start[2:] - start[:-2] == 9 * 3_600_000) & landline
    assert at_the_edge.any()
