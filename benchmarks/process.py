"""Starts measurements, one at a time, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.files import ROOT
from benchmarks.sample import Sample


def measure(job: str, **arguments: Any) -> Sample:
    """Run a job of :mod:`benchmarks.jobs` and return its sample.

    Raises
    ------
    RuntimeError
        If the job fails; with what it said.
    """
    command = [sys.executable, "-m", "benchmarks.worker", job, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the benchmark '{job}' failed:\n{done.stderr.strip()}")
    return Sample.from_json(done.stdout.splitlines()[-1])
