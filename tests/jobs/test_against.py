"""Another revision of a repository: set up, run, compared call by call, and nothing left of it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from sim.cli import cli
from sim.errors import CannotJudgeError, OptionError
from sim.jobs import revision as revisions
from sim.jobs.first_difference import logs
from sim.jobs.revision import Revision, environment, revision
from sim.jobs.run import run_scenario
from sim.loading.load import load

ROOT = Path(__file__).parents[2]


# ── The first call that differs ──────────────────────────────────────────────────────────────────


def log(*rows: tuple[int, int, int, str], pieces: tuple[int, ...] = ()) -> Any:
    """A log of ``line, second of the day, hold_ms, outcome``, in so large pieces."""
    table = pa.table(
        {
            "strategy": ["one"] * len(rows),
            "line": [row[0] for row in rows],
            "attempt": [1] * len(rows),
            "start_utc": [dt.datetime(2017, 4, 20, 8) + dt.timedelta(seconds=r[1]) for r in rows],
            "outcome": [row[3] for row in rows],
            "hold_ms": [row[2] for row in rows],
        }
    )
    parts, at = [], 0
    for size in (*pieces, len(rows)):
        parts.append(table.slice(at, size))
        at += size
    whole = pa.concat_tables([part for part in parts if len(part)])
    return SimpleNamespace(scanned=lambda name: whole)


CALLS = ((7, 0, 20_000, "no_answer"), (9, 1, 31_000, "human"), (4, 7_201, 25_000, "no_answer"))
LONGER = (*CALLS[:2], (4, 7_201, 26_000, "no_answer"))


@pytest.mark.parametrize("pieces", [(), (1,), (2,), (1, 1)])
def test_a_column_of_a_call(pieces: tuple[int, ...]) -> None:
    """7,201 s after 08:00 it is 10:00:01; two calls are equal before, however they are stored."""
    found = logs(log(*CALLS, pieces=pieces), log(*LONGER), "one")
    assert found.words == [
        "call log parts in the hour from 2017-04-20 10:00 UTC, in hold_ms, after 2 equal calls",
        "line 4, attempt 1: hold_ms 25000 → 26000, outcome unchanged (no_answer)",
    ]
    assert found.old != found.new


def test_another_call_in_its_place_and_no_more_calls() -> None:
    other = logs(log(*CALLS), log(CALLS[0], (5, 1, 31_000, "human")), "one")
    assert other.words[1] == (
        "call 2: line 9, attempt 1 at 08:00:01.000 (human) → line 5, attempt 1 at 08:00:01.000 "
        "(human)"
    )
    ended = logs(log(*CALLS), log(*CALLS[:2]), "one")
    assert ended.words == [
        "call log parts in the hour from 2017-04-20 10:00 UTC, after 2 equal calls",
        "call 3: line 4, attempt 1 at 10:00:01.000 (no_answer) → no more calls",
    ]


def test_equal_logs_do_not_part() -> None:
    found = logs(log(*CALLS, pieces=(2,)), log(*CALLS, pieces=(1,)), "one")
    assert found.words == []
    assert found.old == found.new


# ── A repository ─────────────────────────────────────────────────────────────────────────────────


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path, scenario_text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one commit with a scenario and a lock; the cache folder is beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    top = tmp_path / "dépôt d'été"
    (top / "scenarios").mkdir(parents=True)
    text = scenario_text.replace("lines: 3_000", "lines: 600") + "check: {scale: 100 %}\n"
    (top / "scenarios" / "small.yaml").write_text(text, "utf-8")
    (top / "requirements.txt").write_text("nothing-of-this-name==1.0\n", "utf-8")
    git(top, "init", "--quiet")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "first")
    return top


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side is run by this process, in what is installed here."""

    def run(self: Revision, file: Path, arguments: tuple[str, ...], out: Path) -> None:
        assert arguments == ("--scale", "100%", "--calls")
        run_scenario(load(file), calls=True, out=out)

    monkeypatch.setattr(Revision, "run", run)
    monkeypatch.setattr(revisions, "environment", lambda *_: Path(sys.executable))


def left(repository: Path) -> list[str]:
    """What is left in git and in the cache folder."""
    notes = repository / ".git" / "worktrees"
    cache = repository.parent / "cache" / "ringfence" / "against"
    listed = git(repository, "worktree", "list").splitlines()[1:]
    places = [place for folder in (notes, cache) if folder.is_dir() for place in folder.iterdir()]
    return [*listed, *map(str, places)]


@pytest.mark.usefixtures("_here")
def test_what_differs_is_told_by_call_and_cause(repository: Path) -> None:
    file = repository / "scenarios" / "small.yaml"
    same = CliRunner().invoke(cli, ["check", "--against", "HEAD", str(file)])
    assert same.exit_code == 0, same.output
    text = file.read_text("utf-8")
    file.write_text(text.replace("channels: 3}", "channels: 4}"), "utf-8")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "channels: 3}" in row)
    found = CliRunner().invoke(cli, ["check", "--against", "HEAD", str(file)])
    assert found.exit_code == 1, found.output
    assert f"small.yaml:{line}  half-the-channels  DRIFT (" in found.output
    assert "call log parts in the hour from " in found.output
    assert "half-the-channels.dialing.channels 3 → 4" in found.output
    assert "all-channels  DRIFT" not in found.output.replace("half-the-channels", "")
    assert f"held against HEAD ({git(repository, 'rev-parse', 'HEAD')[:7]})" in found.output
    assert left(repository) == []


@pytest.mark.usefixtures("_here")
def test_a_scenario_that_was_not_there_is_not_judged(repository: Path) -> None:
    new = repository / "scenarios" / "new.yaml"
    new.write_text((repository / "scenarios" / "small.yaml").read_text("utf-8"), "utf-8")
    found = CliRunner().invoke(cli, ["check", "--against", "HEAD", str(new)])
    assert found.exit_code == 2
    assert "has no such file; it is new" in found.output


def test_without_a_registry_it_says_so_in_one_line(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip without an index finds nothing; so does uv with an empty cache."""
    monkeypatch.setattr(revisions, "ran", answers(1, "ERROR: No matching distribution found\n"))
    with pytest.raises(CannotJudgeError) as told:
        environment(repository / "e", repository / "requirements.txt", "main (1a2b3c4)")
    assert str(told.value) == (
        "the packages of main (1a2b3c4) cannot be installed: ERROR: No matching distribution "
        "found; without a registry they must all be in uv's cache"
    )


def answers(code: int, said: str) -> Any:
    """Stands for processes: an environment is made, packages are not installed."""

    def ran(command: list[str], folder: Path, more: Any = None) -> Any:
        made = "venv" in command
        return subprocess.CompletedProcess(command, 0 if made else code, "", said)

    return ran


def test_what_cannot_be_a_revision(repository: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(OptionError, match="git knows no revision 'nowhere'"),
        revision("nowhere", repository, print),
    ):
        pass
    with (
        pytest.raises(OptionError, match="is in no git repository"),
        revision("HEAD", tmp_path, print),
    ):
        pass
    git(repository, "rm", "--quiet", "requirements.txt")
    git(repository, "commit", "--quiet", "--message", "no lock")
    with (
        pytest.raises(CannotJudgeError, match=r"has no requirements\.lock or"),
        revision("HEAD", repository / "scenarios", print),
    ):
        pass
    assert left(repository) == []
    both = ["check", "--against", "HEAD", "--changed", str(repository)]
    assert "--changed is of baselines" in str(CliRunner().invoke(cli, both).exception)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_leaves_nothing(repository: Path, number: signal.Signals) -> None:
    """Not in git, not in the cache, and no process that works for it."""
    start = (
        "from sim.interrupts import watch; watch()\n"
        "from pathlib import Path\n"
        "from sim.jobs import revision as r\n"
        "def wait(folder, *_):\n"
        "    folder.mkdir()\n"
        "    r.ran(['sh', '-c', 'touch begun; sleep 300 & echo $! > child; wait'], folder)\n"
        "r.environment = wait\n"
        "with r.revision('HEAD', Path('scenarios'), print): pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start], cwd=repository, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    cache = repository.parent / "cache" / "ringfence" / "against"
    until = time.monotonic() + 60
    while not (told := list(cache.glob("*/environment/child"))) or not told[0].read_text():
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.02)
    child = int(told[0].read_text())
    assert left(repository)
    process.send_signal(number)
    assert process.wait(30) == 130
    assert left(repository) == []
    for _ in range(100):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.05)
    else:
        assert Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"
