"""Findings as Arrow tables, with the types that :mod:`sim.results.columns` states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.results.arrays import column
from sim.results.columns import CATEGORY, RESULT_TABLES, TABLES, UTC_MS, Table
from sim.results.findings import Findings
from sim.scenario.model import Scenario
from sim.scenario.parameters import parameters

if TYPE_CHECKING:
    from sim.audit.auditor import Audit

_TYPES = {
    "text": pa.string(),
    CATEGORY: pa.dictionary(pa.int32(), pa.string()),
    UTC_MS: pa.timestamp("ms", tz="UTC"),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "uint8": pa.uint8(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
}


def schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table."""
    return pa.schema(
        [pa.field(c.name, _TYPES[c.dtype], nullable=c.nullable) for c in table.columns]
    )


def arrow(table: Table, columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> pa.Table:
    """Arrays by column as an Arrow table; the columns must be those of the table, no more."""
    if set(columns) != set(table.column_names):
        differ = sorted(set(columns) ^ set(table.column_names))
        raise ValueError(f"columns of '{table.name}' differ from the registry: {differ}")
    types = schema(table)
    arrays = [column(columns[field.name], field.type) for field in types]
    return pa.Table.from_arrays(arrays, schema=types)


def parameter_table(scenario: Scenario) -> pa.Table:
    """The quantities of a scenario."""
    rows = parameters(scenario)
    table = TABLES["parameters"]
    return arrow(table, {name: [getattr(row, name) for row in rows] for name in table.column_names})


def audit_table(audits: Mapping[str, Sequence[Audit]]) -> pa.Table:
    """What audits found: by strategy, one audit a regime."""
    found = [
        (strategy, audit.regime.id, result)
        for strategy, several in audits.items()
        for audit in several
        for result in audit.results
    ]

    def moments(values: Sequence[int | None]) -> NDArray[np.datetime64]:
        return np.array(
            [np.datetime64("NaT") if v is None else np.datetime64(v, "ms") for v in values],
            dtype="datetime64[ms]",
        )

    return arrow(
        TABLES["audit"],
        {
            "strategy": [strategy for strategy, _, _ in found],
            "regime": [regime for _, regime, _ in found],
            "rule": [r.rule.id for *_, r in found],
            "title": [r.rule.title for *_, r in found],
            "force": [r.rule.force for *_, r in found],
            "reading": [r.rule.reading for *_, r in found],
            "status": [r.status for *_, r in found],
            "reason": [r.reason or None for *_, r in found],
            "counts": ["campaign" if r.campaign else "call" for *_, r in found],
            "calls": [r.calls for *_, r in found],
            "violations": [r.violations for *_, r in found],
            "lines": [r.lines for *_, r in found],
            "first_utc": moments([r.first_ms for *_, r in found]),
            "last_utc": moments([r.last_ms for *_, r in found]),
            "overruns": [r.overruns for *_, r in found],
            "heard_inside": [r.heard_inside for *_, r in found],
        },
    )


def result_tables(findings: Sequence[Findings]) -> dict[str, pa.Table]:
    """The tables of a run, the strategies' rows one block after another."""
    tables: dict[str, pa.Table] = {}
    for name in RESULT_TABLES:
        table = TABLES[name]
        blocks = []
        for found in findings:
            block = found.blocks[name]
            rows = len(next(iter(block.values())))
            blocks.append(
                arrow(table, {"strategy": np.full(rows, found.strategy, dtype=object), **block})
            )
        tables[name] = pa.concat_tables(blocks)
    return tables
