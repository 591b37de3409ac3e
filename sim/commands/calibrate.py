"""``ringfence calibrate``: a world's rates from one's own calls."""

from __future__ import annotations

from pathlib import Path

import click

from sim.commands.loading import FORCE, claim_and_tell
from sim.errors import OptionError


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
    "--parameters",
    metavar="NAME",
    multiple=True,
    help="Must be fitted, else nothing is written: frailty, hours, … Repeat it.",
)
@FORCE
def calibrate(
    world: str,
    calls: Path | None,
    totals: Path | None,
    out: Path,
    parameters: tuple[str, ...],
    force: bool,
) -> None:
    """Fit how lines answer to your own calls, and write a scenario that extends WORLD.

    It holds fitted keys alone, each a range with its source, and a joint law. The last days of the
    log are held out, and their shares held against what the rest says. What the data could not tell
    is told, with why, and with what would tell. Of totals alone, people and machines together are
    told, and little of each.
    """
    from sim.fitting.overlay import MARK
    from sim.outputs import Kind

    if (calls is None) == (totals is None):
        raise OptionError("say what to fit to: --calls DIR, or --totals FILE; one of the two")
    output = claim_and_tell(
        out, Kind("a fitted world", MARK.encode()), inputs=(world, totals), force=force
    )
    if calls is not None:
        from sim.fitting.told import lines
        from sim.jobs.calibrating import calibrate as fitted

        found = fitted(world, calls, out, parameters)
        for line in lines(found.fits, found.dials, found.checks, found.held, found.world):
            click.echo(line)
        output.write(found.text)
    elif totals is not None:
        if parameters:
            raise OptionError("--parameters goes with --calls")
        from sim.fitting.told import totals_lines
        from sim.jobs.calibrating import by_totals

        text, moved = by_totals(world, totals, out)
        for line in totals_lines(moved):
            click.echo(line)
        output.write(text)
    click.echo(f"fitted: {out}; run it: ringfence run {out}")
