"""From a YAML file to a scenario that the format allows, or to every fault at once.

The steps, each a module: read the file and those it extends (:mod:`~sim.document.source`), lay
overlays and settings over them (:mod:`~sim.scenario.overlay`), turn the result into typed objects
(:mod:`~sim.document.validate`), hold the rules over several fields against these
(:mod:`~sim.scenario.checks`). What the law and the model ask besides is :mod:`sim.loading`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.document.node import Node, plain
from sim.document.source import Source
from sim.document.validate import Checked, check_model, unfilled
from sim.errors import Fault, ScenarioError, in_order
from sim.scenario.checks import (
    Subject,
    check_expectations,
    check_scenario,
    check_sources,
    check_strategy,
    check_world,
)
from sim.scenario.keys import file_keys
from sim.scenario.overlay import Composed, compose, flatten
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.scenario.world import World


@dataclass(frozen=True)
class Loaded:
    """A scenario in the right format, and where it came from."""

    scenario: Scenario
    resolved: dict[str, Any]
    """The same as plain data in the layout of a file: extends nothing, settings applied."""
    warnings: tuple[Fault, ...]
    """What does not forbid a run, by position."""
    sources: tuple[Path, ...]
    """The files read, the one asked for first."""
    nodes: Node = field(repr=False, compare=False)
    """Every value with the place where it was written; each strategy complete."""


@dataclass(frozen=True)
class Examined:
    """A composed scenario held against the format: its parts, and what is wrong with them."""

    composed: Composed
    """With `base` filled in."""
    faults: tuple[Fault, ...]
    """What the format forbids, beside the faults of composing."""
    world: Subject
    """What a rule on the world looks at."""
    strategies: tuple[Subject, ...]
    """What a rule on a strategy looks at, one each."""


def load_scenario(path: str | Path | Source, sets: Sequence[str] = ()) -> Loaded:
    """Read a scenario file and hold it against the format alone.

    To run it, :func:`sim.loading.load.load` it: that also reads the law packs that it names, and
    holds it against these and the model.

    Parameters
    ----------
    path
        The file, or what was read already.
    sets
        Values that replace those of the file: ``dialing.channels=825`` for the base strategy and
        so for all that do not overlay it, ``strategies.NAME.dialing.channels=825`` for one.

    Raises
    ------
    ScenarioError
        With all faults found, warnings included, if there is any error.
    """
    return conclude(examine(compose(path, sets)))


def examine(composed: Composed) -> Examined:
    """Hold a composed scenario against the format, part by part."""
    root = _with_base(composed.root)
    whole = check_model(Scenario, root, file_keys)
    holder = root.children.get("strategies", Node({}, root.place)).children
    faults = [*_not_repeated(whole.faults, composed.base, holder)]
    # Of the base strategy once, not once per strategy.
    faults += check_model(Strategy, composed.base, file_keys, partial=True).faults

    world_node = root.children.get("world")
    if not whole.faults:  # each part is fine, and made already
        world = Checked(whole.model.world, frozenset(World.model_fields))
    else:
        world = check_model(World, world_node) if world_node else Checked(unfilled(World))
    known = frozenset(f"world.{name}" for name in world.valid)
    of_world = Subject(root, world.model, known, world.entries)
    of_strategies = []
    for name, node in holder.items():
        if not whole.faults:
            strategy = Checked(whole.model.strategies[name], frozenset(Strategy.model_fields))
        else:
            strategy = check_model(Strategy, node)
        valid = known | strategy.valid
        of_strategies.append(Subject(root, world.model, valid, world.entries, name, strategy.model))
    faults += check_world(of_world)
    for subject in of_strategies:
        faults += check_strategy(subject)
    faults += check_scenario(root)
    faults += check_expectations(root)
    faults += check_sources(root)
    return Examined(replace(composed, root=root), tuple(faults), of_world, tuple(of_strategies))


def conclude(examined: Examined, further: Iterable[Fault] = ()) -> Loaded:
    """The scenario, if nothing forbids it.

    Parameters
    ----------
    examined
        From :func:`examine`.
    further
        What is wrong beside the format.

    Raises
    ------
    ScenarioError
        With all faults, warnings included, if there is any error.
    """
    composed = examined.composed
    faults = in_order(_with_first(composed.faults, [*examined.faults, *further]))
    if any(fault.severity == "error" for fault in faults):
        raise ScenarioError(faults)
    scenario = Scenario.model_validate(plain(composed.root))
    resolved = flatten(composed.root, composed.base)
    return Loaded(scenario, resolved, faults, composed.sources, composed.root)


# ── All faults of a composed scenario ────────────────────────────────────────────────────────────


def _with_base(root: Node) -> Node:
    """The top level with `base` filled in: the first strategy, unless another is named."""
    if "base" in root.children:
        return root
    holder = root.children.get("strategies", root)
    first = next(iter(holder.children), "") if holder is not root else ""
    base = Node(first, holder.place, holder.key, ("base",))
    return replace(root, value={**root.children, "base": base})


def _with_first(first: Iterable[Fault], then: Iterable[Fault]) -> Iterator[Fault]:
    """All faults, less those in `then` of values that are faulted in `first`: they follow."""
    said = set()
    for fault in first:
        said.add((fault.file, fault.path))
        yield fault
    for fault in then:
        if not fault.path or (fault.file, fault.path) not in said:
            yield fault


def _not_repeated(
    faults: Iterable[Fault], base: Node, strategies: Mapping[str, Node]
) -> Iterator[Fault]:
    """The faults, where a section that no strategy has is missed once, at the top level."""
    absent = {
        section
        for section, info in Strategy.model_fields.items()
        if info.is_required()
        and section not in base.deleted
        and not any(
            section in node.children or section in node.deleted for node in strategies.values()
        )
    }
    by_path = {f"strategies.{name}.{section}": section for name in strategies for section in absent}
    for fault in faults:
        section = by_path.get(fault.path)
        if section is None:
            yield fault
        else:
            place = base.place
            yield replace(
                fault, file=place.file, line=place.line, column=place.column, path=section
            )
