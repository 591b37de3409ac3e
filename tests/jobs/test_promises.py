"""Expectations: what they may say, and that each is judged rightly where the truth is known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.jobs.accept import Acceptance
from sim.jobs.check import check
from sim.jobs.many import Judging, judge_many
from sim.jobs.promised import hold_expectations
from sim.jobs.promises import Claim, Law, OneRun, claim, in_words, judge_once
from sim.loading.load import Runnable, load
from sim.scenario.expectation import Expectation

HEAD = "regimes: [fr-cnil-political]\ncheck:\n  most_draws: 40\n  expect:\n"


def written(tmp_path: Path, text: str, *entries: str) -> Path:
    file = tmp_path / "promises.yaml"
    lines = "".join(f"    - {{{entry}}}\n" for entry in entries)
    file.write_text(text + HEAD + lines, encoding="utf-8")
    return file


def expectation(entry: str) -> Expectation:
    pairs = (part.split(": ") for part in entry.split(", "))
    return Expectation.model_validate(dict(pairs))


ALL = "strategy: all-channels"


@pytest.mark.parametrize(
    ("entry", "place", "said"),
    [
        (f"metric: people_reachd, {ALL}, at_least: 1", "people", "did you mean 'people_reached'?"),
        ("metric: attempts, strategy: all-chanels, at_most: 1", "all-", "mean 'all-channels'?"),
        (f"violations: fr-cnil-politcal, {ALL}, exactly: 0", "fr-", "'fr-cnil-political'?"),
        (f"violations: fr-cnil-political/cap, {ALL}, exactly: 0", "fr-", "no regime or rule"),
        (f"metric: attempts, {ALL}", "", "nothing is expected"),
        (f"{ALL}, at_most: 3", "", "or of `violations`"),
        (f"metric: attempts, {ALL}, at_most: 3, confidence: 90 %", "confidence", "needs `over`"),
        (f"metric: attempts, {ALL}, at_most: 3, over: noise", "", "of a `quantile`"),
        (f"metric: finish_probability, {ALL}, at_least: 50 %", "finish", "needs `over`"),
        (f"{ALL}, metric: attempts, better_than: all-channels", "all-channels", "than itself"),
        (f"metric: attempts, {ALL}, at_most: 3, by: 10 %", "by:", "needs `better_than`"),
        (f"metric: attempts, {ALL}, at_most: many", "many", "a number of 0 or more"),
        (f"metric: attempts, {ALL}, at_mots: 3", "at_mots", "did you mean 'at_most'?"),
        (f"metric: attempts, {ALL}, better_than: half-the-channels", "attempts", "a bound"),
    ],
)
def test_a_fault_is_told_at_its_place(scenario_text, tmp_path, entry, place, said) -> None:
    file = written(tmp_path, scenario_text, entry)
    with pytest.raises(ScenarioError) as told:
        hold_expectations(load(file))
    (fault,) = told.value.errors
    assert said in fault.message
    line = len((scenario_text + HEAD).splitlines()) + 1
    assert fault.line == line
    assert fault.column == (8 + entry.rindex(place) if place else 7)


ONE = {
    "all-channels": OneRun(
        {"people_reached": 900, "attempts": 3_000, "complaints": 4, "list_done_hours": None},
        Law({"r/a": 0, "r/b": 3}, ("r/c",)),
    ),
    "other": OneRun({"people_reached": 600, "attempts": 3_000, "complaints": 9}, Law({}, ())),
}


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ("metric: people_reached, at_least: 900", "kept"),
        ("metric: people_reached, at_least: 901", "broken"),
        ("metric: people_reached, exactly: 900", "kept"),
        ("metric: list_done_hours, at_most: 99", "broken"),
        ("metric: people_reached, better_than: other, by: 50 %", "kept"),
        ("metric: people_reached, better_than: other, by: 51 %", "broken"),
        ("metric: complaints, better_than: other, by: 55 %", "kept"),
        ("metric: complaints, better_than: other, by: 56 %", "broken"),
        ("metric: attempts, better_than: other", "broken"),
        ("violations: r/a, exactly: 0", "kept"),
        ("violations: r, at_most: 3", "kept"),
        ("violations: r, at_most: 2", "broken"),
        ("violations: r, exactly: 3, not_assessable: 1", "kept"),
        ("violations: r, exactly: 3, not_assessable: 0", "broken"),
        ("violations: r/c, exactly: 0", "not judged"),
    ],
)
def test_one_run_at_full_size(entry: str, state: str) -> None:
    one = expectation(f"{entry}, {ALL}")
    assert judge_once(one, ONE, Fraction(1), Fraction(1))[0] == state


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        # 900 at a tenth is 9,000 at full size, give or take 1 % and three of √900: 11 % of it.
        ("metric: people_reached, at_least: 7_900", "kept"),
        ("metric: people_reached, at_least: 8_500", "not judged"),
        ("metric: people_reached, at_least: 10_500", "broken"),
        ("metric: people_reached, exactly: 9_000", "not judged"),
        ("metric: people_reached, better_than: other, by: 10 %", "kept"),
        ("metric: people_reached, better_than: other, by: 45 %", "not judged"),
        ("metric: complaints, at_most: 1_000", "not judged"),
        ("violations: r/a, exactly: 0", "kept"),
        ("violations: r/b, exactly: 0", "broken"),
        ("violations: r/b, at_most: 100", "not judged"),
    ],
)
def test_one_run_at_a_scale_judges_what_it_can(entry: str, state: str) -> None:
    one = expectation(f"{entry}, {ALL}")
    assert judge_once(one, ONE, Fraction(1, 10), Fraction(1, 10))[0] == state


def test_what_a_claim_over_many_runs_is() -> None:
    runs = [{"all-channels": {"attempts": n, "list_done_hours": n % 2 or None}} for n in range(100)]

    def share(entry: str) -> tuple[float, float]:
        made = claim(expectation(f"{entry}, {ALL}"), Fraction(1))
        assert isinstance(made, Claim)
        return made.least, sum(map(made.kept, runs)) / 100

    assert share("metric: attempts, over: noise, quantile: 95 %, at_most: 94") == (0.95, 0.95)
    least, kept = share("metric: attempts, over: inputs, quantile: 5 %, at_least: 5")
    assert (round(least, 9), kept) == (0.95, 0.95)
    assert share("metric: attempts, over: inputs, probability: 70 %, at_most: 49") == (0.7, 0.5)
    assert share("metric: finish_probability, over: inputs, at_least: 40 %") == (0.4, 0.5)
    assert share("metric: finish_probability, over: inputs, at_most: 40 %") == (0.6, 0.5)
    for over, metric in (("noise", "attempts"), ("inputs", "finish_probability")):
        bound = "at_least: 50 %" + (", quantile: 50 %" if over == "noise" else "")
        told = claim(expectation(f"metric: {metric}, over: {over}, {bound}, {ALL}"), Fraction(1, 2))
        assert isinstance(told, str)
        assert "check at 100 %" in told


@pytest.fixture(scope="module")
def known(tmp_path_factory, scenario_text) -> Runnable:
    """The share that consents is flat, 10 % at its 5 % point and 30 % at its 95 % point."""
    text = scenario_text.replace("lines: 3_000", "lines: 1_000").replace(
        "campaign: {",
        "  consent: {share: {low: 10 %, central: 20 %, high: 30 %, shape: uniform}}\ncampaign: {",
    )
    file = tmp_path_factory.mktemp("known") / "known.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_claims_whose_truth_is_known(known: Runnable) -> None:
    """At least 15 % of 1,000 lines consent with a chance of 1 - (0.05 + 0.05 · 0.9 / 0.2) = 0.725.

    Ten verdicts at 99.9 %: none is wrong but once in a hundred such tests, and seeds are fixed.
    """
    entry = f"metric: consents_on_list, {ALL}, over: inputs, at_least: 150, confidence: 99.9 %"
    states = []
    for seed in range(5):
        scenario = known.scenario.model_copy(update={"seed": seed})
        judging = []
        for probability in ("30 %", "99 %"):
            one = expectation(f"{entry}, probability: {probability}")
            made = claim(one, Fraction(1))
            assert isinstance(made, Claim)
            judging.append(Judging(one, made))
        loaded = replace(known, scenario=scenario)
        judge_many(loaded, "inputs", judging, scale=Fraction(1), workers=1)
        states.append(tuple(one.state for one in judging))
        assert all(one.runs < 60 for one in judging)
    assert states == [("kept", "broken")] * 5


def test_too_few_runs_are_no_pass(scenario_text, tmp_path) -> None:
    """Of 8 runs none can confirm a chance of 95 %: exit code 2, and the place of the entry."""
    entry = f"metric: attempts, {ALL}, over: noise, quantile: 95 %, at_most: 6_000"
    bad = f"metric: attempts, {ALL}, at_most: 100"
    file = written(tmp_path, scenario_text.replace("lines: 3_000", "lines: 1_000"), entry)
    file.write_text(file.read_text("utf-8").replace("most_draws: 40", "most_draws: 8"), "utf-8")
    result = check([file], Acceptance("first"))
    (verdict,) = result.verdicts
    assert (verdict.state, result.exit_code) == ("not judged", 2)
    assert verdict.found.startswith("not enough runs: 8 of 8 runs keep it, 95 % must")
    assert verdict.line == len(file.read_text("utf-8").splitlines())
    text = file.read_text("utf-8").replace("most_draws: 8", "most_draws: 80")
    file.write_text(f"{text}    - {{{bad}}}\n", encoding="utf-8")
    result = check([file], Acceptance("again"))
    assert [verdict.state for verdict in result.verdicts] == ["kept", "broken"]
    assert result.exit_code == 1  # though the numbers were accepted


def test_in_words() -> None:
    one = expectation(f"metric: attempts, {ALL}, over: noise, quantile: 95 %, at_most: 120_000")
    assert in_words(one) == "attempts ≤ 120,000 at the 95 % quantile over noise"
    one = expectation(f"metric: attempts, {ALL}, better_than: other, by: 10 %")
    assert in_words(one) == "attempts better than other by 10 %"


def test_promises_are_not_inherited(scenario_text, tmp_path) -> None:
    """A file that extends another may have other strategies; its scale stays."""
    written(tmp_path, scenario_text, f"metric: attempts, {ALL}, at_least: 1")
    child = tmp_path / "child.yaml"
    child.write_text(
        "extends: promises.yaml\nname: child\nstrategies: {all-channels: null}\n"
        "base: half-the-channels\n",
        encoding="utf-8",
    )
    check_of = load(child).scenario.check
    assert (check_of.expect, check_of.most_draws) == ((), 40)
