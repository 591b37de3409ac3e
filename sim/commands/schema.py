"""``ringfence schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from sim.commands.loading import BadInput


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write, or replace."
)
def schema(out: Path | None) -> None:
    """Print the JSON Schema that editors complete scenario keys from."""
    from sim.scenario.schema import schema_text

    if out is None:
        click.echo(schema_text(), nl=False)
        return
    try:
        out.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write {out}: {error.strerror or error}") from error
    click.echo(f"schema: {out}")
