"""``ringfence schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from sim.errors import writing


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
    text = schema_text()
    with writing(out):
        out.write_text(text, encoding="utf-8")
    click.echo(f"schema: {out}")
