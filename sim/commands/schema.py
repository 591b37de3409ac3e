"""``ringfence schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from sim.commands.loading import FORCE, claim_and_tell
from sim.outputs import SCHEMA


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="File to write.")
@FORCE
def schema(out: Path | None, force: bool) -> None:
    """Print the JSON Schema that editors complete scenario keys from."""
    from sim.scenario.schema import schema_text

    if out is None:
        click.echo(schema_text(), nl=False)
        return
    claim_and_tell(out, SCHEMA, force=force).write(schema_text())
    click.echo(f"schema: {out}")
