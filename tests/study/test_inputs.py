"""Uncertain inputs: all found, moved together where they belong together, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.behaviour.complaining import branching_ratio, reference_chance
from sim.document.laws import Survival
from sim.document.quantity import FactorRange, ShareRange
from sim.scenario.load import load_scenario
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario
from sim.study.inputs import (
    Cascade,
    Composition,
    RefusedRangeError,
    drawn,
    groups,
    inputs,
    with_values,
    written,
)
from sim.study.points import uniforms
from tests.small_run import TEXT

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def scenario_of(text: str, tmp_path: Path) -> Scenario:
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    return load_scenario(file).scenario


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def answering(scenario: Scenario) -> dict[str, object]:
    found = scenario.world.line_types["landline"].answering
    return {
        name: part.central if isinstance(part, ShareRange) else part
        for name in ("invalid", "busy", "no_answer", "machine", "human")
        for part in [getattr(found, name)]
    }


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_range_of_a_scenario_is_an_input(file: Path) -> None:
    scenario = load_scenario(file).scenario
    moving = groups(scenario)
    ranged = {row.path for row in parameters(scenario) if row.is_range}
    below = {".".join(p.split(".")[2:]) if p.startswith("strategies.") else p for p in ranged}
    found = {one.path for one in inputs(moving)}
    # The 90 % point of a law whose median is ranged moves with it, and points of a curve with its
    # first.
    curves = {path.rpartition(".")[0] for path in found if ".points." in path}
    rest = {path for path in below - found if not path.endswith(".p90")}
    assert {path for path in rest if path.rpartition(".")[0] not in curves} == set()
    assert found - below == set()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_middle_of_every_law_is_the_central_scenario(file: Path) -> None:
    scenario = load_scenario(file).scenario
    moving = groups(scenario)
    middle = drawn(scenario, moving, {one.path: 0.5 for one in inputs(moving)})
    before = {row.path: row.central for row in parameters(scenario)}
    after = {row.path: row.central for row in parameters(middle)}
    assert after == pytest.approx(before, rel=1e-9, abs=1e-12)
    assert not any(row.is_range for row in parameters(middle) if row.path in before)


def test_a_share_ranged_alone_keeps_its_three_points(tmp_path: Path) -> None:
    """human is {22 %, 33 %, 45 %} and no_answer gives way."""
    scenario = scenario_of(TEXT, tmp_path)
    moving = groups(scenario)
    path = "world.line_types.landline.answering.human"
    for u, human in ((0.05, 0.22), (0.5, 0.33), (0.95, 0.45)):
        found = answering(drawn(scenario, moving, {path: u}))
        assert found["human"] == pytest.approx(human)
        assert (found["invalid"], found["busy"], found["machine"]) == (0.03, 0.04, 0.32)
        assert found["no_answer"] == "rest"


def test_shares_that_sum_to_one_still_do(tmp_path: Path) -> None:
    """Two wide ranges that would exceed 1 if each were drawn apart."""
    text = changed("machine: 32 %", "machine: {low: 20 %, central: 32 %, high: 55 %}")
    scenario = scenario_of(text, tmp_path)
    moving = groups(scenario)
    names = [one.path for one in inputs(moving)]
    for row in uniforms(5, names, range(256)):
        found = answering(drawn(scenario, moving, dict(zip(names, row, strict=True))))
        rest = 1 - sum(v for v in found.values() if isinstance(v, float))
        assert rest > 0
        assert found["invalid"] == 0.03


def test_a_range_that_leaves_nothing_is_a_fault(tmp_path: Path) -> None:
    text = changed(
        "{low: 22 %, central: 33 %, high: 45 %}", "{low: 22 %, central: 33 %, high: 70 %}"
    )
    words = r"answering\.human: its high end of 0\.7 leaves nothing"
    with pytest.raises(RefusedRangeError, match=words):
        groups(scenario_of(text, tmp_path))


def test_compositions_without_a_rest_close_on_the_largest_fixed_share() -> None:
    """By hand: a and b ranged, c fixed and largest: at a's 95 % point c gives way."""
    one = ShareRange.model_validate({"low": 0.1, "central": 0.2, "high": 0.3})
    from sim.study.inputs import _composition

    parts = {"a": one, "c": ShareRange(central=0.8)}
    (group,) = _composition(parts, ("w",), None)
    assert isinstance(group, Composition)
    value = dict(group.values(np.array([[0.95]])))
    assert value["w", "a"][0] == pytest.approx(0.3)
    assert value["w", "c"][0] == pytest.approx(0.7)


def test_one_key_of_many_strategies_is_one_input(tmp_path: Path) -> None:
    scenario = load_scenario(next(f for f in SHIPPED if f.stem == "france-2017")).scenario
    moving = groups(scenario)
    path = "amd.human_as_machine"
    assert sum(one.path == path for one in inputs(moving)) == 1
    moved = drawn(scenario, moving, {path: 0.95})
    shares = [s.amd.human_as_machine.central for s in moved.strategies.values()]
    assert shares == pytest.approx([0.17] * len(shares))


def test_a_median_takes_its_90_per_cent_point_along(tmp_path: Path) -> None:
    text = changed("median: 9 s", "median: {low: 6 s, central: 9 s, high: 15 s}")
    scenario = scenario_of(text, tmp_path)
    path = "world.line_types.landline.answering.human_ring.median"
    moved = drawn(scenario, groups(scenario), {path: 0.95})
    ring = moved.world.line_types["landline"].answering.human_ring
    assert (ring.median.central, ring.p90.central) == (15_000, 30_000)  # type: ignore[union-attr]


def test_the_points_of_a_curve_move_together(tmp_path: Path) -> None:
    text = changed(
        "{6 s: 80 %, 19 s: 55 %, 60 s: 25 %}",
        "{6 s: {low: 70 %, central: 80 %, high: 85 %}, 19 s: 55 %, "
        "60 s: {low: 15 %, central: 25 %, high: 45 %}}",
    )
    scenario = scenario_of(text, tmp_path)
    path = "world.listening.points.6 s"
    assert path in {one.path for one in inputs(groups(scenario))}
    for u, first, last in ((0.05, 0.7, 0.15), (0.5, 0.8, 0.25), (0.95, 0.85, 0.45)):
        listening = drawn(scenario, groups(scenario), {path: u}).world.listening
        assert isinstance(listening, Survival)
        found = [share.central for share in listening.points.values()]
        assert found == pytest.approx([first, 0.55, last])


def test_odds_by_attempt_and_by_hour_may_be_ranges(tmp_path: Path) -> None:
    text = changed(
        "        source: assumed\n",
        "        source: assumed\n"
        "        by_attempt: [1, {low: 0.5, central: 0.8, high: 1}]\n"
        "        by_hour: ours\n",
    ).replace(
        "  signalling:",
        "  hours:\n"
        "    ours: [{days: sat, from: '10:00', to: '12:00', odds: {low: 1, central: 2, high: 4}}]\n"
        "  signalling:",
        1,
    )
    scenario = scenario_of(text, tmp_path)
    moving = groups(scenario)
    attempt = "world.line_types.landline.answering.by_attempt.1"
    hour = "world.hours.ours.0.odds"
    assert {attempt, hour} <= {one.path for one in inputs(moving)}
    moved = drawn(scenario, moving, {attempt: 0.05, hour: 0.95}).world
    odds = moved.line_types["landline"].answering.by_attempt
    assert [one.central for one in odds] == pytest.approx([1, 0.5])
    assert moved.hours["ours"][0].odds.central == pytest.approx(4)


def test_what_the_casebook_weighed_moves_with_the_effects() -> None:
    """By hand: (0.164 + 0.049 v + 0.65 · 0.05) · 1.9 · 1.5 · 1.1 · 1.135, v voicemails."""
    scenario = with_mix(load_scenario(next(f for f in SHIPPED if f.stem == "france-2017")).scenario)
    told = scenario.world.complaints
    assert told is not None
    mix = 1.9 * 1.5 * 1.1 * 1.135
    assert told.weight == pytest.approx((0.164 + 0.049 * 0.5 + 0.0325) * mix)
    moving = groups(scenario)
    effect = "world.complaints.effects.voicemail"
    low, high = (
        one.law(np.array([u]))[0]
        for one in inputs(moving)
        if one.path == effect
        for u in (0.05, 0.95)
    )
    for u, v in ((0.5, 0.5), (0.95, high), (0.05, low)):
        told = drawn(scenario, moving, {effect: u}).world.complaints
        assert told is not None
        assert told.effects.voicemail.central == pytest.approx(v)
        assert told.weight == pytest.approx((0.164 + 0.049 * v + 0.0325) * mix)
    # What the mix leaves open is a factor of its own.
    told = drawn(scenario, moving, {"world.complaints.casebook.off_by": 0.95}).world.complaints
    assert told is not None
    assert told.weight == pytest.approx(1.28 * (0.164 + 0.0245 + 0.0325) * mix)


def with_mix(scenario: Scenario) -> Scenario:
    """A scenario with a casebook and central effects that do not move with what ships."""
    told = scenario.world.complaints
    assert told is not None
    mix = told.casebook
    assert mix is not None
    shares = {"human": 0.164, "voicemail": 0.049, "unanswered": 0.65, "repeat": 0.9}
    shares |= {"opposed": 0.5, "after_opt_out": 0.025, "meal": 0.27, "night": 0.0}
    centres = {"unanswered": 0.05, "voicemail": 0.5, "repeat": 2, "opposed": 2, "meal": 1.5}
    centres["after_opt_out"] = 5
    effects = told.effects.model_copy(
        update={
            name: getattr(told.effects, name).model_copy(update={"central": value})
            for name, value in centres.items()
        }
    )
    told = told.model_copy(update={"casebook": mix.model_copy(update=shares), "effects": effects})
    world = scenario.world.model_copy(update={"complaints": told})
    return scenario.model_copy(update={"world": world})


def test_a_louder_effect_takes_from_all_other_calls_what_it_adds_to_its_own(tmp_path: Path) -> None:
    """A campaign that is the casebook's has its complaints per dial, whatever the effects are."""
    scenario = with_mix(load_scenario(next(f for f in SHIPPED if f.stem == "france-2017")).scenario)
    moving = groups(scenario)
    for effect in ("unanswered", "repeat", "opposed", "meal", "after_opt_out"):
        told = drawn(scenario, moving, {f"world.complaints.effects.{effect}": 0.9}).world.complaints
        assert told is not None
        of = {name: getattr(told.effects, name).central for name in type(told.effects).model_fields}
        dial = 0.164 + 0.049 * of["voicemail"] + 0.65 * of["unanswered"]
        dial *= (0.1 + 0.9 * of["repeat"]) * (0.5 + 0.5 * of["opposed"])
        dial *= (0.975 + 0.025 * of["after_opt_out"]) * (0.73 + 0.27 * of["meal"])
        level = (
            reference_chance(told) / (1 - branching_ratio(told)) * told.channels.regulator.central
        )
        assert level * dial == pytest.approx(told.per_million.central / 1e6)


def test_one_change_one_effect(tmp_path: Path) -> None:
    scenario = scenario_of(TEXT, tmp_path)
    before = {row.path: row.central for row in parameters(scenario)}
    moved = with_values(scenario, {("world", "voters_per_line"): 2.0})
    after = {row.path: row.central for row in parameters(moved)}
    assert {path for path in before if before[path] != after[path]} == {"world.voters_per_line"}
    assert scenario.world.voters_per_line.central == 1.5
    assert moved.world.voters_per_line == FactorRange.model_construct(
        central=2.0, low=None, high=None, shape="two-piece", source="assumed"
    )


def test_paths_are_written_as_in_a_file() -> None:
    assert written(("strategies", "a", "amd", "x")) == "amd.x"
    assert (
        written(("world", "line_types", "landline", "share")) == "world.line_types.landline.share"
    )


def test_a_cascade_ends_in_every_draw() -> None:
    """Of France's ranges one joint draw in some twenty-five would breed almost without end."""
    scenario = load_scenario(next(f for f in SHIPPED if f.stem == "france-2017")).scenario
    (cascade,) = (group for group in groups(scenario) if isinstance(group, Cascade))
    points = uniforms(scenario.seed, [one.path for one in cascade.inputs], range(1_024))
    value = dict(cascade.values(points))
    told = scenario.world.complaints
    assert told is not None
    ratio = sum(
        value.get(("world", "complaints", "channels", name), share.central)
        * value["world", "complaints", "contagion", name]
        for name, share in told.channels
    )
    held = cascade.held(points)
    assert 0 < held.sum() < 60
    assert ratio[held] == pytest.approx(np.full(held.sum(), 0.9))
    assert ratio[~held].max() < 0.9
    # Brought down together: who breeds how much beside whom stays.
    free = {
        path: one.law(points[:, at]) for at, one in enumerate(cascade.inputs) for path in [one.path]
    }
    social, press = (free[f"world.complaints.contagion.{name}"] for name in ("social", "press"))
    assert value["world", "complaints", "contagion", "press"] / value[
        "world", "complaints", "contagion", "social"
    ] == pytest.approx(press / social)
