"""``ringfence compare``: a screen, a document, a page."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sim.jobs.run import run_scenario
from sim.loading.load import load
from sim.store.read import load_run
from sim.store.study import Study
from tests.cli.conftest import Command
from tests.small_run import TEXT


def test_a_screen_and_a_page(ringfence: Command, small_study: Study) -> None:
    answer = ringfence("compare", small_study.path, "--html", "page.html")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert max(len(line) for line in lines if not line.startswith(("study: ", "page: "))) <= 80
    assert lines[0].startswith("small · 2 alternatives under the same 32 draws")
    assert "half-the-channels is best in" in answer.out
    assert "Would turn if all-channels is ahead in" in answer.out
    assert "Differ in     dialing.channels: 6 and 3" in answer.out
    page = Path("page.html").read_text("utf-8")
    assert 'id="regret"' in page
    assert 'id="turns"' in page


def test_a_scenario_becomes_a_study(ringfence: Command, here: Path) -> None:
    (here / "small.yaml").write_text(TEXT, encoding="utf-8")
    arguments = ("compare", "small.yaml", "--draws", "2", "--scale", "10%", "--json")
    answer = ringfence(*arguments, "--weights", "cost: -1")
    told = json.loads(answer.out)
    assert answer.code == 0
    assert told["draws"] == 2
    assert told["leader"] == "half-the-channels"
    assert told["turns"]["all-channels"]["enough"] is False
    assert "5 runs to do" in answer.err
    again = ringfence(*arguments)
    assert "all 5 runs are done" in again.err


@pytest.fixture(scope="module")
def changed_run(scenario_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the scenario with a third of the channels in its base strategy."""
    out = tmp_path_factory.mktemp("changed") / "changed"
    return run_scenario(load(scenario_file, ["dialing.channels=2"]), out=out).path


def test_two_runs_stand_side_by_side(ringfence: Command, outcome, changed_run: Path) -> None:
    """Two channels of six: fewer calls fit, and luck does not explain it."""
    answer = ringfence("compare", outcome.path, changed_run, "--json")
    told = json.loads(answer.out)
    assert answer.code == 0
    assert told["differing"] == [
        {"path": "dialing.channels", "values": dict(zip(told["runs"], (6, 2), strict=True))}
    ]
    first, other = told["runs"]
    rows = {(row["strategy"], row["metric"]): row for row in told["numbers"]}
    row = rows["all-channels", "attempts"]
    a, b = row["values"][first], row["values"][other]
    apart = row["against_first"][other]
    assert apart["share"] == pytest.approx(b / a - 1)
    assert apart["in_noise"] == pytest.approx((b - a) / math.sqrt(a + b))
    assert not apart["hidden"]
    assert b == load_run(changed_run).metric("all-channels", "attempts")
    screen = ringfence("compare", outcome.path, changed_run, "--html", "page.html")
    assert max(map(len, screen.out.split("luck.")[0].splitlines())) <= 80
    assert "Differ in     dialing.channels: 6 and 2" in screen.out
    assert "Single runs have no draws" in screen.out
    assert "dialing.channels" in Path("page.html").read_text("utf-8")
    only = ringfence("compare", outcome.path, changed_run, "--strategy", "half-the-channels")
    assert "all-channels\n" not in only.out
    same = ringfence("compare", outcome.path, outcome.path / ".." / outcome.path.name)
    assert "nothing that goes in" in same.out


def test_versions_of_a_scenario_are_set_beside_each_other(ringfence: Command, here: Path) -> None:
    """Prices alone differ: no call does, so people are the same and cost is twice as much."""
    (here / "one.yaml").write_text(TEXT, encoding="utf-8")
    (here / "two.yaml").write_text(TEXT.replace("0.010 EUR", "0.020 EUR"), encoding="utf-8")
    arguments = ("--draws", "2", "--scale", "10%", "--strategy", "all-channels", "--json")
    told = json.loads(ringfence("compare", "one.yaml", "two.yaml", *arguments).out)
    (version,) = told["versions"]
    assert (version["base"], version["other"]) == ("one/all-channels", "two/all-channels")
    assert [row["path"] for row in version["differing"]] == ["prices.per_line_dialled"]
    assert version["numbers"]["cost"]["ratio"]["p50"] == pytest.approx(2)
    assert version["numbers"]["people_reached"]["ratio"]["p50"] == 1


def test_bad_input(ringfence: Command, small_study: Study, outcome) -> None:
    run = ringfence("compare", outcome.path)
    assert run.code == 2
    assert "is one run: it has no draws to compare over" in run.err
    mixed = ringfence("compare", outcome.path, small_study.path)
    assert mixed.code == 2
    assert "a run and a study cannot be set side by side" in mixed.err
    strategy = ringfence("compare", outcome.path, outcome.path, "--strategy", "all-chanels")
    assert "is one run" in strategy.err
    weighed = ringfence("compare", outcome.path, outcome.path / ".", "--weights", "cost: -1")
    assert weighed.code == 2
    assert "single runs have none" in weighed.err
    weights = ringfence("compare", small_study.path, "--weights", "people: 1")
    assert weights.code == 2
    assert "did you mean 'people_reached'" in weights.err
