"""Loading a scenario for a command, and what else is told on standard error before a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.outputs import Kind, Output, claim

if TYPE_CHECKING:
    from sim.loading.load import Runnable


def load_and_warn(path: str, sets: Sequence[str] = ()) -> Runnable:
    """Load a scenario and tell its warnings.

    Raises
    ------
    sim.errors.ScenarioError
        With every fault.
    """
    from sim.loading.load import load

    loaded = load(path, sets)
    for warning in loaded.warnings:
        click.echo(str(warning), err=True)
    return loaded


def claim_and_tell(
    path: Path,
    kind: Kind,
    *,
    inputs: Iterable[str | os.PathLike[str] | None] = (),
    force: bool = False,
    private: bool = False,
) -> Output:
    """See that a file may be written, as :func:`sim.outputs.claim`; tell where a link leads."""
    output = claim(path, kind, inputs=inputs, force=force, private=private)
    if output.note is not None:
        click.echo(output.note, err=True)
    return output


FORCE = click.option("--force", is_flag=True, help="Replace what this command wrote there before.")

JOBS = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that run strategies at the same time; by default as many as there are cores.",
)

SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="The workers of a Dask cluster make the runs: tcp://10.0.0.5:8786.",
)


def tell_of_kernels() -> None:
    """Say on standard error where a folder for compiled kernels was not trusted.

    Where none was ever compiled that is done now, and told; a second process takes about half.
    """
    from sim.compiled import cache_note, never_compiled

    if (note := cache_note()) is not None:
        click.echo(note, err=True)
    if never_compiled():
        click.echo("compiling kernels, which is done once", err=True)
        _compile_side_by_side()


_FAST = "sim.engine.fast"
_KERNELS = (
    f"{_FAST}.kernel",
    f"{_FAST}.inbound {_FAST}.layout sim.streams",
    "sim.measure.counting",
    f"{_FAST}.sift",
    "sim.measure.counting_cases",
    "sim.engine.plan.ranking",
    "sim.audit.marks",
    "sim.behaviour.look_up",
)
"""Modules with kernels, what takes longest first; what imports another's kernels stands with it.
Passes over the head of a campaign are compiled where there is one."""

_OTHERS = ("sim.loading.load", "sim.scenario.resolved", "sim.store.digest")
"""Modules without kernels that this process wants soon, read while the other begins."""

_COMPILE = """
import gc, os, sys
from importlib import import_module
gc.disable()
root, *kernels = sys.argv[1:]
sys.path.insert(0, root)
while taken := os.read(0, 1):
    for name in kernels[taken[0]].split():
        import_module(name)
"""
"""What the other process does with the queue, its standard input; see :func:`_compile_from`."""


def _compile_side_by_side() -> None:
    """Fill an empty kernel cache. What fails here is compiled later, where it is needed.

    Two processes take modules from one queue until it is empty: a pipe that holds a byte for each,
    which is read by one of them alone.
    """
    import subprocess
    import sys

    from sim import children

    root = str(Path(__file__).resolve().parents[2])
    queue, end = os.pipe()
    try:
        os.write(end, bytes(range(len(_KERNELS))))
        os.close(end)
        try:
            other = subprocess.Popen(
                [sys.executable, "-I", "-c", _COMPILE, root, *_KERNELS],
                stdin=queue,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return
        children.begin(other.pid)
        try:
            _compile_from(queue)
            other.wait()
        finally:
            children.end(other.pid)
    finally:
        os.close(queue)


def _compile_from(queue: int) -> None:
    """Take modules from a queue and import them, until it is empty.

    Meanwhile nothing is looked for that could be freed: a compiler makes much, and keeps most.
    """
    import gc
    from importlib import import_module

    collected = gc.isenabled()
    gc.disable()
    try:
        for name in _OTHERS:
            import_module(name)
        while taken := os.read(queue, 1):
            for name in _KERNELS[taken[0]].split():
                import_module(name)
    finally:
        if collected:
            gc.enable()
