"""``ringfence regimes``: the list, one regime, both as data, and names that are unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from sim.regimes import regime_ids
from sim.regimes.text import NOT_ADVICE
from tests.console import ringfence
from tests.regimes.test_load import GOOD, write


def ask(*arguments: str) -> Result:
    """What the command says."""
    return ringfence("regimes", *arguments)


def test_the_list_counts_each_force_for_itself() -> None:
    answer = ask()
    assert answer.exit_code == 0
    assert [line.split()[0] for line in answer.output.splitlines() if line[:1].islower()] == list(
        regime_ids()
    )
    assert "rules: 1 law, 6 recommendation" in answer.output
    assert answer.output.endswith(f"{NOT_ADVICE}\n")


def test_the_list_of_a_day() -> None:
    answer = ask("--at", "2017-04-20")
    assert "rules: 6 recommendation on 2017-04-20" in answer.output
    assert "fr-consumer-2023" not in answer.output


@pytest.mark.parametrize("name", regime_ids())
def test_a_regime_is_shown_with_its_sources(name: str) -> None:
    from sim.regimes import load_regime

    answer = ask("show", name)
    assert answer.exit_code == 0
    assert answer.output.endswith(f"{NOT_ADVICE}\n")
    assert max(map(len, answer.output.splitlines())) <= 100
    flat = " ".join(answer.output.split())
    regime = load_regime(name)
    for part in (*regime.rules, *regime.penalties):
        assert part.title in flat
        assert f"[{', '.join(part.source.ref)}] {part.source.text}" in flat
        assert f"from {part.since}" in flat
    for topic in regime.not_regulated:
        assert f"{topic.topic}: {topic.text}" in flat


def test_nothing_is_called_compliant_or_allowed() -> None:
    for name in regime_ids():
        text = ask("show", name).output.lower()
        assert "complian" not in text
        assert "allowed" not in text


def test_a_day_hides_what_did_not_hold() -> None:
    text = ask("show", "fr-cnil-political", "--at", "2017-04-20").output
    assert "Shown as of 2017-04-20." in text
    assert "3,000,000 EUR a campaign, at most 3,000,000 EUR in all" in text
    assert "20,000,000" not in text
    assert "data-notice" not in text
    assert "\nLaw" not in text


def test_a_day_outside_the_dates_is_warned_of() -> None:
    text = ask("show", "fr-consumer-2026", "--at", "2017-04-20").output
    assert "warning: 2017-04-20 lies outside the dates of this regime" in text
    assert "for a political campaign, a counterfactual" in text


def test_none_observed_says_n() -> None:
    assert "observed: none observed, n = 0" in ask("show", "fr-electoral-silence").output
    assert "observed: 0 GBP to 500,000 GBP, n = 12" in ask("show", "uk-pecr").output


def test_the_list_as_data() -> None:
    data = json.loads(ask("--json").output)
    assert [entry["id"] for entry in data["regimes"]] == list(regime_ids())
    assert data["regimes"][3]["rules_by_force"] == {"law": 1, "recommendation": 6}
    assert data["regimes"][3]["valid"] == {"from": "2017-01-01", "until": None}


def test_a_regime_as_data() -> None:
    data = json.loads(ask("show", "fr-cnil-political", "--at", "2017-04-20", "--json").output)
    assert data["note"] == NOT_ADVICE
    assert (data["at"], data["in_force"]) == ("2017-04-20", True)
    assert [penalty["id"] for penalty in data["penalties"]] == ["before-gdpr"]
    assert data["rules"][0]["source"]["ref"] == ["F3"]
    assert data["rules"][1]["press_1_counts"] is True


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = write(tmp_path / "test.yaml", GOOD)
    assert "test: A test" in ask("show", str(path)).output


def test_a_bad_file_tells_every_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.yaml", GOOD.replace("currency: EUR", "curency: EUR"))
    answer = ask("show", str(path))
    assert answer.exit_code == 2
    assert f"{path}:5:1: curency: unknown key; did you mean 'currency'?" in answer.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "uk-pecrs"], "there is no regime 'uk-pecrs'; did you mean 'uk-pecr'?"),
        (["show", "uk-pecr", "--at", "soon"], "--at: found 'soon'; a date is '2017-04-21'"),
        (["--json", "show", "uk-pecr"], "write the options after 'show'"),
        (["list"], "No such command 'list'"),
    ],
)
def test_bad_input_ends_with_2(arguments: list[str], said: str) -> None:
    answer = ask(*arguments)
    assert answer.exit_code == 2
    assert said in answer.output
