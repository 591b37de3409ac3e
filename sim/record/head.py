"""The head of a campaign: what was dialled before a moment, from which a run goes on.

A head is a call log and a moment, and nothing else. What else an engine carries from call to call
follows from these and from keyed randomness: it lives through the head again, and decides from the
moment on. docs/decisions/019 has the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.record.log import COLUMNS, LogChunk


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What was dialled before a moment."""

    at_ms: int
    """From when on the engine decides, ms since the campaign's start: all calls of the head start
    before it, and no other call does."""
    log: LogChunk
    """Its calls, in order; the attempts of each line are numbered from 1 without a gap."""

    def __post_init__(self) -> None:
        problem = problem_of(self.log, self.at_ms)
        if problem:
            raise ValueError(problem)


def problem_of(log: LogChunk, at_ms: int) -> str:
    """What keeps rows from being the head of a campaign, or nothing."""
    start = log.start_ms
    if not len(log):
        return ""
    if log.first != 0 or start[0] < 0 or (np.diff(start) < 0).any():
        return "the calls of a head are not in order from the campaign's start"
    if start[-1] >= at_ms:
        return "a call of a head starts after its moment"
    if log.hold_ms.min() < 1:
        return "a call of a head holds no channel"
    if (attempts_of(log.line) != log.attempt).any():
        return "the attempts of a line are not numbered from 1 without a gap"
    return ""


def attempts_of(line: NDArray[np.int32]) -> NDArray[np.int64]:
    """Which call to its line each call is, from 1: (n,) int64.

    Parameters
    ----------
    line : (n,) int32
        Lines in order of their calls.
    """
    order = np.argsort(line, kind="stable")
    by_line = line[order]
    first = np.flatnonzero(np.diff(by_line, prepend=-1))
    runs = np.diff(np.append(first, len(line)))
    number = np.empty(len(line), dtype=np.int64)
    number[order] = np.arange(len(line)) - np.repeat(first, runs) + 1
    return number


def cut(log: LogChunk, at_ms: int) -> Head:
    """The head of a whole log at a moment, ms since the campaign's start."""
    rows = int(np.searchsorted(log.start_ms, at_ms, side="left"))
    return Head(at_ms, LogChunk(0, **{name: getattr(log, name)[:rows] for name in COLUMNS}))
