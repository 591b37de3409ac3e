"""Three attempts in other orders: the table of the page of questions comes out of a run."""

from __future__ import annotations

import re
from fractions import Fraction

from sim.engine.plan.stage import Stage
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.chapters.reach import ReachTotals
from tests.docs.pages import ROOT


def test_the_order_decides_whether_three_attempts_reach_fewer_than_one() -> None:
    """One line in a hundred, at the pace and with the channels of a hundredth."""
    loaded = load(ROOT / "scenarios" / "france-2017.yaml")
    scenario = loaded.scenario
    page = (ROOT / "docs" / "questions.md").read_text("utf-8")
    rows = re.findall(r"^\| `(.*)` \| (\d+) % \| ([+−]\d+) % \|$", page, re.MULTILINE)
    three, strategies = scenario.strategies["three-attempts"], {}
    for written, _, _ in rows:
        turns = re.findall(r"\d+", written)
        order = dict(zip(("retries", "fresh"), map(int, turns), strict=True)) if turns else written
        attempts = type(three.attempts)(lifetime=3, order=order)
        strategies[written] = three.model_copy(update={"attempts": attempts})
    strategies["one"] = scenario.strategies["as-run"]
    full = scenario.model_copy(update={"strategies": strategies, "base": "one"})
    scenario = scaled_down(full, Fraction(1, 100), loaded.laws, tuple(strategies)).scenario
    found = {each.strategy: each.totals for each in simulate(Stage(scenario, loaded.laws))}
    one = found["one"][ReachTotals].people_reached
    assert [row[0] for row in rows] == ["retries-first", "{retries: 1, fresh: 3}", "fresh-first"]
    for written, dialled, people in rows:
        totals = found[written]
        share = totals[DiallingTotals].lines_dialled / totals[DiallingTotals].lines_on_list
        assert f"{100 * share:.0f}" == dialled
        more = totals[ReachTotals].people_reached / one - 1
        assert f"{100 * more:+.0f}".replace("-", "−") == people
