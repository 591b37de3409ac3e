"""Presets: parts of a world, with the sources of their figures, that a file names in place of keys.

``complaints: fr-landline-political`` stands for the keys that a data file of this name holds;
``{preset: fr-landline-political, per_million: 5}`` for the same with some laid over it. Names stay
names while files and overlays are merged, and are filled in at the end, so that a file further up
may name another preset or lay keys over one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from sim.document.messages import unknown_name
from sim.document.node import Node, Path, plain
from sim.document.source import parse_source
from sim.document.units import shown
from sim.document.validate import fault_at
from sim.errors import Fault

PLACES: Mapping[Path, str] = {
    ("world", "line_types", "*", "answering"): "answering",
    ("world", "voicemail"): "voicemail",
    ("world", "consent"): "consent",
    ("world", "complaints"): "complaints",
    ("world", "votes"): "votes",
    ("amd",): "amd",
    ("strategies", "*", "amd"): "amd",
}
"""Where in a file a preset may stand, with ``*`` for names, and of which kind."""
KINDS = tuple(dict.fromkeys(PLACES.values()))
"""Kinds of presets, each a data file."""
KEY = "preset"
"""The key of a map that names the preset that the map is laid over."""
MEANING = "A part with sourced figures that ships, which the other keys here are laid over."
"""What that key means."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset."""

    name: str
    kind: str
    about: str
    """Whom it is of, and how far it may be trusted."""
    value: Node
    """A map of the keys that it stands for."""


@cache
def presets_of(kind: str) -> Mapping[str, Preset]:
    """The presets of a kind by name, in the order of its file."""
    text = (files("sim.scenario") / "presets" / f"{kind}.yaml").read_text(encoding="utf-8")
    found = {}
    for name, entry in parse_source(text, f"presets/{kind}.yaml").node.children.items():
        about = entry.children["about"].value
        found[name] = Preset(name, kind, str(about), entry.children["value"])
    return found


def written(preset: Preset) -> list[str]:
    """The lines of a preset's keys in its data file, with their comments, from the margin."""
    text = (files("sim.scenario") / "presets" / f"{preset.kind}.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()[preset.value.place.line - 1 :]
    end = next((at for at, line in enumerate(lines) if line and not line.startswith("    ")), None)
    return [line[4:] for line in lines[:end] if line.strip()]


def as_maps(root: Node, below: Path = ()) -> Node:
    """A file in which each preset's name alone is a map with :data:`KEY`, so that it can be merged.

    Parameters
    ----------
    root
        A file, or what stands in one under a path.
    below
        That path.
    """
    for path in _places(root, below):
        node = _get(root, path)
        if isinstance(node.value, str):
            named = replace(node, key=None)
            root = _put(root, path, replace(node, value={KEY: named}))
    return root


def filled(root: Node, faults: list[Fault], below: Path = ()) -> Node:
    """A merged file in which each preset stands for its keys; arguments as for :func:`as_maps`.

    What is wrong with a name is added to the faults, and another preset of the kind stands in: one
    fault is enough.
    """
    for path, kind in _places(root, below).items():
        node = _get(root, path)
        named = node.children.get(KEY)
        if named is None:
            continue
        known = presets_of(kind)
        if not isinstance(named.value, str) or named.value not in known:
            name = named.value if isinstance(named.value, str) else shown(plain(named))
            fault = fault_at(named, unknown_name(f"preset of {kind}", name, known))
            faults += [] if fault in faults else [fault]  # strategies share one of the base's
        preset = known.get(str(named.value), next(iter(known.values())))
        rest = {name: child for name, child in node.children.items() if name != KEY}
        value = _rooted(preset.value, node.origin)
        whole = _laid(value, replace(node, value=rest))
        root = _put(root, path, replace(whole, place=node.place, key=node.key, origin=node.origin))
    return root


def _places(root: Node, below: Path) -> dict[Path, str]:
    """Paths in a node under which a preset may stand and something does, each with its kind."""
    found = {}
    for pattern, kind in PLACES.items():
        if len(pattern) > len(below) and _fits(below, pattern):
            found.update(dict.fromkeys(_matches(root, pattern[len(below) :]), kind))
    return found


def _fits(path: Path, pattern: Path) -> bool:
    return all(one in ("*", part) for part, one in zip(path, pattern, strict=False))


def _matches(node: Node, pattern: Path) -> Iterator[Path]:
    if not pattern:
        yield ()
        return
    for name, child in node.children.items():
        if pattern[0] in ("*", name):
            for rest in _matches(child, pattern[1:]):
                yield (name, *rest)


def _get(node: Node, path: Path) -> Node:
    for part in path:
        node = node.children[str(part)]
    return node


def _put(node: Node, path: Path, value: Node) -> Node:
    if not path:
        return value
    name = str(path[0])
    return replace(node, value={**node.children, name: _put(node.children[name], path[1:], value)})


def _laid(under: Node, over: Node) -> Node:
    """A map laid over another; the nulls that deleted keys while files were merged delete here."""
    merged = {name: child for name, child in under.children.items() if name not in over.deleted}
    for name, child in over.children.items():
        both = name in merged and merged[name].is_map and child.is_map
        merged[name] = _laid(merged[name], child) if both else child
    return replace(under, value=merged, deleted={**under.deleted, **over.deleted})


def _rooted(node: Node, path: Path) -> Node:
    """A preset's node as if it were written at a path; it keeps its place in the preset's file."""
    value = node.value
    if isinstance(value, Mapping):
        value = {name: _rooted(child, (*path, name)) for name, child in value.items()}
    elif isinstance(value, tuple):
        value = tuple(_rooted(child, (*path, i)) for i, child in enumerate(value))
    return replace(node, value=value, origin=path)
