"""``ringfence key``: make a key that names lines."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make a key file, by which an import names lines instead of their numbers.

    Only you can read it. One key joins calls, lists and years; without it nobody, you included,
    finds a line again. Keep it where the imported calls are not.
    """
    from sim.intake.keys import make_key

    make_key(file)
    click.echo(f"key: {file}; keep it, and keep it away from what you import")
