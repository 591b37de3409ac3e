"""What the console has from the analysis room: ``ringfence report`` and ``ringfence dashboard``."""

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


@click.command()
@click.argument("store", type=click.Path(path_type=Path), default="runs")
@click.option("--port", type=click.IntRange(0, 65_535), default=8050, help="0: any free one.")
@click.option(
    "--host",
    default="127.0.0.1",
    help="Listen at another address of this machine, which others may reach.",
)
def dashboard(store: Path, port: int, host: str) -> None:
    """Look at stored runs and studies in a browser.

    STORE is the folder that they are in; runs made meanwhile appear. Prints the address to open,
    with the token that it asks for, and answers until Ctrl-C.
    """
    from importlib.util import find_spec

    from sim.errors import OptionError

    if any(find_spec(name) is None for name in ("dash", "dash_ag_grid")):
        raise OptionError(
            "the dashboard needs Dash, which is not installed",
            remedy="pip install 'ringfence[dashboard]'",
        )
    from analysis.dashboard.serve import serve

    served = serve(store, host=host, port=port)
    click.echo(f"dashboard: {served.address}\nCtrl-C ends it.")
    served.run()
