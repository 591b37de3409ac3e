"""The Arrow schema of a table, with the types that its columns state."""

from __future__ import annotations

import pyarrow as pa

from sim.record.column import CATEGORY, UTC_MS, Table

_TYPES = {
    "text": pa.string(),
    CATEGORY: pa.dictionary(pa.int32(), pa.string()),
    UTC_MS: pa.timestamp("ms", tz="UTC"),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "uint16": pa.uint16(),
    "uint8": pa.uint8(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
}


def schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table."""
    return pa.schema(
        [pa.field(c.name, _TYPES[c.dtype], nullable=c.nullable) for c in table.columns]
    )
