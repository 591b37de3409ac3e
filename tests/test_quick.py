"""A record's fields read and written quickly are the record's own."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compiled import Fields, kernel, quick


class Three(Fields):
    """Fields of three kinds."""

    many: int
    few: np.uint8
    whether: np.bool_


@kernel
def _step(state: Three) -> None:
    state.many += 1
    state.few += 1
    state.whether = not state.whether


def test_what_a_kernel_writes_is_read_and_what_is_written_a_kernel_reads() -> None:
    record = Three.zeros()
    fields = quick(record)
    fields.many, fields.few, fields.whether = -5, np.uint8(254), np.True_
    assert (record.many, record.few, record.whether) == (-5, 254, True)
    _step(record)
    assert (fields.many, fields.few, fields.whether) == (-4, 255, False)
    assert isinstance(fields.many, int)
    with pytest.raises(AttributeError, match="more"):
        _ = fields.more  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        fields.more = 1  # type: ignore[attr-defined]
