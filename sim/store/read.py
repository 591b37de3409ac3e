"""``load_run``: a run directory as documented tables.

>>> run = load_run("runs/20260101T120000Z-france-2017-s2017-0a1b2c3d")  # doctest: +SKIP
>>> run.timeline.groupby("strategy")["attempts"].sum()  # doctest: +SKIP

Tables, columns and units are those of ``docs/data-dictionary.md``. Counts are as simulated: a
scaled run's say so in :attr:`Run.scale`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunDirectoryError
from sim.measure.metric import Number
from sim.store.columns import TABLES
from sim.store.manifest import (
    COMPLETE,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    METRICS,
    SCENARIO,
    read_manifest,
    read_metrics,
    run_folder,
)
from sim.store.verify import hold

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as pads

    from sim.store.full import FullSize


@dataclass(frozen=True)
class Run:
    """One run's results.

    Tables as pandas: :attr:`timeline`, :attr:`territories`, :attr:`answering`, :attr:`attempts`,
    :attr:`complaints`, … and :meth:`calls`; any by name: :meth:`table`. As Arrow, without pandas:
    :meth:`arrow`.
    """

    path: Path
    """The run directory."""
    manifest: Mapping[str, Any]
    """How the run came about, and what files there are."""
    metrics: Mapping[str, Number]
    """One number a key, ``strategy.metric``, as simulated."""
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False)
    _held: set[str] = field(default_factory=set, repr=False)
    """Files that have been held against their digests."""

    # ── What the run is about ────────────────────────────────────────────────────────────────

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["scenario"]["name"])

    @property
    def question(self) -> str | None:
        """The question that the scenario asks."""
        question = self.manifest["scenario"]["question"]
        return None if question is None else str(question)

    @property
    def base(self) -> str:
        """The strategy that the others are compared with."""
        return str(self.manifest["scenario"]["base"])

    @property
    def strategies(self) -> tuple[str, ...]:
        """Strategies that were run, in the scenario's order."""
        return tuple(self.manifest["strategies"])

    @property
    def seed(self) -> int:
        """Root seed."""
        return int(self.manifest["seed"])

    @property
    def timezone(self) -> str:
        """IANA name of the zone in which the base strategy's moments are written."""
        zone = self.manifest["plans"][self.base].get("timezone")
        if zone is None:
            raise RunDirectoryError(f"{self.path} does not tell its time zone; run it again")
        return str(zone)

    @property
    def scale(self) -> float:
        """Lines simulated as a share of the scenario's lines; counts are at this scale."""
        return float(self.manifest["scale"]["effective"])

    def metric(self, strategy: str, name: str) -> Number:
        """One metric of one strategy, as simulated.

        Raises
        ------
        KeyError
            If there is no such strategy or metric.
        """
        return self.metrics[f"{strategy}.{name}"]

    # ── Tables ───────────────────────────────────────────────────────────────────────────────

    def arrow(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A table by name, as Arrow.

        Parameters
        ----------
        table
            One of :data:`sim.store.columns.TABLES`; ``calls``, ``recipients`` and ``optouts``
            where they were written.
        columns
            Only these columns; default all.

        Raises
        ------
        RunDirectoryError
            If the run has no such table, or its file cannot be read.
        """
        if table not in TABLES:
            raise RunDirectoryError(f"there is no table '{table}'; a run has {', '.join(TABLES)}")
        if table in self._tables:
            found = self._tables[table]
            return found if columns is None else found.select(list(columns))
        path = self._parquet(table)
        import pyarrow.parquet as pq

        # By way of the file: ``read_table`` imports datasets, and they pandas, a second and 80 MB.
        with _told(path), pq.ParquetFile(path) as file:
            found = file.read(columns=None if columns is None else [*columns])
        _fits(table, found.schema, columns, path)
        return found

    def scanned(self, table: str) -> pads.Dataset | pa.Table:
        """A table as Arrow that reads what is asked of it, piece by piece; errors as above."""
        if table in self._tables:
            return self._tables[table]
        path = self._parquet(table)
        import pyarrow.dataset as pads

        with _told(path):
            found = pads.dataset(path, format="parquet")
        _fits(table, found.schema, None, path)
        return found

    def _parquet(self, table: str) -> Path:
        """Path of a table's file, held against its digest."""
        file = TABLES[table].file
        if file not in self.manifest["files"]:
            hint = "; it is written with --calls" if TABLES[table].optional else ""
            raise RunDirectoryError(f"{self.path} holds no {file}{hint}")
        return self._file(file)

    def _file(self, name: str) -> Path:
        """Path of a file of the run that has been held against its digest, once."""
        path = self.path / name
        if name not in self._held:
            hold(self.path, name, self.manifest["files"][name])
            self._held.add(name)
        return path

    def table(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table by name, as a pandas data frame. Moments are in UTC."""
        frame: pd.DataFrame = self.arrow(table, columns).to_pandas()
        return frame

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """One row per strategy and 15-minute bin."""
        return self.table("timeline")

    @cached_property
    def territories(self) -> pd.DataFrame:
        """One row per strategy and territory."""
        return self.table("territories")

    @cached_property
    def answering(self) -> pd.DataFrame:
        """One row per strategy and local hour of the week."""
        return self.table("answering")

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """One row per strategy and attempt number."""
        return self.table("attempts")

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """One row per behavioural parameter."""
        return self.table("parameters")

    @cached_property
    def audit(self) -> pd.DataFrame:
        """One row per strategy, regime and rule."""
        return self.table("audit")

    @cached_property
    def violations(self) -> pd.DataFrame:
        """One row per strategy, rule, territory and local hour of the week with violations."""
        return self.table("violations")

    @cached_property
    def exposure(self) -> pd.DataFrame:
        """One row per strategy and figure of what violations may cost; never to be added."""
        return self.table("exposure")

    @cached_property
    def complaints(self) -> pd.DataFrame:
        """One row per complaint."""
        return self.table("complaints")

    @cached_property
    def complaint_risk(self) -> pd.DataFrame:
        """One row per strategy, channel and number of complaints, with its chance."""
        return self.table("complaint_risk")

    @cached_property
    def call_backs(self) -> pd.DataFrame:
        """One row per person who called back."""
        return self.table("call_backs")

    @cached_property
    def regulator(self) -> pd.DataFrame:
        """One row per step of the regulator."""
        return self.table("regulator")

    @cached_property
    def labels(self) -> pd.DataFrame:
        """One row per update of the caller numbers' standing."""
        return self.table("labels")

    @cached_property
    def metrics_table(self) -> pd.DataFrame:
        """Metrics as a data frame: one row per metric, one column per strategy."""
        import pandas as pd

        names = list(dict.fromkeys(key.rpartition(".")[2] for key in self.metrics))
        return pd.DataFrame(
            {s: [self.metrics[f"{s}.{name}"] for name in names] for s in self.strategies},
            index=pd.Index(names, name="metric"),
            dtype="float64",
        )

    def calls(
        self, columns: Sequence[str] | None = None, *, strategy: str | None = None
    ) -> pd.DataFrame:
        """The call log, or some columns of it, or one strategy's rows, all in memory.

        For logs larger than memory use :meth:`call_batches`, or query ``calls.parquet`` in place.
        """
        if strategy is None:
            return self.table("calls", columns)
        path = self._parquet("calls")
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        with _told(path):  # a row group holds calls of one strategy: the others are not read
            rows = pq.read_table(
                path,
                columns=None if columns is None else [*columns],
                filters=pc.field("strategy") == strategy,
                partitioning=None,
            )
        _fits("calls", rows.schema, columns, path)
        frame: pd.DataFrame = rows.to_pandas()
        return frame

    def call_batches(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """The call log piece by piece, in dialling order within each strategy."""
        path = self._parquet("calls")
        import pyarrow.parquet as pq

        with _told(path), pq.ParquetFile(path) as parquet:
            _fits("calls", parquet.schema_arrow, columns, path)
            for group in range(parquet.num_row_groups):
                yield parquet.read_row_group(
                    group, columns=None if columns is None else list(columns)
                ).to_pandas()

    # ── Questions of one's own ───────────────────────────────────────────────────────────────

    def sql(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> pd.DataFrame:
        """Rows of a query over the run's tables, by DuckDB.

        Every table of the run goes by its name; with ``--calls`` there is the star of ``calls``,
        ``recipients``, ``complaints``, ``call_backs`` and ``optouts``, joined by ``strategy``,
        ``line`` and ``attempt``. Beside them ``reach``, a row a strategy and line reached, with the
        people and the moments of it, and ``reached_when``, the strategies' rules. Moments are in
        UTC. A query reads no other file.

        Parameters
        ----------
        query
            One statement of SQL.
        parameters
            Values for ``?`` in order, or for ``$name`` by name.

        Raises
        ------
        OptionError
            If the query cannot be run; the message says why and names the tables.
        RunDirectoryError
            If a table that it names is missing or damaged.
        """
        from sim.store.query import query as rows_of

        return rows_of(self, query, parameters)

    def full(self) -> FullSize:
        """The run's numbers as they stand for the scenario at full size."""
        from sim.store.full import FullSize

        return FullSize(self)

    def save(self, table: str, path: str | os.PathLike[str]) -> Path:
        """Write a table as a file that a spreadsheet opens: ``.xlsx``, ``.csv`` or ``.parquet``.

        Raises
        ------
        OptionError
            For another ending, or more rows than a sheet holds.
        OutputError
            If the file exists or cannot be written.
        RunDirectoryError
            If the run has no such table.
        """
        from sim.outputs import NOTHING, claim
        from sim.store.keys import names_lines
        from sim.store.sheet import file_of

        rows = self.arrow(table)
        private = names_lines(rows.column_names)
        output = claim(path, NOTHING, inputs=(self.path,), private=private)
        output.write(file_of(rows, TABLES[table], Path(path).suffix.lower()))
        return output.path

    def verify(self) -> None:
        """Hold every file, and the values of every table, against the manifest.

        Raises
        ------
        RunDirectoryError
            Naming the first file that differs.
        """
        from sim.store.verify import verify

        for wrong in verify(self.path).different:
            raise RunDirectoryError(wrong)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong in reading a file, in words."""
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise RunDirectoryError(f"cannot read {path}: {reason}") from error


def _fits(table: str, found: pa.Schema, columns: Sequence[str] | None, path: Path) -> None:
    """See that a table's columns are those that this version knows, of the types that it reads."""
    from sim.store.schema import schema

    always = {column.name for column in TABLES[table].columns if not column.where}
    for wanted in schema(TABLES[table]):
        if wanted.name not in always:
            continue
        at = found.get_field_index(wanted.name)
        if (columns is None or wanted.name in columns) and (
            at < 0 or found.field(at).type != wanted.type
        ):
            has = f"of type {found.field(at).type}" if at >= 0 else "missing"
            raise RunDirectoryError(
                f"{path}: the column '{wanted.name}' is {has}; another version wrote the run: "
                "run its scenario again"
            )


def load_run(path: str | os.PathLike[str]) -> Run:
    """Open a run directory.

    Raises
    ------
    RunDirectoryError
        If there is none, if it was never finished, if something else wrote it, if it is of a newer
        format, or if a file is missing or damaged. The message says which. The manifest, the
        metrics and the scenario are held against their digests here; a table, when it is first
        read.
    """
    folder = run_folder(path)
    manifest = read_manifest(folder)
    for name, listed in manifest["files"].items():
        hold(folder, name, listed, whole=name in (METRICS, SCENARIO))
    metrics = read_metrics(folder / METRICS, tuple(manifest["strategies"]))
    return Run(folder, manifest, metrics, {}, {METRICS, SCENARIO})


__all__ = [
    "COMPLETE",
    "FORMAT",
    "FORMAT_VERSION",
    "MANIFEST",
    "METRICS",
    "SCENARIO",
    "Run",
    "load_run",
    "run_folder",
]
