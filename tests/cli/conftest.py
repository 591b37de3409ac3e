"""Two ways to give a command: in this process, which is quick, or as the installed program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim import cli
from sim.scenario.starter import starter

ROOT = Path(__file__).parents[2]
FRANCE = ROOT / "scenarios" / "france-2017.yaml"
CANADA = ROOT / "scenarios" / "canada-federal.yaml"
PROGRAM = Path(sys.executable).with_name("ringfence")


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory, with ``trial.yaml`` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial.yaml").write_text(starter("trial"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def ringfence(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Give a command in this process."""

    def give(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["ringfence", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, *capsys.readouterr())

    return give


def environment(**changes: str) -> dict[str, str]:
    """The environment of the tests, with changes; no setting of a terminal is inherited."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return {**kept, "COLUMNS": "120", "TERM": "xterm", **changes}


def program(*arguments: str | Path, **options: Any) -> Answer:
    """Run the installed program."""
    options.setdefault("env", environment())
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    command = [str(PROGRAM), *map(str, arguments)]
    options.setdefault("encoding", "utf-8")
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, timeout=120, **options)
    return Answer(done.returncode, done.stdout or "", done.stderr or "")
