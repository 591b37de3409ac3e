"""``ringfence compare``: a screen, a document, a page."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_bad_input(ringfence: Command, small_study: Study, outcome) -> None:
    run = ringfence("compare", outcome.path)
    assert run.code == 2
    assert "is one run: it has no draws to compare over" in run.err
    weights = ringfence("compare", small_study.path, "--weights", "people: 1")
    assert weights.code == 2
    assert "did you mean 'people_reached'" in weights.err
