"""``ringfence validate``: every fault of scenario files, at its place."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from sim.errors import BAD_INPUT, Fault, ScenarioError, told


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--set", "sets", metavar="PATH=VALUE", multiple=True, help="Replace a value.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def validate(files: tuple[str, ...], sets: tuple[str, ...], as_json: bool) -> None:
    """Check scenario files and report every fault at once.

    Exit code 0 where all files can be run (warnings allowed), 2 otherwise.
    """
    from sim.jobs.refusals import hold_ranges
    from sim.loading.load import load

    faults: list[Fault] = []
    bad = 0
    for file in files:
        try:
            loaded = load(file, sets)
            hold_ranges(loaded)
            if loaded.scenario.check.expect:
                from sim.jobs.promised import hold_expectations

                hold_expectations(loaded)
        except ScenarioError as error:
            faults += error.faults
            bad += 1
        else:
            faults += loaded.warnings
            if not as_json:
                count = len(loaded.scenario.strategies)
                click.echo(f"{file}: fine, {count} strateg{'ies' if count != 1 else 'y'}")
    if as_json:
        click.echo(json.dumps({"faults": [asdict(fault) for fault in faults]}, indent=2))
    else:
        for line in told(faults):
            click.echo(line, err=True)
    if bad:
        raise click.exceptions.Exit(BAD_INPUT)
