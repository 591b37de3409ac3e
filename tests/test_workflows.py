"""Workflows and hooks that ship are valid by their schemas, and name options that there are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import cli

ROOT = Path(__file__).parents[1]
FLOWS = ROOT / "docs" / "workflows"
HOOKS = ROOT / ".pre-commit-hooks.yaml"


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        (FLOWS / "github.yml", "vendor.github-workflows"),
        (FLOWS / "gitlab.yml", "vendor.gitlab-ci"),
    ],
    ids=["github", "gitlab"],
)
def test_workflows_are_valid(file: Path, schema: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    extra = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    done = subprocess.run([*command, *extra, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    bad = tmp_path / "bad.yml"
    text = file.read_text("utf-8")
    bad.write_text(re.sub(r"(\n +)(steps|script):", r"\1\2: 3\1x:", text), encoding="utf-8")
    assert bad.read_text("utf-8") != text
    assert subprocess.run([*command, *extra, str(bad)], capture_output=True).returncode == 1


def test_hooks_are_valid() -> None:
    from pre_commit.clientlib import load_manifest

    assert [hook["id"] for hook in load_manifest(HOOKS)] == [
        "ringfence-validate",
        "ringfence-check",
    ]


def test_commands_in_them_have_these_options() -> None:
    found = set()
    for file in (*FLOWS.glob("*.yml"), HOOKS):
        for command, rest in re.findall(r"ringfence (check|validate)(.*)", file.read_text("utf-8")):
            found.add(command)
            shown = CliRunner().invoke(cli, [command, "--help"]).output
            for option in re.findall(r"--[a-z-]+", rest):
                assert option in shown, f"{file.name}: {option}"
    assert found == {"check", "validate"}


def test_they_name_no_host() -> None:
    for file in (*FLOWS.glob("*.yml"), HOOKS):
        assert "://" not in file.read_text("utf-8")
