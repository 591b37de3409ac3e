"""The room of documents reads YAML for anybody: no word in it is a campaign's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim.document

ROOM = Path(sim.document.__file__).parent
FILES = sorted(ROOM.glob("*.py"))
WORDS = re.compile(
    r"scenario|strateg|campaign|territor|dial|voicemail|call_times|call list|attempt|regime"
    r"|\blaws? pack|\brecipient|complaint",
    re.IGNORECASE,
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_module_names_what_only_a_scenario_has(file: Path) -> None:
    text = file.read_text("utf-8")
    found = [f"{n}: {line}" for n, line in enumerate(text.split("\n"), 1) if WORDS.search(line)]
    assert found == []


def test_the_rule_finds_what_it_should() -> None:
    assert len(FILES) >= 9
    for line in ("a scenario is immutable", "class ScenarioError", "the Strategies", "Dialing"):
        assert WORDS.search(line), line
    for line in ("a duration law", "calls per second", "class DocumentError"):
        assert not WORDS.search(line), line
