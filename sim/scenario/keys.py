"""The keys of a scenario file as a tree: what errors, ``explain`` and the table of keys read."""

from __future__ import annotations

from functools import cache

from sim.document.keys import Key, model_keys
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
    return Key((), "map", children=children)


def key_at(path: tuple[str | int, ...], root: Key | None = None) -> Key | None:
    """The key of a path with concrete names or ``*``, or None."""
    found: Key | None = root or file_keys()
    for part in path:
        found = found.child(part) if found is not None else None
    return found
