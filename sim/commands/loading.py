"""Loading a scenario for a command, what a command claims, and options that several have."""

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
