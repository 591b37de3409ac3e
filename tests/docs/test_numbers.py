"""Numbers that the README quotes come out of a run of the shipped scenario, at full size.

Each time the first strategy is simulated, without files, and its row of the screen is held; in
``make verify`` so are those of which the text speaks, the text itself and the whole screen.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from analysis.console.verdict import verdict_text
from analysis.view.read import as_view
from analysis.view.rounded import rounded
from analysis.view.sentences import votes_of
from analysis.view.verdict import verdict_of
from sim.behaviour.voicemail import hearing
from sim.engine.plan.stage import Stage
from sim.jobs.run import run_scenario
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.chapters.reach import ReachTotals
from sim.measure.findings import Findings, find
from sim.measure.metrics import Number, compute
from sim.measure.tally import Tally
from sim.study.complaints import read
from sim.threshold import threshold
from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCENARIO = ROOT / "scenarios" / "france-2017.yaml"
TOLD = (
    "as-run", "as-run-half-capacity", "three-attempts", "cnil-compliant", "press-1-as-consent"
)  # fmt: skip

pytestmark = pytest.mark.xdist_group("readme-numbers")


@dataclasses.dataclass
class Campaign:
    """The full-size run."""

    findings: dict[str, Findings]
    metrics: dict[str, dict[str, Number]]
    people_if_heard: dict[float, int]
    """People that as-run reaches at other shares of voicemails heard."""


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return campaign_of(TOLD)


def campaign_of(names: Sequence[str]) -> Campaign:
    """The full-size run of some strategies, the first among them."""
    loaded = load(SCENARIO)
    scenario = loaded.scenario
    others: dict[float, Tally] = {}

    class OtherHearing:
        """Counts as-run anew at the ends of the range: hearing decides nothing about dialling."""

        def begin(self, name, plan):
            if name == "as-run":
                assert plan.lifetime == 1
                for share in (0.24, 0.85):
                    tables = dataclasses.replace(plan.tables, heard=threshold(share))
                    others[share] = Tally(
                        plan,
                        hearing=lambda line, k, tables=tables: hearing(tables, plan.key, line, k),
                    )

        def add(self, chunk):
            for tally in others.values():
                tally.add(chunk)

        def end(self, result):
            pass

    findings: dict[str, Findings] = {}
    people: dict[float, int] = {}
    attempts = None
    for found in simulate(Stage(scenario, loaded.laws), names, observers=[OtherHearing()]):
        findings[found.strategy] = found
        if found.strategy == "as-run":
            attempts = (others[0.24].lines.flags & 1).astype("uint8")  # every line once
            for share, tally in others.items():
                found = find(tally, attempts, scenario, "as-run")
                people[share] = found.totals[ReachTotals].people_reached
            others.clear()
    metrics = {name: compute(found.totals) for name, found in findings.items()}
    return Campaign(findings, metrics, people)


def screen() -> str:
    """The verdict that the README shows."""
    found = re.search(r"verdict: begin.*?```text\n(.*?)\n```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_first_row_of_the_screen() -> None:
    hold_rows(campaign_of(TOLD[:1]))


@pytest.mark.verify
def test_rows_of_the_screen(campaign: Campaign) -> None:
    hold_rows(campaign)


def hold_rows(campaign: Campaign) -> None:
    """Each strategy's row has what an independent count of the run has."""
    rows = {line.split()[0]: line for line in screen().splitlines() if re.match(r"  \S", line)}
    world = load(SCENARIO).scenario.world
    base = campaign.metrics["as-run"]
    for name, metrics in campaign.metrics.items():
        row = rows[name].split("   ", 1)[1]
        assert ("yes" in row) == (metrics["list_done_hours"] is not None), name
        assert row.endswith(rounded(metrics["cost"])), name
        cases = campaign.findings[name].cases
        assert cases is not None
        expected = read(cases, world).all.mean[0]
        assert f" {rounded(expected)} " in row, name
        if name != "as-run":
            ratio = (metrics["people_reached"] or 0) / (base["people_reached"] or 1) - 1
            told = re.search(r"([−+])([\d.]+) %", row)
            assert told is not None
            assert float(told[1].replace("−", "-") + told[2]) == pytest.approx(100 * ratio, abs=0.7)


@pytest.mark.verify
def test_the_whole_screen(tmp_path: Path) -> None:
    outcome = run_scenario(load(SCENARIO), out=tmp_path / "run")
    assert verdict_text(outcome.run) == screen()
    # Question 15 shows what the same run says of votes.
    votes = votes_of(verdict_of(as_view(outcome.run)))
    page = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    answer = page.split("\n## 15. ")[1].split("as-run: ")[1].split("\n\n")[0]
    assert re.sub(r"\s+", " ", answer) == votes


@pytest.mark.verify
def test_prose(campaign: Campaign) -> None:
    as_run, half, three = (
        campaign.metrics[name] for name in ("as-run", "as-run-half-capacity", "three-attempts")
    )
    text = re.sub(r"\s+", " ", README)

    def says(words: str) -> None:
        assert words in text, f"README.md does not say '{words}'"

    done = as_run["list_done_hours"]
    assert done is not None
    minutes = int(10 * 60 + done * 60) % (24 * 60)  # the campaign starts at 10:00
    says(f"on Friday at {minutes // 60}:{minutes % 60:02}")
    assert 20 * 60 - minutes == 8
    says("eight minutes before the cutoff")
    says(
        f"{half['lines_undialled'] / half['lines_on_list']:.0%}".replace("%", " %") + " of the list"
    )
    only = as_run["people_reached_voicemail_only"] / as_run["people_reached"]
    says(f"{only * 100:.0f} % of the people")
    low, high = campaign.people_if_heard[0.24], campaign.people_if_heard[0.85]
    says(f"about {round(low, -4):,} people")
    says(f"about {high / 1e6:.1f} million")
    says(f"{three['attempts'] - three['lines_dialled']:,} retries")
    says(f"{three['lines_undialled']:,} lines are never dialled")
    by_attempt = campaign.findings["three-attempts"].blocks["attempts"]
    machine = by_attempt["machine"] / by_attempt["attempts"]
    says(f"meets a machine {machine[0] * 100:.0f} % of the time")
    says(f"a second attempt {machine[1] * 100:.0f} %")
    for metric, what in (
        ("lines_delivered_live", "Live reach falls by"),
        ("lines_voicemail_heard", "voicemail by"),
    ):
        says(f"{what} {(1 - three[metric] / as_run[metric]) * 100:.0f} %")
    for mark in (6, 19, 30, 60):
        says(f"{as_run[f'lines_live_{mark}s']:,}")
    consent, gate = campaign.metrics["cnil-compliant"], campaign.metrics["press-1-as-consent"]
    says(f"leaves {consent['lines_on_list']:,} of six million lines")
    never = consent["lines_undialled"] / consent["lines_on_list"]
    says(f"{never * 100:.0f} % of them named a time")
    says(f"It reaches {consent['people_reached']:,} people, and less than one complaint is to be")
    world = load(SCENARIO).scenario.world

    def expected(name: str) -> float:
        cases = campaign.findings[name].cases
        assert cases is not None
        return float(read(cases, world).all.mean[0])

    says(f"expected ({expected('cnil-compliant'):.2f})")
    says(f"{expected('as-run'):.0f} are to be expected of `as-run` in sixty days")
    says(f"{expected('three-attempts'):.0f} of `three-attempts`")
    ratio = consent["cost_per_person_reached"] / as_run["cost_per_person_reached"]
    assert 360 < ratio < 440
    says("costs four hundred times what")
    says(f"message, and reaches {gate['people_reached']:,} people")
    says(f"one realisation: {as_run['complaints']:,} complaints")
    says(f"{as_run['complaints_contagion_share'] * 100:.0f} % of them bred by others")
    reports, early = as_run["complaints_regulator"], as_run["complaints_regulator_before_cutoff"]
    says(f"{reports} to the regulator, {early} of these before the cutoff")
    feedback = campaign.findings["as-run"].feedback
    assert feedback is not None
    at, stage, counted = feedback.stages[0]
    assert (at, stage) == (80 * 3_600_000, 1)  # Friday 18:00, a contact
    says(f"At its review on Friday at 18:00 it has {counted}, and makes contact")
    says(f"the first is {as_run['lines_live_6s'] / as_run['lines_live_60s']:.0f} times the last")


@pytest.mark.verify
def test_the_pace_is_what_limits_three_attempts(campaign: Campaign) -> None:
    """README: retries take the place of first attempts, since 45 calls a second may start."""
    timeline = campaign.findings["three-attempts"].blocks["timeline"]
    assert timeline["attempts"].max() == 45 * 15 * 60
    offered = campaign.metrics["three-attempts"]["offered_load_erlang"]
    assert offered is not None
    assert offered < 1800


def test_ranges_are_those_of_the_scenario() -> None:
    """And those of the evidence, of messages on all lines, over the share of lines in use."""
    world = load(SCENARIO).scenario.world
    heard, used = world.voicemail.heard, world.lines_in_use
    assert (heard.low, heard.central, heard.high) == (0.24, 0.55, 0.85)
    assert (used.low, used.central, used.high) == (0.73, 0.82, 0.91)
    of_all = zip((heard.low, heard.central, heard.high), (0.2, 0.45, 0.7), strict=True)
    for share, evidence in of_all:
        assert share == pytest.approx(evidence / used.central, abs=0.006)
    assert 1 - used.central == pytest.approx(1 / 6, abs=0.02)  # "on a line in six"


@pytest.mark.verify
def test_three_rounds_of_a_warning_beside_those_of_a_county() -> None:
    """What docs/sources.md says of them; of 11,975 numbers the county delivered so many."""
    loaded = load(ROOT / "scenarios" / "city-warning.yaml")
    stage = Stage(loaded.scenario, loaded.laws)
    (found,) = simulate(stage, ["three-rounds-half-more"], chances=False)
    rounds = found.blocks["attempts"]
    delivered = 100 * (rounds["human"] + rounds["machine"]) / loaded.scenario.world.lines
    county = [100 * number / 11_975 for number in (7_931, 670, 185)]
    page = re.sub(r"\s+", " ", (ROOT / "docs" / "sources.md").read_text(encoding="utf-8"))
    first, second, third = (f"{share:.1f} %" for share in delivered[:3])
    assert f"{first} of all lines in the first round, {second} more in the second" in page
    assert f"second and {third} in the third" in page
    told = ", ".join(f"{share:.1f}" for share in county[:2])
    assert f"the county had {told} and {county[2]:.1f} %" in page
    assert sum(delivered[:3]) == pytest.approx(sum(county), abs=5)
