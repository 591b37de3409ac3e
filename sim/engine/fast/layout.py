"""The list laid out by row: by group and in list order inside each, with what a line's draws need.

Each line is looked up once, in a word that holds all its traits and is as short as they allow: the
list is in an order of chance, and what is looked up in such an order had better fit a cache. The
rest is read and written in order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.lines import traits
from sim.compiled import kernel
from sim.engine.plan.plan import Plan


class Columns(NamedTuple):
    """What is laid out, each (n,)."""

    position: NDArray[np.int32]
    """Place in the list."""
    line: NDArray[np.int32]
    kind: NDArray[np.uint16]
    """Class in the threshold rows."""
    traits: NDArray[np.uint16]
    """What its draws need, as :class:`sim.behaviour.drawing.LineTraits` has it."""
    standing: NDArray[np.uint8]
    """What decides about complaints of it; empty where nobody complains."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A list by row."""

    columns: Columns
    head: NDArray[np.int64]
    """(groups,) First row of each group."""
    stop: NDArray[np.int64]
    """(groups,) First row after it."""


class Words(NamedTuple):
    """Traits in bits: the group lowest (16 at most), class, what draws need, standing."""

    low: NDArray[np.uint16]
    """The lowest 16 bits."""
    high: NDArray[np.uint32]
    """Bits above them; empty where there are none."""


@kernel
def _lay(
    order: NDArray[np.int32],
    lines: Words,
    bits: NDArray[np.int64],
    found: Words,
    at: NDArray[np.int64],
    columns: Columns,
) -> None:
    """Lay out a list.

    Parameters
    ----------
    order : (n,) int32
        The list.
    lines
        Traits by line, (lines,) each.
    bits : (3,) int64
        How many bits of them name the group, the class, and what draws need.
    found
        Room, (n,) each; nothing for the high bits where there are none.
    at : (groups + 1,) int64
        Zeros; afterwards the first row after each group, the last one unused.
    columns
        Where it is laid.
    """
    low, high, low_of, high_of = found.low, found.high, lines.low, lines.high
    position, line, kind, drawn, standing = columns
    complaining = standing.shape[0] > 0
    wide = high_of.shape[0] > 0
    groups, classes = np.uint64((1 << bits[0]) - 1), np.uint64((1 << bits[1]) - 1)
    traits_of = np.uint64((1 << bits[2]) - 1)
    to_class, to_traits = np.uint64(bits[0]), np.uint64(bits[0] + bits[1])
    to_standing = np.uint64(bits[0] + bits[1] + bits[2])
    for i in range(order.shape[0]):
        low[i] = low_of[order[i]]
    if wide:
        for i in range(order.shape[0]):
            high[i] = high_of[order[i]]
    for i in range(order.shape[0]):
        at[np.int64(low[i] & groups) + 1] += 1
    for end in range(1, at.shape[0]):
        at[end] += at[end - 1]
    for i in range(order.shape[0]):
        word = np.uint64(low[i])
        if wide:
            word |= np.uint64(high[i]) << np.uint64(16)
        group = np.int64(word & groups)
        row = at[group]
        at[group] = row + 1
        position[row] = i
        line[row] = order[i]
        kind[row] = word >> to_class & classes
        drawn[row] = word >> to_traits & traits_of
        if complaining:
            standing[row] = word >> to_standing


def _words(plan: Plan, standing: NDArray[np.uint8]) -> tuple[Words, NDArray[np.int64]]:
    """Traits by line, and how many bits of them name the group, the class, what draws need."""
    people = plan.population
    drawn = traits(people.line_type, people.in_service, people.has_machine)
    columns: list[NDArray[Any]] = [plan.group, plan.class_of, drawn]
    columns += [standing] if len(standing) else []
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    wide = sum(bits) > 16
    word: NDArray[Any] = np.zeros(people.lines, dtype=np.uint64 if wide else np.uint16)
    for column, of_column in zip(reversed(columns), reversed(bits), strict=True):
        word <<= of_column
        word |= column
    high = (word >> 16).astype(np.uint32) if wide else np.empty(0, dtype=np.uint32)
    return Words(word.astype(np.uint16, copy=False), high), np.array(bits[:3], dtype=np.int64)


def laid_out(plan: Plan, standing: NDArray[np.uint8]) -> Layout:
    """A plan's list by row.

    Parameters
    ----------
    plan
        The plan.
    standing : (lines,) uint8
        By line: what decides about complaints of it; empty where nobody complains.
    """
    n = len(plan.order)
    columns = Columns(
        position=np.empty(n, dtype=np.int32),
        line=np.empty(n, dtype=np.int32),
        kind=np.empty(n, dtype=np.uint16),
        traits=np.empty(n, dtype=np.uint16),
        standing=np.empty(n if len(standing) else 0, dtype=np.uint8),
    )
    at = np.zeros(len(plan.groups) + 1, dtype=np.int64)
    order = np.array(plan.order, dtype=np.int32)  # kernels take what can be written to
    lines, bits = _words(plan, standing)
    found = Words(np.empty(n, np.uint16), np.empty(n if len(lines.high) else 0, np.uint32))
    _lay(order, lines, bits, found, at, columns)
    stop = at[:-1]
    head = np.concatenate([np.zeros(1, dtype=np.int64), stop[:-1]])
    return Layout(columns, head=head, stop=stop)


def laid_out_after(plan: Plan, lines: NDArray[np.int32], standing: NDArray[np.uint8]) -> Layout:
    """A plan's list by row, in which some lines have been dialled: these come first in each group.

    Parameters
    ----------
    plan
        The plan; its order stands but for them.
    lines : (n,) int32
        Lines of its list that have been dialled, some of them often.
    standing : (lines,) uint8
        As for :func:`laid_out`.
    """
    dialled = np.zeros(plan.population.lines, dtype=np.bool_)
    dialled[lines] = True
    first = dialled[plan.order]
    order = np.concatenate([plan.order[first], plan.order[~first]])
    laid = laid_out(replace(plan, order=order), standing)
    count = np.bincount(plan.group[order[: np.count_nonzero(first)]], minlength=len(plan.groups))
    return replace(laid, head=laid.head + count)
