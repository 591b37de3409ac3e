"""The installed program when something breaks: signals, full disks, closed pipes."""

from __future__ import annotations

import os
import pty
import re
import resource
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import RunDirectoryError
from sim.partial import is_partial
from sim.scenario.starter import starter
from sim.store.live import is_live
from sim.store.read import load_run
from tests.cli.conftest import PROGRAM, Command, environment, program

SMALL = ("run", "trial.yaml", "--scale", "1%")
LONG = ("run", "long.yaml", "--calls")
"""More than a second for each of its strategies."""
STRATEGIES = ("all-channels", "third", "fourth", "half-the-channels")


@pytest.fixture
def long(here: Path) -> Path:
    """The folder, with a scenario of a million lines and four strategies in it."""
    more = "".join(f"  {name}: {{}}\n" for name in STRATEGIES[1:3])
    text = starter("long")
    for old, new in (
        ("lines: 100_000", "lines: 1_000_000"),
        ("channels: 60 ", "channels: 900 "),
        ("calls_per_second: 2\n", "calls_per_second: 30\n"),
        ("  half-the-channels:\n", f"{more}  half-the-channels:\n"),
        ("{channels: 30}", "{channels: 450}"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (here / "long.yaml").write_text(text, encoding="utf-8")
    return here


def names(folder: Path) -> set[str]:
    """What is in a folder, hidden files too."""
    return {entry.name for entry in folder.iterdir()}


def tables(folder: Path) -> dict[str, bytes]:
    """The Parquet files of a run."""
    return {file.name: file.read_bytes() for file in folder.glob("*.parquet")}


# ── Interruptions ────────────────────────────────────────────────────────────────────────────────


def made(folder: Path) -> Path:
    """What a run makes; how far it is stands beside that."""
    (found,) = (path for path in (folder / "runs").iterdir() if not is_live(path))
    return found


def interrupted(long: Path, number: signal.Signals, jobs: int) -> tuple[int, str]:
    """Start a long run, send a signal when a first strategy is done; exit code and messages."""
    with subprocess.Popen(
        [str(PROGRAM), *LONG, "--jobs", str(jobs)],
        cwd=long,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        while " warning: " in first:
            first = process.stderr.readline()
        done = re.match(r"\[(\d)/4\] (all-channels|third)", first)
        assert done is not None, first
        assert int(done[1]) <= jobs
        left = made(long)
        assert is_partial(left)
        assert (left / "calls.parquet").is_file()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert out == ""
        return process.returncode, first + err


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.verify), 2])
def test_ctrl_c_in_mid_run(long: Path, jobs: int) -> None:
    code, err = interrupted(long, signal.SIGINT, jobs)
    assert code == 130
    assert err.splitlines()[-1] == "interrupted: nothing was left half-written"
    assert "Traceback" not in err
    assert names(long) == {"trial.yaml", "long.yaml"}


def test_kill_in_mid_run(long: Path) -> None:
    here = long
    code, err = interrupted(here, signal.SIGKILL, 2)
    assert code == -signal.SIGKILL
    assert "Traceback" not in err
    left = made(here)
    assert left.name.startswith(".")
    with pytest.raises(RunDirectoryError, match="interrupted run left behind"):
        load_run(left)
    refused = program("report", left, cwd=here)
    assert refused.code == 2
    assert "what an interrupted run left behind, not a run" in refused.err
    assert program(*SMALL, cwd=here).code == 0
    (path,) = (here / "runs").iterdir()
    load_run(path).verify()


# ── Disks and directories ────────────────────────────────────────────────────────────────────────


def at_most(size: int) -> Callable[[], None]:
    """Let no file of a program grow larger."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [pytest.param(0, marks=pytest.mark.verify), 100_000])
def test_a_file_that_cannot_grow(here: Path, size: int) -> None:
    """As on a full disk: at the first byte, and in the middle of the report or the call log."""
    # A compiled module that cannot grow is left cut short, and breaks whoever reads it next.
    alone = environment(PYTHONDONTWRITEBYTECODE="1")
    answer = program(
        *SMALL, "--calls", "--out", "new/run", cwd=here, preexec_fn=at_most(size), env=alone
    )
    assert answer.code == 2
    assert answer.err.splitlines()[-1] == (
        "Error: cannot write new/run: File too large; nothing was left behind"
    )
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert names(here) == {"trial.yaml"}


def test_a_full_disk(ringfence: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *, private: bool = False) -> object:
        path.touch()
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("sim.store.partial.open_for_writing", full)
    answer = ringfence(*SMALL)
    assert answer.code == 2
    assert re.search(
        r"Error: cannot write runs/\S+: No space left on device; nothing was left", answer.err
    )
    assert names(here) == {"trial.yaml"}


def test_an_unwritable_directory(
    ringfence: Command, here: Path, request: pytest.FixtureRequest
) -> None:
    # What a run imports is read first: who has lost privileges may not reach it.
    assert ringfence(*SMALL, "--out", "first").code == 0
    shared: Path = request.getfixturevalue("unprivileged")
    (shared / "trial.yaml").write_text(starter("trial"), encoding="utf-8")
    closed = shared / "closed"
    closed.mkdir(mode=0o555)
    answer = ringfence("run", shared / "trial.yaml", "--out", closed / "run")
    assert answer.code == 2
    reason = "Permission denied; nothing was left behind"
    assert answer.err == f"Error: cannot write {closed / 'run'}: {reason}\n"
    assert names(closed) == set()


# ── Standard streams ─────────────────────────────────────────────────────────────────────────────


def test_a_reader_that_leaves_early(here: Path) -> None:
    """The run ends as if all had been read, whoever reads."""
    read, write = os.pipe()
    os.close(read)
    answer = program(*SMALL, "--out", "run", cwd=here, stdout=write)
    assert answer.code == 0
    assert re.fullmatch(r"(\[./2\] .*\n){2}", answer.err)
    load_run(here / "run").verify()
    for arguments, code in ((["--help"], 0), (["validate", "none.yaml"], 2)):
        answer = program(*arguments, cwd=here, stdout=write)
        assert answer.code == code
        assert "Traceback" not in answer.err
    os.close(write)


def test_a_reader_that_takes_one_line(here: Path) -> None:
    with subprocess.Popen(
        [str(PROGRAM), "schema"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "{\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_closed_and_full_standard_streams(here: Path) -> None:
    def shell(redirection: str, *arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            ["/bin/sh", "-c", f'"$0" "$@" {redirection}', str(PROGRAM), *arguments],
            cwd=here,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    assert shell(">&- 2>&-", *SMALL, "--out", "mute") == (0, "", "")
    load_run(here / "mute").verify()
    code, out, _ = shell("2>&-", "validate", "none.yaml", "trial.yaml")
    assert (code, out) == (2, "trial.yaml: fine, 2 strategies\n")
    code, _, err = shell(">/dev/full", "schema")
    assert (code, err) == (2, "Error: cannot write to standard output: No space left on device\n")
    code, out, _ = shell("2>/dev/full", "validate", "none.yaml")
    assert (code, out) == (2, "")


def test_ascii_output(here: Path) -> None:
    """A terminal of the 1970s still gets every number."""
    ascii_only = environment(PYTHONIOENCODING="ascii")
    answer = program(*SMALL, "--all", cwd=here, env=ascii_only)
    assert answer.code == 0, answer.err
    assert answer.out.isascii()
    assert "People reached" in answer.out
    assert "~100 000" in answer.out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("arguments", [["explain", "people_reached"], ["run", "--help"]])
def test_text_in_any_encoding(here: Path, encoding: str, arguments: list[str]) -> None:
    options = {"env": environment(PYTHONIOENCODING=encoding), "encoding": encoding}
    answer = program(*arguments, cwd=here, errors="replace", **options)
    assert answer.code == 0
    assert answer.err == ""
    assert ("Σ" if arguments[0] == "explain" else "…") not in answer.out


def test_a_terminal_shows_a_bar_with_rate_and_time_left(long: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(PROGRAM), *LONG, "--strategy", "all-channels", "--json"],
        cwd=long,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        seen = b""
        until = time.monotonic() + 60
        while time.monotonic() < until and select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the last one to write has gone
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        assert process.stdout is not None
        out = process.stdout.read()
    assert process.returncode == 0
    assert out.startswith(b"{")
    screen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    drawn = re.split(r"[\r\n]+", screen)
    whole = [
        s
        for s in drawn
        if re.search(r"all-channels ━.* \d+ % [\d,]+ calls, .*/s (\d+:\d\d|--:--)", s)
    ]
    assert len(whole) > 2
    assert any("100 %" in s for s in whole)
    assert any(re.search(r" (\d\.\d million|[1-9]\d{0,2}(,\d{3})*)/s \d+:\d\d", s) for s in whole)


# ── The same bytes ───────────────────────────────────────────────────────────────────────────────


def test_runs_are_identical_for_any_hash_seed_and_with_or_without_a_call_log(
    ringfence: Command, here: Path
) -> None:
    changed = environment(PYTHONHASHSEED="12345")
    assert program(*SMALL, "--calls", "--out", "one", cwd=here, env=changed).code == 0
    assert ringfence(*SMALL, "--calls", "--out", "two").code == 0
    assert ringfence(*SMALL, "--out", "three").code == 0
    one, two, three = (tables(here / name) for name in ("one", "two", "three"))
    assert one == two
    assert one.pop("calls.parquet")
    assert one.pop("recipients.parquet")
    for keyed in ("complaints.parquet", "call_backs.parquet"):  # name the lines where calls do
        assert one.pop(keyed) != three.pop(keyed)
    assert one == three
    for file in ("metrics.json", "scenario.resolved.yaml"):
        assert len({(here / name / file).read_bytes() for name in ("one", "two", "three")}) == 1
