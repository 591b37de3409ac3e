"""The list laid out by row: by group and in list order inside each, with what a line's draws need.

Each line is looked up once, in a word that holds all its traits; the rest is read and written in
order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.drawing import traits
from sim.compiled import kernel
from sim.engine.plan.plan import Plan

_AHEAD = 256
"""Lines looked up together, so that fetching them from memory overlaps."""


class Columns(NamedTuple):
    """What is laid out, each (n,)."""

    position: NDArray[np.int32]
    """Place in the list."""
    line: NDArray[np.int32]
    kind: NDArray[np.uint16]
    """Class in the threshold rows."""
    traits: NDArray[np.uint16]
    """What its draws need, as :class:`sim.behaviour.drawing.LineTraits` has it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A list by row."""

    columns: Columns
    head: NDArray[np.int64]
    """(groups,) First row of each group."""
    stop: NDArray[np.int64]
    """(groups,) First row after it."""


@kernel
def _lay(
    order: NDArray[np.int32],
    words: NDArray[np.uint64],
    found: NDArray[np.uint64],
    at: NDArray[np.int64],
    columns: Columns,
) -> None:
    """Lay out a list.

    Parameters
    ----------
    order : (n,) int32
        The list.
    words : (lines,) uint64
        By line: group, class, and what its draws need, as :func:`_words` has them.
    found : (n,) uint64
        Room.
    at : (groups + 1,) int64
        Zeros; afterwards the first row after each group, the last one unused.
    columns
        Where it is laid.
    """
    for first in range(0, len(order), _AHEAD):
        last = min(first + _AHEAD, len(order))
        for i in range(first, last):
            found[i] = words[order[i]]
        for i in range(first, last):
            at[np.int64(found[i] & np.uint64(0xFFFF)) + 1] += 1
    for end in range(1, len(at)):
        at[end] += at[end - 1]
    for i in range(len(order)):
        word = found[i]
        group = np.int64(word & np.uint64(0xFFFF))
        row = at[group]
        at[group] = row + 1
        columns.position[row] = i
        columns.line[row] = order[i]
        columns.kind[row] = word >> np.uint64(16) & np.uint64(0xFFFF)
        columns.traits[row] = word >> np.uint64(32) & np.uint64(0xFFFF)


def _words(plan: Plan) -> NDArray[np.uint64]:
    """(lines,) By line: its traits in a word, group lowest."""
    people = plan.population
    word = np.zeros(people.lines, dtype="<u8")
    pairs = word.view("<u2").reshape(-1, 4)
    pairs[:, 0], pairs[:, 1] = plan.group, plan.class_of
    pairs[:, 2] = traits(people.line_type, people.in_service, people.has_machine)
    return word.astype(np.uint64, copy=False)


def laid_out(plan: Plan) -> Layout:
    """A plan's list by row."""
    n = len(plan.order)
    columns = Columns(
        position=np.empty(n, dtype=np.int32),
        line=np.empty(n, dtype=np.int32),
        kind=np.empty(n, dtype=np.uint16),
        traits=np.empty(n, dtype=np.uint16),
    )
    at = np.zeros(len(plan.groups) + 1, dtype=np.int64)
    order = np.array(plan.order, dtype=np.int32)  # kernels take what can be written to
    _lay(order, _words(plan), np.empty(n, dtype=np.uint64), at, columns)
    stop = at[:-1]
    head = np.concatenate([np.zeros(1, dtype=np.int64), stop[:-1]])
    return Layout(columns, head=head, stop=stop)


def laid_out_after(plan: Plan, lines: NDArray[np.int32]) -> Layout:
    """A plan's list by row, in which some lines have been dialled: these come first in each group.

    Parameters
    ----------
    plan
        The plan; its order stands but for them.
    lines : (n,) int32
        Lines of its list that have been dialled, some of them often.
    """
    dialled = np.zeros(plan.population.lines, dtype=np.bool_)
    dialled[lines] = True
    first = dialled[plan.order]
    order = np.concatenate([plan.order[first], plan.order[~first]])
    laid = laid_out(replace(plan, order=order))
    count = np.bincount(plan.group[order[: np.count_nonzero(first)]], minlength=len(plan.groups))
    return replace(laid, head=laid.head + count)
