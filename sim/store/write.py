"""Writes a run directory: tables, metrics, manifest, report; whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from sim.measure.findings import Findings
from sim.measure.metric import Number
from sim.measure.metrics import compute
from sim.scenario.scenario import Scenario
from sim.store.calls import CallWriter
from sim.store.columns import TABLES
from sim.store.columns_calls import CALLS, OPTOUTS, RECIPIENTS
from sim.store.digest import digest_table
from sim.store.keys import KEYS
from sim.store.manifest import (
    COMPLETE,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    METRICS,
    REPORT,
    SCENARIO,
    SEAL,
    seal,
)
from sim.store.partial import PartialDirectory
from sim.store.read import Run
from sim.store.recipients import People, optouts_table, write_recipients
from sim.store.tables import result_tables
from sim.streams import Replication

if TYPE_CHECKING:
    from sim.store.law import LawFindings

ReportHook = Callable[[Run], str]
"""Makes the report's HTML from the run, which has all its tables and metrics by then."""


def default_target(scenario: Scenario, text: str, now: dt.datetime) -> Path:
    """Where a run goes unless told: ``runs/<UTC stamp>-<scenario>-s<seed>-<8 hex>``.

    The hex digits are the first of the resolved scenario's SHA-256.
    """
    name = re.sub(r"[^\w.-]+", "-", scenario.name).strip("-.") or "scenario"
    stamp = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    return Path("runs") / f"{stamp}-{name}-s{scenario.seed}-{text_digest(text)[:8]}"


def text_digest(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def flat_metrics(findings: Sequence[Findings]) -> dict[str, Number]:
    """Every metric of every strategy as one map: ``strategy.metric`` to its number."""
    return {
        f"{found.strategy}.{name}": value
        for found in findings
        for name, value in compute(found.totals).items()
    }


class RunWriter:
    """Writes one run directory, used in a ``with`` block.

    Parameters
    ----------
    target
        The directory to make; must not exist.
    scenario
        The scenario at full size.
    text
        The resolved scenario as YAML.
    inputs
        What it needs beside, by name in the directory: texts such as law packs of one's own.
    calls
        Whether to write the call log; then feed :attr:`call_log`.
    replication
        Which replication it is; default the scenario's own.
    or_next
        Whether the next free name will do where the target exists.
    """

    def __init__(
        self,
        target: Path,
        scenario: Scenario,
        text: str,
        *,
        inputs: Mapping[str, str] | None = None,
        calls: bool = False,
        replication: Replication | None = None,
        or_next: bool = False,
    ) -> None:
        self._directory = PartialDirectory(target, or_next=or_next)
        self._scenario = scenario
        self._text = text
        self._inputs = dict(inputs or {})
        self._want_calls = calls
        self._replication = replication or Replication(scenario.seed)
        self._files: dict[str, dict[str, Any]] = {}
        self.call_log: CallWriter | None = None
        """The writer of the call log, where one was asked for."""

    def __enter__(self) -> Self:
        self._directory.__enter__()
        if self._want_calls:
            try:
                self.call_log = CallWriter(
                    self._directory.open(CALLS.file, private=True),
                    self._scenario,
                    self._replication,
                )
            except BaseException as error:
                self._directory.__exit__(type(error), error, None)
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.call_log is not None:
            self.call_log.abandon()
        self._directory.__exit__(kind, error, trace)

    @property
    def aside(self) -> Path:
        """The folder in the making: what is set aside there must be gone before the end."""
        return self._directory.path

    def finish(
        self,
        findings: Sequence[Findings],
        further: Mapping[str, pa.Table],
        manifest: Mapping[str, Any],
        report: ReportHook | None = None,
        law: Sequence[LawFindings] = (),
        people: People | None = None,
        objections: bool = False,
    ) -> Run:
        """Write everything, the manifest last, and give the directory its name.

        Parameters
        ----------
        findings
            What each strategy found.
        further
            Tables beside those of findings and audits: parameters, readings.
        manifest
            What the manifest says beside the files' list.
        report
            Makes ``report.html``; left out, there is none.
        law
            What audits found, by strategy.
        people
            The lines, for a run whose call log is written.
        objections
            Whether those who are called may object at all; then their objections are written too.

        Returns
        -------
        Run
            The finished directory, with its tables in memory.
        """
        from sim.store.law import law_tables

        self._finish_calls(people)
        tables = {
            **result_tables(findings, keyed=self.call_log is not None),
            **further,
            **law_tables(law),
        }
        if self.call_log is not None and objections:
            names = tuple(self._scenario.strategies)
            tables[OPTOUTS.name] = optouts_table(findings, names, self._replication)
        for name, table in tables.items():
            self._write_table(TABLES[name].file, table)
        metrics = flat_metrics(findings)
        self._write_text(SCENARIO, self._text)
        for name, text in self._inputs.items():
            self._write_text(name, text)
        self._write_text(METRICS, _json(metrics))
        whole = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "status": COMPLETE,
            **manifest,
            "files": self._files,
        }
        if report is not None:
            html = report(Run(self._directory.path, whole, metrics, tables))
            self._write_text(REPORT, html)
        whole[SEAL] = seal(whole)
        self._directory.write(MANIFEST, _json(whole).encode())
        return Run(self._directory.publish(), whole, metrics, tables)

    def _finish_calls(self, people: People | None) -> None:
        """Close the call log, where one is written, and write whose lines it is about."""
        if self.call_log is None:
            return
        values = self.call_log.finish()
        size = self._directory.close(CALLS.file)
        self._list_table(CALLS.file, self.call_log.rows, values, size)
        if people is not None:
            file = self._directory.open(RECIPIENTS.file, private=True)
            rows, values = write_recipients(file, people)
            size = self._directory.close(RECIPIENTS.file)
            self._list_table(RECIPIENTS.file, rows, values, size)

    def _write_table(self, name: str, table: pa.Table) -> None:
        file = self._directory.open(name, private=self._about_lines(name))
        pq.write_table(table, file, compression="zstd")
        self._list_table(name, table.num_rows, digest_table(table), self._directory.close(name))

    def _about_lines(self, name: str) -> bool:
        """Whether a file names single lines, so that it is its owner's alone."""
        keyed = self.call_log is not None and name in {TABLES[table].file for table in KEYS}
        return keyed or name == OPTOUTS.file

    def _list_table(self, name: str, rows: int, values: str, size: int) -> None:
        self._files[name] = {
            "rows": rows,
            "values_sha256": values,
            "bytes": size,
            "sha256": self._directory.digest(name),
        }

    def _write_text(self, name: str, text: str) -> None:
        size = self._directory.write(name, text.encode())
        self._files[name] = {"sha256": text_digest(text), "bytes": size}


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
