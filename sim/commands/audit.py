"""``ringfence audit``: hold a stored run, or a real dialer's log, against regimes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.loading import BAD_INPUT, BadInput, refuse, tell_of_kernels

if TYPE_CHECKING:
    from sim.audit.shown import By
    from sim.audit.tables import AuditInput
    from sim.audit.write import ViolationWriter
    from sim.regimes.model import Regime

LAW_BROKEN = 1
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--regime",
    "regimes",
    metavar="ID",
    multiple=True,
    help="Hold it against this one, or your own YAML file; repeat it for several. "
    "Default: those that the run's scenario names.",
)
@click.option("--strategy", "strategies", metavar="NAME", multiple=True, help="Only this one.")
@click.option("--calls", type=_FILE, help="A real dialer's call log, Parquet or CSV.")
@click.option("--recipients", type=_FILE, help="What is known of the lines it called.")
@click.option("--optouts", type=_FILE, help="Who asked not to be called again, and when.")
@click.option("--facts", type=_FILE, help="YAML: what the message said, what was kept.")
@click.option("--by", type=click.Choice(["hour", "territory"]), help="Also a table of violations.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--out", type=_FILE, help="Also write the violations, one a row, as Parquet.")
def audit(
    run: Path | None,
    regimes: tuple[str, ...],
    strategies: tuple[str, ...],
    calls: Path | None,
    recipients: Path | None,
    optouts: Path | None,
    facts: Path | None,
    by: By | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Hold a call log against the rules of regimes, rule by rule.

    RUN is a run directory that holds its call log: ringfence run --calls. Or name a real dialer's
    files, see docs/audit.md. Exit code 0: no violation of a rule of law found; 1: some found;
    2: bad input, or no rule could be assessed.
    """
    from sim.audit.auditor import audits
    from sim.audit.exposure import exposure
    from sim.audit.shown import document
    from sim.audit.text import audit_text

    if (run is None) == (calls is None):
        raise BadInput("name a run directory, or a call log with --calls; one of the two")
    if run is not None and (recipients or optouts or facts):
        raise BadInput("--recipients, --optouts and --facts go with --calls")
    if run is None and strategies:
        raise BadInput("--strategy goes with a run directory")
    tell_of_kernels()
    chosen = _regimes(regimes, run)
    documents: list[dict[str, Any]] = []
    assessed = law_broken = False
    inputs = _run(run, strategies) if run is not None else _files(calls, recipients, optouts, facts)
    with _writer(out) as writer:
        # One log at a time, so that memory holds no more than one.
        for data in inputs:
            for found in audits(data, chosen):
                costs = exposure(found)
                if as_json:
                    documents.append(document(found, costs, by))
                else:
                    click.echo(audit_text(found, costs, by) + "\n")
                if writer is not None:
                    writer.add(found)
                assessed |= bool(found.assessed)
                law_broken |= found.breaks_law
    if as_json:
        click.echo(json.dumps({"format": 1, "audits": documents}, indent=2, ensure_ascii=False))
    if writer is not None:
        click.echo(f"violations: {out} ({writer.rows:,} rows)", err=as_json)
    if not assessed:
        click.echo("no rule could be assessed", err=True)
        raise click.exceptions.Exit(BAD_INPUT)
    raise click.exceptions.Exit(LAW_BROKEN if law_broken else 0)


@contextmanager
def _writer(out: Path | None) -> Iterator[ViolationWriter | None]:
    """What writes the violations, where they are asked for."""
    if out is None:
        yield None
        return
    from sim.audit.write import ViolationWriter

    try:
        with ViolationWriter(out) as writer:
            yield writer
    except OSError as error:
        raise BadInput(f"cannot write {out}: {error.strerror or error}") from error


def _regimes(names: tuple[str, ...], run: Path | None) -> list[Regime]:
    """The regimes that were named, else those of the run's scenario."""
    from sim.document.faults import ScenarioError
    from sim.regimes.load import UnknownNameError, load_regime

    if not names and run is not None:
        names = _named_by(run)
    if not names:
        raise BadInput("name a regime: --regime ID; ringfence regimes lists them")
    try:
        return [load_regime(name) for name in dict.fromkeys(names)]
    except UnknownNameError as error:
        raise BadInput(str(error)) from error
    except ScenarioError as error:
        refuse(error)


def _named_by(run: Path) -> tuple[str, ...]:
    """Regimes that the scenario of a run names."""
    from sim.document.faults import ScenarioError
    from sim.scenario.load import load_scenario
    from sim.store.errors import RunDirectoryError
    from sim.store.read import SCENARIO, load_run

    try:
        return load_scenario(load_run(run).path / SCENARIO).scenario.regimes
    except RunDirectoryError as error:
        raise BadInput(str(error)) from error
    except ScenarioError as error:
        refuse(error)


def _run(run: Path, strategies: tuple[str, ...]) -> Iterator[AuditInput]:
    """Inputs from a run directory, a strategy at a time."""
    from sim.audit.inputs.stored import RunInputError
    from sim.document.faults import ScenarioError
    from sim.jobs.audit import read_run
    from sim.store.errors import RunDirectoryError
    from sim.store.read import load_run

    try:
        if (scale := load_run(run).scale) != 1:
            click.echo(f"counts are as simulated, at a scale of {scale:.3g}", err=True)
        yield from read_run(run, strategies)
    except (RunDirectoryError, RunInputError) as error:
        raise BadInput(str(error)) from error
    except ScenarioError as error:
        refuse(error)


def _files(
    calls: Path | None, recipients: Path | None, optouts: Path | None, facts: Path | None
) -> Iterator[AuditInput]:
    """The input from a real dialer's files."""
    from sim.audit.inputs.external import read_external
    from sim.audit.inputs.facts import read_facts
    from sim.audit.inputs.files import InputError

    assert calls is not None
    try:
        known = None if facts is None else read_facts(facts)
        data, notes = read_external(calls, recipients, optouts, facts=known, name=calls.name)
    except InputError as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        count = len(error.faults)
        click.echo(f"{count} fault{'s' if count != 1 else ''}; nothing was audited", err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    for note in notes:
        click.echo(note, err=True)
    yield data
