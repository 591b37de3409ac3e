"""Every mutant of the laws is killed, and the unmutated engines survive the same cases."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest

from sim.engine import reference
from sim.engine.plan.plan import Plan
from sim.record.log import LogChunk
from sim.record.result import EngineResult
from tests.equivalence import edge_cases
from tests.equivalence.compare import difference, log_of, parted
from tests.equivalence.generate import plan as plan_of
from tests.equivalence.mutants import MUTANTS, Mutant, engine

GENERATED = 40


@cache
def cases() -> tuple[tuple[str, Plan, LogChunk, EngineResult], ...]:
    """Edge cases and some generated scenarios, with the log that is right."""
    cases = list(edge_cases.plans().items())

    cases += [(f"generated {n}", plan_of(n, most_lines=60)) for n in range(GENERATED)]
    return tuple((name, plan, *log_of(reference, plan)) for name, plan in cases)


LONGEST_S = 4
"""Seconds after which an engine counts as one that does not end on a case."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError after a while: a mutant may well loop for ever."""

    def expired(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, expired)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def killer(mutated: object, longest_s: int = LONGEST_S) -> str | None:
    """The first case in which an engine gives another log, another final state, or an error."""
    for name, plan, expected, final in cases():
        try:
            with np.errstate(all="ignore"), limited(longest_s):
                found, result = log_of(mutated, plan, **BLOCKS.get(mutated.__name__, {}))
        except Exception as error:  # an engine that breaks is told from the truth, too
            return f"{name}: {type(error).__name__}"
        if (where := difference(expected, found)) is not None:
            return f"{name}: {where}"
        if (where := parted(final, result)) is not None:
            return f"{name}: {where}"
    return None


BLOCKS = {"mutated_fast": {"draw_block": 50, "log_block": 211}}


@pytest.mark.xdist_group("mutants-sane")
@pytest.mark.parametrize("module", ["reference", "fast"])
def test_unmutated_engines_survive(module: str) -> None:
    """Otherwise a kill would mean nothing."""
    assert killer(engine(None, module), longest_s=60) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.module}: {m.law}")
def test_mutant_is_killed(mutant: Mutant) -> None:
    """The cases tell the mutant from the truth."""
    assert killer(engine(mutant)) is not None
