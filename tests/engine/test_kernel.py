"""What kernels say for themselves of other rooms, since their compiled form does not see these."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour.calls import ENDING_BITS, OPTED_OUT, OUTCOME_MASK
from sim.compiled import Fields, kernel
from sim.engine.fast import kernel as placing
from sim.engine.fast import sift
from sim.record.feedback import Kind
from sim.record.log import COLUMNS
from sim.record.never import NEVER


def test_constants_of_kernels_are_those_of_the_rooms_they_come_from() -> None:
    assert placing._NEVER == NEVER
    assert placing._HOLD == ENDING_BITS
    assert 1 << placing._OPTED_OUT == OPTED_OUT
    assert placing._OUTCOME == OUTCOME_MASK
    assert sift._NEVER == NEVER
    assert sift.NO_KIND not in {Kind.LIVE, Kind.VOICEMAIL, Kind.UNANSWERED}
    assert max(Kind.LIVE, Kind.VOICEMAIL, Kind.UNANSWERED) == sift.NO_KIND - 1


def test_the_log_of_the_kernel_has_the_columns_of_the_log() -> None:
    short = [name.removesuffix("_ms") for name in COLUMNS]
    assert list(placing.Log._fields) == [*short, "standing"]


class Counter(Fields):
    total: int
    steps: np.uint8


@kernel
def add(counter: Counter, number: int) -> bool:
    """Add a number; whether the sum is even."""
    counter.total += number
    counter.steps += np.uint8(1)
    return counter.total % 2 == 0


def test_a_kernel_reads_and_writes_named_fields() -> None:
    counter = Counter.zeros()
    assert not add(counter, 3)
    assert add(counter, 5)
    assert (counter.total, counter.steps) == (8, 2)
    counter.total = 1
    assert not add(counter, 0)


def test_a_kernel_takes_what_its_annotations_say_and_nothing_else() -> None:
    with pytest.raises(TypeError, match="No matching definition"):
        add(np.zeros(2, dtype=np.int64), 3)  # type: ignore[arg-type]
