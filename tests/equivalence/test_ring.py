"""The ring of ends says the same thing twice: by millisecond and by block.

It is looked at after campaigns whose channels bind and campaigns whose channels do not.
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
def test_blocks_hold_as_many_as_their_milliseconds(
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
        marks = ring.any_by_64[:, None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)
        more = ring.more.reshape(-1, 64)
        assert (ring.by_64 == marks.sum(axis=1).astype(np.int64) + more.sum(axis=1)).all()
        assert (more[marks == 0] == 0).all()
        assert (more >= 0).all()
