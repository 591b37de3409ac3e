"""What inputs decide, proved by logs: one that reads leaves the log as it is, call for call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.document.quantity import ShareRange
from sim.engine.plan.build import plan_of
from sim.engine.plan.placing import placing, same, ways
from sim.engine.plan.stage import Stage
from sim.jobs.observers import Digesting
from sim.jobs.roles import Role, roles
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.loading.packs import packs_of
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.study.inputs import drawn, groups
from tests.equivalence.generate import Dice, scenario

Keys = tuple[str, ...]
SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
FRANCE, BY_ELECTION = (
    Path(__file__).parents[2] / "scenarios" / f"{name}.yaml"
    for name in ("france-2017", "uk-by-election")
)


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


def prove(file: Path, scale: Fraction, every: int = 1) -> None:
    """Reading inputs at both ends leave every log as it is; placing ones move some.

    Of the strategies one in `every` is looked at.
    """
    stage = staged(file, scale)
    names = list(stage.scenario.strategies)[::every]
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
    """Of three strategies: the base, one by day alone, one that keeps the law."""
    prove(FRANCE, Fraction(1, 1000), every=3)


@pytest.mark.verify
@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_scenario(file: Path) -> None:
    """At a hundredth of its size, or with as many lines as all kinds of them need to be met."""
    lines = load(file).scenario.world.lines
    prove(file, max(Fraction(1, 100), min(Fraction(6_000, lines), Fraction(1))))


def widened(scenario: Scenario) -> Scenario:
    """The scenario with ranges around what its worlds have: shares and factors of all kinds."""
    tree: dict[Keys, Any] = {}
    world = scenario.world
    found: list[tuple[Keys, Any]] = [
        (("voters_per_line",), world.voters_per_line),
        (("press_1",), world.press_1),
        (("voicemail", "heard"), world.voicemail.heard),
        (("voicemail", "shared"), world.voicemail.shared),
        (("opposition",), world.opposition),
    ]
    if world.complaints is not None:
        found.append((("complaints", "per_million"), world.complaints.per_million))
        found.append((("complaints", "opts_out"), world.complaints.opts_out))
        for name in type(world.complaints.effects).model_fields:
            effect = getattr(world.complaints.effects, name)
            found.append((("complaints", "effects", name), effect))
    if world.call_back is not None:
        found.append((("call_back", "share"), world.call_back.share))
    for path, one in found:
        if one is not None and one.central > 0 and not one.is_range:
            most = 1.0 if isinstance(one, ShareRange) else np.inf
            ends = {"low": one.central / 2, "high": min(most, 1.5 * one.central)}
            tree[path] = one.model_copy(update=ends)
    return scenario.model_copy(update={"world": _with(world, tree)})


def _with(value: Any, tree: dict[Keys, Any]) -> Any:
    """A model with other parts, by path."""
    heads = {path[0] for path in tree}
    update = {}
    for head in heads:
        below = {path[1:]: one for path, one in tree.items() if path[0] == head}
        update[head] = below[()] if () in below else _with(getattr(value, head), below)
    return value.model_copy(update=update)


@pytest.mark.parametrize("number", range(12))
def test_generated_scenarios(number: int) -> None:
    """Reading inputs of a campaign in which everything is mixed leave its log as it is."""
    made = widened(scenario(Dice(number)))
    stage = Stage(made, packs_of(made))
    known = roles(stage, groups(made), ["only"])["only"]
    middle = logs(stage, {}, ["only"])
    reading = known.of(Role.READING)
    assert "world.voters_per_line" in reading
    for end in (0.05, 0.95):
        assert logs(stage, dict.fromkeys(reading, end), ["only"]) == middle
    if known.ways.none:
        assert known.of(Role.HELD) == ()


def test_who_complains_is_held_where_an_order_would_stop_the_campaign() -> None:
    stage = staged(FRANCE, Fraction(1, 1000))
    known = roles(stage, groups(stage.scenario), ["as-run"])["as-run"]
    assert known.role["world.complaints.effects.meal"] is Role.HELD
    assert known.role["world.voters_per_line"] is Role.READING
    assert known.role["amd.human_as_machine"] is Role.PLACING
    assert known.ways.reports == 2_500


def test_a_gate_is_met_where_there_is_one() -> None:
    """Who presses 1 decides calls of a message with a gate, and nothing of one without."""
    for file, strategy, role in (
        (FRANCE, "as-run", Role.PLACING),
        (BY_ELECTION, "one-evening", Role.READING),
    ):
        stage = staged(file, Fraction(1, 1000))
        assert plan_of(stage, strategy).tables.gate is (role is Role.PLACING)
        known = roles(stage, groups(stage.scenario), [strategy])[strategy]
        assert known.role["world.press_1"] is role, file.stem


def test_nobody_listens_where_the_regulator_only_talks() -> None:
    stage = staged(FRANCE, Fraction(1, 1000))
    plan = plan_of(stage, "as-run")
    assert plan.feedback is not None
    assert plan.feedback.regulator is not None
    reactions = tuple(replace(one, stop=False) for one in plan.feedback.regulator.reactions)
    talks = replace(plan.feedback.regulator, reactions=reactions)
    assert ways(replace(plan, feedback=replace(plan.feedback, regulator=talks))).none


def test_parts_of_plans_are_compared_number_by_number() -> None:
    plan = plan_of(staged(FRANCE, Fraction(1, 1000)), "as-run")
    part = placing(plan)
    assert same(part, placing(replace(plan, lifetime=plan.lifetime)))
    assert not same(part, placing(replace(plan, lifetime=2)))
    order = np.array(plan.order)
    order[:2] = order[:2][::-1]
    assert not same(part, placing(replace(plan, order=order)))
    assert same(part, placing(replace(plan, order=np.array(plan.order))))
