"""How a process takes memory: small pages, and what is freed is kept, unless told otherwise."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt")
FAULTS = """
import resource
from sim.heap import keep_what_is_freed
keep_what_is_freed()
import numpy as np
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(50_000_000, dtype=np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults(), faults())
"""


def told(code: str, **environment: str) -> list[str]:
    """What a process prints."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "NUMPY_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_freed_memory_serves_the_next_array() -> None:
    """The first array has its pages mapped, the next one has the same, unless one says else."""
    first, second = map(int, told(FAULTS, NUMPY_MADVISE_HUGEPAGE="0"))
    assert first > 10_000
    assert (second < 100) == GLIBC
    first, second = map(int, told(FAULTS, NUMPY_MADVISE_HUGEPAGE="0", MALLOC_ARENA_MAX="2"))
    assert first > 10_000
    assert second > 10_000


@pytest.mark.parametrize(("given", "found"), [({}, "0"), ({"NUMPY_MADVISE_HUGEPAGE": "1"}, "1")])
def test_a_command_asks_for_small_pages_unless_told_otherwise(
    given: dict[str, str], found: str
) -> None:
    code = """
import atexit, os, sys
atexit.register(lambda: print(os.environ["NUMPY_MADVISE_HUGEPAGE"]))
sys.argv = ["ringfence", "--version"]
from sim.cli import main
main()
"""
    assert told(code, **given)[-1] == found
