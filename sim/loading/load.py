"""A scenario that can be run: held against the format, the law packs that it names, and the model.

All that is wrong is told at once, whichever of the three says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.behaviour.answering import latent, latent_of
from sim.document.node import nearest
from sim.document.source import Source
from sim.document.validate import fault_at
from sim.errors import Fault, ScenarioError, UnreachableSharesError, in_order
from sim.loading.checks import check_laws
from sim.loading.checks.joint import joint_faults
from sim.loading.packs import read_packs
from sim.regimes.laws import Laws
from sim.scenario.load import Examined, Loaded, conclude, examine
from sim.scenario.overlay import compose


@dataclass(frozen=True)
class Runnable(Loaded):
    """A scenario that can be run, with the law packs that it names."""

    laws: Laws
    """By the names that the scenario has for them."""


def load(path: str | Path | Source, sets: Sequence[str] = ()) -> Runnable:
    """Load a scenario file with its law packs, and hold it against these and the model.

    Parameters
    ----------
    path
        The file, or what was read already.
    sets
        Values that replace those of the file, as :func:`sim.scenario.load.load_scenario` takes
        them.

    Raises
    ------
    ScenarioError
        With every fault, warnings included, if there is any error.
    """
    composed = compose(path, sets)
    named = read_packs(composed)
    examined = examine(named.composed)
    faults = [*named.faults, *check_laws(examined, named.laws), *_unreachable_shares(examined)]
    loaded = conclude(examined, faults)
    if loaded.scenario.joint and (wrong := [*joint_faults(loaded.scenario, composed.root)]):
        raise ScenarioError(in_order([*loaded.warnings, *wrong]))
    # Places and names are those of the files: only the scenario calls one's own packs by others.
    nodes = replace(loaded.nodes, value={**loaded.nodes.children, **composed.root.children})
    return Runnable(
        loaded.scenario, loaded.resolved, loaded.warnings, loaded.sources, nodes, named.laws
    )


_DECIDE_ANSWERS = (
    "world.line_types",
    *map("world.{}".format, ("lines_in_use", "hours", "segments", "consent")),
)
"""What decides how shares fall on lines; where some of it is wrong, shares are looked at alone."""


def _unreachable_shares(examined: Examined) -> Iterator[Fault]:
    """Answering shares that the model cannot meet, of line types that the format allows."""
    if not examined.world.knows("world.line_types.each"):
        return
    whole = all(map(examined.world.knows, _DECIDE_ANSWERS))
    wrong = {tuple(f.path.split(".")[:3]) for f in examined.faults if f.severity == "error"}
    for name, line_type in examined.world.each("line_types"):
        path = ("world", "line_types", name)
        if path in wrong:
            continue
        try:
            if whole:
                latent_of(examined.world.world, name)
            else:
                latent(line_type.answering, ".".join((*path, "answering")))
        except UnreachableSharesError as error:
            node, _ = nearest(examined.composed.root, (*path, "answering"))
            yield fault_at(node, str(error))
