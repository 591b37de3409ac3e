"""Commands are careful with what is not theirs, and with what is about single lines."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command

LOG = "line,start_utc\n00000000000000a1,2024-03-05T12:00:00Z\n"


@pytest.fixture
def run(outcome: Any, here: Path) -> Path:
    """A run with its call log, and a log of a dialer beside it."""
    (here / "calls.csv").write_text(LOG, encoding="utf-8")
    return Path(shutil.copytree(outcome.path, here / "run"))


def test_no_command_replaces_what_it_did_not_make(ringfence: Command, run: Path) -> None:
    here = run.parent
    (here / "link").symlink_to("calls.csv")
    os.mkfifo(here / "pipe")
    before = {p: p.read_bytes() for p in here.rglob("*") if p.is_file()}
    targets = ("calls.csv", "trial.yaml", "run/metrics.json", "run/new", "link", "pipe", "run", "/")
    regime = ("--regime", "us-tcpa-political")
    for force in ((), ("--force",)):
        for target in targets:
            for command in (
                ("audit", "--calls", "calls.csv", *regime, "--out", target, *force),
                ("audit", "run", *regime, "--out", target, *force),
                ("report", "run", "--out", target, *force),
                ("schema", "--out", target, *force),
                ("check", "trial.yaml", "--junit", target, *force),
                ("check", "trial.yaml", "--markdown", target, *force),
            ):
                answer = ringfence(*command)
                assert answer.code == 2, command
                assert "Traceback" not in answer.err
            if not force:
                assert ringfence("new", "other", "--out", target).code == 2
                assert ringfence("run", "trial.yaml", "--scale", "1%", "--out", target).code == 2
    assert {p: p.read_bytes() for p in here.rglob("*") if p.is_file()} == before


def test_a_report_is_replaced_by_force_alone(ringfence: Command, run: Path) -> None:
    assert ringfence("report", "run").code == 0
    again = ringfence("report", "run")
    assert again.code == 2
    assert again.err == "Error: cannot write report.html: it exists already; --force replaces it\n"
    assert ringfence("report", "run", "--force").code == 0


def test_files_on_single_lines_are_private(ringfence: Command, run: Path) -> None:
    """In a folder that everybody may read, under a mask that lets everybody."""
    before = os.umask(0)
    try:
        regime = ("--regime", "us-tcpa-political")
        assert ringfence("audit", "run", *regime, "--out", "v.parquet").code in (0, 1)
        assert ringfence("run", "trial.yaml", "--scale", "1%", "--calls", "--out", "new").code == 0
    finally:
        os.umask(before)
    here = run.parent
    for file in (here / "v.parquet", here / "new/calls.parquet", here / "new/recipients.parquet"):
        assert file.stat().st_mode & 0o777 == 0o600, file
    assert (here / "new/timeline.parquet").stat().st_mode & 0o777 == 0o666


def test_two_default_runs_in_one_second_get_different_names(
    ringfence: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.jobs.run.default_target", lambda *_: Path("runs/same"))
    for _ in range(3):
        assert ringfence("run", "trial.yaml", "--scale", "1%").code == 0
    assert sorted(p.name for p in (here / "runs").iterdir()) == ["same", "same-2", "same-3"]
