"""``ringfence calibrate``: a world's rates from one's own calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.loading import FORCE, claim_and_tell
from sim.errors import OptionError

if TYPE_CHECKING:
    from sim.jobs.calibrating import Calibrated
    from sim.outputs import Output


@click.command()
@click.argument("world", type=click.Path())
@click.option(
    "--calls",
    type=click.Path(path_type=Path),
    help="A directory of imported calls: ringfence import.",
)
@click.option(
    "--totals",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Or how many of a campaign's calls were connected: YAML.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option(
    "--days",
    metavar="DAYS",
    help="Fit these alone, all others being held out: 2024-05-13..2024-05-16, 2024-05-18. "
    "Default: all, and the last quarter is held against a fit to the rest.",
)
@click.option(
    "--parameters",
    metavar="NAME",
    multiple=True,
    help="Must be fitted, else nothing is written: frailty, hours, … Repeat it.",
)
@click.option(
    "--ring-timeout",
    metavar="DURATION",
    help="Of a log without ring times: for how long calls rang that nobody took, as 25 s.",
)
@click.option(
    "--message",
    metavar="DURATION",
    help="For how long the log's message played, where it was not the world's, as 25 s.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--html", "page", metavar="FILE", help="Also a page with charts.")
@FORCE
def calibrate(
    world: str,
    calls: Path | None,
    totals: Path | None,
    out: Path,
    days: str | None,
    parameters: tuple[str, ...],
    ring_timeout: str | None,
    message: str | None,
    as_json: bool,
    page: str | None,
    force: bool,
) -> None:
    """Fit how lines answer to your own calls, and write a scenario that extends WORLD.

    It holds fitted keys alone, each a range with its source, and a joint law. Days of the log are
    held out, and their shares held against what the rest says. What the data could not tell is
    told, with why, and with what would tell. Of totals alone, people and machines together are
    told, and little of each.
    """
    from sim.fitting.overlay import MARK
    from sim.outputs import REPORT, Kind

    if (calls is None) == (totals is None):
        raise OptionError("say what to fit to: --calls DIR, or --totals FILE; one of the two")
    output = claim_and_tell(
        out, Kind("a fitted world", MARK.encode()), inputs=(world, totals), force=force
    )
    if totals is not None:
        _see_calls_alone(days, parameters, ring_timeout, message, as_json, page)
        _by_totals(world, totals, out, output)
        click.echo(_next(out))
        return
    assert calls is not None
    sheet = None
    if page is not None:
        sheet = claim_and_tell(Path(page), REPORT, inputs=(world, calls, out), force=force)
    from sim.fitting.options import message_of, spans_of, timeout_of
    from sim.jobs.calibrating import Asked
    from sim.jobs.calibrating import calibrate as fitted

    spans = () if days is None else spans_of(days)
    timeout = None if ring_timeout is None else timeout_of(ring_timeout)
    length = None if message is None else message_of(message)
    found = fitted(Asked(world, calls, out, parameters, spans, timeout, length))
    _tell(found, as_json, sheet)
    output.write(found.text)
    click.echo(_next(out), err=as_json)


def _tell(found: Calibrated, as_json: bool, sheet: Output | None) -> None:
    """Give what was found: on the screen or as JSON, and on a page where one is asked for."""
    from sim.fitting.document import document
    from sim.fitting.told import lines

    told = document(
        found.fits, found.dials, found.checks, found.held, found.stayed, found.scenario,
        found.origin,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        held = len(found.held)
        world = found.scenario.world
        for line in lines(found.fits, found.dials, found.checks, held, found.stayed, world):
            click.echo(line)
    if sheet is not None:
        from sim.commands.shown import shown_by

        sheet.write(shown_by("experiment_html")(told))
        click.echo(f"page: {sheet.shown}", err=as_json)


def _by_totals(world: str, totals: Path, out: Path, output: Output) -> None:
    """Move a world by totals, and say what moved."""
    from sim.fitting.told import totals_lines
    from sim.jobs.calibrating import by_totals

    text, moved = by_totals(world, totals, out)
    for line in totals_lines(moved):
        click.echo(line)
    output.write(text)


def _see_calls_alone(*given: object) -> None:
    """Refuse options that go with a log where there are totals."""
    names = ("--days", "--parameters", "--ring-timeout", "--message", "--json", "--html")
    for name, each in zip(names, given, strict=True):
        if each not in (None, (), False):
            raise OptionError(f"{name} goes with --calls")


def _next(out: Path) -> str:
    return f"fitted: {out}; run it: ringfence run {out}"
