"""``ringfence check``: rerun seeded scenarios and compare them with their baselines, exactly."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.loading import FORCE, JOBS, claim_and_tell, tell_of_kernels
from sim.errors import OptionError
from sim.outputs import JUNIT, MARKDOWN

if TYPE_CHECKING:
    from sim.jobs.accept import Acceptance
    from sim.jobs.check import CheckResult


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--accept", is_flag=True, help="Take differences over into the baselines.")
@click.option("--reason", metavar="TEXT", help="Why the new numbers are right; goes with them.")
@click.option("--strategy", "strategies", metavar="NAME", multiple=True,
              help="Accept this strategy alone; repeatable.")  # fmt: skip
@click.option("--metric", "metrics", metavar="GLOB", multiple=True,
              help="Accept what matches alone, such as 'complaints_*'; repeatable.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be written or removed; do nothing.")
@click.option("--prune", is_flag=True, help="Remove baselines without a scenario.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write JUnit XML.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write a Markdown table.")
@JOBS
@FORCE
@click.option("-v", "--verbose", is_flag=True, help="Show the comparisons that are equal, too.")
def check(
    paths: tuple[str, ...],
    as_json: bool,
    junit: Path | None,
    markdown: Path | None,
    jobs: int | None,
    force: bool,
    verbose: bool,
    **asked: Any,
) -> None:
    """Rerun scenarios at their check scale and compare counters and digests with baselines.

    PATH is a scenario file or a directory that holds such, at any depth; scenarios/ by default.
    Exit code 0: all equal; 1: differences, or a baseline without a scenario; 2: could not judge.
    """
    from sim.commands import verdicts
    from sim.jobs.check import check as run_check

    accept = _acceptance(**{name: asked[name] for name in ("accept", *_PARTS)})
    tell_of_kernels()
    tell = None if as_json else lambda text: click.echo(text, err=True)
    inputs = paths or ("scenarios",)
    xml, table = (
        None if file is None else claim_and_tell(file, kind, inputs=(*inputs, other), force=force)
        for file, kind, other in ((junit, JUNIT, markdown), (markdown, MARKDOWN, junit))
    )
    dry_run, prune = asked["dry_run"], asked["prune"]
    result = run_check(inputs, accept, dry_run=dry_run, prune=prune, tell=tell, jobs=jobs)
    if xml is not None:
        xml.write(verdicts.junit(result))
    if table is not None:
        table.write(verdicts.markdown(result))
    if as_json:
        click.echo(json.dumps(verdicts.document(result), indent=2))
    else:
        _tell(result, verbose, dry_run)
    raise click.exceptions.Exit(result.exit_code)


_PARTS = ("reason", "strategies", "metrics")
"""Options that say something of what is accepted."""


def _acceptance(accept: bool, **parts: Any) -> Acceptance | None:
    """What is accepted; None for nothing."""
    from sim.jobs.accept import Acceptance
    from sim.jobs.check import NO_REASON

    if not accept:
        if any(parts.values()):
            raise OptionError("--reason, --strategy and --metric say what to --accept")
        return None
    if not (parts["reason"] or "").strip():
        raise OptionError(NO_REASON)
    return Acceptance(**parts)


def _tell(result: CheckResult, verbose: bool, dry_run: bool) -> None:
    """Print what was found: first the differences, last how to accept them."""
    from sim.commands import verdicts

    taken = set(result.accepted)
    for row in result.rows:
        if verbose or row.verdict != "ok":
            click.echo(verdicts.line(row) + ("  accepted" if row in taken else ""))
    for one in result.files:
        for name, told in one.parts.items():
            click.echo(f"{one.scenario}  {name}  {'; '.join(told)}")
    for note in result.notes:
        click.echo(note)
    for verdict in result.verdicts:
        if verbose or verdict.state != "kept":
            click.echo(verdicts.verdict_line(verdict))
    for file, why in result.unjudged.items():
        click.echo(f"{file}: cannot judge: {why}", err=True)
    for path in result.orphans:
        click.echo(f"{path}: a baseline without a scenario; remove it with check --prune")
    would = "would be " if dry_run else ""
    for path in result.pruned:
        click.echo(f"{would}removed: {path}")
    for path in result.updated:
        click.echo(f"baseline{' would be written' if dry_run else ''}: {path}")
    click.echo(result.summary)
    if result.drifted:
        files = " ".join(shlex.quote(str(file)) for file in result.drifted)
        click.echo(f'accept with: ringfence check --accept {files} --reason "…"')
