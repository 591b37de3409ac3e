"""Findings as Arrow tables, with the types that :mod:`sim.store.columns` states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.measure.columns import MEASURED
from sim.measure.findings import Findings
from sim.measure.rows import length
from sim.record.arrays import Coded, column
from sim.record.column import Table
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario
from sim.store.columns import TABLES
from sim.store.keys import keys_of, with_keys
from sim.store.schema import schema


def arrow(table: Table, columns: Mapping[str, NDArray[Any] | Sequence[Any] | Coded]) -> pa.Table:
    """Arrays by column as an Arrow table; the columns must be those of the table, no more.

    Those that a table has only somewhere may be left out.
    """
    table = table.with_columns(tuple(c for c in table.columns if not c.where or c.name in columns))
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


def result_tables(findings: Sequence[Findings], *, keyed: bool = False) -> dict[str, pa.Table]:
    """The tables of a run, the strategies' rows one block after another.

    ``keyed`` ones name the line of each complaint and call-back, as a call log does.
    """
    return {
        name: pa.concat_tables([block_table(found, table, keyed=keyed) for found in findings])
        for name, table in MEASURED.items()
    }


def block_table(found: Findings, table: Table, *, keyed: bool = False) -> pa.Table:
    """One strategy's rows of a table, with its name, and with keys to the call log if asked for."""
    block = found.blocks[table.name]
    columns = {"strategy": np.full(length(block), found.strategy, dtype=object), **block}
    if not keyed:
        return arrow(table, columns)
    return arrow(with_keys(table), columns | keys_of(found, table.name))
