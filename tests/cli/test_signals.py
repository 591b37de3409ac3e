"""Stopped at any moment: exit code 130, no traceback, nothing half-written, old data intact."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.store.read import load_run
from tests.cli.conftest import PROGRAM, environment, program

RUN = ("run", "trial.yaml", "--scale", "1%", "--calls", "--out", "deep/er/run")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def started(here: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command that runs."""
    return subprocess.Popen(
        [str(PROGRAM), *arguments],
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def everything(here: Path) -> set[str]:
    """All that is in a folder, hidden files too."""
    return {str(path.relative_to(here)) for path in here.rglob("*")}


def in_our_hands(process: subprocess.Popen[str]) -> None:
    """Wait until the program itself answers signals, which Python does before."""
    caught = 1 << (signal.SIGTERM - 1)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        mask = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
        if int(mask, 16) & caught:
            return
        time.sleep(0.001)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize("number", SIGNALS)
def test_at_any_moment(here: Path, number: signal.Signals) -> None:
    """From the first moment at which signals are ours, through imports, to the middle of a run."""
    stopped(here, number, 1)


@pytest.mark.verify
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize("number", SIGNALS)
def test_at_many_moments(here: Path, number: signal.Signals) -> None:
    stopped(here, number, 12)


def stopped(here: Path, number: signal.Signals, moments: int) -> None:
    """Stop a command at the first moment and at so many drawn ones, and hold what is left."""
    dice = random.Random(int(number))
    began = time.monotonic()
    assert program(*RUN, cwd=here).code == 0
    whole = time.monotonic() - began
    before = everything(here)
    sound = load_run(here / "deep/er/run")
    for moment in (0.0, *(dice.uniform(0.02, whole) for _ in range(moments))):
        arguments = [*RUN[:-1], "other/run"]
        process = started(here, *arguments)
        in_our_hands(process)
        time.sleep(moment)
        process.send_signal(number)
        process.send_signal(number)  # twice changes nothing
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err, moment
        if process.returncode != 0:  # else it was faster
            assert process.returncode == 130, (moment, out, err)
            assert err.splitlines()[-1] == "interrupted: nothing was left half-written"
        if process.returncode == 0 or (here / "other/run").exists():
            # Whole: a signal may come when it has its name, and is being told of.
            load_run(here / "other/run").verify()
            for path in sorted((here / "other").rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            (here / "other").rmdir()
        assert everything(here) == before
    sound.verify()


HALF_IMPORTED = """
import os, signal, sys, types
sys.modules["sim.partial"] = types.ModuleType("sim.partial")
from sim.interrupts import watch
watch()
os.kill(os.getpid(), signal.SIGTERM)
"""
AFTER_THE_END = """
import atexit, os, signal
atexit.register(lambda: os.kill(os.getpid(), signal.SIGTERM))  # what is registered first runs last
from sim.interrupts import watch
watch()
"""


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [(HALF_IMPORTED, 130, "interrupted: nothing was left half-written\n"), (AFTER_THE_END, 0, "")],
    ids=["in the middle of an import", "when all is done"],
)
def test_at_odd_moments(script: str, code: int, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (code, told)


def test_a_signal_that_is_ignored_stays_so(here: Path) -> None:
    """As under nohup."""
    script = f"trap '' TERM; exec '{PROGRAM}' {' '.join(RUN)}"
    with subprocess.Popen(["/bin/sh", "-c", script], cwd=here, env=environment()) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_what_a_killed_command_leaves_is_removed_by_the_next(here: Path) -> None:
    process = started(here, *RUN)
    until = time.monotonic() + 60
    while not list(here.glob("deep/er/.run.partial-*/calls.parquet")):
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.communicate()
    (left,) = (here / "deep/er").iterdir()
    assert left.name.startswith(".run.partial-")
    assert program(*RUN, cwd=here).code == 0
    assert {path.name for path in (here / "deep/er").iterdir()} == {"run"}
