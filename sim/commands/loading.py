"""Loading a scenario for a command: every fault on standard error, and exit code 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import click

from sim.document.faults import ScenarioError
from sim.loading.load import load
from sim.scenario.load import Loaded

BAD_INPUT = 2


class BadInput(click.ClickException):
    """Input that cannot be used: told in a line, with exit code 2."""

    exit_code = BAD_INPUT


def tell_of_kernels() -> None:
    """Say on standard error where a folder for compiled kernels was not trusted."""
    from sim.compiled import cache_note

    if (note := cache_note()) is not None:
        click.echo(note, err=True)


def load_or_exit(path: str, sets: Sequence[str] = ()) -> Loaded:
    """Load a scenario, tell its warnings; or tell every fault and exit with code 2."""
    try:
        loaded = load(path, sets)
    except ScenarioError as error:
        refuse(error)
    for warning in loaded.warnings:
        click.echo(str(warning), err=True)
    return loaded


def refuse(error: ScenarioError) -> NoReturn:
    """Tell every fault on standard error and exit with code 2."""
    for fault in error.faults:
        click.echo(str(fault), err=True)
    count = len(error.errors)
    click.echo(f"{count} error{'s' if count != 1 else ''}; nothing was run", err=True)
    raise click.exceptions.Exit(BAD_INPUT)
