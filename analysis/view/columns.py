"""The tables that the report reads, as plain column dicts of numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measure.columns import FEEDBACK_TABLES
from sim.store.columns import TABLES as REGISTERED

Columns = Mapping[str, NDArray[Any]]
"""A table: arrays of one length by column name."""

TABLES = ("timeline", "territories", "answering", "attempts", "parameters")
"""The tables that a report cannot do without."""
FURTHER = (*FEEDBACK_TABLES, "readings", "reading_inputs", "violations", "exposure")
"""Tables of what acts back and of the law: a run that models neither, or is old, has none."""


def columns(table: Any) -> dict[str, NDArray[Any]]:
    """Column arrays of a mapping, of an Arrow table or of a data frame."""
    if isinstance(table, Mapping):
        return {str(name): np.asarray(values) for name, values in table.items()}
    names = getattr(table, "column_names", None)
    if names is None:
        return {str(name): np.asarray(table[name]) for name in table}
    return {name: _numpy(table.column(name)) for name in names}


def _numpy(column: Any) -> NDArray[Any]:
    """Arrow's column as numpy; a zone is dropped, since stored moments are all UTC.

    By way of a list: ``to_numpy`` would import pandas, which takes longer than these small tables.
    """
    kind = str(column.type)
    if kind.startswith("timestamp"):
        # Milliseconds, as sim.store.columns says; a cast would import what takes longer, likewise.
        stamps = (ms for chunk in column.chunks for ms in chunk.view("int64").to_pylist())
        return np.array([_NAT if ms is None else ms for ms in stamps], dtype="int64").view(
            "datetime64[ms]"
        )
    values = column.to_pylist()
    if kind in {"double", "float"} or (kind in _DTYPES and None in values):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return np.array(values, dtype=bool if kind == "bool" else _DTYPES.get(kind, object))


_NAT = np.iinfo(np.int64).min
_DTYPES = {f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
_EMPTY = {"timestamp[ms, UTC]": "datetime64[ms]", "text": "object", "category": "object"}


def without_rows(name: str) -> dict[str, NDArray[Any]]:
    """A registered table that has no row."""
    return {
        column.name: np.empty(0, dtype=_EMPTY.get(column.dtype, column.dtype))
        for column in REGISTERED[name].columns
    }


def select(table: Columns, mask: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """The rows of a table where ``mask`` is true."""
    return {name: values[mask] for name, values in table.items()}
