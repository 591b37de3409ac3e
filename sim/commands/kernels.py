"""What comes before a run: what is told of kernels' folder, an empty cache filled at once."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from sim.heap import keep_what_is_freed

_FAST = "sim.engine.fast"
KERNELS = (
    (f"{_FAST}.kernel",),
    (f"{_FAST}.inbound", f"{_FAST}.layout", "sim.streams"),
    ("sim.measure.counting",),
    ("sim.behaviour.drawing",),
    (f"{_FAST}.sift",),
    ("sim.measure.counting_cases",),
    ("sim.engine.plan.ranking",),
    ("sim.audit.marks", "sim.audit.hourly", "sim.audit.inputs.look_up"),
    ("sim.behaviour.look_up", "sim.behaviour.messages"),
)
"""Modules with kernels, what takes longest first; what imports another's kernels stands with it.
Passes over the head of a campaign are compiled where there is one."""

_OTHERS = ("sim.loading.load", "sim.scenario.resolved", "sim.store.digest")
"""Modules without kernels that this process wants soon, read while the other begins."""

_OTHER_PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
from sim.commands.kernels import compile_from
compile_from(0)
"""


def tell_of_kernels() -> None:
    """Say on standard error where a folder for compiled kernels was not trusted.

    Where none was ever compiled that is done now, and told; a second process takes about half. From
    here on the process keeps what memory it frees (:mod:`sim.heap`).
    """
    keep_what_is_freed()
    from sim.compiled import cache_note, never_compiled

    if (note := cache_note()) is not None:
        click.echo(note, err=True)
    if never_compiled():
        click.echo("compiling kernels, which is done once", err=True)
        _compile_side_by_side()


def _compile_side_by_side() -> None:
    """Fill an empty kernel cache. What fails here is compiled later, where it is needed.

    Two processes take from one queue until it is empty: a pipe that holds a byte for each entry of
    ``KERNELS``, which is read by one of them alone.
    """
    import subprocess

    from sim import children

    root = str(Path(__file__).resolve().parents[2])
    queue, end = os.pipe()
    try:
        os.write(end, bytes(range(len(KERNELS))))
        os.close(end)
        try:
            other = subprocess.Popen(
                [sys.executable, "-I", "-c", _OTHER_PROCESS, root],
                stdin=queue,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return
        children.begin(other.pid)
        try:
            for name in _OTHERS:
                import_module(name)
            compile_from(queue)
            other.wait()
        finally:
            children.end(other.pid)
    finally:
        os.close(queue)


def compile_from(queue: int) -> None:
    """Import modules with kernels until a queue is empty.

    Meanwhile nothing is looked for that could be freed: a compiler makes much, and keeps most.

    Parameters
    ----------
    queue
        A file descriptor; each byte read from it is a place in ``KERNELS``.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        while taken := os.read(queue, 1):
            for name in KERNELS[taken[0]]:
                import_module(name)
    finally:
        if collected:
            gc.enable()
