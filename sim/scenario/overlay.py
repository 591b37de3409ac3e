"""Layers: ``extends``, strategy overlays and ``--set``, all by the rules of RFC 7386.

Maps merge, lists and scalars replace, null deletes. Everything works on nodes that know where they
were written, so the merged scenario can blame the right file.

A scenario file has a *base strategy* (``campaign``, ``dialing``, … at the top level) and overlays
on it under ``strategies``. :func:`compose` gives the one tree in which every strategy is complete.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from sim.document.composed import MAX_DEPTH
from sim.document.messages import unknown_name
from sim.document.node import (
    Node,
    Path,
    Place,
    dotted,
    plain,
)
from sim.document.source import Source, nameable, parse_value, read_any, read_source
from sim.document.units import shown
from sim.document.validate import fault_at
from sim.errors import DocumentError, Fault, ScenarioError
from sim.scenario.preset import KEY as PRESET
from sim.scenario.preset import as_maps, filled
from sim.scenario.scenario import Scenario
from sim.scenario.start import start_file, starts
from sim.scenario.strategy import Strategy

MAX_STRATEGIES = 100
"""Most strategies in a scenario."""
MAX_VALUES = 100_000
"""Most values in all strategies together, each complete."""
MAX_EXTENDS = 8
"""Most files in a chain of ``extends``."""
SECTIONS: tuple[str, ...] = tuple(Strategy.model_fields)
"""The keys of a strategy, which stand at the top level of a file for the base strategy."""
KEYS = frozenset(("extends", *SECTIONS, *Scenario.model_fields))
"""Every key at the top level of a file."""
SET = "--set"
"""The file that faults name for a value given on the command line."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A scenario after merging, still unchecked."""

    root: Node
    """Top level without the base strategy's sections; each strategy complete."""
    base: Node
    """The base strategy: a map of sections, perhaps incomplete."""
    sources: tuple[FilePath, ...]
    """The files read, the one that was asked for first."""
    faults: tuple[Fault, ...] = ()
    """Keys that stand twice and the like, and settings that cannot be placed."""


# ── Files that extend files ──────────────────────────────────────────────────────────────────────


def read_chain(path: str | FilePath | Source) -> tuple[list[Source], tuple[FilePath, ...]]:
    """A file and those that it extends, the most basic first; and their paths, `path` first.

    What was read already may stand for the file: what it extends is relative to its name.

    Raises
    ------
    ScenarioError
        When one of them cannot be read, or the chain is circular or too long.
    """
    layers: list[Source] = []
    try:
        return layers, _read_chain(path, layers)
    except DocumentError as error:
        told = [fault for layer in layers for fault in layer.faults]
        raise ScenarioError([*told, *error.faults]) from None


def _read_chain(path: str | FilePath | Source, layers: list[Source]) -> tuple[FilePath, ...]:
    """Put the layers, the most basic first, into a list; the paths, `path` first."""
    links: list[Node] = []
    given = path if isinstance(path, Source) else None
    files = [str(path) if given is None else given.node.place.file]
    if not nameable(files[0]):
        read_source(files[0])  # says so
    seen = {os.path.realpath(files[0])}
    while True:
        file = files[-1]
        if not layers:
            layer, faults = read_source(file) if given is None else given
        else:
            layer, faults = read_any(file)
            if not layer.is_map or not layer.children.keys() & KEYS:
                # Not a word of it is told: it may be anybody's.
                raise _at(links[-1], f"'{file}' is no scenario: it holds no key of one")
        rest = {name: node for name, node in layer.children.items() if name != "extends"}
        if layers and "check" in rest:
            rest["check"] = _without_promises(rest["check"])
        layers.insert(0, Source(replace(layer, value=rest), faults))
        link = layer.children.get("extends")
        if link is None:
            break
        target = _target(link, file)
        if os.path.realpath(target) in seen:
            chain = " -> ".join([*files, target])
            raise _at(link, f"the files extend each other in a circle: {chain}")
        if len(files) == MAX_EXTENDS:
            raise _at(link, f"more than {MAX_EXTENDS} files extend each other")
        links.append(link)
        files.append(target)
        seen.add(os.path.realpath(target))
    return tuple(map(FilePath, files))


def _without_promises(check: Node) -> Node:
    """The `check` of a file that another extends: what it promises, it promises of itself."""
    if not check.is_map:
        return check
    return replace(check, value={k: v for k, v in check.children.items() if k != "expect"})


def _target(link: Node, file: str) -> str:
    """The file that an `extends` names."""
    if not isinstance(link.value, str) or not link.value.strip():
        raise _at(link, "found no file name; write extends: other.yaml")
    if not nameable(link.value):
        raise _at(link, "found a name that no file can have; write extends: other.yaml")
    target = os.path.normpath(os.path.join(os.path.dirname(file), link.value))
    if os.path.isfile(target):
        return target
    start = start_file(link.value)
    if start is not None:
        return start
    kind = "regular file" if os.path.exists(target) else "file"
    plain = re.fullmatch(r"[a-z0-9-]+", link.value) and kind == "file"
    named = f", and no start of that name: {', '.join(starts())}" if plain else ""
    raise _at(link, f"there is no {kind} '{target}'; the path is relative to this file{named}")


def _at(node: Node, message: str) -> ScenarioError:
    place = node.mark
    return ScenarioError(
        [Fault(place.file, place.line, place.column, dotted(node.origin), message)]
    )


# ── RFC 7386 ─────────────────────────────────────────────────────────────────────────────────────


def merge(target: Node | None, patch: Node) -> Node:
    """`patch` laid over `target`.

    A deleted key stays known as such, so that a key that is missing because somebody deleted it
    can be blamed on the null. A map that names a preset begins anew.
    """
    if not isinstance(patch.value, Mapping):
        return patch
    anew = target is None or not target.is_map or PRESET in patch.value
    into = None if anew else target
    merged = dict(into.children) if into else {}
    deleted = dict(into.deleted) if into else {}
    for name, child in patch.value.items():
        if child.value is None:
            merged.pop(name, None)
            deleted[name] = child
        else:
            merged[name] = merge(merged.get(name), child)
            deleted.pop(name, None)
    # A map that only adds to another stays where the other is written.
    return replace(into or patch, value=merged, deleted=deleted)


def difference(target: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest patch that makes `wanted` of `target`; neither holds a null in a map.

    Its keys stand in the order of `target`, then new ones, which is the order that merging gives:
    so the patch of a merged patch is the same text again.
    """
    patch: dict[str, Any] = {}
    for name in [*target, *(name for name in wanted if name not in target)]:
        old, new = target.get(name), wanted.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            if inner := difference(old, new):
                patch[name] = inner
        elif name not in wanted:
            patch[name] = None
        elif name not in target or not same(old, new):
            patch[name] = new
    return patch


def same(one: Any, other: Any) -> bool:
    """Equality that tells 1, 1.0 and true apart."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


# ── --set path=value ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Setting:
    """One value given on the command line."""

    path: tuple[str, ...]
    value: Node
    place: Place
    """Of the path in the argument."""


def parse_set(argument: str) -> tuple[Setting, tuple[Fault, ...]]:
    """A setting from ``dialing.channels=825``, and what its value may not hold.

    Raises
    ------
    ScenarioError
        When there is no path, or the value is not YAML.
    """
    try:
        argument.encode()
    except UnicodeEncodeError:
        argument = argument.encode("utf-8", "backslashreplace").decode()
        raise ScenarioError([Fault(SET, 1, 1, argument, "is not text in UTF-8")]) from None
    name, equals, text = argument.partition("=")
    path = tuple(name.strip().split("."))
    column = len(name) - len(name.lstrip()) + 1

    def fail(message: str) -> ScenarioError:
        return ScenarioError([Fault(SET, 1, column, name.strip(), message)])

    if not equals or not all(path):
        raise fail(f"found {shown(argument)}; write path=value, such as dialing.channels=825")
    if len(path) > MAX_DEPTH:
        raise fail(f"names {len(path):_} keys one below the other; at most {MAX_DEPTH} are allowed")
    if path[0] == "extends":
        raise fail("cannot be set; name the other file instead")
    place = Place(SET, 1, column)
    value, faults = parse_value(text, SET, len(name) + 2)
    if value.value is None:
        value = replace(value, place=place)
    rooted = tuple(
        replace(fault, path=".".join(filter(None, (dotted(path), fault.path)))) for fault in faults
    )
    return Setting(path, _rooted(value, path, place), place), rooted


def _rooted(node: Node, path: Path, key: Place | None) -> Node:
    """The node with its origin, and its children's, moved under a path."""
    value = node.value
    if isinstance(value, Mapping):
        value = {name: _rooted(child, (*path, name), child.key) for name, child in value.items()}
    elif isinstance(value, tuple):
        value = tuple(_rooted(child, (*path, i), None) for i, child in enumerate(value))
    return replace(node, value=value, origin=path, key=key)


def apply_setting(root: Node, setting: Setting, below: int = 0) -> Node:
    """`root` with the value put at the setting's path, less its first `below` parts.

    The value replaces what stands there; null deletes it. Maps are made on the way as needed, so a
    path that does not exist is caught later, as an unknown key.
    """
    return _put(root, setting, setting.path[below:], below)


def _put(node: Node, setting: Setting, path: tuple[str, ...], depth: int) -> Node:
    if not path:
        return merge(None, setting.value) if setting.value.is_map else setting.value
    part, rest = path[0], path[1:]
    if isinstance(node.value, tuple):
        index = _index(node, setting, part, depth)
        entries = list(node.value)
        entries[index] = _put(entries[index], setting, rest, depth + 1)
        return replace(node, value=tuple(entries))
    children = dict(node.children)
    deleted = dict(node.deleted)
    if not rest and setting.value.value is None:
        children.pop(part, None)
        deleted[part] = setting.value
    else:
        new = Node({}, setting.place, setting.place, setting.path[: depth + 1])
        children[part] = _put(children.get(part, new), setting, rest, depth + 1)
        deleted.pop(part, None)
    if node.is_map:
        return replace(node, value=children, deleted=deleted)
    return Node(children, setting.place, setting.place, setting.path[:depth], deleted)


def _index(node: Node, setting: Setting, part: str, depth: int) -> int:
    size = len(node.value) if isinstance(node.value, tuple) else 0
    if part.isascii() and part.isdigit() and len(part) < 6 and int(part) < size:
        return int(part)
    held = f"has {size} entries, 0 to {size - 1}" if size else "is empty"
    message = f"found {shown(part)}; the list {dotted(setting.path[:depth])} {held}"
    raise ScenarioError([_set_fault(setting, message)])


def _set_fault(setting: Setting, message: str) -> Fault:
    place = setting.place
    return Fault(place.file, place.line, place.column, dotted(setting.path), message)


# ── All layers together ──────────────────────────────────────────────────────────────────────────


def compose(path: str | FilePath | Source, sets: Sequence[str] = ()) -> Composed:
    """Read a file with all that it extends, lay overlays over the base strategy, apply settings.

    Settings of the base strategy come before overlays, settings of a strategy after them, so the
    order of settings matters only between two of the same path.

    Raises
    ------
    ScenarioError
        When a file cannot be read.
    """
    faults: list[Fault] = []
    layers: list[Node] = []
    sources: tuple[FilePath, ...] = ()
    try:
        read, sources = read_chain(path)
        layers = [as_maps(source.node) for source in read]
        faults += [fault for source in read for fault in source.faults]
    except DocumentError as error:
        faults += error.faults
    settings, unfit = _settings(sets)
    faults += unfit
    if not layers:
        raise ScenarioError(faults)

    top = Node({}, layers[-1].place)
    for layer in layers:
        rest = {name: node for name, node in layer.children.items() if name != "strategies"}
        top = merge(top, replace(layer, value=rest))
    top = replace(top, place=layers[-1].place)
    holder, overlays = _overlays([layer.children.get("strategies") for layer in layers])
    for setting in settings:
        try:
            if setting.path[0] != "strategies":
                top = as_maps(apply_setting(top, setting))
            elif len(setting.path) == 1:
                holder, overlays = _overlays([setting.value])
            elif len(setting.path) == 2 and setting.value.value is None:
                overlays.pop(setting.path[1], None)
            elif len(setting.path) == 2:
                overlays[setting.path[1]] = [setting.value]
        except DocumentError as error:
            faults += error.faults

    sections = {name: node for name, node in top.children.items() if name in SECTIONS}
    gone = {name: node for name, node in top.deleted.items() if name in SECTIONS}
    base = Node(sections, top.place, None, (), gone)
    strategies = {name: _strategy(base, stack) for name, stack in overlays.items()}
    if too_many := _too_many(base, holder, strategies):
        raise ScenarioError([*faults, too_many])
    faults += _set_inside(strategies, settings)
    top, base = filled(top, faults), filled(base, faults)
    strategies = {
        name: filled(as_maps(node, ("strategies", name)), faults, ("strategies", name))
        for name, node in strategies.items()
    }
    entries = {name: node for name, node in top.children.items() if name not in SECTIONS}
    if holder is not None:
        entries["strategies"] = replace(holder, value=strategies) if holder.is_map else holder
    return Composed(replace(top, value=entries), base, sources, tuple(faults))


def _too_many(base: Node, holder: Node | None, strategies: Mapping[str, Node]) -> Fault | None:
    """More strategies, or with the base strategy under each more values, than can be checked."""
    if holder is None:
        return None
    if len(strategies) > MAX_STRATEGIES:
        message = f"found {len(strategies):_} strategies; at most {MAX_STRATEGIES} are allowed"
        return fault_at(holder, message)
    values = sum(map(_size, strategies.values())) if strategies else 0
    if values <= MAX_VALUES:
        return None
    return fault_at(
        holder,
        f"the strategies hold {values:_} values, with the base strategy's {_size(base):_} under "
        f"each; at most {MAX_VALUES:_} are allowed",
    )


def _size(node: Node) -> int:
    """How many values a node holds, itself included."""
    within = node.value if isinstance(node.value, tuple) else node.children.values()
    return 1 + sum(map(_size, within))


def _settings(sets: Iterable[str]) -> tuple[list[Setting], list[Fault]]:
    """The settings that can be read, and what is wrong with the others."""
    settings: list[Setting] = []
    faults: list[Fault] = []
    for argument in sets:
        try:
            setting, unfit = parse_set(argument)
            settings.append(setting)
            faults += unfit
        except DocumentError as error:
            faults += error.faults
    return settings, faults


def _set_inside(strategies: dict[str, Node], settings: Iterable[Setting]) -> Iterator[Fault]:
    """Apply settings of single strategies; gives what is wrong with them."""
    for setting in settings:
        if setting.path[0] != "strategies" or len(setting.path) < 3:
            continue
        name = setting.path[1]
        if name not in strategies:
            yield _set_fault(setting, unknown_name("strategy", name, strategies))
            continue
        try:
            made = apply_setting(strategies[name], setting, below=2)
            strategies[name] = as_maps(made, ("strategies", name))
        except DocumentError as error:
            yield from error.faults


def _overlays(layers: Iterable[Node | None]) -> tuple[Node | None, dict[str, list[Node]]]:
    """The node that holds the strategies, and each strategy's overlays, the most basic first.

    A null deletes a strategy of a file further down. Where there is none to delete it is a strategy
    whose braces were forgotten, and means the base strategy unchanged.
    """
    holder: Node | None = None
    overlays: dict[str, list[Node]] = {}
    for layer in layers:
        if layer is None:
            continue
        if not layer.is_map:
            holder = None if layer.value is None else layer
            overlays = {}
            continue
        holder = layer
        for name, overlay in layer.children.items():
            if overlay.value is None and name in overlays:
                del overlays[name]
            elif overlay.value is None:
                overlays[name] = [replace(overlay, value={})]
            elif overlay.is_map:
                overlays.setdefault(name, []).append(overlay)
            else:
                overlays[name] = [overlay]
    return holder, overlays


def _strategy(base: Node, overlays: Sequence[Node]) -> Node:
    """The base strategy under a strategy's overlays: complete, and placed where it is named."""
    merged: Node | None = base
    for overlay in overlays:
        merged = merge(merged, overlay)
    last = overlays[-1]
    if merged is None or not merged.is_map:
        return last
    return replace(merged, place=last.place, key=last.key, origin=last.origin)


def flatten(root: Node, base_strategy: Node) -> dict[str, Any]:
    """The scenario as one file holds it: extends nothing, settings applied, overlays small."""
    data = plain(root)
    written = plain(base_strategy)
    base = {name: written[name] for name in SECTIONS if name in written}
    flat: dict[str, Any] = {
        name: data[name] for name in ("format", "name", "question", "seed", "world") if name in data
    }
    flat.update(base)
    flat["base"] = data["base"]
    flat["strategies"] = {
        name: difference(base, strategy) for name, strategy in data["strategies"].items()
    }
    flat.update({name: data[name] for name in ("regimes", "joint", "check") if name in data})
    return flat
