"""``ringfence verify``: what it says of sound, spoilt and missing runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def runs(outcome: Any, here: Path) -> Path:
    """A folder with two runs: one sound, one with a digit changed and a file of somebody's."""
    folder = here / "runs"
    for name in ("sound", "spoilt"):
        shutil.copytree(outcome.path, folder / name)
    file = folder / "spoilt" / "metrics.json"
    text = file.read_text("utf-8")
    at = next(i for i, sign in enumerate(text) if sign in "12345678")
    file.write_text(text[:at] + "9" + text[at + 1 :], "utf-8")
    (folder / "spoilt" / "notes\x1b.txt").touch()
    return folder


def test_verify(ringfence: Command, runs: Path) -> None:
    answer = ringfence("verify", runs / "sound")
    assert answer.code == 0
    assert answer.out.startswith(f"{runs / 'sound'}: fine, ")
    answer = ringfence("verify", runs / "sound", runs / "spoilt")
    assert answer.code == 1
    assert f"{runs / 'spoilt'}: different, " in answer.out
    assert "metrics.json is not as the run left it" in answer.out
    assert r"notes\x1b.txt is no file of the run" in answer.out


def test_verify_as_json(ringfence: Command, runs: Path) -> None:
    answer = ringfence("verify", "--json", runs / "spoilt", runs / "soud", runs / "sound")
    assert answer.code == 2
    spoilt, missing, sound = json.loads(answer.out)["runs"]
    assert (spoilt["verdict"], missing["verdict"], sound["verdict"]) == (
        "different",
        "unreadable",
        "fine",
    )
    assert spoilt["strangers"] == ["notes\x1b.txt"]
    assert len(spoilt["different"]) == 1
    assert f"did you mean '{runs / 'sound'}'?" in missing["why"]


def test_what_differs_is_not_reported(ringfence: Command, runs: Path) -> None:
    answer = ringfence("report", runs / "spoilt")
    assert answer.code == 2
    assert "metrics.json is not as the run left it" in answer.err
    assert not (runs.parent / "report.html").exists()
