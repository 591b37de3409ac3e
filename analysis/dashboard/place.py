"""Where a reader is: an address of the dashboard taken apart, and put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode

MOST_CHARACTERS = 4_000
"""Most of an address's query that is read; what a browser sends is shorter."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path in parts, and what is chosen there."""

    parts: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    """By name; empty values are left out."""

    @property
    def path(self) -> str:
        """The address without what is chosen."""
        return "/" + "/".join(quote(part, safe="") for part in self.parts)

    @property
    def address(self) -> str:
        """The whole address, as a link has it."""
        query = urlencode(self.chosen)
        return f"{self.path}?{query}" if query else self.path

    def get(self, name: str, default: str = "") -> str:
        """What is chosen by a name."""
        return self.chosen.get(name, default)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """What is chosen by a name, if that is known; else nothing, as if nothing were chosen."""
        value = self.get(name)
        return value if value in known else ""

    def but(self, **changes: str) -> Place:
        """The same place with other choices; an empty one is taken away."""
        merged = {**self.chosen, **changes}
        return Place(self.parts, {name: value for name, value in merged.items() if value})


def place_of(path: str | None, search: str | None) -> Place:
    """An address as the browser tells it; whatever it holds, it has a place."""
    parts = tuple(unquote(part) for part in (path or "/").split("/") if part)
    query = (search or "").removeprefix("?")[:MOST_CHARACTERS]
    return Place(parts, {name: value for name, value in parse_qsl(query) if value})


def to(*parts: str, **chosen: str) -> str:
    """The address of a page."""
    return Place(parts, {name: value for name, value in chosen.items() if value}).address
