"""``ringfence check``: rerun seeded scenarios and compare them with their baselines, exactly."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from sim.commands.loading import FORCE, JOBS, claim_and_tell, tell_of_kernels
from sim.errors import OptionError
from sim.outputs import JUNIT, MARKDOWN


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--update", is_flag=True, help="Write the baselines anew.")
@click.option("--reason", metavar="TEXT", help="Why the new numbers are right; goes with them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write JUnit XML.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write a Markdown table.")
@JOBS
@FORCE
@click.option("-v", "--verbose", is_flag=True, help="Show the comparisons that are equal, too.")
def check(
    paths: tuple[str, ...],
    update: bool,
    reason: str | None,
    as_json: bool,
    junit: Path | None,
    markdown: Path | None,
    jobs: int | None,
    force: bool,
    verbose: bool,
) -> None:
    """Rerun scenarios at their check scale and compare counters and digests with baselines.

    PATH is a scenario file or a directory of them; scenarios/ by default. Exit code 0: all equal;
    1: differences; 2: could not judge.
    """
    from sim.commands import verdicts
    from sim.jobs.check import check as run_check

    if update and not (reason or "").strip():
        raise OptionError("an update needs a reason: --update --reason TEXT")
    tell_of_kernels()
    tell = None if as_json else lambda text: click.echo(text, err=True)
    inputs = paths or ("scenarios",)
    xml, table = (
        None if file is None else claim_and_tell(file, kind, inputs=(*inputs, other), force=force)
        for file, kind, other in ((junit, JUNIT, markdown), (markdown, MARKDOWN, junit))
    )
    result = run_check(inputs, update=update, reason=reason, tell=tell, jobs=jobs)
    if xml is not None:
        xml.write(verdicts.junit(result.rows, result.unjudged))
    if table is not None:
        table.write(verdicts.markdown(result.rows, result.unjudged, result.notes))
    if as_json:
        document = {
            "summary": result.summary,
            "exit_code": result.exit_code,
            "changed": [asdict(row) for row in result.changed],
            "unjudged": result.unjudged,
            "notes": result.notes,
            "updated": [str(path) for path in result.updated],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        for row in result.rows if verbose else result.changed:
            click.echo(
                f"{row.scenario}  {row.strategy}  {row.metric}: baseline "
                f"{verdicts.shown(row.baseline)}, now {verdicts.shown(row.now)}  "
                f"{row.change}  {row.verdict}"
            )
        for note in result.notes:
            click.echo(note)
        for file, why in result.unjudged.items():
            click.echo(f"{file}: cannot judge: {why}", err=True)
        for path in result.updated:
            click.echo(f"baseline: {path}")
        click.echo(result.summary)
        if result.changed:
            click.echo('accept with: ringfence check --update --reason "…"')
    raise click.exceptions.Exit(result.exit_code)
