"""``ringfence check``: rerun seeded scenarios and compare them with their baselines, exactly."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.configured import configured
from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import FORCE, JOBS, claim_and_tell
from sim.commands.progress import PROGRESS, Telling, telling
from sim.errors import OptionError, writing
from sim.outputs import JUNIT, MARKDOWN

if TYPE_CHECKING:
    from sim.jobs.accept import Acceptance
    from sim.jobs.check import CheckResult

FORMATS = ("text", "json", "github", "gitlab", "junit", "markdown")
RUNS = Path("runs")
"""Where a dashboard looks, if it is there: how far a check is, is told beside what runs make."""
SUMMARY = "GITHUB_STEP_SUMMARY"
"""Environment variable that names a file to which a step of a GitHub workflow adds a summary."""


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
@click.option("-k", "named", metavar="NAME", default="",
              help="Only scenarios with this in their path, or that match it.")  # fmt: skip
@click.option("--changed", is_flag=True,
              help="Pass over scenarios that nothing has changed since a baseline.")  # fmt: skip
@click.option("--against", metavar="REV",
              help="Compare with what this git revision gives, not with baselines.")  # fmt: skip
@click.option("--without-draws", is_flag=True,
              help="Say nothing of expectations over noise or inputs.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS),
              help="What standard output gets; text by default.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write JUnit XML.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write a Markdown table.")
@JOBS
@PROGRESS
@FORCE
@click.option("-v", "--verbose", is_flag=True, help="Show what is equal, too.")
def check(
    paths: tuple[str, ...],
    form: str | None,
    as_json: bool,
    junit: Path | None,
    markdown: Path | None,
    jobs: int | None,
    force: bool,
    verbose: bool,
    **asked: Any,
) -> None:
    """Rerun scenarios at their check scale, compare them with baselines, judge their promises.

    PATH is a scenario file or a directory that holds such, at any depth; by default what
    [tool.ringfence] of pyproject.toml says under paths, else scenarios/. Exit code 0: all equal and
    kept; 1: a difference, a broken promise, or a baseline without a scenario; 2: could not judge.
    """
    accept = _acceptance(**{name: asked[name] for name in ("accept", *_PARTS)})
    settings = configured(Path.cwd())
    form = "json" if as_json else form or settings.format
    tell_of_kernels()  # before anything is imported that would compile them one by one
    from sim.commands import verdicts

    inputs = paths or settings.paths
    xml, table = (
        None if file is None else claim_and_tell(file, kind, inputs=(*inputs, other), force=force)
        for file, kind, other in ((junit, JUNIT, markdown), (markdown, MARKDOWN, junit))
    )
    dry_run, far = asked["dry_run"], asked["far"]
    tell = None if far == "json" else _teller(form)
    with telling("check", "", far) as told:
        if RUNS.is_dir():
            told.live.beside(RUNS / "check")
        result = _result(inputs, accept, tell, jobs or settings.jobs, asked, told)
    if xml is not None:
        xml.write(verdicts.junit(result))
    if table is not None:
        table.write(verdicts.markdown(result))
    _summary(result)
    for line in _printed(result, form, verbose, dry_run):
        click.echo(line)
    if form == "text":
        for file, why in result.unjudged.items():
            click.echo(f"{file}: cannot judge: {why}", err=True)
    raise click.exceptions.Exit(result.exit_code)


def _result(
    inputs: Sequence[str],
    accept: Acceptance | None,
    tell: Callable[[str], None] | None,
    jobs: int | None,
    asked: dict[str, Any],
    told: Telling,
) -> CheckResult:
    """What is found, of baselines or of another revision."""
    if asked["against"] is not None:
        for name in ("accept", "dry_run", "prune", "changed"):
            if accept is not None or asked.get(name):
                raise OptionError(f"--{name.replace('_', '-')} is of baselines", place="--against")
        from sim.jobs.against import against
        from sim.jobs.found import found

        there = found(inputs).named(asked["named"])
        return against(asked["against"], there, inputs, tell or (lambda _: None), jobs)
    from sim.jobs.check import check as run_check

    return run_check(
        inputs,
        accept,
        dry_run=asked["dry_run"],
        prune=asked["prune"],
        tell=tell,
        jobs=jobs,
        named=asked["named"],
        changed=asked["changed"],
        draws=not asked["without_draws"],
        at=lambda file, at, of: told.live.tell(
            (at - 1) / of, str(file), at, of, at - 1, "scenarios"
        ),
    )


_PARTS = ("reason", "strategies", "metrics")
"""Options that say something of what is accepted."""


def _acceptance(accept: bool, **parts: Any) -> Acceptance | None:
    """What is accepted; None for nothing."""
    if not accept:
        if any(parts.values()):
            raise OptionError("--reason, --strategy and --metric say what to --accept")
        return None
    tell_of_kernels()
    from sim.jobs.accept import Acceptance
    from sim.jobs.check import NO_REASON

    if not (parts["reason"] or "").strip():
        raise OptionError(NO_REASON)
    return Acceptance(**parts)


def _teller(form: str) -> Callable[[str], None] | None:
    """Who is told of progress: standard error, unless it is all for a machine."""
    return None if form == "json" else lambda text: click.echo(text, err=True)


def _printed(result: CheckResult, form: str, verbose: bool, dry_run: bool) -> list[str]:
    """The result in a format, line by line."""
    from sim.commands import verdicts

    if form == "text":
        return list(verdicts.text(result, verbose=verbose, dry_run=dry_run))
    if form == "github":
        return list(verdicts.github(result))
    if form == "json":
        return [json.dumps(verdicts.document(result), indent=2)]
    made = {"gitlab": verdicts.gitlab, "junit": verdicts.junit, "markdown": verdicts.markdown}
    return [made[form](result).rstrip("\n")]


def _summary(result: CheckResult) -> None:
    """Add a table to the summary of a step of a GitHub workflow, where it asks for one."""
    from sim.commands import verdicts

    if name := os.environ.get(SUMMARY, ""):
        with writing(name), Path(name).open("a", encoding="utf-8") as file:
            file.write(verdicts.markdown(result) + "\n")
