"""Scales at which a check is blind are refused, and a new baseline is tried."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import CannotJudgeError
from sim.jobs.accept import Acceptance
from sim.jobs.check import CheckResult, check
from sim.jobs.honest import hold_apart, hold_rounding
from sim.jobs.planted import Trial, told, unseen
from sim.loading.load import load
from sim.scenario.starter import starter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CheckResult]:
    """The starter with a tenth of its lines, channels and pace, and its first baseline."""
    file = tmp_path_factory.mktemp("starter") / "starter.yaml"
    text = starter("starter")
    for old, new in (
        ("lines: 100_000", "lines: 10_000"),
        ("channels: 60 ", "channels: 6 "),
        ("channels: 30", "channels: 3"),
        ("calls_per_second: 2", "calls_per_second: 1/5"),
    ):
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file, check([file], Acceptance("first"))


def edited(file: Path, old: str, new: str, folder: Path) -> Path:
    """A copy of a scenario and of its baseline, with something in it changed."""
    text = file.read_text("utf-8")
    assert old in text
    (folder / "baselines").mkdir()
    baseline = file.parent / "baselines" / "starter.json"
    (folder / "baselines" / "starter.json").write_bytes(baseline.read_bytes())
    (folder / "starter.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return folder / "starter.yaml"


def test_a_scale_that_rounds_away_a_count_is_refused() -> None:
    """Of two inbound lines 1 % are 0.02, and one is fifty times that; half are one."""
    full = load(ROOT / "scenarios" / "uk-by-election.yaml").scenario
    with pytest.raises(CannotJudgeError) as refused:
        hold_rounding(full, Fraction(1, 100))
    # Its two inbound lines would be 0.02 and are 1; only at a half are they whole.
    assert "inbound.lines of 2 would be 0.02 and is rounded to 1" in str(refused.value)
    assert "write check: {scale: 50 %}" in str(refused.value)
    hold_rounding(full, Fraction(1, 2))
    hold_rounding(full, Fraction(1))


def test_what_ships_checks_at_honest_scales() -> None:
    for file in sorted((ROOT / "scenarios").glob("*.yaml")):
        full = load(file).scenario
        hold_rounding(full, Fraction(str(full.check.scale)))


def test_one_log_of_two_strategies_is_the_scales_fault_or_is_told(first) -> None:
    full = load(first[0]).scenario
    one = dict.fromkeys(full.strategies, "the same")
    with pytest.raises(CannotJudgeError, match=r"differ in dialing\.channels; write check"):
        list(hold_apart(full, Fraction(1, 2), one))
    (said,) = hold_apart(full, Fraction(1), one)
    assert said.startswith("all-channels and half-the-channels place the same calls")
    assert list(hold_apart(full, Fraction(1, 2), {name: name for name in one})) == []


def test_the_starter_notices_what_the_scale_of_a_hundredth_did_not(first, tmp_path) -> None:
    file = edited(first[0], "channels: 3}", "channels: 4}", tmp_path)
    assert {row.strategy for row in check([file]).changed} == {"", "half-the-channels"}
    text = file.read_text("utf-8").replace("scale: 100 %", "scale: 1 %")
    file.write_text(text, encoding="utf-8")
    result = check([file])
    assert result.exit_code == 2
    assert "a check would not see an edit of it" in result.unjudged[str(file)]


def test_a_new_baseline_is_tried(first) -> None:
    """Three changes of two strategies; the full capacity is done before its last minute."""
    _, result = first
    tried = [note for note in result.notes if ": tried: " in note]
    assert [note.split(": ")[2] for note in tried] == [
        "a tenth fewer channels",
        "2 % fewer answers",
        "the cutoff a minute earlier",
    ]
    assert all("noticed in 2 of 2" in note for note in tried[:2])
    assert not any("NOT SENSITIVE" in note for note in result.notes)


def test_a_strategy_that_nothing_moves_is_named() -> None:
    trials = [Trial("x", ("a",), ("b", "c")), Trial("y", ("a", "c"), ("b",))]
    assert unseen(trials) == ["b"]
    assert list(told(trials)) == [
        "tried: x: noticed in 1 of 3 strategies; without effect in b, c",
        "tried: y: noticed in 2 of 3 strategies; without effect in b",
    ]
