"""Inputs that are drawn together: they exist, have ranges, and can be correlated so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import numpy as np

from sim.document.node import Node, Path, dotted, nearest
from sim.document.units import shown
from sim.document.validate import fault_at
from sim.errors import Fault
from sim.scenario.joint import Joint
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario


def joint_faults(scenario: Scenario, root: Node) -> Iterator[Fault]:
    """Faults of ``joint`` in a scenario that the format allows."""
    rows = parameters(scenario)
    every = {_written(row.path) for row in rows}
    ranged = {_written(row.path) for row in rows if row.is_range}
    taken: dict[str, int] = {}
    for at, group in enumerate(scenario.joint):
        path: Path = ("joint", at)
        for number, name in enumerate(group.inputs):
            node, _ = nearest(root, (*path, "inputs", number))
            if name not in ranged:
                yield fault_at(node, _no_input(name, every, ranged))
            elif name in taken:
                where = "twice here" if taken[name] == at else f"in group {taken[name]}, too"
                yield fault_at(node, f"'{name}' stands {where}; an input is drawn with one group")
            taken.setdefault(name, at)
        message = _no_matrix(group)
        if message:
            key = "correlation" if group.correlations is None else "correlations"
            node, taken_parts = nearest(root, (*path, key))
            yield fault_at(node, message, below=(*path, key)[taken_parts:])


def _written(path: str) -> str:
    """Where a file writes a key: a strategy's under the base strategy."""
    parts = path.split(".")
    return dotted(parts[2:] if parts[0] == "strategies" else parts)


def _no_input(name: str, every: set[str], ranged: set[str]) -> str:
    """What is wrong with a name that is no input."""
    if name in every:
        return f"{shown(name)} is one number: only a range is drawn"
    near = get_close_matches(name, ranged, 1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"there is no range {shown(name)}{hint}"


def _no_matrix(group: Joint) -> str:
    """Why a group's correlations are none; empty where they are."""
    if (group.correlation is None) == (group.correlations is None):
        return "a group needs one of correlation, for each two alike, or correlations, a matrix"
    n = len(group.inputs)
    if group.correlations is not None:
        sizes = {len(row) for row in group.correlations}
        if len(group.correlations) != n or sizes != {n}:
            return f"a matrix of {n} rows of {n} is wanted: one for each of the inputs"
        if any(row[at] != 1 for at, row in enumerate(group.correlations)):
            return "an input's correlation with itself is 1, on the diagonal"
        off = _not_symmetric(group.correlations)
        if off is not None:
            i, j = off
            return (
                f"is not symmetric: row {i} has {group.correlations[i][j]:g} for input {j}, and "
                f"row {j} has {group.correlations[j][i]:g} for input {i} (the first is 0)"
            )
    least = float(np.linalg.eigvalsh(np.array(group.matrix)).min())
    if least < -1e-9:
        if group.correlation is not None:
            return (
                f"{n} inputs cannot all be correlated by {group.correlation:g}; at least "
                f"{-1 / (n - 1):.3g} is allowed"
            )
        return (
            "no variables have such correlations (the least eigenvalue is "
            f"{least:.3g}, and it cannot lie below 0): two of them contradict a third"
        )
    return ""


def _not_symmetric(rows: Sequence[Sequence[float]]) -> tuple[int, int] | None:
    pairs = ((i, j) for i in range(len(rows)) for j in range(i))
    return next(((j, i) for i, j in pairs if rows[i][j] != rows[j][i]), None)
