"""A stage shares what its strategies share, and gives other replications what a fresh one would."""

from __future__ import annotations

import dataclasses

import numpy as np

from sim.engine import fast
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.build import build_plan, plan_of
from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.loading.packs import packs_of
from sim.record.log import LogChunk, concatenate
from sim.scenario.scenario import Scenario
from sim.store.digest import digest_object
from sim.streams import Replication, make_key
from tests.worlds import plain

WORLD = {
    "lines": 1500,
    "territories": {
        "all": {"share": 0.6, "timezone": "Europe/Paris", "holidays": "FR"},
        "reunion": {"share": 0.4, "timezone": "Indian/Reunion"},
    },
}


def world() -> Scenario:
    return plain(
        world=WORLD,
        campaign={"start": "2017-04-20 08:00", "cutoff": "2017-04-21 20:00"},
        enforce={"fr-electoral-silence": ["all"]},
    )


def rows(plan: Plan) -> LogChunk:
    chunks: list[LogChunk] = []
    fast.run(plan, lambda chunk: chunks.append(chunk.copy()))
    return concatenate(chunks)


def test_a_replication_is_its_three_numbers() -> None:
    assert Replication(7, 3, 2).key == make_key(7, 3, 2)
    assert Replication(7).key == make_key(7, 0, 0)


def test_another_replication_is_what_a_fresh_world_gives() -> None:
    """All that a stage takes over from the one before is of no consequence."""
    of = world()
    laws = packs_of(of)
    first = Stage(of, laws)
    plan_of(first, "only")
    later = first.again(Replication(of.seed, draw=4, noise=9))
    assert later.almanac is first.almanac
    assert later.hidden is first.hidden
    ours = plan_of(later, "only")
    theirs = build_plan(of, "only", laws=laws, replication=Replication(of.seed, draw=4, noise=9))
    assert (ours.order == theirs.order).all()
    assert (ours.class_of == theirs.class_of).all()
    assert digest_object(ours.tables) == digest_object(theirs.tables)
    one, two = rows(ours), rows(theirs)
    for field in dataclasses.fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(two, field.name)), field.name
    other = rows(plan_of(first, "only"))
    assert not np.array_equal(one.line, other.line)


def test_strategies_of_a_stage_share_their_world() -> None:
    stage = Stage(world(), packs_of(world()))
    strategy = stage.scenario.strategies["only"]
    dialing = strategy.dialing.model_copy(update={"channels": 3})
    one, two = (
        plan_of(stage, "only"),
        plan_of(stage, strategy.model_copy(update={"dialing": dialing})),
    )
    assert two.steps[0].channels == 3 != one.steps[0].channels
    assert one.population is two.population
    assert one.class_of is two.class_of
    assert np.shares_memory(stage.order(strategy), stage.order(strategy))
    for shared in (stage.order(strategy), stage.class_of):
        assert not shared.flags.writeable


def test_the_almanac_reads_each_clock_once() -> None:
    almanac = Almanac()
    first = almanac.local_minutes("Europe/Paris", 24_800_000, 3)
    assert first is almanac.local_minutes("Europe/Paris", 24_800_000, 3)
    # 24 800 000 minutes after 1970 began, the 25th of February 2017, Paris is one hour ahead.
    assert first.tolist() == [24_800_060, 24_800_061, 24_800_062]
    assert not first.flags.writeable
