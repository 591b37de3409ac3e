"""Every mutant of the laws is killed, and the unmutated engines survive the same cases."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest

from sim.engine import fast
from sim.engine.plan.plan import Plan
from sim.record.log import LogChunk
from sim.record.result import EngineResult
from tests.equivalence import edge_cases
from tests.equivalence.compare import difference, log_of, parted
from tests.equivalence.generate import plan as plan_of
from tests.equivalence.killed_by import KILLED_BY
from tests.equivalence.mutants import MUTANTS, Mutant, engine

GENERATED = 70


Case = tuple[str, Plan, LogChunk, EngineResult]


@cache
def case_of(name: str) -> Case:
    """An edge case or a generated scenario, with the log that is right.

    It is the fast engine's, as it is compiled. The unmutated reference, which survives the same
    cases, is what says that it is right.
    """
    kind, _, number = name.rpartition(" ")
    generated = kind == "generated"
    plan = plan_of(int(number), most_lines=60) if generated else edge_cases.plans()[name]
    return name, plan, *log_of(fast, plan)


@cache
def cases() -> tuple[Case, ...]:
    """All of them, the short ones first."""
    names = [*edge_cases.plans(), *(f"generated {n}" for n in range(GENERATED))]
    return tuple(sorted(map(case_of, names), key=lambda case: size(case[1], case[2])))


def size(plan: Plan, log: LogChunk) -> int:
    """About how long a case takes: its calls, and the moments at which something acts back."""
    back = plan.feedback
    if back is None:
        return len(log)
    reviews = back.regulator.review_ms if back.regulator else ()
    updates = back.reputation.update_ms if back.reputation else ()
    return len(log) + (len(back.refresh_ms) + len(reviews) + len(updates)) // 2


LONGEST_S = 4
"""Seconds after which an engine counts as one that does not end on a case."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError after a while: a mutant may well loop for ever.

    Until then no garbage is collected: what is raised while somebody is told of that is lost.
    """

    def expired(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, expired)
    gc.disable()
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        gc.enable()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def killer(mutated: object, tried: Iterable[Case], longest_s: int = LONGEST_S) -> str | None:
    """A case in which an engine gives another log, another final state, or an error."""
    for name, plan, expected, final in tried:
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


@pytest.mark.verify
@pytest.mark.parametrize("module", ["reference", "fast"])
def test_unmutated_engines_survive(module: str) -> None:
    """Otherwise a kill would mean nothing; the test of agreement holds most cases each time.

    Nor would it if a case took as long as counts as one that does not end.
    """
    tried = map(case_of, sorted(set(KILLED_BY.values())))
    assert killer(engine(None, module), tried) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.module}: {m.law}")
def test_mutant_is_killed(mutant: Mutant) -> None:
    """The cases tell the mutant from the truth."""
    name = f"{mutant.module}: {mutant.law}"
    mutated = engine(mutant)
    if name in KILLED_BY:
        assert killer(mutated, [case_of(KILLED_BY[name])]) is not None
        return
    found = killer(mutated, cases())
    assert found is not None
    pytest.fail(f"name the case that kills it in killed_by.py: '{found.split(': ')[0]}'")


def test_every_case_that_is_named_kills_a_mutant_that_there_is() -> None:
    assert KILLED_BY.keys() <= {f"{mutant.module}: {mutant.law}" for mutant in MUTANTS}
