"""A stage shares what its strategies share, and gives other replications what a fresh one would."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sim.document.quantity import FactorRange
from sim.engine import fast
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.build import build_plan, plan_of
from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import _ASIDE, Stage
from sim.loading.load import load
from sim.loading.packs import packs_of
from sim.record.log import LogChunk, concatenate
from sim.scenario.scenario import Scenario
from sim.scenario.world import World
from sim.store.digest import digest_object
from sim.streams import Replication, make_key
from sim.study.inputs import drawn, groups, inputs
from tests.worlds import plain

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))

WORLD = {
    "lines": 1500,
    "territories": {
        "all": {"share": 0.6, "timezone": "Europe/Paris", "holidays": "FR"},
        "reunion": {"share": 0.4, "timezone": "Indian/Reunion"},
    },
}


LABELS = {
    "update": "1 h",
    "allowed_per_day": 50,
    "short_call": 1,
    "report": 10,
    "label_at": 100,
    "half_life": "1 d",
    "labelled_odds": 0.5,
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


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_an_input_that_leaves_people_alone_shares_them(file: Path) -> None:
    """Each end of each input: what is taken over is what a world made for it has, and only that."""
    loaded = load(file)
    world = loaded.scenario.world.model_copy(update={"lines": 3_001})
    of = loaded.scenario.model_copy(update={"world": world})
    stage = Stage(of, loaded.laws, Replication(of.seed))
    for strategy in of.strategies.values():
        stage.order(strategy)
    moving = groups(of)
    taken = set()
    for path in (one.path for one in inputs(moving)):
        for end in (0.05, 0.95):
            moved = drawn(of, moving, {path: end})
            ours = stage.again(stage.replication, moved)
            theirs = Stage(moved, loaded.laws, stage.replication, almanac=stage.almanac)
            for column in dataclasses.fields(theirs.population):
                one, other = (getattr(at.population, column.name) for at in (ours, theirs))
                assert (one is None) == (other is None), (path, column.name)
                assert one is None or np.array_equal(np.asarray(one), np.asarray(other)), path
            assert np.array_equal(ours.class_of, theirs.class_of), path
            assert np.array_equal(ours.rows, theirs.rows), path
            if ours.people is stage.people:
                taken.add(path)
            for strategy in moved.strategies.values():
                assert np.array_equal(ours.order(strategy), theirs.order(strategy)), path
    assert "world.press_1" in taken or "world.press_1" not in {one.path for one in inputs(moving)}
    assert not any(".answering." in path or "lines_in_use" in path for path in taken)


def test_all_that_leaves_people_alone_is_of_the_world() -> None:
    assert set(World.model_fields) >= _ASIDE


def test_labels_that_weigh_otherwise_change_rows_and_not_people() -> None:
    """The odds of calls from labelled numbers are none of who the lines are."""
    of = plain(
        world=WORLD | {"reputation": LABELS},
    )
    told = of.world.reputation
    assert told is not None
    odds = told.model_copy(update={"labelled_odds": FactorRange(central=0.25)})
    moved = of.model_copy(update={"world": of.world.model_copy(update={"reputation": odds})})
    stage = Stage(of)
    ours, theirs = stage.again(stage.replication, moved), Stage(moved)
    assert ours.people is stage.people
    assert np.array_equal(ours.rows, theirs.rows)
    assert not np.array_equal(ours.rows, stage.rows)


@pytest.mark.parametrize("territories", [None, ["reunion"], ["all", "reunion"]])
@pytest.mark.parametrize("order", ["random", "file", "territory"])
def test_a_line_stands_on_the_list_once(territories: list[str] | None, order: str) -> None:
    """So a list as long as the world has every line."""
    of = plain(
        world=WORLD, list={"source": "x", "territories": territories}, dialing={"lead_order": order}
    )
    plan = plan_of(Stage(of), "only")
    assert len(set(plan.order.tolist())) == len(plan.order)
    assert set(np.flatnonzero(plan.listed()).tolist()) == set(plan.order.tolist())
    assert (len(plan.order) == 1500) == (territories != ["reunion"])


def test_the_almanac_reads_each_clock_once() -> None:
    almanac = Almanac()
    first = almanac.local_minutes("Europe/Paris", 24_800_000, 3)
    assert first is almanac.local_minutes("Europe/Paris", 24_800_000, 3)
    # 24 800 000 minutes after 1970 began, the 25th of February 2017, Paris is one hour ahead.
    assert first.tolist() == [24_800_060, 24_800_061, 24_800_062]
    assert not first.flags.writeable
