"""Running an engine for its log, and comparing two logs row by row."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.log import COLUMNS, LogChunk, concatenate
from sim.engine.plan import Plan
from sim.engine.result import EngineResult


def log_of(engine: Any, plan: Plan, **options: Any) -> tuple[LogChunk, EngineResult]:
    """The whole log and the result of an engine."""
    chunks: list[LogChunk] = []
    result = engine.run(plan, lambda chunk: chunks.append(chunk.copy()), **options)
    firsts = [chunk.first for chunk in chunks]
    assert firsts == np.cumsum([0, *(len(c) for c in chunks)])[:-1].tolist()
    return concatenate(chunks), result


def difference(one: LogChunk, other: LogChunk) -> str | None:
    """The first row in which two logs part, in words, or None."""
    rows = min(len(one), len(other))
    parted = np.zeros(rows, dtype=np.bool_)
    for name in COLUMNS:
        parted |= getattr(one, name)[:rows] != getattr(other, name)[:rows]
    if parted.any():
        row = int(np.argmax(parted))
        both = ({name: int(getattr(log, name)[row]) for name in COLUMNS} for log in (one, other))
        return f"row {row}: {next(both)} against {next(both)}"
    if len(one) != len(other):
        return f"{len(one)} rows against {len(other)}"
    return None
