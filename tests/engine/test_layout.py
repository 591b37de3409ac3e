"""The list by row: what sorting and looking up column by column give."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from sim.engine.fast.layout import laid_out
from sim.engine.plan.plan import Plan


@pytest.mark.parametrize(
    ("lines", "listed", "groups", "classes", "types", "standings"),
    [
        (1, 1, 1, 1, 1, 0),
        (900, 700, 5, 1 << 16, 256, 8),
        (700, 0, 3, 40, 2, 8),
        (900, 700, 5, 40, 2, 4),  # traits in fourteen bits ...
        (900, 800, 8, 1 << 10, 2, 0),  # ... in sixteen ...
        (900, 800, 8, 1 << 8, 2, 4),
        (900, 800, 8, 1 << 10, 2, 2),  # ... and in seventeen
        (9, 9, 1 << 16, 1, 1, 0),
    ],
)
def test_rows_are_by_group_and_in_the_list_s_order(
    lines: int, listed: int, groups: int, classes: int, types: int, standings: int
) -> None:
    rng = np.random.default_rng(lines)
    traits = {
        name: rng.integers(0, most, lines).astype(np.uint8)
        for name, most in (("line_type", types), ("in_service", 2), ("has_machine", 2))
    }
    plan: Any = SimpleNamespace(
        population=SimpleNamespace(lines=lines, **traits),
        order=rng.permutation(lines)[:listed].astype(np.int32),
        group=rng.integers(0, groups, lines).astype(np.uint16),
        class_of=rng.integers(0, classes, lines).astype(np.uint16),
        groups=(None,) * groups,
    )
    plan.order.flags.writeable = False  # as a stage shares it
    standing = rng.integers(0, max(standings, 1), lines if standings else 0).astype(np.uint8)
    laid = laid_out(cast(Plan, plan), standing)
    position = sorted(range(listed), key=lambda i: (plan.group[plan.order[i]], i))
    line = [int(plan.order[i]) for i in position]
    assert laid.columns.position.tolist() == position
    assert laid.columns.line.tolist() == line
    assert laid.columns.kind.tolist() == plan.class_of[line].tolist()
    assert laid.columns.standing.tolist() == (standing[line].tolist() if standings else [])
    word = laid.columns.traits
    assert (word >> 2).tolist() == traits["line_type"][line].tolist()
    assert (word >> 1 & 1).tolist() == traits["has_machine"][line].tolist()
    assert (word & 1).tolist() == traits["in_service"][line].tolist()
    sizes = [sum(plan.group[one] == group for one in line) for group in range(groups)]
    assert (laid.stop - laid.head).tolist() == sizes
    assert laid.head.tolist() == np.concatenate([[0], np.cumsum(sizes)[:-1]]).tolist()
