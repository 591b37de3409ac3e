"""How far a command is, told by a file that leaves nothing behind, and by lines of JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis.dashboard.living import span, words_of
from analysis.dashboard.shelf import Shelf
from sim.partial import remove_stale
from sim.store import live
from sim.store.live import At, Live, is_live, read_live

KEYS = [
    "schema", "state", "command", "scenario", "target", "begun_utc", "share", "step", "number",
    "of", "unit", "count", "rate", "seconds_left", "at_utc",
]  # fmt: skip
"""Of a line, as docs/dashboard.md lists them."""


def files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if is_live(path)]


def told(folder: Path) -> At:
    (file,) = files(folder)
    found = read_live(file)
    assert found is not None
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    return now


def test_rate_and_time_left_are_those_since_it_began(tmp_path: Path, clock: list[float]) -> None:
    with Live("run", "small") as telling:
        telling.beside(tmp_path / "one")
        telling.tell(0.2, "a", 1, 2, 1_000, "calls")
        assert told(tmp_path).rate is None
        clock[0] += 10
        telling.tell(0.6, "a", 1, 2, 9_000, "calls")
        at = told(tmp_path)
        # 8,000 calls and 40 % in 10 s: the other 40 % take 10 s more.
        assert (at.rate, at.seconds_left, at.target) == (800, 10, "one")
        assert words_of(at) == "run · a (1 of 2) · 800 calls a second · about 10 s left"
    assert list(tmp_path.iterdir()) == []


def test_lines_have_the_documented_keys_and_the_last_says_how_it_ended(
    tmp_path: Path, clock: list[float]
) -> None:
    lines: list[str] = []

    def run() -> None:
        with Live("run", "small", lines.append) as telling:
            telling.beside(tmp_path / "made" / "one")
            telling.tell(0.0, "a", 1, 2, 0, "calls")
            telling.tell(0.1, "a", 1, 2, 5, "calls")  # too soon for another line
            telling.tell(0.5, "b", 2, 2, 7, "calls")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        run()
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [list(line) for line in found] == [KEYS] * 3
    assert [line["state"] for line in found] == ["running", "running", "stopped"]
    assert [line["number"] for line in found] == [1, 2, 2]
    assert found[0]["schema"] == "ringfence-progress/1"
    page = Path(__file__).parents[2].joinpath("docs", "dashboard.md").read_text("utf-8")
    assert [key for key in KEYS if f"`{key}`" not in page] == []


def test_folders_that_others_made_stay_and_nothing_is_made(tmp_path: Path) -> None:
    """The command makes its folder; where nothing came of it, it is gone with the file."""
    with Live("run", "small") as telling:
        telling.beside(tmp_path / "runs" / "one")
        telling.tell(0.0, "a", 1, 1, 0, "calls")
        assert not (tmp_path / "runs").exists()
        (tmp_path / "runs").mkdir()
        telling.tell(0.1, "a", 1, 1, 0, "calls")
        assert len(files(tmp_path / "runs")) == 1
    assert list(tmp_path.iterdir()) == []


CHILD = """
import sys, time
from pathlib import Path
from sim.interrupts import watch
from sim.store.live import Live
watch()
with Live("run", "small") as telling:
    telling.beside(Path(sys.argv[1]) / "one")
    telling.tell(0.5, "a", 1, 1, 0, "calls")
    print("told", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_killed_at_any_moment_it_is_no_live_command_and_leaves_nothing(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == b"told\n"
        assert [entry.id for entry in Shelf(tmp_path).entries()] == ["one"]
        child.send_signal(number)
        child.wait()
        child.stdout.close()
        if number == signal.SIGTERM:
            assert list(tmp_path.iterdir()) == []
    (left,) = files(tmp_path)
    assert read_live(left) is None
    assert Shelf(tmp_path).entries() == []
    remove_stale(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": "ringfence-progress/2"}'])
def test_a_file_that_tells_nothing_is_no_live_command(tmp_path: Path, content: bytes) -> None:
    with Live("run", "small") as telling:
        telling.beside(tmp_path / "one")
        telling.tell(0.5, "a", 1, 1, 0, "calls")
        (file,) = files(tmp_path)
        file.write_bytes(content)
        assert read_live(file) is None


def test_another_machines_file_is_believed_for_a_minute(tmp_path: Path) -> None:
    with Live("run", "small") as telling:
        telling.beside(tmp_path / "one")
        telling.tell(0.5, "a", 1, 1, 0, "calls")
        (file,) = files(tmp_path)
        theirs = tmp_path / ".live.one.partial-00000000-1-0"
        theirs.write_bytes(file.read_bytes())
        assert read_live(theirs) is not None
        os.utime(theirs, (0, 0))
        assert read_live(theirs) is None
        os.utime(file, (0, 0))  # ours: its process runs, however long a step takes
        assert read_live(file) is not None


def test_spans_are_told_as_people_say_them() -> None:
    assert [span(s) for s in (0.2, 59, 600, 7_260)] == ["1 s", "59 s", "10 min", "2:01 h"]
