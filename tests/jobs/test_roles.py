"""What inputs decide, proved by logs: one that reads leaves the log as it is, call for call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sim.engine.plan.build import plan_of
from sim.engine.plan.placing import placing, same, ways
from sim.engine.plan.stage import Stage
from sim.jobs.observers import Digesting
from sim.jobs.roles import Role, roles
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.scenario.scale import scale_scenario
from sim.study.inputs import drawn, groups

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def staged(file: Path, scale: Fraction) -> Stage:
    """A shipped scenario at a scale."""
    loaded = load(file)
    return Stage(scale_scenario(loaded.scenario, scale)[0], loaded.laws)


def logs(stage: Stage, uniform: Mapping[str, float], names: list[str]) -> dict[str, str]:
    """Digests of the call logs at one point of the inputs, by strategy."""
    moved = drawn(stage.scenario, groups(stage.scenario), uniform)
    digesting, found = Digesting(), {}
    other = stage.again(stage.replication, moved)
    for made in simulate(other, names, observers=[digesting]):
        found[made.strategy] = digesting.digest
    return found


def prove(file: Path, scale: Fraction) -> None:
    """Reading inputs at both ends leave every log as it is; placing ones move some."""
    stage = staged(file, scale)
    names = list(stage.scenario.strategies)
    known = roles(stage, groups(stage.scenario), names)
    middle = logs(stage, {}, names)
    for name in names:
        reading = known[name].of(Role.READING)
        assert reading, name
        for end in (0.05, 0.95):
            assert logs(stage, dict.fromkeys(reading, end), [name])[name] == middle[name], name
    base = names[0]
    for path in known[base].of(Role.PLACING):
        moved = [logs(stage, {path: end}, [base])[base] for end in (0.05, 0.95)]
        assert set(moved) != {middle[base]}, path


def test_a_small_france() -> None:
    prove(SHIPPED[1], Fraction(1, 1000))


@pytest.mark.verify
@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_scenario(file: Path) -> None:
    prove(file, Fraction(1, 100))


def test_who_complains_is_held_where_an_order_would_stop_the_campaign() -> None:
    stage = staged(SHIPPED[1], Fraction(1, 1000))
    known = roles(stage, groups(stage.scenario), ["as-run"])["as-run"]
    assert known.role["world.complaints.effects.meal"] is Role.HELD
    assert known.role["world.voters_per_line"] is Role.READING
    assert known.role["amd.human_as_machine"] is Role.PLACING
    assert known.ways.reports == 2_500


def test_nobody_listens_where_the_regulator_only_talks() -> None:
    stage = staged(SHIPPED[1], Fraction(1, 1000))
    plan = plan_of(stage, "as-run")
    assert plan.feedback is not None
    assert plan.feedback.regulator is not None
    reactions = tuple(replace(one, stop=False) for one in plan.feedback.regulator.reactions)
    talks = replace(plan.feedback.regulator, reactions=reactions)
    assert ways(replace(plan, feedback=replace(plan.feedback, regulator=talks))).none


def test_parts_of_plans_are_compared_number_by_number() -> None:
    plan = plan_of(staged(SHIPPED[1], Fraction(1, 1000)), "as-run")
    part = placing(plan)
    assert same(part, placing(replace(plan, lifetime=plan.lifetime)))
    assert not same(part, placing(replace(plan, lifetime=2)))
    order = np.array(plan.order)
    order[:2] = order[:2][::-1]
    assert not same(part, placing(replace(plan, order=order)))
    assert same(part, placing(replace(plan, order=np.array(plan.order))))
