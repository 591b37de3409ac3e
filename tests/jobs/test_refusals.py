"""Ranges from which some draw could not be run are told when a scenario is validated, in place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.jobs.refusals import hold_points, hold_ranges, refusals
from sim.jobs.run import run_scenario
from sim.loading.load import load
from tests.small_run import TEXT

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
HUMAN = "human: {low: 22 %, central: 33 %, high: 45 %}"


def told(tmp_path: Path, old: str, new: str) -> list[str]:
    assert old in TEXT
    file = tmp_path / "s.yaml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return [str(fault) for fault in refusals(load(file))]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_draw_of_what_ships_can_be_run(file: Path) -> None:
    assert refusals(load(file)) == ()


CASES = [
    (HUMAN, "human: {low: 22 %, central: 33 %, high: 70 %}", "leaves nothing for 'no_answer'"),
    # Where machines wait for 26 s and more, none of them answers within the time-out of 25 s.
    (
        "machine_ring: 20 s",
        "machine_ring: {law: lognormal, median: {low: 18 s, central: 20 s, high: 26 s}, p90: 21 s}",
        "in some draws the shares cannot be met: found human",
    ),
    (
        "greeting: {law: lognormal, median: 10 s, p90: 20 s}",
        "greeting: {law: lognormal, median: 10 s, p90: {low: 9 s, central: 20 s, high: 30 s}}",
        "is shorter than the median (10 s); narrow the range",
    ),
    (
        "{law: uniform, shortest: 2 s, longest: 8 s}",
        "{law: uniform, shortest: {low: 1 s, central: 2 s, high: 5 s}, longest: 8 s}",
        "longest (8 s) is shorter than shortest",
    ),
    (
        "points: {6 s: 80 %, 19 s: 55 %, 60 s: 25 %}",
        "points: {6 s: {low: 56 %, central: 80 %, high: 82 %}, 19 s: 55 %, 60 s: 25 %}",
        "in some draws more are still there after 19 s than after 6 s",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), CASES)
def test_refusals(tmp_path: Path, old: str, new: str, words: str) -> None:
    found = told(tmp_path, old, new)
    assert len(found) == 1, found
    assert words in found[0]


def test_neither_a_run_nor_a_study_begins(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(TEXT.replace(HUMAN, CASES[0][1]), encoding="utf-8")
    loaded = load(file)
    with pytest.raises(ScenarioError, match="leaves nothing"):
        hold_ranges(loaded)
    with pytest.raises(ScenarioError, match="leaves nothing"):
        run_scenario(loaded, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_study_with_a_draw_that_cannot_be_run_does_not_begin(tmp_path: Path) -> None:
    """Fewer than one draw in a thousand is one: it is put there by hand."""
    file = tmp_path / "s.yaml"
    text = TEXT.replace(HUMAN, "human: {low: 15 %, central: 22 %, high: 30 %}")
    text = text.replace("machine: 32 %", "machine: 57 %").replace(
        "machine_ring: 20 s", "machine_ring: {law: lognormal, median: 20 s, p90: 24 s}"
    )
    file.write_text(text, encoding="utf-8")
    loaded = load(file)
    path = "world.line_types.landline.answering.human"
    fine = np.array([0.5, 0.95, 0.05])
    hold_points(loaded, {path: fine})
    with pytest.raises(ScenarioError, match=r"answering: draw 4 cannot be run: found human"):
        hold_points(loaded, {path: np.array([*fine, 1 - 2.0**-33])})
