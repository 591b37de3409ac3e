"""What of a log does not fit a scenario, told with counts and without content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.errors import MisfitError


def refuse(file: Path, calls: int, wrong: Mapping[str, NDArray[np.bool_]]) -> None:
    """Refuse a log of which some calls do not fit; by what is wrong with them, (calls,) bool.

    Raises
    ------
    MisfitError
        With how many calls there are of each fault.
    """
    counts = {what: int(np.count_nonzero(of)) for what, of in wrong.items()}
    faults = [f"{file}: {n:,} of {calls:,} calls {what}" for what, n in counts.items() if n]
    if faults:
        raise MisfitError(faults)


def refuse_moments(file: Path, plan: Plan, start_ms: NDArray[np.int64]) -> None:
    """Refuse a log with calls outside of the campaign, of which starts are given, (n,).

    Raises
    ------
    MisfitError
        With how many there are.
    """
    wrong = {
        "start before the campaign does": start_ms < 0,
        "start at its cutoff or later": start_ms >= plan.cutoff_ms,
    }
    refuse(file, len(start_ms), wrong)


def refuse_lines(file: Path, plan: Plan, line: NDArray[np.int32]) -> None:
    """Refuse a log with calls to lines that the strategy does not dial, (n,).

    Raises
    ------
    MisfitError
        With how many there are.
    """
    people = plan.population
    unknown = (line < 0) | (line >= people.lines)
    listed = np.zeros(people.lines + 1, dtype=np.bool_)
    listed[plan.order] = True
    elsewhere = ~listed[np.where(unknown, people.lines, line)] & ~unknown
    wrong = {
        "are to lines that the scenario does not have": unknown,
        "are to lines that are not on the strategy's list": elsewhere,
    }
    refuse(file, len(line), wrong)
