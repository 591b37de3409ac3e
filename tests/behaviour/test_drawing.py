"""The compiled draw gives what its definition gives, word for word."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour import calls, drawing
from sim.behaviour.calls import OUTCOME_MASK, CallDraws, CallTables, draw
from sim.behaviour.drawing import BLOCK, Drawer, Drawn, LineTraits
from sim.behaviour.lines import traits as traits_of
from sim.engine import fast
from sim.engine.plan.plan import Plan
from sim.record.log import Outcome
from sim.streams import Purpose
from tests.behaviour.test_calls import STRATEGIES, plan_of
from tests.equivalence import generate
from tests.equivalence.compare import difference, log_of

WORLDS = 150
ATTEMPTS = 3


def drawn_both_ways(plan: Plan, t: CallTables) -> tuple[CallDraws, Drawn]:
    """Calls to every line in an order of their own, drawn by definition and compiled."""
    people = plan.population
    rng = np.random.default_rng(people.lines)
    line = rng.permutation(np.repeat(np.arange(people.lines, dtype=np.int32), ATTEMPTS))
    attempt = rng.integers(1, ATTEMPTS + 1, len(line)).astype(np.uint8)
    defined = draw(
        t,
        plan.key,
        line.astype(np.uint32),
        attempt,
        people.line_type[line],
        people.in_service[line],
        people.has_machine[line],
    )
    traits = traits_of(people.line_type, people.in_service, people.has_machine)
    every = np.arange(people.lines, dtype=np.int32)
    lines = LineTraits(every, plan.class_of.astype(np.uint16), traits)
    n = len(line)
    out = Drawn(
        *(np.full(n, 77, dtype=np.uint32) for _ in range(4)),
        np.full(n if t.numbers > 1 else 0, 77, dtype=np.uint16),
    )
    Drawer(t, plan.key, plan.tables.thresholds).draw(lines, line, attempt, out)

    # Where no hour lets a person pick up, that ending is never read.
    level = np.minimum(attempt, plan.tables.thresholds.shape[1]) - 1
    most = plan.tables.thresholds[..., 1].max(axis=(0, 2))[level, plan.class_of[line]]
    read = defined.disposition < most
    np.testing.assert_array_equal(out.disposition, defined.disposition)
    np.testing.assert_array_equal(out.busy, defined.busy)
    np.testing.assert_array_equal(out.other, defined.other)
    np.testing.assert_array_equal(out.human[read], defined.human[read])
    np.testing.assert_array_equal(out.caller, defined.caller)
    return defined, out


@pytest.mark.parametrize("number", range(len(STRATEGIES)))
def test_every_message_is_drawn_as_defined(number: int) -> None:
    plan = plan_of(STRATEGIES[number])
    drawn_both_ways(plan, plan.tables)


def test_generated_worlds_are_drawn_as_defined() -> None:
    """With all that strategies and worlds know: what these have in them is counted."""
    outcomes: set[int] = set()
    met = dict.fromkeys(("levels", "types", "numbers", "fails", "alike", "dropped", "blocks"), 0)
    for number in range(WORLDS):
        plan = generate.plan(generate.FIRST_WITH_SHOCKS + number)
        for posture in plan.postures:
            t = posture.tables
            defined, out = drawn_both_ways(plan, t)
            for words in (defined.busy, defined.human, defined.other):
                outcomes |= set((words & np.uint32(OUTCOME_MASK)).tolist())
            met["levels"] += t.thresholds.shape[1] > 1
            met["types"] += len(t.human_ring) > 1
            met["numbers"] += t.numbers > 1
            met["fails"] += any(t.failed)
            met["alike"] += t.heard_alike > 0
            met["dropped"] += not t.rings
            met["blocks"] += len(out.other) > BLOCK
    assert set(range(int(Outcome.HEARD) + 2)) | {int(Outcome.FAILED)} <= outcomes
    assert min(met.values()) > 0, met


def test_single_attempts_and_no_calls_at_all() -> None:
    plan = plan_of(STRATEGIES[0])
    people, n = plan.population, 300
    lines = LineTraits(
        np.arange(people.lines, dtype=np.int32),
        plan.class_of.astype(np.uint16),
        traits_of(people.line_type, people.in_service, people.has_machine),
    )
    drawer = Drawer(plan.tables, plan.key, plan.tables.thresholds)
    one, each = (
        Drawn(*(np.zeros(n, np.uint32) for _ in range(4)), np.zeros(0, np.uint16)) for _ in range(2)
    )
    rows = np.arange(n, dtype=np.int32)
    drawer.draw(lines, rows, 2, one)
    drawer.draw(lines, rows, np.full(n, 2, dtype=np.uint8), each)
    for first, second in zip(one, each, strict=True):
        np.testing.assert_array_equal(first, second)
    none = Drawn(*(np.zeros(0, np.uint32) for _ in range(4)), np.zeros(0, np.uint16))
    drawer.draw(lines, rows[:0], 1, none)


def test_numbers_of_the_pass_are_those_of_other_files() -> None:
    assert (drawing._ANSWER, drawing._LISTEN) == (Purpose.CALL_ANSWER, Purpose.CALL_LISTEN)
    assert (drawing._OPT_OUT, drawing._CALLER) == (Purpose.CALL_OPT_OUT, Purpose.CALLER_NUMBER)
    assert drawing._FAILING == Purpose.CALL_FAILED
    assert drawing._DETECTION == Purpose.LINE_DETECTION
    names = {
        "_INVALID": Outcome.INVALID,
        "_BUSY": Outcome.BUSY,
        "_NO_ANSWER": Outcome.NO_ANSWER,
        "_MACHINE": Outcome.MACHINE,
        "_VOICEMAIL": Outcome.MACHINE_VOICEMAIL,
        "_MACHINE_AS_HUMAN": Outcome.MACHINE_TAKEN_FOR_HUMAN,
        "_HUMAN_AS_MACHINE": Outcome.HUMAN_TAKEN_FOR_MACHINE,
        "_AT_GATE": Outcome.HUMAN_AT_GATE,
        "_HEARD": Outcome.HEARD,
        "_FAILED": Outcome.FAILED,
        "_SHIFT": calls.ENDING_BITS,
        "_OPTED_OUT": calls.OPTED_OUT,
        "_NOBODY": calls.NO_HUMAN,
    }
    assert {name: getattr(drawing, name) for name in names} == names


def test_a_pass_that_is_behind_gives_way_to_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same log, drawn by numpy; and one that it draws otherwise."""
    plan = plan_of({**STRATEGIES[0], "attempts": {"lifetime": 2}})
    compiled, _ = log_of(fast, plan)
    monkeypatch.setattr(drawing, "UP_TO_DATE", False)
    defined, _ = log_of(fast, plan)
    assert len(defined) > 0
    assert difference(compiled, defined) is None
    monkeypatch.setattr(drawing, "draw", _nobody_there)
    other, _ = log_of(fast, plan)
    assert difference(compiled, other) is not None


def _nobody_there(*arguments: object) -> CallDraws:
    """Another definition: nobody picks up."""
    drawn = draw(*arguments)  # type: ignore[arg-type]
    return CallDraws(drawn.disposition, drawn.busy, drawn.other, drawn.other, drawn.caller)
