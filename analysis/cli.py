"""``ringfence report``: the report of a stored run, made anew."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; by default report.html in the folder where you are.",
)
@click.option("--force", is_flag=True, help="Replace an earlier report.")
def report(run: Path, out: Path | None, force: bool) -> None:
    """Write the report of a stored run.

    RUN is a run directory. A run has a report of its own, report.html; this makes it anew, say
    with a newer version. The run directory is not changed.
    """
    from analysis.report import report_html
    from sim.outputs import REPORT, claim
    from sim.store.read import load_run

    output = claim(out or "report.html", REPORT, inputs=(run,), force=force)
    if output.note is not None:
        click.echo(output.note, err=True)
    output.write(report_html(load_run(run)))
    click.echo(f"report: {output.shown}")
