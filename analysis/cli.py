"""What the console has from the analysis room: ``ringfence report`` and ``ringfence dashboard``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analysis.figures import Chart
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
    type=click.Choice(["html", "md", "png", "xlsx", "csv"]),
    default="html",
    show_default=True,
    help="A page; Markdown, printed without --out; one figure as a picture; one table of a run as "
    "a workbook or as text.",
)
@click.option("--figure", metavar="KEY", help="With png: which, by its anchor in the page.")
@click.option("--table", metavar="NAME", help="With xlsx or csv: which, by its name.")
@click.option("--force", is_flag=True, help="Replace an earlier report.")
def report(
    run: Path, out: Path | None, form: str, figure: str | None, table: str | None, force: bool
) -> None:
    """Write the report of a stored run or study, or one figure or table of it.

    RUN is a run directory or a study's folder. A run has a report of its own, report.html; this
    makes it anew, say with a newer version. The directory is not changed.
    """
    from sim.store.read import load_run
    from sim.store.study import is_study, load_study

    _goes_with("--figure", figure, form, ("png",))
    _goes_with("--table", table, form, ("xlsx", "csv"))
    stored: Run | Study = load_study(run) if is_study(run) else load_run(run)
    if form == "md":
        _markdown(stored, run, out, force=force)
    elif figure is not None:
        _picture(stored, figure, run, out)
    elif table is not None:
        _table(stored, table, out or Path(f"{table}.{form}"))
    else:
        _page(stored, run, out, force=force)


def _goes_with(option: str, value: str | None, form: str, forms: tuple[str, ...]) -> None:
    """See that an option is there with the formats that it is for, and with no other."""
    from sim.errors import OptionError

    if (value is not None) != (form in forms):
        wanted = " or ".join(forms)
        if value is None:
            raise OptionError(f"--format {form} needs {option}", remedy="name one thing to write")
        raise OptionError(f"{option} goes with --format {wanted}", found=f"--format {form}")


def _experiments(study: Study) -> list[Chart]:
    """Charts of what a study says besides: those that there are draws and strategies for."""
    from analysis.report.experiment import charts_of
    from sim.jobs import compared, sensitivity
    from sim.jobs.comparing import compare
    from sim.study.importance import FEWEST_RUNS

    charts: list[Chart] = []
    if len(study.strategies) > 1:
        charts += charts_of(compared.document(compare([study])))
    if study.draws_count >= FEWEST_RUNS:
        charts += charts_of(sensitivity.document(sensitivity.sensitivity(study)))
    return charts


def _page(stored: Run | Study, run: Path, out: Path | None, *, force: bool) -> None:
    """Write the report as a page."""
    from analysis.report import report_html, study_html
    from sim.outputs import REPORT, claim
    from sim.store.study import Study

    output = claim(out or "report.html", REPORT, inputs=(run,), force=force)
    if output.note is not None:
        click.echo(output.note, err=True)
    output.write(
        study_html(stored, _experiments(stored))
        if isinstance(stored, Study)
        else report_html(stored)
    )
    click.echo(f"report: {output.shown}")


def _picture(stored: Run | Study, figure: str, run: Path, out: Path | None) -> None:
    """Write one figure as a picture."""
    from analysis.report.picture import charts_of, picture
    from sim.outputs import NOTHING, claim

    output = claim(out or f"{figure}.png", NOTHING, inputs=(run,))
    output.write(picture(charts_of(stored), figure))
    click.echo(f"figure: {output.shown}")


def _table(stored: Run | Study, table: str, out: Path) -> None:
    """Write one table of a run for a spreadsheet."""
    from sim.errors import OptionError
    from sim.store.study import Study

    if isinstance(stored, Study):
        raise OptionError("a study's tables are Parquet files in its folder; --table is for runs")
    stored.save(table, out)
    click.echo(f"table: {out}")


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
