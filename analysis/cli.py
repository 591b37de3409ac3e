"""``ringfence report``: the report of a stored run, made anew."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; by default report.html in the folder where you are.",
)
def report(run: Path, out: Path | None) -> None:
    """Write the report of a stored run.

    RUN is a run directory. A run has a report of its own, report.html; this makes it anew, say
    with a newer version. The run directory is not changed.
    """
    from analysis.report import write_report
    from sim.store.read import load_run

    target = out or Path("report.html")
    write_report(load_run(run), target)
    click.echo(f"report: {target}")
