"""``ringfence audit``: hold a stored run, or a real dialer's log, against regimes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import FORCE, claim_and_tell
from sim.errors import CannotJudgeError, OptionError

if TYPE_CHECKING:
    from sim.audit.shown import By
    from sim.audit.tables import AuditInput
    from sim.audit.write import ViolationWriter
    from sim.outputs import Output
    from sim.regimes.model import Regime

LAW_BROKEN = 1
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class _Files:
    """A real dialer's files, and how to read them: the values of :data:`_FILE_OPTIONS`."""

    calls: Path | None
    recipients: Path | None
    optouts: Path | None
    facts: Path | None
    region: str | None
    encoding: str | None


_FILE_OPTIONS = (
    click.option("--calls", type=_FILE, help="A real dialer's call log, Parquet or CSV."),
    click.option("--recipients", type=_FILE, help="What is known of the lines it called."),
    click.option("--optouts", type=_FILE, help="Who asked not to be called again, and when."),
    click.option("--facts", type=_FILE, help="YAML: what the message said, what was kept."),
    click.option(
        "--region", metavar="CC", help="Country of numbers in a national form, such as FR."
    ),
    click.option("--encoding", metavar="NAME", help="Of CSV files that are no UTF-8: cp1252."),
)


def _dialers_files(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command :data:`_FILE_OPTIONS`; it gets their values as one, ``files``."""

    @wraps(command)
    def with_files(**values: Any) -> None:
        files = _Files(**{field.name: values.pop(field.name) for field in fields(_Files)})
        command(files=files, **values)

    for option in reversed(_FILE_OPTIONS):
        with_files = option(with_files)
    return with_files


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
@_dialers_files
@click.option("--by", type=click.Choice(["hour", "territory"]), help="Also a table of violations.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Also write the violations, one a row, as Parquet that only you can read.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Also write a page for who answers for the calls, as HTML that only you can read.",
)
@FORCE
def audit(
    run: Path | None,
    regimes: tuple[str, ...],
    strategies: tuple[str, ...],
    files: _Files,
    by: By | None,
    as_json: bool,
    out: Path | None,
    report: Path | None,
    force: bool,
) -> None:
    """Hold a call log against the rules of regimes, rule by rule.

    RUN is a run directory that holds its call log: ringfence run --calls; or calls that ringfence
    import brought in. Or name a real dialer's files, see docs/audit.md. Exit code 0: no violation
    of a rule of law found; 1: some found; 2: bad input, or no rule could be assessed.
    """
    _see_that_they_go_together(run, strategies, files)
    tell_of_kernels()
    chosen = _regimes(regimes, run)
    notes: list[str] = []
    if run is not None and _imported(run):
        inputs = _from_import(run, files, notes)
    else:
        inputs = _run(run, strategies) if run is not None else _files(files, notes)
    output = None
    if out is not None:
        from sim.audit.write import VIOLATIONS

        given = (files.calls, files.recipients, files.optouts, files.facts, *regimes)
        output = claim_and_tell(out, VIOLATIONS, inputs=given, force=force, private=True)
    page = _page(report, files, regimes, force=force)
    with _writer(output) as writer:
        found = _held(inputs, chosen, by, as_json, notes, writer, keep=page is not None)
    if as_json:
        document = {"format": 1, "audits": found.documents}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    if page is not None:
        from sim import __version__
        from sim.commands.shown import shown_by

        page.write(shown_by("officer_html")(found.documents, __version__))
        click.echo(f"report: {report}", err=as_json)
    if writer is not None:
        click.echo(f"violations: {out} ({writer.rows:,} rows)", err=as_json)
    if not as_json and found.assessed:
        broken = (
            "1: a rule of law is broken" if found.law_broken else "0: no rule of law found broken"
        )
        click.echo(f"Exit {broken}.")
    if not found.assessed:
        raise CannotJudgeError("no rule could be assessed")
    raise click.exceptions.Exit(LAW_BROKEN if found.law_broken else 0)


def _see_that_they_go_together(
    run: Path | None, strategies: tuple[str, ...], files: _Files
) -> None:
    """A run or a dialer's files, and options that belong to the one or to the other."""
    if (run is None) == (files.calls is None):
        raise OptionError("name a run directory, or a call log with --calls; one of the two")
    if run is not None and _imported(run):
        others = (files.recipients, files.optouts, files.encoding, *strategies)
        if any(others):
            raise OptionError(
                "of imported calls, lists and encoding are those of their import; --facts and "
                "--regime go with them"
            )
        return
    if run is not None and any(
        (files.recipients, files.optouts, files.facts, files.region, files.encoding)
    ):
        raise OptionError(
            "--recipients, --optouts, --facts, --region and --encoding go with --calls"
        )
    if run is None and strategies:
        raise OptionError("--strategy goes with a run directory")


@dataclass(frozen=True, slots=True)
class _Held:
    """What came of all audits together."""

    assessed: bool
    """Whether some rule could be assessed."""
    law_broken: bool
    """Whether some rule of law is broken."""
    documents: list[dict[str, Any]]
    """One an input and regime, where they are asked for."""


def _held(
    inputs: Iterator[AuditInput],
    regimes: list[Regime],
    by: By | None,
    as_json: bool,
    notes: list[str],
    writer: ViolationWriter | None,
    *,
    keep: bool = False,
) -> _Held:
    """Hold every input against every regime, and tell what was found; `keep` for a page, too.

    One log at a time, so that memory holds no more than one.
    """
    from sim.audit.auditor import audits
    from sim.audit.exposure import exposure
    from sim.audit.shown import document
    from sim.audit.text import audit_text

    documents: list[dict[str, Any]] = []
    assessed = law_broken = False
    for data in inputs:
        for found in audits(data, regimes):
            costs = exposure(found)
            if as_json or keep:
                documents.append(document(found, costs, by, notes))
            if not as_json:
                click.echo(audit_text(found, costs, by) + "\n")
            if writer is not None:
                writer.add(found)
            assessed |= bool(found.assessed)
            law_broken |= found.breaks_law
    return _Held(assessed, law_broken, documents)


def _page(
    report: Path | None, files: _Files, regimes: tuple[str, ...], *, force: bool
) -> Output | None:
    """The page that will be written, if one is asked for."""
    if report is None:
        return None
    from sim.outputs import REPORT

    given = (files.calls, files.recipients, files.optouts, files.facts, *regimes)
    return claim_and_tell(report, REPORT, inputs=given, force=force, private=True)


def _writer(output: Output | None) -> AbstractContextManager[ViolationWriter | None]:
    """What writes the violations, where they are asked for."""
    if output is None:
        return nullcontext()
    from sim.audit.write import ViolationWriter

    return ViolationWriter(output)


def _regimes(names: tuple[str, ...], run: Path | None) -> list[Regime]:
    """The regimes that were named, else those of the run's scenario."""
    from sim.regimes.load import load_regime

    if not names and run is not None and not _imported(run):
        names = _named_by(run)
    if not names:
        raise OptionError("name a regime: --regime ID; ringfence regimes lists them")
    return [load_regime(name) for name in dict.fromkeys(names)]


def _imported(path: Path) -> bool:
    """Whether a directory holds imported calls."""
    return (path / "import.json").is_file()


def _from_import(path: Path, files: _Files, notes: list[str]) -> Iterator[AuditInput]:
    """The input from imported calls; notes on them are told and added to a list."""
    from sim.audit.inputs.facts import read_facts
    from sim.intake.imported import read_imported

    known = None if files.facts is None else read_facts(files.facts, files.region)
    data, found = read_imported(path, known)
    notes += found
    for note in found:
        click.echo(note, err=True)
    yield data


def _named_by(run: Path) -> tuple[str, ...]:
    """Regimes that the scenario of a run names; one's own packs by their copies in the run."""
    from sim.regimes.laws import is_own
    from sim.scenario.load import load_scenario
    from sim.store.read import SCENARIO, load_run

    names = load_scenario(load_run(run).path / SCENARIO).scenario.regimes
    return tuple(str(run / name) if is_own(name) else name for name in names)


def _run(run: Path, strategies: tuple[str, ...]) -> Iterator[AuditInput]:
    """Inputs from a run directory, a strategy at a time."""
    from sim.jobs.audit import read_run

    yield from read_run(run, strategies)


def _files(files: _Files, notes: list[str]) -> Iterator[AuditInput]:
    """The input from a real dialer's files; notes on them are told and added to a list."""
    from sim.audit.inputs.external import read_external
    from sim.audit.inputs.facts import read_facts
    from sim.audit.inputs.numbers import known_region

    assert files.calls is not None
    region = files.region
    if region is not None and not known_region(region):
        raise OptionError("--region is a country, ISO 3166, in two capital letters, such as FR")
    if files.encoding is not None:
        _known_encoding(files.encoding)
    known = None if files.facts is None else read_facts(files.facts, region)
    data, found = read_external(
        files.calls,
        files.recipients,
        files.optouts,
        facts=known,
        name=files.calls.name,
        encoding=files.encoding,
        region=region,
    )
    notes += found
    for note in found:
        click.echo(note, err=True)
    yield data


def _known_encoding(name: str) -> None:
    """Refuse the name of no encoding of text."""
    import codecs

    try:
        "a".encode(codecs.lookup(name).name)
    except (LookupError, UnicodeError, TypeError):
        raise OptionError(
            "--encoding is no encoding of text that is known, such as cp1252"
        ) from None
