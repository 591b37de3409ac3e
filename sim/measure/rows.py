"""Rows of tables, column by column, and what several chapters count alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.record.column import count
from sim.record.log import DISPOSITION_OF_OUTCOME, DISPOSITIONS
from sim.scenario.world import World, may_fail

Block = dict[str, Any]
"""Rows of one table: arrays of one length by column, masked or NaT where a value is missing, or
:class:`sim.record.arrays.Coded` texts. The strategy's name is not among them."""
Int64s = NDArray[np.int64]


def none(dtype: Any) -> NDArray[Any]:
    """A column without rows."""
    return np.empty(0, dtype=dtype)


def number(rows: NDArray[np.bool_]) -> int:
    """How many rows are so."""
    return int(np.count_nonzero(rows))


def length(block: Block) -> int:
    """Number of rows of a block."""
    return len(next(iter(block.values())))


def dispositions(by_outcome: Int64s) -> Int64s:
    """Counts by outcome (..., 16) to counts by disposition (..., 6)."""
    out = np.zeros((*by_outcome.shape[:-1], len(DISPOSITIONS)), dtype=np.int64)
    for code, disposition in enumerate(DISPOSITION_OF_OUTCOME):
        out[..., disposition] += by_outcome[..., code]
    return out


DISPOSITION_COLUMNS = (
    count("invalid", "calls", "Attempts that met a number not in service."),
    count("busy", "calls", "Attempts that met a busy line."),
    count("no_answer", "calls", "Attempts that rang until the time-out."),
    count("machine", "calls", "Attempts that an answering machine took."),
    count("human", "calls", "Attempts that a person took."),
    replace(
        count("failed", "calls", "Attempts that failed on the way to the line."),
        where="some line type has `answering.failed`",
    ),
)
"""Columns of what :func:`calls` counts beside ``attempts``, in the order of their codes."""


def calls(by_outcome: Int64s, world: World) -> Block:
    """Columns of attempts and dispositions from counts by outcome, (rows, 16).

    Calls that failed have a column only in a world in which some may.
    """
    columns: Block = {"attempts": by_outcome.sum(axis=1)}
    for name, column in zip(DISPOSITIONS, dispositions(by_outcome).T, strict=True):
        columns[name] = column.copy()
    if not may_fail(world.line_types):
        del columns["failed"]
    return columns
