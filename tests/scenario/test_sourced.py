"""Ranges whose source and grade are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario.load import load_scenario
from tests.docs.pages import ROOT
from tests.scenario.example import TEXT

BARE = "human: {low: 22 %, central: 33 %, high: 45 %}"
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


def faults(tmp_path: Path, evidence: str, text: str = TEXT) -> dict[str, str]:
    """What is said of a scenario that asks for so much, by path."""
    file = tmp_path / "s.yaml"
    file.write_text(f"{text}\ncheck: {{evidence: {evidence}}}\n", encoding="utf-8")
    try:
        load_scenario(file)
    except ScenarioError as error:
        return {fault.path: fault.message for fault in error.faults}
    return {}


def test_nothing_is_asked_unless_the_file_asks(tmp_path: Path) -> None:
    assert faults(tmp_path, "none") == {}


@pytest.mark.parametrize(
    ("own", "evidence", "said"),
    [
        ("", "source", "no source,"),
        ("", "grade", "no source and no grade,"),
        (", source: survey", "source", ""),
        (", source: survey", "grade", "no grade,"),
        (", source: survey, grade: B", "grade", ""),
        (", source: ' ', grade: B", "grade", "no source,"),
        (", grade: B", "grade", "no source,"),
    ],
)
def test_a_range_has_what_is_asked(tmp_path: Path, own: str, evidence: str, said: str) -> None:
    text = TEXT.replace(BARE, BARE.replace("}", f"{own}}}"))
    assert text != TEXT or not own
    told = faults(tmp_path, evidence, text)
    found = next((words for path, words in told.items() if path.endswith(".human")), "")
    assert (said in found) if said else not found


def test_what_it_stands_in_speaks_for_it_until_it_has_a_source_of_its_own(tmp_path: Path) -> None:
    told = "source: survey\n        grade: B\n        "
    above = TEXT.replace(BARE, told + BARE)
    assert not any(path.endswith(".human") for path in faults(tmp_path, "grade", above))
    own = above.replace(BARE, BARE.replace("}", ", source: ours}"))
    (said,) = (words for path, words in faults(tmp_path, "grade", own).items() if ".human" in path)
    assert "no grade," in said


def test_a_word_that_is_none(tmp_path: Path) -> None:
    assert "did you mean 'grade'" in faults(tmp_path, "grad")["check.evidence"]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_each_that_ships_keeps_it(file: Path) -> None:
    assert load_scenario(file, ["check.evidence=grade"]).scenario.check.evidence == "grade"
