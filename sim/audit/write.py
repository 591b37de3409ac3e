"""Violations as a Parquet file, one row a violation of a rule by a call."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.audit.auditor import Audit, Violations

_ROWS = 1 << 20
_NAME = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        pa.field("audited", _NAME, False, {"meaning": "Strategy, or name of the log."}),
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


class ViolationWriter:
    """Writes violations, audit after audit; a context. The file is whole or it is not there.

    Parameters
    ----------
    path
        The file; one that exists is replaced.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._beside = self._path.with_name(f".{self._path.name}.part")
        self.rows = 0
        """Rows written."""

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(self._beside, SCHEMA, compression="zstd")
        return self

    def add(self, found: Audit) -> None:
        """Write the violations that an audit found."""
        for part in found.violations():
            for first in range(0, len(part), _ROWS):
                self._writer.write_batch(_batch(found, part, slice(first, first + _ROWS)))
            self.rows += len(part)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._writer.close()
            if error is None:
                self._beside.replace(self._path)
        finally:
            self._beside.unlink(missing_ok=True)


def _batch(found: Audit, part: Violations, some: slice) -> pa.RecordBatch:
    data, n = found.data, len(part.call[some])
    ids = data.line_ids
    line = part.line[some]
    columns = {
        "audited": _same(data.name, n),
        "regime": _same(part.regime, n),
        "rule": _same(part.rule, n),
        "force": _same(part.force, n),
        "reading": _same(part.reading, n),
        "call": pa.array(part.call[some]),
        "line": pa.array(line if ids is None else ids[line]).cast(pa.string()),
        "attempt": _numbers(part.attempt, some, n, pa.int32()),
        "start_utc": pa.array(part.start_ms[some]).cast(pa.timestamp("ms", "UTC")),
        "weekday": _numbers(part.weekday, some, n, pa.uint8()),
        "hour": _numbers(part.hour, some, n, pa.uint8()),
        "zone": _coded(part.zone, data.zones, some, n),
        "territory": _coded(part.territory, data.territories, some, n),
        "line_type": _coded(part.line_type, data.line_types, some, n),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _same(text: str | None, n: int) -> pa.Array:
    """One text in every row."""
    if text is None:
        return pa.nulls(n, _NAME)
    return pa.DictionaryArray.from_arrays(np.zeros(n, dtype=np.int32), pa.array([text]))


def _coded(
    codes: NDArray[np.integer] | None, names: tuple[str, ...], some: slice, n: int
) -> pa.Array:
    if codes is None:
        return pa.nulls(n, _NAME)
    return pa.DictionaryArray.from_arrays(
        codes[some].astype(np.int32), pa.array(names, type=pa.string())
    )


def _numbers(
    values: NDArray[np.integer] | None, some: slice, n: int, kind: pa.DataType
) -> pa.Array:
    return pa.nulls(n, kind) if values is None else pa.array(values[some]).cast(kind)
