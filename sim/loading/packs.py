"""The law packs that a scenario names, read at the door.

A name is the id of a regime that ships, or ends in ``.yaml`` and is the path of one's own file:
from the folder of the scenario file that names it, or for ``--set`` from the working directory. The
checked scenario calls one's own pack ``laws/FILE`` wherever it lies, so that two files may name one
pack in their own ways, and a run directory can hold a copy of it under that very name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sim.document.messages import did_you_mean
from sim.document.node import Node
from sim.document.source import nameable
from sim.document.validate import fault_at
from sim.errors import Fault, RegimeError
from sim.regimes.laws import Laws, Pack, is_own
from sim.regimes.load import load_pack, regime_ids
from sim.scenario.overlay import SET, Composed
from sim.scenario.scenario import Scenario

FOLDER = "laws"
"""Where one's own packs stand in a run directory, and in the names that a scenario has for them."""


class Named(NamedTuple):
    """A scenario whose own packs go by their names in a run directory, and all its packs."""

    composed: Composed
    laws: Laws
    """Those that could be read; of names that no pack bears there is none."""
    faults: tuple[Fault, ...]
    """What is wrong with one's own packs."""


def read_packs(composed: Composed) -> Named:
    """Read every law pack that a composed scenario names."""
    reader = _Reader()
    root = reader.scenario(composed.root)
    base = reader.strategy(composed.base)
    laws = Laws(MappingProxyType(reader.packs))
    return Named(replace(composed, root=root, base=base), laws, tuple(reader.faults))


def packs_of(scenario: Scenario) -> Laws:
    """The law packs of a scenario that did not come from a file; paths are as it has them.

    Raises
    ------
    sim.regimes.load.UnknownNameError
        Where a regime that it names does not ship.
    sim.regimes.load.RegimeError
        Where one's own cannot be read.
    """
    complaints = scenario.world.complaints
    silence = None if complaints is None else complaints.silence
    enforced = (name for strategy in scenario.strategies.values() for name in strategy.enforce)
    names = dict.fromkeys([*scenario.regimes, *([silence] if silence else []), *enforced])
    return Laws(MappingProxyType({name: load_pack(name) for name in names}))


class _Reader:
    """Goes through a scenario, reads each pack once, and renames one's own."""

    def __init__(self) -> None:
        self.packs: dict[str, Pack] = {}
        self.faults: list[Fault] = []
        self._names: dict[str, str | RegimeError] = {}  # by real path: its name, or why none

    # ── Where names stand ────────────────────────────────────────────────────────────────────

    def scenario(self, root: Node) -> Node:
        """The whole scenario, renamed."""
        parts = dict(root.children)
        regimes = parts.get("regimes")
        if regimes is not None and isinstance(regimes.value, tuple):
            parts["regimes"] = replace(regimes, value=tuple(map(self._value, regimes.value)))
        if world := parts.get("world"):
            parts["world"] = _within(world, ("complaints", "silence"), self._value)
        if strategies := parts.get("strategies"):
            renamed = {name: self.strategy(node) for name, node in strategies.children.items()}
            parts["strategies"] = replace(strategies, value=renamed) if renamed else strategies
        return replace(root, value=parts)

    def strategy(self, node: Node) -> Node:
        """A strategy, its keys of `enforce` renamed."""
        return _within(node, ("enforce",), self._keys)

    def _value(self, node: Node) -> Node:
        if not isinstance(node.value, str):
            return node
        return replace(node, value=self._name(node.value, node))

    def _keys(self, node: Node) -> Node:
        if not node.is_map:
            return node
        renamed: dict[str, Node] = {}
        for written, child in node.children.items():
            name = self._name(written, child, on_key=True)
            if name in renamed:
                message = "names a regime that stands in this map already, by another path"
                self.faults.append(fault_at(child, message, on_key=True))
            renamed[name] = child
        return replace(node, value=renamed)

    # ── What a name means ────────────────────────────────────────────────────────────────────

    def _name(self, written: str, node: Node, on_key: bool = False) -> str:
        """The name of the pack, which is read with it; as written where there is none."""
        if not is_own(written):
            if written not in self.packs and written in regime_ids():
                self.packs[written] = load_pack(written)
            return written
        place = node.key if on_key and node.key is not None else node.place
        if not nameable(written):
            fault = fault_at(node, "found a name that no file can have", on_key=on_key)
            self.faults.append(fault)
            return written
        folder = "" if place.file == SET else os.path.dirname(place.file)
        path = os.path.normpath(os.path.join(folder, written))
        real = os.path.realpath(path)
        if real not in self._names:
            self._names[real] = self._read(path)
        name = self._names[real]
        if isinstance(name, RegimeError):
            self.faults += _unreadable(name, path, node, on_key)
            return written
        return name

    def _read(self, path: str) -> str | RegimeError:
        try:
            pack = load_pack(Path(path))
        except RegimeError as error:
            return error
        file = re.sub(r"[^\w.-]+", "-", os.path.basename(path))
        stem, suffix = os.path.splitext(file)
        name, number = f"{FOLDER}/{file}", 1
        while name in self.packs:
            number += 1
            name = f"{FOLDER}/{stem}-{number}{suffix}"
        self.packs[name] = pack
        return name


def _within(node: Node, path: tuple[str, ...], change: Callable[[Node], Node]) -> Node:
    """A node with a change made to what stands at a path below it, if anything does."""
    if not path:
        return change(node)
    child = node.children.get(path[0])
    if child is None:
        return node
    return replace(node, value={**node.children, path[0]: _within(child, path[1:], change)})


def _unreadable(error: RegimeError, path: str, node: Node, on_key: bool) -> Iterator[Fault]:
    """Why one's own pack cannot be read: at its lines, or at its name where that is to blame."""
    folder = Path(path).parent
    if os.path.isfile(path):
        yield from error.faults
    elif os.path.exists(path):
        for fault in error.faults:
            yield fault_at(node, f"{fault.file} {fault.message}", on_key=on_key)
    else:
        others = [file.name for file in folder.glob("*.y*ml")] if folder.is_dir() else []
        hint = did_you_mean(os.path.basename(path), others)
        yield fault_at(node, f"there is no file {path}{hint}", on_key=on_key)
