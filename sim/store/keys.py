"""Keys by which what followed from calls is joined to the calls, where the call log is written.

Without the log nothing of a run is about one line. With it, complaints and call-backs name the line
and the attempt, as :mod:`sim.store.columns_calls` writes them: the star that analysts query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.record.column import Column, Table

if TYPE_CHECKING:
    from sim.measure.findings import Findings

_WHERE = "the call log is written"
_LINE = Column("line", "id", "int32", "The line, as in the call log.", where=_WHERE)
KEYS: Mapping[str, tuple[Column, ...]] = {
    "complaints": (_LINE,),
    "call_backs": (
        _LINE,
        Column(
            "attempt",
            "-",
            "uint8",
            "Attempt that left the message called back about.",
            where=_WHERE,
        ),
    ),
}
"""Columns that a table gains, by its name."""


def with_keys(table: Table) -> Table:
    """The table as it is where the call log is written: the keys behind the strategy's name."""
    first, *rest = table.columns
    return table.with_columns((first, *KEYS.get(table.name, ()), *rest))


def names_lines(columns: Sequence[str]) -> bool:
    """Whether a table with these columns is about single lines."""
    return "line" in columns


def keys_of(found: Findings, table: str) -> dict[str, NDArray[Any]]:
    """The key columns of one strategy's rows of a table, in the order of its rows."""
    feedback = found.feedback
    if table == "complaints":
        return {"line": _or_none(None if feedback is None else feedback.complaint_line, np.int32)}
    if table == "call_backs":
        line, attempt = (
            (None, None)
            if feedback is None
            else (feedback.call_back_line, feedback.call_back_attempt)
        )
        return {"line": _or_none(line, np.int32), "attempt": _or_none(attempt, np.uint8)}
    return {}


def _or_none(values: NDArray[Any] | None, dtype: Any) -> NDArray[Any]:
    return np.empty(0, dtype) if values is None else values
