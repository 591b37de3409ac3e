"""``ringfence new``: a commented scenario to start from."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import claim_and_tell
from sim.errors import OptionError


@click.command()
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write, NAME.yaml by default; with --repo, the folder to make.",
)
@click.option(
    "--repo",
    is_flag=True,
    help="Make a whole folder: scenario, baseline, law pack, settings, workflows.",
)
@click.option(
    "--from",
    "start",
    metavar="PRESET",
    help="Ten lines on figures with sources: fr-landline, uk-mixed, us-landline, us-mobile, "
    "us-mixed or ca-mixed.",
)
@click.option(
    "--with",
    "parts",
    metavar="PART",
    multiple=True,
    help="With --from, also: complaints, consent. May be given more than once.",
)
@click.option(
    "--question",
    "number",
    metavar="N",
    type=int,
    help="A scenario that one of the fifteen questions can be asked of, and the command that "
    "answers it: docs/questions.md.",
)
def new(
    name: str,
    out: Path | None,
    repo: bool,
    start: str | None,
    parts: tuple[str, ...],
    number: int | None,
) -> None:
    """Write a starter scenario called NAME.

    Without --from it is long and commented; its figures are guesses, and say so.

    With --repo, a folder that a team's own repository begins with; it is called NAME, too.
    """
    from sim.outputs import NOTHING
    from sim.scenario.starter import asking, starter

    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise OptionError(
            f"found '{name}'; a scenario's name has up to 40 letters, digits, '-' and '_'"
        )
    if repo and start is not None:
        raise OptionError("--from goes with a scenario alone, not with --repo")
    if number is not None and (repo or start is not None):
        raise OptionError(
            "--question has a start of its own: neither --from nor --repo goes with it"
        )
    if repo:
        _repository(out or Path(name), name)
        return
    if parts and start is None:
        raise OptionError("--with goes with --from: it lays more parts over a start")
    target = out or Path(f"{name}.yaml")
    text = starter(name, start, parts) if number is None else asking(name, number)
    claim_and_tell(target, NOTHING).write(text)
    click.echo(f"scenario: {target}")
    for line in _next(name, target, number):
        click.echo(line)


def _next(name: str, target: Path, number: int | None) -> Iterator[str]:
    """What to type next."""
    if number is None:
        yield f"next:     ringfence run {target}"
        return
    from sim.scenario.questions import anchor, question
    from sim.scenario.starter import commands_of

    yield f"question: {number}. {question(number).title}"
    for command in commands_of(name, number, shlex.quote(str(target))):
        yield f"next:     ringfence {command}"
    yield f"tells:    {question(number).answer}"
    yield f"more:     {anchor(number)}"


def _repository(folder: Path, name: str) -> None:
    """Make a team's own repository, and run its scenario once for its baseline."""
    from sim.commands.repository import make_repository

    for path in make_repository(folder, name):
        click.echo(f"{folder / path}")

    from sim.jobs.accept import Acceptance
    from sim.jobs.check import check

    tell_of_kernels()
    file = folder / "scenarios" / f"{name}.yaml"
    made = check(
        [file], Acceptance(REASON), tell=lambda text: click.echo(text, err=True), jobs=None
    )
    for baseline in made.updated:
        click.echo(baseline)
    for why in made.unjudged.values():
        click.echo(f"no baseline was made: {why}", err=True)
    click.echo(f"next:     cd {shlex.quote(str(folder))} && git init && ringfence check")
    if made.exit_code:
        raise click.exceptions.Exit(made.exit_code)


REASON = "As the template has it"
"""Why the first baseline of a repository has the numbers that it has."""
