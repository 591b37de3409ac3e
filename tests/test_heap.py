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


def test_a_command_looks_for_garbage_once_it_has_made_much_and_then_seldom() -> None:
    """A check of a scenario ends before that; what goes on is back at the usual pace by then."""
    code = """
import atexit, gc, sys
looks = []
gc.disable()  # until the command begins
gc.collect()
gc.callbacks.append(lambda phase, told: looks.append(phase))
def end():
    during = len(looks)
    first = gc.get_threshold()
    made = [[] for _ in range(2 * first[0])]
    print(during, first[0], gc.get_threshold()[0], ringfence_command._looked in gc.callbacks)
atexit.register(end)
sys.argv = ["ringfence", "validate", "scenarios/france-2017.yaml"]
import ringfence_command
gc.set_threshold(*ringfence_command.FIRST)
gc.enable()
ringfence_command.main()
"""
    during, first, then, still = told(code)[-4:]
    assert int(during) == 0
    assert int(first) == 500_000
    assert int(then) == 50_000
    assert still == "False"
