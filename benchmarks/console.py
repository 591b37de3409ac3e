"""The console command from prompt to prompt: its time, and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.files import FRANCE
from benchmarks.memory import in_mb
from benchmarks.sample import Sample


def run_once(arguments: Sequence[str], out: Path) -> tuple[float, float]:
    """Seconds and peak memory of ``ringfence run`` with these arguments.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    program = Path(sys.executable).with_name("ringfence")
    command = [str(program), "run", str(FRANCE), "--out", str(out), *arguments]
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"ringfence run failed:\n{said.read().decode().strip()}")
    return seconds, in_mb(usage)


def measure(*, lines: int, arguments: Sequence[str], repeats: int) -> Sample:
    """Time the command. Warm-up: one run at one per cent, so that compiled code is in its cache."""
    with tempfile.TemporaryDirectory() as folder:
        run_once([*arguments, "--scale", "1%"], Path(folder) / "warm-up")
        taken = [run_once(arguments, Path(folder) / f"run-{i}") for i in range(repeats)]
    seconds, peaks = zip(*taken, strict=True)
    return Sample(lines, seconds, max(peaks))
