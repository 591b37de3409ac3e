"""Fragments of the changelog: named and written so that a release can put them together."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"]
KINDS = {kind["directory"]: kind["name"] for kind in SETTINGS["type"]}
NAME = re.compile(rf"(\+[a-z0-9]+(-[a-z0-9]+)*|[1-9][0-9]*)\.({'|'.join(KINDS)})\.md")


def faults(folder: Path) -> list[str]:
    """What is wrong with the fragments of a folder."""
    found = []
    for file in sorted(folder.iterdir()):
        if file.name == ".gitignore":
            continue
        text = file.read_text("utf-8")
        if not NAME.fullmatch(file.name):
            found.append(f"{file.name}: not +WORDS.KIND.md or NUMBER.KIND.md, KIND of {[*KINDS]}")
        if not text.strip().endswith((".", "`", ")")):
            found.append(f"{file.name}: is not a sentence")
        if text.lstrip()[:1] in {"#", "-", "*", "<"}:
            found.append(f"{file.name}: begins like a heading or a list; write plain sentences")
    return found


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Towncrier on a folder with settings, fragments and a changelog."""
    return subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--version", "9.9.9", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what towncrier reads and writes."""
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / SETTINGS["directory"]).mkdir()
    return tmp_path


def test_fragments_are_well_formed() -> None:
    assert faults(ROOT / SETTINGS["directory"]) == []


def test_a_release_puts_every_fragment_under_its_kind_and_keeps_what_stood(checkout: Path) -> None:
    folder = checkout / SETTINGS["directory"]
    for kind in KINDS:
        (folder / f"+one.{kind}.md").write_text(f"Something {kind}.\n")
    (folder / "12.fixed.md").write_text("Something with a number.\n")
    before = (checkout / "CHANGELOG.md").read_text("utf-8")
    result = build(checkout, "--yes", "--date", "2026-12-01")
    assert result.returncode == 0, result.stderr
    after = (checkout / "CHANGELOG.md").read_text("utf-8")
    assert "## [9.9.9] - 2026-12-01" in after
    for kind, heading in KINDS.items():
        section = after.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]
        assert f"- Something {kind}." in section
    assert "- Something with a number. (#12)" in after
    marker = SETTINGS["start_string"]
    assert after.startswith(before.split(marker)[0] + marker)
    assert after.endswith(before.split(marker)[1].lstrip("\n"))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("new.md", "A sentence.", "not +WORDS.KIND.md"),
        ("+x.feature.md", "A sentence.", "KIND of"),
        ("+X y.fixed.md", "A sentence.", "not +WORDS.KIND.md"),
        ("+x.fixed.md", "", "is not a sentence"),
        ("+x.fixed.md", "no full stop", "is not a sentence"),
        ("+x.fixed.md", "- A point.", "begins like"),
    ],
)
def test_a_malformed_fragment_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    assert told in "\n".join(faults(tmp_path))
