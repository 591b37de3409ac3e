"""``ringfence report``: the report of a stored run, made anew.

``register`` adds the command to a click group; heavy libraries are imported when it runs.
"""

from __future__ import annotations

from pathlib import Path

import click


class BadInput(click.ClickException):
    """Input that cannot be used: told in a line, with exit code 2."""

    exit_code = 2


def register(group: click.Group) -> None:
    """Add the commands of this room to a group."""
    group.add_command(report)


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
    from sim.document.faults import ScenarioError
    from sim.store.errors import RunDirectoryError
    from sim.store.read import load_run

    target = out or Path("report.html")
    try:
        write_report(load_run(run), target)
    except (RunDirectoryError, ScenarioError) as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror or error}") from error
    click.echo(f"report: {target}")
