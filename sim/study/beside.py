"""What two or more runs or studies differ in: their inputs, and their numbers beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


class Absent(str):
    """Stands for a key that a document lacks: none of its values is it, whatever they say."""

    __slots__ = ()


MISSING: Final = Absent("absent")
"""What a document that lacks a key has there."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A key in which documents differ."""

    path: str
    """With dots; of an entry of a list of sections, its number from 0."""
    values: tuple[Any, ...]
    """Of each document; :data:`MISSING` where it has no such key."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A number in which results differ."""

    strategy: str
    metric: str
    values: tuple[float | None, ...]
    """Of each result; None where it has none."""


def differing(documents: Sequence[Mapping[str, Any]]) -> tuple[Differing, ...]:
    """The keys in which resolved scenarios differ, in the order of the first that has them.

    Parameters
    ----------
    documents
        Each as plain data. Numbers of equal value are equal, whatever their type.
    """
    flat = [dict(_leaves(document, "")) for document in documents]
    paths = dict.fromkeys(path for one in flat for path in one)
    rows = ((path, tuple(one.get(path, MISSING) for one in flat)) for path in paths)
    return tuple(
        Differing(path, values)
        for path, values in rows
        if any(_other(value, values[0]) for value in values[1:])
    )


def _other(one: Any, other: Any) -> bool:
    """Whether two values differ; one that is missing is like no other."""
    return (one is MISSING) is not (other is MISSING) or bool(one != other)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every plain value of a document, with its path."""
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)) and any(isinstance(v, (Mapping, list)) for v in value):
        for at, each in enumerate(value):
            yield from _leaves(each, f"{path}.{at}")
    elif path:
        yield path, value


def moved(results: Sequence[Mapping[str, Mapping[str, float | None]]]) -> tuple[Moved, ...]:
    """The numbers in which results differ, of strategies that all of them have.

    Parameters
    ----------
    results
        Each by strategy and metric.
    """
    common = [name for name in results[0] if all(name in one for one in results[1:])]
    found = []
    for strategy in common:
        metrics = dict.fromkeys(metric for one in results for metric in one[strategy])
        for metric in metrics:
            values = tuple(one[strategy].get(metric) for one in results)
            if any(value != values[0] for value in values[1:]):
                found.append(Moved(strategy, metric, values))
    return tuple(found)
