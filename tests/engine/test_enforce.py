"""What a strategy enforces, held against predicates of its own on the log."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sim.engine import fast
from sim.engine.build import build_plan
from sim.engine.log import LogChunk, concatenate
from sim.engine.plan import Plan
from sim.scenario.model import Scenario
from sim.world.slots import consent_slots
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
    plan = build_plan(of, "only")
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
    some = build_plan(scenario({"fr-cnil-political": ["consent"]}, dialing=dialing), "only").order
    left = set(some.tolist())
    assert some.tolist() == [line for line in whole.tolist() if line in left]
