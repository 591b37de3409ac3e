"""Loading a scenario for a command, and what else is told on standard error before a run."""

from __future__ import annotations

from collections.abc import Sequence

import click

from sim.loading.load import load
from sim.scenario.load import Loaded


def load_and_warn(path: str, sets: Sequence[str] = ()) -> Loaded:
    """Load a scenario and tell its warnings.

    Raises
    ------
    sim.errors.ScenarioError
        With every fault.
    """
    loaded = load(path, sets)
    for warning in loaded.warnings:
        click.echo(str(warning), err=True)
    return loaded


def tell_of_kernels() -> None:
    """Say on standard error where a folder for compiled kernels was not trusted."""
    from sim.compiled import cache_note

    if (note := cache_note()) is not None:
        click.echo(note, err=True)
