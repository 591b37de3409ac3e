"""The law packs that a scenario needs, as one value that enters a run at its door.

Whoever reads files makes a :class:`Laws`; the engine, the checks and the jobs are handed it and
look nothing up. So a run's laws are as much its input as its scenario is, each with a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from sim.regimes.model import Regime, Rule

SUFFIXES = (".yaml", ".yml")
"""What the name of a regime's file ends with."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One law pack."""

    regime: Regime
    """What it says."""
    text: str = field(repr=False)
    """Its YAML file, as read."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, 64 hex digits: what ``sha256sum`` gives for the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Laws:
    """Law packs by the names that a scenario has for them."""

    packs: Mapping[str, Pack] = field(default_factory=lambda: MappingProxyType({}))
    """By name: the id of a regime that ships, or the path of one's own (``laws/own.yaml``)."""

    def regime(self, name: str) -> Regime:
        """The regime of that name.

        Raises
        ------
        LookupError
            Where its pack was not handed in: a mistake of the program, since the scenario that
            names it is checked together with its packs.
        """
        if name not in self.packs:
            known = ", ".join(self.packs) or "none"
            raise LookupError(f"the law pack '{name}' was not handed in; handed in: {known}")
        return self.packs[name].regime

    def rules(self, name: str) -> tuple[Rule, ...]:
        """The rules of the regime of that name, likewise."""
        return self.regime(name).rules

    def regimes(self, names: Sequence[str]) -> list[Regime]:
        """Several regimes, in order."""
        return [self.regime(name) for name in names]

    @property
    def own(self) -> dict[str, str]:
        """The texts of the packs that do not ship, by name."""
        return {name: pack.text for name, pack in self.packs.items() if is_own(name)}

    @property
    def digests(self) -> dict[str, str]:
        """By name, in alphabetical order: the SHA-256 of the pack."""
        return {name: self.packs[name].sha256 for name in sorted(self.packs)}


def is_own(id_or_path: str | Path) -> bool:
    """Whether a name is the path of a file, and not the id of a regime that ships."""
    return isinstance(id_or_path, Path) or id_or_path.endswith(SUFFIXES)


NO_LAWS = Laws()
"""Of a scenario that names no regime."""
