"""The ring of ends says the same thing three times: by millisecond, by block, and by mark.

A mark that stays where no call ends any more changes no result, so no case tells it from the truth:
it costs a look for ever after. So the ring itself is looked at, after campaigns whose channels bind
and campaigns whose channels do not.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.fast import dialer, engine
from sim.engine.fast.kernel import Ends
from tests.equivalence import edge_cases
from tests.equivalence.compare import log_of
from tests.equivalence.generate import plan as plan_of

CASES = [*edge_cases.plans(), *(f"generated {n}" for n in range(60))]


@pytest.mark.parametrize("name", CASES)
def test_blocks_and_marks_are_those_of_the_milliseconds(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: list[Ends] = []

    class Watched(dialer.Dialer):
        def flush(self) -> None:
            super().flush()
            rings.append(Ends(*(column.copy() for column in self._ends)))

    monkeypatch.setattr(engine, "Dialer", Watched)
    kind, _, number = name.rpartition(" ")
    generated = kind == "generated"
    plan = plan_of(int(number), most_lines=60) if generated else edge_cases.plans()[name]
    log_of(engine, plan, log_block=50)
    assert rings
    for ring in rings:
        blocks = ring.by_ms.reshape(-1, 64)
        assert (ring.by_64 == blocks.sum(axis=1)).all()
        bits = np.uint64(1) << np.arange(64, dtype=np.uint64)
        assert (ring.any_by_64 == np.where(blocks > 0, bits, np.uint64(0)).sum(axis=1)).all()
