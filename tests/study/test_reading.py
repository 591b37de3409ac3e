"""One log read in many draws: closed forms of what a draw makes of it, and when a log stands."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.engine.plan.placing import Ways
from sim.engine.plan.stage import Stage
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.cases import CONSENTED, KINDS, OPPOSED, Cases
from sim.record.feedback import Kind
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.study.complaints import read
from sim.study.points import shuffled
from sim.study.reading import points, reading

FRANCE = Path(__file__).parents[2] / "scenarios" / "france-2017.yaml"
ALONE = Ways(None, 0, 0, labels=False)
"""Nothing comes back."""
N = 200


@cache
def ran() -> tuple[Scenario, Cases]:
    """A small France, and the cases of its base strategy."""
    loaded = load(FRANCE)
    scenario, _ = scale_scenario(loaded.scenario, Fraction(1, 2000))
    (found,) = simulate(Stage(scenario, loaded.laws), ["as-run"])
    assert found.cases is not None
    return scenario, found.cases


# ── Draws ────────────────────────────────────────────────────────────────────────────────────────


def test_every_input_has_one_draw_in_each_part_of_its_range() -> None:
    found = shuffled(7, ["a", "b", "c"], 64)
    assert ((found > 0) & (found < 1)).all()
    for column in found.T:
        assert np.sort(np.floor(column * 64)).tolist() == list(range(64))
    assert (np.abs(np.corrcoef(found.T) - np.eye(3)) < 4 / 8).all()  # 4 sd of 64 draws


def test_another_input_changes_no_other_one() -> None:
    both = shuffled(7, ["a", "b"], 32)
    assert (shuffled(7, ["b"], 32)[:, 0] == both[:, 1]).all()
    assert (shuffled(8, ["b"], 32)[:, 0] != both[:, 1]).any()


# ── What a draw makes of a log ───────────────────────────────────────────────────────────────────


def test_people_of_a_draw_by_the_formula() -> None:
    """Lines with k messages are reached with 1 - (1 - h)^k: one voter, others by chance.

    Those of the third row are used by nobody, so nobody is reached there.
    """
    scenario, cases = ran()
    assert cases.lines.shape[0] == 3
    assert cases.lines[2].sum() / cases.lines.sum() == pytest.approx(0.18, abs=0.03)
    at = points(scenario, 3, N)
    paths = ("world.voters_per_line", "world.voicemail.heard", "world.voicemail.shared")
    found = reading(cases, scenario, "as-run", at, reads=paths, held=(), ways=ALONE)
    values = at.values(paths)
    world = scenario.world
    for draw in (0, 1, 17, N):
        voters = values["world", "voters_per_line"][draw]
        heard = values["world", "voicemail", "heard"][draw]
        shared = values["world", "voicemail", "shared"][draw]
        some = min(voters, 1 - world.lines_without_voters.central)  # lines with any
        every = some + shared * (voters - some)
        people = 0.0
        for live, row in enumerate(cases.lines[:2].tolist()):
            for left, lines in enumerate(row):
                reached = 1 - (1 - heard) ** left
                people += lines * (reached * every + (1 - reached) * live * some)
        assert found.people[draw] == pytest.approx(people)
    assert values["world", "voters_per_line"][0] == pytest.approx(world.voters_per_line.central)
    assert found.inputs == paths


def test_inputs_that_are_not_read_stay_central() -> None:
    scenario, cases = ran()
    at = points(scenario, 3, N)
    found = reading(cases, scenario, "as-run", at, reads=(), held=(), ways=ALONE)
    assert found.people == pytest.approx(np.full(N + 1, found.people[0]))
    assert found.complaints is not None
    middle = read(cases, scenario.world).all.mean[0]
    assert found.complaints.all.mean == pytest.approx(np.full(N + 1, middle))


def test_complaints_grow_in_step_with_their_level() -> None:
    scenario, cases = ran()
    at = points(scenario, 3, N)
    path = "world.complaints.per_million"
    found = reading(
        cases, scenario, "as-run", at, reads=(path,), held=(), ways=ALONE, scale=Fraction(1, 2000)
    )
    assert found.complaints is not None
    level = at.values((path,))["world", "complaints", "per_million"]
    ratio = found.complaints.all.mean / level
    assert ratio == pytest.approx(np.full(N + 1, ratio[0]), rel=1e-3)


def test_calls_move_to_those_who_refuse_where_more_of_them_do() -> None:
    """No call is to a line that refuses; in the draw half are, and weigh three times as much."""
    scenario, cases = ran()
    calls = np.zeros_like(cases.calls)
    calls[0, 0, KINDS.index(Kind.LIVE), 0, 0] = 1_000
    plain = replace(cases, calls=calls)
    world, at = scenario.world, {}
    assert world.opposition is not None
    at["world", "complaints", "effects", "opposed"] = np.array([3.0, 3.0])
    once = read(plain, world, at, 2).all.mean[0]
    half = 1 - (1 - world.opposition.central) / 2
    at["world", "opposition"] = np.array([world.opposition.central, half])
    assert read(plain, world, at, 2).all.mean == pytest.approx([once, 2 * once])
    assert (OPPOSED, CONSENTED) == (1, 2)


# ── When a log stands ────────────────────────────────────────────────────────────────────────────

HELD = ("world.complaints.per_million",)
READS = ("world.voters_per_line",)


def held(ways: Ways) -> bool:
    scenario, cases = ran()
    at = points(scenario, 3, N)
    found = reading(cases, scenario, "as-run", at, reads=READS, held=HELD, ways=ways)
    assert found.complaints is not None
    moves = np.ptp(found.complaints.all.mean) > 1e-6
    assert moves == found.stands
    assert found.inputs == ((*READS, *HELD) if found.stands else READS)
    return found.stands


def test_held_inputs_are_read_while_nothing_is_likely_to_come_back() -> None:
    _, cases = ran()
    assert held(ALONE)
    assert held(Ways(1_000_000, cases.cutoff_ms, 0, labels=False))
    assert not held(Ways(1, cases.cutoff_ms, 0, labels=False))
    assert held(Ways(1, 0, 0, labels=False)), "what comes after the last review acts no more"
    assert not held(Ways(None, 0, 0, labels=True))
    assert not held(Ways(None, 0, 100, labels=False))
