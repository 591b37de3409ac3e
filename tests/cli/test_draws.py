"""``ringfence run --draws``: the plan first, the answer, and a study that survives being killed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sim.store.study import load_study
from tests.cli.conftest import PROGRAM, Command, environment
from tests.small_run import TEXT


@pytest.fixture
def small(here: Path) -> Path:
    file = here / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_plan_comes_first_and_the_answer_is_a_screen(ringfence: Command, small: Path) -> None:
    answer = ringfence("run", small, "--draws", "2", "--out", "study")
    assert answer.code == 0
    plan = answer.err.splitlines()[0]
    assert plan.startswith(
        "2 draws of 3 uncertain inputs, the central run, and 2 draws again under other luck: "
        "5 runs to do"
    )
    lines = answer.out.splitlines()
    assert len(lines) <= 40
    assert max(len(line) for line in lines if not line.startswith("study: ")) <= 80
    assert any(line.lstrip().startswith("half-the-channels") for line in lines)
    assert "2 draws are too few to say how sure the ends are (16)" in " ".join(lines)
    again = ringfence("run", small, "--draws", "2", "--out", "study")
    assert "all 5 runs are done" in again.err
    assert again.out == answer.out
    assert ringfence("verify", "study").code == 0


def test_as_json(ringfence: Command, small: Path) -> None:
    answer = ringfence("run", small, "--draws", "2", "--out", "study", "--json")
    told = json.loads(answer.out)
    assert told["schema"] == 1
    assert told["draws"] == 2
    assert list(told["strategies"]) == ["all-channels", "half-the-channels"]
    assert "world.press_1" in told["not_varied"]


@pytest.mark.parametrize(("draws", "said"), [("1", "allowed: 2 to 4,096"), ("5000", "found: 5000")])
def test_draws_that_cannot_be(ringfence: Command, small: Path, draws: str, said: str) -> None:
    answer = ringfence("run", small, "--draws", draws)
    assert answer.code == 2
    assert "draws" in answer.err


def test_nothing_uncertain(ringfence: Command, small: Path) -> None:
    sets = [
        "--set=world.voters_per_line=1.5",
        "--set=world.voicemail.heard=60 %",
        "--set=world.line_types.landline.answering.human=33 %",
    ]
    answer = ringfence("run", small, "--draws", "4", *sets)
    assert answer.code == 2
    assert "no uncertain input" in answer.err


def test_killed_anywhere_the_same_command_goes_on(here: Path, small: Path) -> None:
    """By SIGKILL, three times; then the same command makes the bytes of a study left in peace."""
    command = [str(PROGRAM), "run", str(small), "--draws", "6", "--out"]
    quiet = {"env": environment(), "cwd": here, "stderr": subprocess.DEVNULL}
    peace = subprocess.run([*command, "peace"], check=True, capture_output=True, env=environment())
    assert peace.returncode == 0
    killed = 0
    for wanted in (1, 3, 5):
        process = subprocess.Popen([*command, "war"], stdout=subprocess.DEVNULL, **quiet)
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            done = list(here.glob("war/tasks/*.npz"))
            if len(done) >= wanted:
                break
            time.sleep(0.002)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
    assert killed >= 2
    done = subprocess.run([*command, "war"], check=True, capture_output=True, env=environment())
    assert done.stdout.replace(b"war", b"peace") == peace.stdout
    assert bytes_of(here / "war") == bytes_of(here / "peace")
    load_study(here / "war").verify()
