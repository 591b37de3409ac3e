"""Lines that nobody uses, machines that go with people, and lines that detection hears alike."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.behaviour.answering import latent_of, machine_by_cohort, would_answer
from sim.behaviour.calls import draw
from sim.behaviour.hours import reference_quarters
from sim.behaviour.voicemail import hearing
from sim.engine import fast
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.errors import UnreachableSharesError
from sim.jobs.refusals import refusals
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.chapters.reach import ReachTotals
from sim.record.log import DISPOSITION_OF_OUTCOME, DISPOSITIONS, LogChunk, Outcome
from sim.scenario.scenario import Scenario
from sim.study.reach import Readings, people_reached
from tests.docs.pages import ROOT
from tests.equivalence.compare import log_of
from tests.statistics import Z, share_z
from tests.worlds import plain

HUMAN, MACHINE = DISPOSITIONS.index("human"), DISPOSITIONS.index("machine")
MIXED = {"machine": 0.35, "human": 0.3, "frailty": {"sd": 1.5, "cohorts": 16}}
LEAVES = {"enabled": True, "on_machine": "leave_message"}
MESSAGE = {"voicemail": "30 s"}


def world(lines: int = 40_000, *, answering: dict[str, Any] | None = None, **of: Any) -> Scenario:
    strategy = {name: of.pop(name) for name in ("attempts", "recycle", "amd") if name in of}
    strategy = {"amd": LEAVES, "message": MESSAGE, **strategy}
    return plain(world={"lines": lines, **of}, answering={**MIXED, **(answering or {})}, **strategy)


def run(of: Scenario) -> tuple[Plan, LogChunk]:
    plan = build_plan(of, "only")
    return plan, log_of(fast, plan)[0]


def shares(log: LogChunk) -> dict[str, int]:
    found = np.bincount(DISPOSITION_OF_OUTCOME[log.outcome], minlength=len(DISPOSITIONS))
    return dict(zip(DISPOSITIONS, found.tolist(), strict=True))


def test_so_many_are_in_use_and_the_shares_of_dials_are_those_of_all_lines() -> None:
    plan, log = run(world(lines_in_use=0.8))
    used = plan.population.in_use
    assert used is not None
    assert abs(share_z(int(used.sum()), len(used), 0.8)) < Z
    found = shares(log)
    assert abs(share_z(found["human"], len(log), 0.3)) < Z
    assert abs(share_z(found["machine"], len(log), 0.35)) < Z
    by = DISPOSITION_OF_OUTCOME[log.outcome]
    assert not (by[used[log.line] == 0] == HUMAN).any()
    # A machine takes the call where nobody does: more often where nobody is.
    idle = by[used[log.line] == 0] == MACHINE
    assert idle.mean() > 1.2 * (by[used[log.line] == 1] == MACHINE).mean()


def test_a_message_on_a_line_that_nobody_uses_is_never_heard() -> None:
    plan, log = run(world(lines_in_use=0.8))
    left = np.flatnonzero(log.outcome == Outcome.MACHINE_VOICEMAIL)
    heard, _ = hearing(plan.tables, plan.key, log.line[left], log.attempt[left])
    assert plan.population.in_use is not None
    used = plan.population.in_use[log.line[left]] == 1
    assert not heard[~used].any()
    assert abs(share_z(int(heard[used].sum()), int(used.sum()), 0.5)) < Z


def test_what_is_read_of_a_log_knows_of_them() -> None:
    """Two attempts, both of which may leave a message: the mean is that of a run's own count."""
    again = {"attempts": {"lifetime": 2}, "recycle": {"machine": {"delay": "1 h"}}}
    of = world(lines_in_use=0.8, **again)
    (found,) = simulate(Stage(of, {}), ("only",))
    assert found.cases is not None
    assert found.cases.lines.shape[0] == 3
    one = np.ones(1)
    mean = people_reached(found.cases.lines, Readings(1.5 * one, 0.5 * one, 0.5 * one))[0]
    assert abs(found.totals[ReachTotals].people_reached - mean) < 5 * mean**0.5


def test_all_in_use_is_what_was_before_there_were_others() -> None:
    plain_, said = (run(world(2_000, **of)) for of in ({}, {"lines_in_use": 1.0}))
    assert said[0].population.in_use is None
    for name in ("line", "start_ms", "hold_ms", "outcome"):
        assert (getattr(plain_[1], name) == getattr(said[1], name)).all()


def test_more_people_than_lines_in_use_could_have_are_refused() -> None:
    with pytest.raises(UnreachableSharesError, match=r"world\.lines_in_use leaves 35\.0%"):
        run(world(100, lines_in_use=0.35, answering={"human": 0.4}))


@pytest.mark.parametrize("correlation", [-0.6, 0.6])
def test_machines_go_with_people_and_the_shares_of_dials_stay(correlation: float) -> None:
    plan, log = run(world(answering={"machine_correlation": correlation}))
    found = shares(log)
    assert abs(share_z(found["human"], len(log), 0.3)) < Z
    assert abs(share_z(found["machine"], len(log), 0.35)) < Z
    people = plan.population
    low, high = (people.has_machine[people.cohort == c].mean() for c in (1, 14))
    assert (high - low) * correlation > 0.1 * abs(correlation)


def test_machines_by_cohort_are_a_normal_copula() -> None:
    """Held against a bivariate normal law, integrated over each cohort's middle."""
    has = machine_by_cohort(0.4, 0.5, 64)
    assert has.mean() == pytest.approx(0.4)
    z = stats.norm.ppf((np.arange(64) + 0.5) / 64)
    exact = stats.norm.cdf((stats.norm.ppf(0.4) + 0.5 * z) / np.sqrt(1 - 0.25))
    assert has == pytest.approx(exact, abs=0.002)  # the finite cohorts move the bound a little
    assert machine_by_cohort(0.4, 0.0, 8) == pytest.approx(np.full(8, 0.4))


def test_the_equations_hold_with_the_product_of_both() -> None:
    of = world(lines_in_use=0.9, answering={"machine_correlation": 0.5}).world
    hidden = latent_of(of, "landline")
    chance, _ = would_answer(of.line_types["landline"], hidden, of, 16)
    answers = 0.9 * chance[0][reference_quarters()].mean(axis=(0, 1))
    both = float(np.mean(answers * np.array(hidden.machine_by_cohort)))
    assert answers.mean() == pytest.approx(hidden.would_answer, abs=1e-9)
    # Fixed ring times of 5 and 20 s before 25 s: a person comes first wherever one is.
    assert hidden.would_answer == pytest.approx(0.3, abs=1e-9)
    assert hidden.machine - both == pytest.approx(0.35, abs=1e-9)


def errors(of: Scenario) -> tuple[int, int, float]:
    """People, how many of them are taken for a machine, and how two calls to a line go together."""
    plan = build_plan(of, "only")
    people, line = plan.population, np.arange(plan.population.lines, dtype=np.uint32)
    columns = people.line_type, people.in_service, 0 * people.has_machine
    calls = [draw(plan.tables, plan.key, line, attempt, *columns) for attempt in (1, 2)]
    met = np.all([call.disposition < plan.tables.human_limit for call in calls], axis=0)
    one, other = (
        (call.human[met] & np.uint32(15)) == Outcome.HUMAN_TAKEN_FOR_MACHINE for call in calls
    )
    return len(one), int(one.sum()), float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_lines_have_the_stated_share_of_the_variance_of_errors(share: float) -> None:
    amd = {**LEAVES, "human_as_machine": 0.2, "machine_as_human": 0.1, "by_line": share}
    people, wrong, correlation = errors(world(60_000, answering={"human": 0.6}, amd=amd))
    assert abs(share_z(wrong, people, 0.2)) < Z
    assert correlation == pytest.approx(share, abs=0.02)


@pytest.mark.verify
@pytest.mark.parametrize(("strategy", "moves"), [("as-run", -0.09), ("three-attempts", -0.11)])
def test_what_lines_in_use_move_in_france(strategy: str, moves: float) -> None:
    """docs/scenario-format.md says how much, to a per cent; beside messages heard of all lines."""
    people = []
    for sets in (("world.lines_in_use=100%", "world.voicemail.heard=45%"), ()):
        loaded = load(str(ROOT / "scenarios" / "france-2017.yaml"), sets)
        small = scaled_down(loaded.scenario, Fraction(1, 50), loaded.laws, (strategy,), Almanac())
        (found,) = simulate(Stage(small.scenario, loaded.laws), (strategy,), scale=small.effective)
        people.append(found.totals[ReachTotals].people_reached)
    assert people[1] / people[0] - 1 == pytest.approx(moves, abs=0.015)


def test_a_range_of_lines_in_use_is_refused_where_its_low_end_leaves_too_few() -> None:
    """Beside the shares as they are; and that which ships is not."""
    for low, refused in (("73 %", False), ("26 %", True)):
        loaded = load(
            str(ROOT / "scenarios" / "france-2017.yaml"),
            [f"world.lines_in_use={{low: {low}, central: 82 %, high: 91 %}}"],
        )
        found = refusals(loaded)
        assert bool(found) is refused, found
