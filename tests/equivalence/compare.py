"""Running an engine for its log, and comparing two logs row by row."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from sim.engine.plan.plan import Plan
from sim.record.feedback import FeedbackResult
from sim.record.log import COLUMNS, LogChunk, concatenate
from sim.record.result import EngineResult


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


def parted(one: EngineResult, other: EngineResult) -> str | None:
    """The first thing in which two results part: final states, or what followed from the calls."""
    if not np.array_equal(one.attempts, other.attempts):
        return "attempts"
    if one.stopped_ms != other.stopped_ms:
        return f"stopped at {one.stopped_ms} against {other.stopped_ms}"
    pairs: list[tuple[str, Any, Any]] = [("until_ms", one.until_ms, other.until_ms)]
    if one.feedback is not None and other.feedback is not None:
        pairs += [
            (field.name, getattr(one.feedback, field.name), getattr(other.feedback, field.name))
            for field in fields(FeedbackResult)
        ]
    elif one.feedback is not other.feedback:
        return "one has feedback, the other none"
    for name, mine, theirs in pairs:
        if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
            if mine.dtype != theirs.dtype:
                return f"{name}: {mine.dtype} against {theirs.dtype}"
            if not np.array_equal(mine, theirs):
                return f"{name}: {mine.tolist()[:20]} against {theirs.tolist()[:20]}"
        elif not (mine is None and theirs is None) and mine != theirs:
            return f"{name}: {mine} against {theirs}"
    return None
