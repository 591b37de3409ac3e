"""``ringfence new``: a commented scenario to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sim.commands.loading import BadInput


@click.command()
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; NAME.yaml by default.",
)
def new(name: str, out: Path | None) -> None:
    """Write a commented starter scenario called NAME."""
    from sim.scenario.starter import starter

    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise BadInput(
            f"found '{name}'; a scenario's name has up to 40 letters, digits, '-' and '_'"
        )
    target = out or Path(f"{name}.yaml")
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(starter(name))
    except FileExistsError as error:
        raise BadInput(f"{target} exists already; nothing was written") from error
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror or error}") from error
    click.echo(f"scenario: {target}\nnext:     ringfence run {target}")
