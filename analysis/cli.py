"""What the console has from the analysis room: ``ringfence report`` and ``ringfence dashboard``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.store.read import Run
    from sim.store.study import Study


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; by default report.html in the folder where you are.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md"]),
    default="html",
    show_default=True,
    help="A page, or Markdown: without --out, it is printed.",
)
@click.option("--force", is_flag=True, help="Replace an earlier report.")
def report(run: Path, out: Path | None, form: str, force: bool) -> None:
    """Write the report of a stored run or study.

    RUN is a run directory or a study's folder. A run has a report of its own, report.html; this
    makes it anew, say with a newer version. The directory is not changed.
    """
    from sim.store.read import load_run
    from sim.store.study import is_study, load_study

    stored: Run | Study = load_study(run) if is_study(run) else load_run(run)
    if form == "md":
        _markdown(stored, run, out, force=force)
        return
    from analysis.report import report_html, study_html
    from sim.outputs import REPORT, claim
    from sim.store.study import Study

    output = claim(out or "report.html", REPORT, inputs=(run,), force=force)
    if output.note is not None:
        click.echo(output.note, err=True)
    output.write(study_html(stored) if isinstance(stored, Study) else report_html(stored))
    click.echo(f"report: {output.shown}")


def _markdown(stored: Run | Study, run: Path, out: Path | None, *, force: bool) -> None:
    """Print the report as Markdown, or write it."""
    from analysis.report.plain import markdown
    from sim.outputs import MARKDOWN_REPORT, claim

    text = markdown(stored)
    if out is None:
        click.echo(text, nl=False)
        return
    output = claim(out, MARKDOWN_REPORT, inputs=(run,), force=force)
    output.write(text)
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
