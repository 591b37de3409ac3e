"""``ringfence plan``: a screen, a page, an exit code."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from sim.jobs.probing import Probe
from sim.store.experiment import load_experiment
from sim.store.study import Task
from tests.cli.conftest import Command
from tests.docs.pages import ROOT
from tests.small_run import TEXT

SHIPPED = ROOT / "scenarios"


def test_a_screen_and_a_page(ringfence: Command, here: Path) -> None:
    (here / "small.yaml").write_text(TEXT, encoding="utf-8")
    arguments = ("plan", "small.yaml", "--for", "finish before cutoff", "--probability", "50%",
                 "--draws", "2", "--scale", "30%", "--screen", "30%", "--jobs", "1",
                 "--solve", "dialing.channels")  # fmt: skip
    answer = ringfence(*arguments, "--between", "1..8", "--html", "page.html")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert max(len(line) for line in lines if not line.startswith(("kept in", "page: "))) <= 80
    assert "is enough to finish before cutoff in 50 %" in " ".join(lines)
    assert "Confirmed" in answer.out
    assert 'id="law-of-root"' in Path("page.html").read_text("utf-8")
    short = ringfence(*arguments, "--between", "1..2", "--progress", "json")
    assert short.code == 1
    far = [json.loads(line) for line in short.err.splitlines() if line.startswith("{")]
    assert (far[0]["share"], far[-1]["state"]) == (0.0, "done")
    assert "cannot be met in 50 % of draws by dialing.channels" in " ".join(short.out.splitlines())
    kept = [load_experiment(folder) for folder in Path("runs").iterdir()]
    assert sorted(one["met"] for one in kept) == [False, True]
    small = ("--scale", "10%", "--screen", "10%", "--points", "2", "--budget", "cost <= 40")
    both = ringfence(
        *(*arguments, *small, "--solve", "world.lines"),
        *("--between", "20..60", "--between", "1500..6000", "--html", "two.html"),
    )
    assert both.code in (0, 1)
    assert "dialing.channels  world.lines  budget  people reached  cost" in both.out
    assert 'id="plan-frontier"' in Path("two.html").read_text("utf-8")
    for more, said in (
        (("--budget", "cost <= 40"), "a budget goes with two keys"),
        (("--points", "3"), "points go with two keys"),
        (("--between", "1..2", "--between", "1..2"), "more ranges than keys"),
        (("--solve", "a", "--solve", "b"), "one key or two"),
        (("--solve", "world.line"), "did you mean 'world.lines'"),
    ):
        refused = ringfence(*arguments, *more)
        assert refused.code == 2
        assert said in refused.err
    wrong = ringfence("plan", "small.yaml", "--for", "soon", "--solve", "dialing.channels")
    assert wrong.code == 2


def test_lines_for_callers_back(ringfence: Command, here: Path) -> None:
    """Fewer than the answer lose more than was allowed, in the very draws; and runs say so."""
    arguments = ("plan", str(SHIPPED / "uk-by-election.yaml"), "--solve", "inbound.lines",
                 "--for", "call_back_lost_share <= 5 %", "--probability", "50%", "--draws", "2",
                 "--between", "1..9", "--jobs", "1", "--out", "lines", "--json")  # fmt: skip
    found = json.loads(ringfence(*arguments).out)
    assert (found["met"], found["more_helps"], found["turning_back"]) == (True, True, [])
    probe = Probe(arguments[1], (), ("one-evening",), Fraction(1), here / "runs", 2, 16)
    for draw, root in enumerate(found["roots"], 1):
        lost = []
        for lines in (int(root) + 1, int(root), int(root) - 1):
            drawn = probe.run({"inbound.lines": str(lines)}, "one-evening", Task(draw))
            lost.append(drawn.found["one-evening"].metrics["call_back_lost_share"] or 0.0)
        assert lost == sorted(lost)
        assert lost[1] <= 0.05 < lost[2]


def test_a_share_that_consented(ringfence: Command, here: Path) -> None:
    """Whom a campaign of those who consented reaches is as many as consented: a rule of three."""
    wanted, file = 1_000, str(SHIPPED / "union-ballot.yaml")
    arguments = ("plan", file, "--solve", "world.consent.share", "--screen", "100%",
                 "--for", f"people_reached >= {wanted}", "--probability", "50%", "--draws", "2",
                 "--between", "2 %..90 %", "--jobs", "1", "--out", "share", "--json")  # fmt: skip
    found = json.loads(ringfence(*arguments).out)
    assert (found["met"], found["more_helps"], found["unit"]) == (True, True, "%")
    assert found["turning_back"] == []
    probe = Probe(file, (), ("break-and-evening",), Fraction(1), here / "runs", 2, 16)
    for draw, root in enumerate(found["roots"], 1):
        drawn = probe.run({"world.consent.share": "50 %"}, "break-and-evening", Task(draw))
        people = drawn.found["break-and-evening"].metrics["people_reached"]
        assert root == pytest.approx(50 * wanted / people, rel=0.15)
