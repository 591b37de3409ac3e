"""``ringfence new``: a commented scenario to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sim.commands.loading import claim_and_tell
from sim.errors import OptionError


@click.command()
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; NAME.yaml by default.",
)
def new(name: str, out: Path | None) -> None:
    """Write a commented starter scenario called NAME."""
    from sim.outputs import NOTHING
    from sim.scenario.starter import starter

    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise OptionError(
            f"found '{name}'; a scenario's name has up to 40 letters, digits, '-' and '_'"
        )
    target = out or Path(f"{name}.yaml")
    claim_and_tell(target, NOTHING).write(starter(name))
    click.echo(f"scenario: {target}\nnext:     ringfence run {target}")
