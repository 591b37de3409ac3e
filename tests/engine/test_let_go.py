"""What a run worked with is gone when it ends, whether or not anybody looks for garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from sim.engine.fast import dialer, engine, feedback
from sim.engine.plan.plan import Plan
from sim.measure.tally import Tally
from sim.record.head import cut
from sim.record.log import LogChunk, concatenate
from tests.equivalence import edge_cases
from tests.equivalence.generate import plan as plan_of

CASES = (
    "ends, dues and pace",
    "another message each minute",
    "the regulator suspends, narrows and stops",
    "lists refreshed each minute",
    "generated 27",
)


@pytest.fixture
def without_looking() -> Iterator[None]:
    """Garbage that keeps itself stays for as long as the block lasts."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def case(name: str) -> Plan:
    kind, _, number = name.rpartition(" ")
    generated = kind == "generated"
    return plan_of(int(number), most_lines=60) if generated else edge_cases.plans()[name]


@pytest.mark.parametrize("going_on", [False, True], ids=["from the start", "going on"])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.usefixtures("without_looking")
def test_nothing_keeps_the_arrays_of_a_run(
    name: str, going_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of megabytes, each time, until Python happened to look."""
    made: list[weakref.ref[object]] = []

    def noted(kind: type) -> type:
        class Noted(kind):  # type: ignore[misc]
            def __init__(self, *arguments: object, **options: object) -> None:
                super().__init__(*arguments, **options)
                made.append(weakref.ref(self))

        return Noted

    plan = case(name)
    chunks: list[LogChunk] = []
    engine.run(plan, lambda chunk: chunks.append(chunk.copy()))
    log = concatenate(chunks)
    head = cut(log, int(log.start_ms[len(log) // 2])) if going_on else None
    monkeypatch.setattr(engine, "Dialer", noted(dialer.Dialer))
    monkeypatch.setattr(engine, "Feedback", noted(feedback.Feedback))
    tally = Tally(plan)
    made.append(weakref.ref(tally))
    engine.run(plan, tally.add, head=head)
    del tally
    assert len(made) == 2 + (plan.feedback is not None)
    assert [one for one in made if one() is not None] == []
