"""The ledgers: every table of a run must tell the same story.

Each chapter says what must be equal and what contains what. They are checked after every run. A
difference is a fault of the program, never of the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.errors import LedgerError
from sim.measure.chapters import CHAPTERS
from sim.measure.findings import Findings


def balance(found: Findings) -> None:
    """Check that the tables of one strategy agree with each other, the log and the final state.

    Raises
    ------
    LedgerError
        Naming the accounts that differ, each with its two numbers.
    """
    wrong = [
        f"{left} is {a:,}, {right} is {b:,}"
        for chapter in CHAPTERS
        for left, a, right, b in chapter.equal(found)
        if a != b
    ]
    wrong += [
        f"{a} is {x:,}, more than {b}, {y:,}"
        for chapter in CHAPTERS
        for a, x, b, y in chapter.within(found)
        if x > y
    ]
    wrong += [f"{table}.{name} falls along the {table}" for table, name in _falling(found)]
    if wrong:
        raise LedgerError(
            f"internal error: the ledgers of '{found.strategy}' do not balance: " + "; ".join(wrong)
        )


def _falling(found: Findings) -> Iterator[tuple[str, str]]:
    """Cumulative columns that fall somewhere: table and column."""
    for table, block in found.blocks.items():
        for name, values in block.items():
            if name.endswith("_cum") and np.any(np.diff(values) < 0):
                yield table, name
