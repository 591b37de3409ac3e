"""A scenario that can be run: checked as a file, and against the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.behaviour.answering import latent
from sim.document.node import nearest
from sim.document.source import Source
from sim.errors import Fault, ScenarioError, UnreachableSharesError
from sim.scenario.load import Loaded, load_scenario


def load(path: str | Path | Source, sets: Sequence[str] = ()) -> Loaded:
    """Load a scenario and check that the model can meet its answering shares.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    loaded = load_scenario(path, sets)
    faults: list[Fault] = []
    for name, line_type in loaded.scenario.world.line_types.items():
        try:
            latent(line_type.answering, f"world.line_types.{name}.answering")
        except UnreachableSharesError as error:
            node, _ = nearest(loaded.nodes, tuple(error.path.split(".")))
            where = node.mark
            faults.append(Fault(where.file, where.line, where.column, error.path, str(error)))
    if faults:
        raise ScenarioError([*faults, *loaded.warnings])
    return loaded
