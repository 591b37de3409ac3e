"""``ringfence calibrate``: a world's rates from one's own calls."""

from __future__ import annotations

from pathlib import Path

import click

from sim.commands.loading import FORCE, claim_and_tell


@click.command()
@click.argument("world", type=click.Path())
@click.option(
    "--calls",
    required=True,
    type=click.Path(path_type=Path),
    help="A directory of imported calls: ringfence import.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option(
    "--parameters",
    metavar="NAME",
    multiple=True,
    help="Must be fitted, else nothing is written: frailty, hours, … Repeat it.",
)
@FORCE
def calibrate(world: str, calls: Path, out: Path, parameters: tuple[str, ...], force: bool) -> None:
    """Fit how lines answer to your own calls, and write a scenario that extends WORLD.

    It holds fitted keys alone, each a range with its source, and a joint law. The last days of the
    log are held out, and their shares held against what the rest says. What the data could not tell
    is told, with why, and with what would tell.
    """
    from sim.fitting.overlay import MARK
    from sim.fitting.told import lines
    from sim.jobs.calibrating import calibrate as fitted
    from sim.outputs import Kind

    output = claim_and_tell(
        out, Kind("a fitted world", MARK.encode()), inputs=(world,), force=force
    )
    found = fitted(world, calls, out, parameters)
    for line in lines(found.fits, found.dials, found.checks, found.held, found.world):
        click.echo(line)
    output.write(found.text)
    click.echo(f"fitted: {out}; run it: ringfence run {out}")
