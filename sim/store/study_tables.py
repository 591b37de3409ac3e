"""The tables of a study: what its draws and their readings found, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.measure.marks import BIN_MS
from sim.store.drawn import Drawn

Floats = NDArray[np.float64]
HOUR_MS: Final = 3_600_000
_EVERY: Final = HOUR_MS // BIN_MS
"""Quarters of an hour to a row of the timeline."""


def draws_table(results: Iterable[Drawn]) -> pa.Table:
    """Every metric by strategy, draw and noise; a metric without a value has no row."""
    rows = [
        (name, drawn.draw, drawn.noise, metric, float(value))
        for drawn in results
        for name, found in drawn.found.items()
        for metric, value in found.metrics.items()
        if value is not None
    ]
    strategy, draw, noise, metric, value = _columns(rows, 5)
    return pa.table(
        {
            "strategy": pa.array(strategy, pa.string()),
            "draw": pa.array(draw, pa.int32()),
            "noise": pa.array(noise, pa.int32()),
            "metric": pa.array(metric, pa.string()),
            "value": pa.array(value, pa.float64()),
        }
    )


def inputs_table(results: Iterable[Drawn]) -> pa.Table:
    """Every drawn value by draw and key."""
    rows = [
        (drawn.draw, path, value)
        for drawn in results
        if drawn.noise == 0
        for path, value in drawn.values.items()
    ]
    draw, path, value = _columns(rows, 3)
    return pa.table(
        {
            "draw": pa.array(draw, pa.int32()),
            "path": pa.array(path, pa.string()),
            "value": pa.array(np.array(value, dtype=np.float64)),
        }
    )


def timeline_table(results: Iterable[Drawn]) -> pa.Table:
    """People reached by the end of each hour since the start, by strategy and draw, as simulated.

    What is heard after the last call is in the metric ``people_reached`` alone.
    """
    parts = []
    for drawn in results:
        for name, found in drawn.found.items():
            if drawn.noise or not len(found.people):
                continue
            last = np.arange(_EVERY - 1, len(found.people) + _EVERY - 1, _EVERY)
            last = np.minimum(last, len(found.people) - 1)
            hours = (last + 1) * (BIN_MS / HOUR_MS)
            parts.append((name, drawn.draw, hours, found.people[last]))
    return pa.table(
        {
            "strategy": pa.array([s for s, _, h, _ in parts for _ in h], pa.string()),
            "draw": pa.array([d for _, d, h, _ in parts for _ in h], pa.int32()),
            "hours": pa.array(np.concatenate([[], *(h for *_, h, _ in parts)]), pa.float64()),
            "people_reached": pa.array(
                np.concatenate([np.zeros(0, np.int64), *(p for *_, p in parts)]), pa.int64()
            ),
        }
    )


def territories_table(results: Iterable[Drawn]) -> pa.Table:
    """Lines on the list and lines undialled, by strategy, draw and territory, as simulated."""
    rows = [
        (name, drawn.draw, place, lines, left)
        for drawn in results
        if drawn.noise == 0
        for name, found in drawn.found.items()
        for place, (lines, left) in found.territories.items()
    ]
    strategy, draw, place, lines, left = _columns(rows, 5)
    return pa.table(
        {
            "strategy": pa.array(strategy, pa.string()),
            "draw": pa.array(draw, pa.int32()),
            "territory": pa.array(place, pa.string()),
            "lines": pa.array(lines, pa.int64()),
            "lines_undialled": pa.array(left, pa.int64()),
        }
    )


def readings_table(read: Mapping[str, Mapping[str, Floats]], names: Sequence[str]) -> pa.Table:
    """Every reading of every draw, at full size.

    Parameters
    ----------
    read
        By strategy, then by column: (n, r) in draws and readings.
    names
        The columns, in order; what a strategy does not have is null.
    """
    parts: dict[str, list[Any]] = {key: [] for key in ("strategy", "draw", "reading", *names)}
    for strategy, columns in read.items():
        n, r = next(iter(columns.values())).shape
        parts["strategy"].append(np.full(n * r, strategy, dtype=object))
        parts["draw"].append(np.repeat(np.arange(1, n + 1, dtype=np.int32), r))
        parts["reading"].append(np.tile(np.arange(1, r + 1, dtype=np.int32), n))
        for name in names:
            values = columns.get(name)
            parts[name].append(np.full(n * r, np.nan) if values is None else values.ravel())
    whole = {name: np.concatenate(blocks) for name, blocks in parts.items()}
    return pa.table(
        {
            name: pa.array(values, pa.string() if name == "strategy" else None, from_pandas=True)
            for name, values in whole.items()
        }
    )


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> tuple[Sequence[Any], ...]:
    """Rows as so many columns."""
    return tuple(zip(*rows, strict=True)) if rows else ((),) * count
