"""The referee's page: it is what the code writes, of the scenarios that ship."""

from __future__ import annotations

import math
import re
from pathlib import Path
from statistics import NormalDist

import pytest

from analysis.evidence.changes import STEPS
from analysis.evidence.changes import stored as changes_stored
from analysis.evidence.drives import (
    ANSWERS,
    SCALES,
    Answer,
    Drives,
    Share,
    digest_of,
    drives,
    stored,
    written,
)
from analysis.evidence.page import page
from analysis.validation.level_laws import automated
from analysis.view.rounded import rounded
from sim.scenario.load import load_scenario
from sim.scenario.parameters import parameters
from sim.study.inputs import groups, inputs

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "evidence.md"
FOLDER = ROOT / "scenarios"
MADE = "run: python -m analysis.evidence docs/evidence.md"


def test_the_page_is_what_the_code_writes() -> None:
    scenarios = {name: load_scenario(FOLDER / f"{name}.yaml").scenario for name in SCALES}
    assert PAGE.read_text(encoding="utf-8") == page(scenarios, stored()), MADE


def test_the_studies_are_of_the_scenarios_that_ship() -> None:
    assert [one.scenario for one in stored()] == list(SCALES)
    assert set(SCALES) == {file.stem for file in FOLDER.glob("*.yaml")}
    for one in stored():
        assert one.digest == digest_of(FOLDER / f"{one.scenario}.yaml"), f"{one.scenario}: {MADE}"
    text = (ROOT / "analysis" / "evidence" / "drives.json").read_text(encoding="utf-8")
    assert text == written(stored())


@pytest.mark.parametrize("name", SCALES)
def test_every_range_that_ships_has_a_row_with_its_source_and_grade(name: str) -> None:
    scenario = load_scenario(FOLDER / f"{name}.yaml").scenario
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]
    rows = {row.split("`")[1]: row for row in section.splitlines() if row.startswith("| `")}
    assert set(rows) == {one.path for one in inputs(groups(scenario))}
    known = {row.path: row for row in parameters(scenario) if row.is_range}
    for path, row in rows.items():
        if path in known:
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            assert (cells[-2], cells[-1]) == (known[path].grade, known[path].source)
            assert cells[-2] in "ABCD"
            assert re.search("[▁▂▃▄▅▆▇█]", cells[1])


def made_up(share: float) -> Drives:
    """One input drives so much of a factor of 100; another no more than chance."""
    answer = Answer(
        p5=10.0,
        p50=100.0,
        p95=1_000.0,
        shares={
            "world.voicemail.heard": Share(value=share, low=share / 2, high=share, told=True),
            "world.voicemail.shared": Share(value=0.99, low=0.0, high=1.0, told=False),
        },
    )
    return Drives(
        scenario="uk-by-election",
        digest="",
        strategy="one-evening",
        scale="1/4",
        draws=48,
        readings=21,
        answers=dict.fromkeys(ANSWERS, answer),
    )


def test_what_is_left_without_an_input() -> None:
    """Of a factor of 100 three quarters of the variance: half of the logarithm is left, 10."""
    assert math.sqrt(1 - 0.75) == 0.5
    scenarios = {"uk-by-election": load_scenario(FOLDER / "uk-by-election.yaml").scenario}
    text = re.sub(r"\s+", " ", page(scenarios, (made_up(0.75),)))
    assert "a factor of 100. Measuring `world.voicemail.heard` would narrow it most" in text
    assert "it drives 75 %, on evidence of grade C; a factor of about 10 would be left" in text
    first = text.split("| ---: | ---: | --- | --- |")[1].split("## What the evidence changed")[0]
    assert first.lstrip(" |").startswith("`world.voicemail.heard`")
    assert "75 % [38–75]" in first
    assert "99 %" not in first
    assert "at 25 % of its size, 48 runs read 21 times" in text


def test_each_input_that_drives_an_answer_has_its_measurement() -> None:
    told = {
        path
        for one in stored()
        for answer in one.answers.values()
        for path, share in answer.shares.items()
        if share.told and share.value >= 0.005
    }
    text = PAGE.read_text(encoding="utf-8").split("## What to measure first")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `([^`]*)` \|(.*)\|$", text, re.MULTILINE))
    assert set(rows) == told
    for path, row in rows.items():
        assert row.split("|")[1].strip(), f"analysis/evidence/measuring.py: {path} has none"


def test_so_many_are_enough() -> None:
    """Half of a 95 % interval, of a share and of a mean of logarithms, by the textbook."""
    for share, number, told in ((0.5, 400, 5), (0.1, 1_000, 2), (0.2, 400, 4)):
        assert round(196 * math.sqrt(share * (1 - share) / number)) == told
    logs = [math.log(case.per_million) for case in automated()]
    spread = math.sqrt(sum((x - sum(logs) / len(logs)) ** 2 for x in logs) / (len(logs) - 1))
    assert round(math.exp(1.96 * spread / math.sqrt(30)), 1) == 1.7
    wide = 2 * NormalDist().inv_cdf(0.95)
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    assert f"a band would still be a factor of {math.exp(wide * spread):.0f}." in text
    # A mean of 1 and a Poisson number more: at least 1.2 voters, so 0.2 or 0.75 is the variance.
    for mean in (1.2, 1.75):
        assert 1.96 * math.sqrt((mean - 1) / 1_000) < mean / 20


@pytest.mark.verify
def test_a_study_made_anew_is_the_stored_one() -> None:
    (found,) = (one for one in stored() if one.scenario == "uk-by-election")
    assert drives(FOLDER / "uk-by-election.yaml", SCALES["uk-by-election"]) == found


def test_every_strategy_that_was_changed_has_a_row_before_and_after() -> None:
    text = PAGE.read_text(encoding="utf-8").split("## What the evidence changed")[1]
    for one in changes_stored():
        assert set(one.before) == set(one.after)
        assert len(one.steps) == len(STEPS)
        for name, after in one.after.items():
            assert f"| `{name}` | {rounded(one.before[name].people[0])} → " in text
            low, high = after.people[1:]
            assert low <= after.people[0] <= high * 1.02  # the centre of one, beside the draws
        # The last change is the scenario as it ships: the base strategy says the same twice.
        base, last = next(iter(one.after)), list(one.steps.values())[-1]
        assert one.after[base].people[0] == pytest.approx(last.people[0], rel=0.01)
