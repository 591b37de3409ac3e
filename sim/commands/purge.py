"""``ringfence purge``: delete imported calls that are past their day."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def purge(folders: tuple[Path, ...], dry_run: bool) -> None:
    """Delete imported calls whose day to be deleted is past, and say what was deleted.

    FOLDERS are directories that ringfence import made, or folders that hold some. Nothing else in
    them is touched.
    """
    from sim.jobs.importing import delete, past

    found = past(folders)
    for each in found:
        if not dry_run:
            delete(each)
        done = "would be deleted" if dry_run else "deleted"
        click.echo(
            f"{done}: {each.path}, {each.calls:,} calls to {each.lines:,} lines, "
            f"to be deleted by {each.delete_by}"
        )
    if not found:
        click.echo("nothing is past its day")
