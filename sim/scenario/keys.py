"""The keys of a scenario file as a tree: what errors, ``explain`` and the table of keys read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sim.document.keys import Key, model_keys
from sim.scenario.preset import KEY as PRESET
from sim.scenario.preset import MEANING, PLACES, presets_of
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy


@cache
def format_keys() -> Key:
    """The tree of a checked scenario: every strategy stands complete under ``strategies``."""
    return model_keys(Scenario)


@cache
def file_keys() -> Key:
    """The tree of a file: the base strategy's keys stand at the top level, overlays under names."""
    whole = format_keys()
    children: dict[str, Key] = {}
    for name, child in whole.children.items():
        if name == "strategies":
            children["extends"] = Key(
                ("extends",),
                "value",
                "Another scenario file that this one is laid over; relative to this file.",
                kind_name="text",
            )
            children.update(model_keys(Strategy).children)
        children[name] = child
    root = Key((), "map", children=children)
    for path, kind in PLACES.items():
        if path[0] != "strategies":  # an overlay's keys are explained at the base strategy's
            root = _with_preset(root, path, tuple(presets_of(kind)))
    return root


def _with_preset(key: Key, path: tuple[str | int, ...], names: tuple[str, ...]) -> Key:
    """The tree with the key that names a preset under a path."""
    if not path:
        named = Key((*key.path, PRESET), "value", MEANING, kind_name="text", choices=names)
        return replace(key, children={PRESET: named, **key.children})
    if path[0] == "*" and key.entry is not None:
        return replace(key, entry=_with_preset(key.entry, path[1:], names))
    name = str(path[0])
    below = _with_preset(key.children[name], path[1:], names)
    return replace(key, children={**key.children, name: below})


def key_at(path: tuple[str | int, ...], root: Key | None = None) -> Key | None:
    """The key of a path with concrete names or ``*``, or None."""
    found: Key | None = root or file_keys()
    for part in path:
        found = found.child(part) if found is not None else None
    return found
