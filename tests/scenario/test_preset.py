# ruff: noqa: E501 - tables of cases
"""Presets: what they stand for, how keys are laid over them, and names that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.document.node import dotted
from sim.errors import ScenarioError, UnknownNameError
from sim.loading.load import load
from sim.scenario.load import load_scenario
from sim.scenario.preset import KINDS, PLACES, presets_of, written
from sim.scenario.resolved import resolved_text
from sim.scenario.scenario import Scenario
from sim.scenario.start import COUNTRIES, about, start_lines, starts
from sim.scenario.starter import PARTS, starter

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "scenarios"


def shipped(name: str) -> Scenario:
    return load_scenario(SHIPPED / f"{name}.yaml").scenario


def extending(tmp_path: Path, text: str, of: str = "uk-by-election") -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(f"extends: {SHIPPED / of}.yaml\nname: s\n{text}", encoding="utf-8")
    return path


# Which part of which scenario that ships has a preset's figures.
SAME: list[tuple[str, str, str, str]] = [
    ("answering", "fr-landline-2017", "france-2017", "landline"),
    ("answering", "uk-landline", "uk-by-election", "landline"),
    ("answering", "uk-mobile", "uk-by-election", "mobile"),
    ("answering", "us-landline", "us-primary", "landline"),
    ("answering", "us-mobile-2024", "us-primary", "mobile"),
    ("answering", "ca-landline", "canada-federal", "landline"),
    ("answering", "ca-mobile", "canada-federal", "mobile"),
    ("voicemail", "fr-landline-2017", "france-2017", ""),
    ("voicemail", "uk-mixed", "uk-by-election", ""),
    ("voicemail", "us-mixed", "us-primary", ""),
    ("voicemail", "ca-mixed", "canada-federal", ""),
    ("complaints", "fr-landline-political", "france-2017", ""),
    ("complaints", "uk-automated-political", "uk-by-election", ""),
    ("complaints", "us-automated-political", "us-primary", ""),
    ("complaints", "ca-automated-political", "canada-federal", ""),
    ("votes", "recorded-calls", "france-2017", ""),
]


@pytest.mark.parametrize(("kind", "name", "of", "line_type"), SAME)
def test_presets_have_the_figures_that_ship(
    kind: str, name: str, of: str, line_type: str, tmp_path: Path
) -> None:
    part = f"line_types: {{{line_type}: {{answering: {name}}}}}" if line_type else f"{kind}: {name}"
    found = load_scenario(extending(tmp_path, f"world: {{{part}}}\n", of)).scenario.world
    want = shipped(of).world
    if name == "fr-landline-political":  # of 2017 more is known, and the file has it
        assert found.complaints is not None
        assert want.complaints is not None
        casebook = shipped("uk-by-election").world.complaints
        assert casebook is not None
        assert found.complaints.per_million == casebook.per_million
        level = {"per_million": found.complaints.per_million}
        told = want.complaints.model_copy(update=level)
        want = want.model_copy(update={"complaints": told})
    if (kind, name) == ("voicemail", "fr-landline-2017"):  # of all lines; the file has those in use
        all_lines = found.voicemail.heard
        for end in ("low", "central", "high"):
            share = getattr(all_lines, end) / want.lines_in_use.central
            assert getattr(want.voicemail.heard, end) == pytest.approx(share, abs=0.006)
        voicemail = want.voicemail.model_copy(update={"heard": all_lines})
        want = want.model_copy(update={"voicemail": voicemail})
    assert found == want


def test_every_preset_is_held_against_one_that_ships_or_is_of_a_strategy() -> None:
    held = {(kind, name) for kind, name, _, _ in SAME}
    rest = {(kind, name) for kind in KINDS for name in presets_of(kind)} - held
    assert rest == {
        ("consent", "strangers"),
        ("consent", "own-supporters"),
        ("amd", "detector-2010"),
        ("amd", "detector-2024"),
    }
    # France has the older detector and asks strangers, the others have the newer one.
    for name, of in (("detector-2010", "france-2017"), ("detector-2024", "uk-by-election")):
        amd = shipped(of).strategies[shipped(of).base].amd
        there = load_scenario(
            SHIPPED / f"{of}.yaml", [f"amd={{preset: {name}, on_machine: leave_message}}"]
        ).scenario
        assert there.strategies[there.base].amd == amd


def test_keys_are_laid_over_and_nulls_take_away(tmp_path: Path) -> None:
    text = "world: {complaints: {preset: uk-automated-political, per_million: 3, contagion: null, effects: {meal: 9}}}\n"
    told = load_scenario(extending(tmp_path, text)).scenario.world.complaints
    was = shipped("uk-by-election").world.complaints
    assert told is not None
    assert was is not None
    assert (told.per_million.central, told.contagion, told.effects.meal.central) == (3, None, 9)
    assert told.effects.repeat == was.effects.repeat
    assert told.channels == was.channels


def test_a_name_begins_anew_and_files_lay_keys_over_the_name_below(tmp_path: Path) -> None:
    below = extending(tmp_path, "world: {voicemail: {preset: us-mixed, heard: 11 %}}\n")
    upper = tmp_path / "upper.yaml"
    upper.write_text("extends: s.yaml\nworld: {voicemail: {shared: 3 %}}\n", encoding="utf-8")
    found = load_scenario(upper).scenario.world.voicemail
    assert (found.heard.central, found.shared.central) == (0.11, 0.03)
    upper.write_text("extends: s.yaml\nworld: {voicemail: ca-mixed}\n", encoding="utf-8")
    canada = shipped("canada-federal").world.voicemail
    assert load_scenario(upper).scenario.world.voicemail == canada
    set_ = load_scenario(below, ["world.voicemail=ca-mixed", "world.voicemail.shared=3 %"])
    assert set_.scenario.world.voicemail.heard == canada.heard
    assert set_.scenario.world.voicemail.shared.central == 0.03


def test_a_strategy_names_one_too(tmp_path: Path) -> None:
    text = "strategies: {one-evening: {amd: {preset: detector-2010, on_machine: leave_message}}}\n"
    found = load_scenario(extending(tmp_path, text)).scenario.strategies
    assert found["one-evening"].amd.human_as_machine.central == 0.09
    assert found["short-rings"].amd.human_as_machine.central == 0.02


def test_a_resolved_scenario_has_the_figures(tmp_path: Path) -> None:
    loaded = load_scenario(extending(tmp_path, "world: {complaints: fr-landline-political}\n"))
    again = tmp_path / "resolved.yaml"
    again.write_text(resolved_text(loaded), encoding="utf-8")
    assert "preset" not in resolved_text(loaded)
    assert load_scenario(again).scenario == loaded.scenario


# Each case: text laid over uk-by-election, line and column, path, words.
FAULTS: list[tuple[str, str, str, str]] = [
    (
        "world: {complaints: fr-landline-politcal}\n",
        "3:21",
        "world.complaints",
        "there is no preset of complaints 'fr-landline-politcal'; did you mean 'fr-landline-political'?",
    ),
    (
        "world: {complaints: {preset: uk-autmated-political, per_million: 3}}\n",
        "3:30",
        "world.complaints.preset",
        "did you mean 'uk-automated-political'?",
    ),
    (
        "world: {voicemail: {preset: 7}}\n",
        "3:29",
        "world.voicemail.preset",
        "there is no preset of voicemail '7'; known: fr-landline-2017",
    ),
    (
        "world: {line_types: {mobile: {answering: us-mobile-2025}}}\n",
        "3:42",
        "world.line_types.mobile.answering",
        "did you mean 'us-mobile-2024'?",
    ),
    (
        "amd: {preset: detector-2042}\n",
        "3:15",
        "amd.preset",
        "there is no preset of amd 'detector-2042'",
    ),
    (
        "strategies: {one-evening: {amd: detector-24}}\n",
        "3:33",
        "strategies.one-evening.amd",
        "did you mean 'detector-2024'?",
    ),
    ("world: {voicemail: 5}\n", "3:20", "world.voicemail", "a map of"),
    (
        "world: {complaints: {preset: uk-automated-political, per_milion: 3}}\n",
        "3:54",
        "world.complaints.per_milion",
        "did you mean 'per_million'?",
    ),
]


@pytest.mark.parametrize(("text", "place", "path", "words"), FAULTS)
def test_faults(text: str, place: str, path: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(extending(tmp_path, text))
    told = [fault for fault in caught.value.faults if fault.path == path]
    assert len(told) == 1, caught.value.faults
    assert f"{told[0].line}:{told[0].column}" == place
    assert words in told[0].message


NAMED = [name for name in starts() if name[:2] in COUNTRIES]


@pytest.mark.parametrize("name", NAMED)
def test_a_starter_of_ten_lines_is_fine_with_all_its_parts(name: str, tmp_path: Path) -> None:
    text = starter("mine", name, PARTS)
    assert len([line for line in text.splitlines() if not line.startswith("#")]) <= 11
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load(path)
    assert loaded.warnings == ()
    world = loaded.scenario.world
    assert world.complaints is not None
    assert world.consent is not None
    bare = starter("mine", name)
    path.write_text(bare, encoding="utf-8")
    assert load(path).warnings == ()
    assert load(path).scenario.world.complaints is None


def test_a_preset_of_complaints_stands_for_its_country_s_start() -> None:
    assert starter("x", "us-automated-political") == starter("x", "us-mixed", ["complaints"])
    assert starter("x", "fr-landline-political") == starter("x", "fr-landline", ["complaints"])


def test_what_a_start_stands_for_is_its_file_and_those_below(tmp_path: Path) -> None:
    """By the figures of the presets that it names, under what the file itself says."""
    path = tmp_path / "mine.yaml"
    path.write_text(starter("mine", "us-mobile"), encoding="utf-8")
    found = load_scenario(path).scenario
    assert list(found.world.line_types) == ["mobile"]
    mobile = shipped("us-primary").world.line_types["mobile"].answering
    assert found.world.line_types["mobile"].answering == mobile
    assert found.world.voicemail == shipped("us-primary").world.voicemail
    assert found.strategies["half-the-channels"].dialing.ring_timeout == 25_000
    assert found.strategies["half-the-channels"].dialing.channels == 30
    told = list(start_lines("us-mobile"))
    assert told[0].startswith("us-mobile: a start, for `extends`. Mobiles in the United States")
    assert any(line.startswith("recorded-calls: a start") for line in told)


def test_a_file_of_ones_own_comes_before_a_start_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "us-mobile").write_text(starter("below"), encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text("extends: us-mobile\nname: mine\n", encoding="utf-8")
    assert list(load_scenario(path).scenario.world.line_types) == ["landline"]


def test_a_name_that_is_no_start_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: us-mobil\nname: mine\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="no start of that name: ca-mixed, fr-landline"):
        load_scenario(path)
    with pytest.raises(UnknownNameError, match="no part to start with 'complaint'; did you mean"):
        starter("x", "us-mobile", ["complaint"])


def test_what_is_printed_of_a_preset_is_its_yaml() -> None:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe")
    for kind in KINDS:
        for preset in presets_of(kind).values():
            found = yaml.load("\n".join(written(preset)))
            assert list(found) == list(preset.value.children)
            assert preset.about.endswith(".")


def test_the_page_names_every_preset() -> None:
    page = (ROOT / "docs" / "scenario-format.md").read_text(encoding="utf-8")
    for path, kind in PLACES.items():
        assert f"`{dotted(path)}`" in page
        for preset in presets_of(kind).values():
            assert f"| `{preset.name}` | {preset.about} |" in page
    for name in starts():
        assert f"| `{name}` | {about(name)} |" in page
