"""What a rule looks at, and how a rule is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.document.node import Node, Path, nearest
from sim.document.validate import Checked, Entries, fault_at, unfilled, within
from sim.errors import Fault, Severity
from sim.scenario.strategy import Strategy
from sim.scenario.world import World


@dataclass(frozen=True)
class Subject:
    """What a rule looks at."""

    root: Node
    """The whole scenario, to find places."""
    world: World
    known: frozenset[str]
    """The parts that are valid, as in :class:`~sim.document.validate.Checked`; a rule reads no
    other."""
    entries: Entries = field(default_factory=dict)
    """Territories, line types and other entries of the world that are not valid, with the parts of
    them that are, as in :class:`~sim.document.validate.Checked`."""
    name: str = ""
    """The strategy's; empty for rules of the world."""
    strategy: Strategy = field(default_factory=lambda: unfilled(Strategy))

    def knows(self, part: str) -> bool:
        """Whether a part is valid, by itself or with the whole that it belongs to."""
        return within(part, self.known)

    def each(self, name: str, *parts: str) -> Iterator[tuple[str, Any]]:
        """Entries of a map of the world, by their keys, in which some parts are valid.

        Arguments as for :meth:`sim.document.validate.Checked.each`.
        """
        return Checked(self.world, entries=self.entries).each(name, *parts)

    def fault(
        self, message: str, *paths: Path, severity: Severity = "error", on_key: bool = False
    ) -> Fault:
        """A fault at one of the paths that together cause it.

        That is the first, unless the strategy's own overlay wrote another: then the base strategy's
        value is right for others, and the overlay's is to blame. `on_key` is for keys that are
        wrong themselves.
        """
        places = []
        for path in map(self._full, paths):
            node, taken = nearest(self.root, path)
            places.append((node, path[taken:]))
        # The strategy itself is where a key of it is missing; that is nobody's overlay.
        own = (place for place in places if place[0].origin[:1] == ("strategies",) and not place[1])
        node, below = next(own, places[0])
        return fault_at(node, message, severity, on_key=on_key, below=below)

    def warning(self, message: str, *paths: Path) -> Fault:
        """A fault that does not forbid a run."""
        return self.fault(message, *paths, severity="warning")

    def written(self, path: Path) -> bool:
        """Whether the file says something at a path, so that no default stands there."""
        full = self._full(path)
        return nearest(self.root, full)[1] == len(full)

    def own(self, path: Path) -> bool:
        """Whether the strategy's own overlay says, or takes away, what stands at a path."""
        full = self._full(path)
        node, taken = nearest(self.root, full)
        if taken < len(full):
            gone = node.deleted.get(str(full[taken]))
            return gone is not None and gone.origin[:1] == ("strategies",)
        return node.origin[:1] == ("strategies",)

    def _full(self, path: Path) -> Path:
        return path if path[0] == "world" or not self.name else ("strategies", self.name, *path)


Rule = Callable[[Subject], Iterator[Fault]]
WORLD_RULES: list[tuple[frozenset[str], Rule]] = []
"""Rules that read the world alone, with the parts that they read."""
STRATEGY_RULES: list[tuple[frozenset[str], Rule]] = []
"""Rules that read a strategy, by itself or in its world."""


def rule(*needs: str) -> Callable[[Rule], Rule]:
    """Register a rule with the parts that it reads.

    One without any is a rule of the world that looks itself which parts are known.
    """
    world_only = all(need.startswith("world.") for need in needs)

    def register(function: Rule) -> Rule:
        (WORLD_RULES if world_only else STRATEGY_RULES).append((frozenset(needs), function))
        return function

    return register
