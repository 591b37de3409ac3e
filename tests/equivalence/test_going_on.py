"""A run that is cut anywhere and goes on from its own log equals the uncut run, call for call."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.engine import fast, reference
from sim.engine.plan.plan import Plan
from sim.record.head import Head, cut
from sim.record.log import LogChunk
from sim.record.result import EngineResult
from tests.equivalence import edge_cases
from tests.equivalence.compare import difference, log_of, parted
from tests.equivalence.generate import plan as plan_of
from tests.equivalence.mutants import GOING_ON, Mutant, engine
from tests.equivalence.test_mutants import limited


def check_cut(plan: Plan, dice: random.Random, *, every: bool = False) -> None:
    """Cut a run at a moment of some kind, or one of each, and go on in both engines."""
    whole, result = log_of(fast, plan)
    starts = whole.start_ms.tolist()
    anywhere = dice.randrange(1, plan.cutoff_ms)
    moments = {anywhere, dice.choice(starts) if starts else anywhere}
    # A call's own end, and the millisecond in which some start is just over.
    if starts:
        row = dice.randrange(len(starts))
        moments |= {starts[row] + 1, min(starts[row] + int(whole.hold_ms[row]), plan.cutoff_ms - 1)}
    chosen = sorted(moments - {0})
    for moment in chosen if every else [dice.choice(chosen)]:
        head = cut(whole, moment)
        for which, options in ((reference, {}), (fast, {"log_block": 7})):
            found, after = log_of(which, plan, head=head, **options)
            words = f"cut at {moment} ms, {which.__name__}: "
            assert difference(whole, found) is None, words + str(difference(whole, found))
            assert parted(result, after) is None, words + str(parted(result, after))
            assert after.calls == len(whole)
            assert difference(head.log, found.head(len(head.log), first=0)) is None


def check_number(number: int, *, every: bool = False) -> None:
    """A generated plan goes on after a cut, or the failure names its number."""
    try:
        check_cut(plan_of(number), random.Random(number), every=every)
    except Exception as error:
        raise AssertionError(f"tests.equivalence.generate.plan({number}): {error}") from error


def test_generated_scenarios_go_on_after_a_cut() -> None:
    for number in (*range(10), *range(40, 52), 1001, 1003, 1005, 1007):
        check_number(number)


@pytest.mark.parametrize("name", sorted(edge_cases.plans()))
def test_hand_built_edges_go_on_after_a_cut(name: str) -> None:
    check_cut(edge_cases.plans()[name], random.Random(name))


@pytest.mark.verify
@pytest.mark.parametrize("shard", range(10))
def test_thousands_of_scenarios_go_on_after_a_cut(shard: int) -> None:
    """1,000 scenarios more, new ones each time."""
    for _ in range(100):
        check_number(secrets.randbelow(2**48), every=True)


Cut = tuple[Plan, LogChunk, EngineResult, Head]
GENERATED = (*range(12), 58, 97, 118, 202, 206, 46)
CASES = (*edge_cases.plans(), *(f"generated {n}" for n in GENERATED))
KILLED_BY = {
    "carriers forget the head": "carriers share the calls",
    "carriers have one call each of the head": "carriers share the calls",
    "turns begin anew": "generated 46",
    "ends of the head forgotten": "generated 2",
    "a key press of the head forgotten": "generated 46",
    "buckets in the wrong order": "lists refreshed each minute",
    "ends of the head released at once": "generated 7",
    "the head keeps no pace": "generated 8",
    "starts under a cap forgotten": "generated 1",
    "one attempt too many": "generated 9",
    "decides one ms late": "generated 118",
    "retries of the head lost": "generated 118",
    "lines of the head are fresh again": "generated 118",
    "calls of the head not counted": "generated 118",
    "attempts of the day forgotten": "generated 118",
    "retries due by the moment lost": "ends, dues and pace",
    "no event before the moment": "pace changes",
}
"""A case that kills a mutant, whose cuts alone are tried; without one, those of all cases are."""


@cache
def cuts_of(name: str) -> tuple[Cut, ...]:
    """A small run with moments to cut it at: each a plan, its log, its result, a head."""
    kind, _, number = name.rpartition(" ")
    generated = kind == "generated"
    plan = plan_of(int(number), most_lines=60) if generated else edge_cases.plans()[name]
    log, result = log_of(fast, plan)
    starts = log.start_ms.tolist()
    dice = random.Random(name)
    moments = {dice.choice(starts) + i for i in (0, 0, 1)} if starts else set()
    if plan.turns == (1, 3) and len(starts) < 50:  # whose turn it is shows at few of them
        moments |= {start + 1 for start in starts[8:40:4]}
    return tuple((plan, log, result, cut(log, at)) for at in moments if at < plan.cutoff_ms)


@cache
def cuts() -> tuple[Cut, ...]:
    """Those of all cases, the short ones first."""
    found = [case for name in CASES for case in cuts_of(name)]
    return tuple(sorted(found, key=lambda case: (not case[0].watches, len(case[1]))))


def killed(mutated: Any, tried: Sequence[Cut]) -> bool:
    """Whether some cut tells an engine from the truth."""
    for plan, log, result, head in tried:
        try:
            with limited(60):
                found, after = log_of(mutated, plan, head=head)
        except (Exception, TimeoutError):
            return True
        if difference(log, found) is not None or parted(result, after) is not None:
            return True
    return False


@pytest.mark.parametrize("mutant", GOING_ON, ids=lambda m: f"{m.module}: {m.law}")
def test_cuts_kill_every_mutant_of_going_on(mutant: Mutant) -> None:
    case = KILLED_BY.get(mutant.law.removeprefix("head: "))
    assert killed(engine(mutant), cuts_of(case) if case else cuts())


@pytest.mark.verify
@pytest.mark.parametrize("module", ["fast", "reference"])
def test_the_unmutated_engines_survive_all_cuts(module: str) -> None:
    """Otherwise a kill would mean nothing; the tests above hold some of these cuts each time."""
    assert not killed(engine(None, module), cuts())


def test_a_head_is_in_order_from_the_start_and_numbered_without_a_gap() -> None:
    plan = edge_cases.plans()["draw on the busy threshold"]
    log, _ = log_of(fast, plan)
    start = int(log.start_ms[-1])
    with pytest.raises(ValueError, match="starts after its moment"):
        Head(start, log)
    for name, value, said in (
        ("start_ms", log.start_ms[::-1] + 1, "not in order"),
        ("start_ms", log.start_ms - start - 1, "not in order"),
        ("hold_ms", log.hold_ms * 0, "holds no channel"),
        ("attempt", log.attempt + np.uint8(1), "not numbered from 1"),
    ):
        with pytest.raises(ValueError, match=said):
            Head(2 * start + 2, replace(log, **{name: value}))
