"""Two runs, baselines or scenarios side by side, in units of noise."""

from __future__ import annotations

import json
from math import sqrt

import pytest
from click.testing import CliRunner

from sim.cli import cli
from sim.commands.diff import document, markdown, text
from sim.errors import OptionError
from sim.jobs.accept import Acceptance
from sim.jobs.check import check
from sim.jobs.differences import Difference, Differences, Side, differences
from sim.jobs.found import baseline_path


@pytest.fixture
def found() -> Differences:
    a = Side("a", "run", {}, {}, {})
    rows = (
        Difference("all", "attempts", 10_000, 10_100, sqrt(20_100), False),
        Difference("all", "complaints", 100, 150, sqrt(250), False),
        Difference("all", "reach_of_electorate", 0.1, 0.2, None, False),
        Difference("all", "list_done_hours", None, 3.5, None, False),
    )
    return Differences(a, a, ("seed 1 → 2",), rows, 7, {"A": (), "B": ("new",)})


def test_what_lies_within_the_noise_is_told_only_where_all_is_asked(found) -> None:
    """100 of 20,100 are 0.7 standard deviations, 50 of 250 are 3.2."""
    lines = "\n".join(text(found))
    assert "attempts" not in lines
    assert "+50 %  +3.2 σ" in lines
    assert "7 equal, 4 different, 1 of them within noise; --all shows these too" in lines
    assert "only in B: new" in lines
    assert "changed: seed 1 → 2" in lines
    assert "+1 %  ≈" in "\n".join(text(found, every=True))
    page = list(markdown(found))
    assert "| all | complaints | 100 | 150 | +50 % | +3.2 σ |" in page
    assert "| all | list_done_hours | – | 3.5 |  |  |" in page
    assert document(found)["rows"][1]["in_noise"] == pytest.approx(50 / sqrt(250))


def test_a_baseline_beside_its_scenario(scenario_text, tmp_path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(scenario_text.replace("lines: 3_000", "lines: 600"), encoding="utf-8")
    check([file], Acceptance("first"))
    same = differences(baseline_path(file), file)
    assert (same.rows, same.changed) == ((), ())
    assert same.equal > 50
    changed = file.read_text("utf-8").replace("channels: 3}", "channels: 3, ring_timeout: 15 s}")
    file.write_text(changed, encoding="utf-8")
    answer = CliRunner().invoke(cli, ["diff", str(baseline_path(file)), str(file), "--format=json"])
    told = json.loads(answer.stdout)
    assert told["changed"] == ["strategies.half-the-channels.dialing.ring_timeout absent → 15 s"]
    assert {row["strategy"] for row in told["rows"]} == {"half-the-channels"}
    assert all(not row["measured"] for row in told["rows"])


def test_two_runs(outcome) -> None:
    same = differences(outcome.path, outcome.path)
    assert (same.rows, same.changed, same.a.kind) == ((), (), "run")
    assert same.a.values["all-channels"]["attempts"] == outcome.metrics["all-channels"]["attempts"]


def test_what_cannot_be_set_side_by_side(outcome, scenario_file, tmp_path) -> None:
    with pytest.raises(OptionError, match="allowed: a run directory"):
        differences(tmp_path, tmp_path)
    text = scenario_file.read_text("utf-8").replace("lines: 3_000", "lines: 50")
    (tmp_path / "tiny.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match="a run and a scenario cannot be set side by side"):
        differences(outcome.path, tmp_path / "tiny.yaml")
