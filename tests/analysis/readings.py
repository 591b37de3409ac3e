"""Readings by formula, for runs that were made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.view import RunView

DRAWS = 64
INPUTS = (
    ("world.voicemail.heard", 0.8, 0.0),
    ("world.voters_per_line", 0.15, 0.0),
    ("world.complaints.per_million", 0.0, 0.9),
)
"""Key of an input, and its shares of the spread of people and of complaints."""


def with_readings(run: RunView) -> RunView:
    """The run, read 64 times: people from half to one and a half, complaints over a factor 16."""
    at = np.concatenate([[0.5], (np.arange(DRAWS) + 0.5) / DRAWS])
    shuffled = np.concatenate([[0.5], at[1:][np.argsort(np.arange(DRAWS) * 37 % DRAWS)]])
    rows: dict[str, list[object]] = {}
    for name in run.strategies:
        mean = (run.metric(name, "complaints") or 3.0) * 16 ** (shuffled - 0.5)
        columns = {
            "strategy": [name] * len(at),
            "draw": range(len(at)),
            "people_reached": (run.metric(name, "people_reached") or 0.0) * (0.5 + at),
        }
        for kind in ("complaints", "complaints_regulator", "complaints_regulator_before_cutoff"):
            columns |= {kind: mean, f"{kind}_variance": 2 * mean}
            mean = mean / 4
        for key, values in columns.items():
            rows.setdefault(key, []).extend(values)  # type: ignore[call-overload]
    inputs: dict[str, list[object]] = {}
    for name in run.strategies:
        for path, people, complaints in INPUTS:
            row = {
                "strategy": name,
                "input": path,
                "role": "reading",
                "drawn": True,
                "share_people": people,
                "share_complaints": complaints,
            }
            for key, value in row.items():
                inputs.setdefault(key, []).append(value)
    made = {
        name: {
            key: np.array(values, dtype=object if isinstance(values[0], str) else None)
            for key, values in table.items()
        }
        for name, table in (("readings", rows), ("reading_inputs", inputs))
    }
    return replace(run, tables={**run.tables, **made})
