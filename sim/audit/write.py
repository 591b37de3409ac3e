"""Violations as columns and as a Parquet file, one row a violation of a rule by a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.audit.auditor import Audit, Violations
from sim.errors import writing
from sim.outputs import Kind, Output
from sim.record.arrays import coded, column

_ROWS = 1 << 20
_NAME = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        pa.field("strategy", _NAME, False, {"meaning": "Strategy, or name of the log."}),
        pa.field("regime", _NAME, False, {"meaning": "Id of the regime."}),
        pa.field("rule", _NAME, False, {"meaning": "Id of the rule."}),
        pa.field("force", _NAME, False, {"meaning": "law, recommendation or voluntary."}),
        pa.field("reading", _NAME, True, {"meaning": "strict or lenient; null where undisputed."}),
        pa.field("call", pa.int64(), False, {"meaning": "Row of the call in its log, from 0."}),
        pa.field("line", pa.string(), False, {"meaning": "The line, as in the log."}),
        pa.field("attempt", pa.int32(), True, {"meaning": "1 for the first call to the line."}),
        pa.field("start_utc", pa.timestamp("ms", "UTC"), False, {"meaning": "Moment of dialling."}),
        pa.field("weekday", pa.uint8(), True, {"meaning": "Local day of the week, Monday 0."}),
        pa.field("hour", pa.uint8(), True, {"meaning": "Local hour, 0 to 23."}),
        pa.field("zone", _NAME, True, {"meaning": "IANA time zone of the recipient."}),
        pa.field("territory", _NAME, True, {"meaning": "Territory of the recipient."}),
        pa.field("line_type", _NAME, True, {"meaning": "Type of the line."}),
    ]
)
"""Columns of the file; null where the log does not say."""
RUN_SCHEMA = pa.schema(
    [
        field.with_type({"line": pa.int32(), "attempt": pa.uint8()}.get(field.name, field.type))
        for field in SCHEMA
    ]
)
"""The same for simulated calls: line and attempt as in a run's call log, so that they join."""


def _is_one(path: Path) -> bool:
    """Whether a file holds violations."""
    try:
        names: list[str] = pq.read_schema(path).names
    except (OSError, pa.ArrowException):
        return False
    return list(SCHEMA.names) == names


VIOLATIONS = Kind("a file of violations", b"PAR1", _is_one)


class ViolationWriter:
    """Writes violations, audit after audit; a context. The file is whole or it is not there.

    Parameters
    ----------
    output
        The file.

    Raises
    ------
    sim.errors.OutputError
        If the file cannot be written. Then it is not there.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._open = ExitStack()
        self.rows = 0
        """Rows written."""

    def __enter__(self) -> Self:
        file = self._open.enter_context(self._output.open())
        self._writer = pq.ParquetWriter(file, SCHEMA, compression="zstd")
        return self

    def add(self, found: Audit) -> None:
        """Write the violations that an audit found."""
        for batch in _batches(found, found.data.name, SCHEMA):
            with writing(self._output.shown):
                self._writer.write_batch(batch)
            self.rows += batch.num_rows

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            with suppress(OSError, pa.ArrowException):
                self._writer.close()  # of a file that will be removed
            self._open.__exit__(kind, error, trace)
            return
        with self._open, writing(self._output.shown):
            self._writer.close()


def violation_columns(found: Audit, strategy: str) -> Iterator[pa.RecordBatch]:
    """The violations of a simulated strategy as columns, a part of a rule's at a time.

    Parameters
    ----------
    found
        An audit of a simulated log.
    strategy
        What the column ``strategy`` says.

    Yields
    ------
    pyarrow.RecordBatch
        Rows with the columns of :data:`RUN_SCHEMA`; texts are dictionaries. Duties that count once
        for the campaign have no row.
    """
    yield from _batches(found, strategy, RUN_SCHEMA)


def _batches(found: Audit, strategy: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for part in found.violations():
        for first in range(0, len(part), _ROWS):
            yield _batch(found, part, slice(first, first + _ROWS), strategy, schema)


def _batch(
    found: Audit, part: Violations, some: slice, strategy: str, schema: pa.Schema
) -> pa.RecordBatch:
    data, n = found.data, len(part.call[some])
    ids = data.line_ids
    line = part.line[some]
    call = part.call[some] if data.rows is None else data.rows[part.call[some]]
    columns = {
        "strategy": _same(strategy, n),
        "regime": _same(part.regime, n),
        "rule": _same(part.rule, n),
        "force": _same(part.force, n),
        "reading": _same(part.reading, n),
        "call": _numbers(call, slice(None), n, pa.int64()),
        "line": _lines(line if ids is None else ids[line], schema.field("line").type),
        "attempt": _numbers(part.attempt, some, n, schema.field("attempt").type),
        "start_utc": column(part.start_ms[some].view("datetime64[ms]"), pa.timestamp("ms", "UTC")),
        "weekday": _numbers(part.weekday, some, n, pa.uint8()),
        "hour": _numbers(part.hour, some, n, pa.uint8()),
        "zone": _coded(part.zone, data.zones, some, n),
        "territory": _coded(part.territory, data.territories, some, n),
        "line_type": _coded(part.line_type, data.line_types, some, n),
    }
    for name, unknown in part.unknown.items():
        if name in columns and unknown[some].any():
            missing = pa.scalar(None, columns[name].type)
            columns[name] = pc.if_else(pa.array(unknown[some]), missing, columns[name])
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def _same(text: str | None, n: int) -> pa.Array:
    """One text in every row."""
    return pa.nulls(n, _NAME) if text is None else coded(np.zeros(n, dtype=np.int32), [text])


def _lines(lines: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Lines as numbers, or as their files name them."""
    if kind == pa.int32():
        return column(lines.astype(np.int32), kind)
    return pa.array(lines).cast(kind)


def _coded(
    codes: NDArray[np.integer] | None, names: tuple[str, ...], some: slice, n: int
) -> pa.Array:
    return pa.nulls(n, _NAME) if codes is None else coded(codes[some], names)


def _numbers(
    values: NDArray[np.integer] | None, some: slice, n: int, kind: pa.DataType
) -> pa.Array:
    if values is None:
        return pa.nulls(n, kind)
    return column(values[some].astype(kind.to_pandas_dtype()), kind)
