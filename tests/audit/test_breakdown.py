"""Violations by rule, territory and local hour; and one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.audit.auditor import Audit, audit, audits
from sim.audit.breakdown import Breakdown, breakdown
from sim.audit.tables import AuditInput
from sim.audit.write import RUN_SCHEMA, violation_columns
from tests.audit.build import DAY, HOUR, log, regime, utc

NIGHT: dict[str, Any] = {
    "id": "night",
    "kind": "hours",
    "windows": [{"days": "mon-fri", "from": "08:00", "to": "20:00"}],
}
CAP: dict[str, Any] = {"id": "cap", "kind": "frequency_cap", "calls": 1, "window": "30 d"}
ZONES = ("Europe/Paris", "Pacific/Marquesas")


def calls(n: int = 400) -> AuditInput:
    """Calls every 47 minutes from a Friday evening on, to lines of two territories."""
    starts = [utc("2024-03-01 18:00") + k * 47 * 60_000 for k in range(n)]
    place = [k % 3 % 2 for k in range(n)]
    return log(
        starts,
        line=[k % 90 for k in range(n)],
        zone=[ZONES[k] for k in place],
        columns={"territory": place, "attempt": [1 + k // 90 for k in range(n)]},
        territories=("north", "south"),
    )


def by_hand(found: Audit) -> Counter[tuple[str, str, int, int]]:
    """Cells by numpy's calendar and fixed offsets: no clock changes in these days."""
    cells: Counter[tuple[str, str, int, int]] = Counter()
    data = found.data
    assert data.calls.territory is not None
    for result in found.results:
        for i in np.flatnonzero(found.violating(result)).tolist():
            place = int(data.calls.territory[i])
            local = int(data.calls.start_ms[i]) + (HOUR if place == 0 else -34_200_000)
            day, rest = divmod(local, DAY)
            name = data.territories[place]
            cells[result.rule.id, name, (day + 3) % 7, rest // HOUR] += 1
    return cells


def cells_of(table: Breakdown) -> Counter[tuple[str, str, int, int]]:
    columns = (table.rule, table.territory, table.weekday, table.hour, table.violations)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return Counter({row[:4]: row[4] for row in rows})


def test_cells_are_counts_by_territory_and_local_hour() -> None:
    found = audit(calls(), regime(NIGHT, {**CAP, "force": "recommendation", "reading": "strict"}))
    table = breakdown(found)
    assert cells_of(table) == by_hand(found)
    assert len(table) == len(cells_of(table)) > 200
    assert table.violations.min() >= 1
    for result in found.results:
        of = table.rule == result.rule.id
        assert table.violations[of].sum() == result.violations
        assert set(table.force[of]) == {result.rule.force}
        assert set(table.reading[of]) == {result.rule.reading}
    assert set(table.regime) == {"made-up"}
    rows = list(zip(table.rule == "cap", table.territory, table.weekday, table.hour, strict=True))
    assert rows == sorted(rows)
    assert [column.dtype.kind for column in table.columns().values()] == list("OOOOOuui")


def test_several_regimes_stand_one_after_the_other() -> None:
    laws = regime(NIGHT), regime(CAP, id="other")
    table = breakdown(audits(calls(), laws))
    assert list(dict.fromkeys(table.regime)) == ["made-up", "other"]
    assert list(dict.fromkeys(table.rule)) == ["night", "cap"]


def test_what_is_no_call_s_violation_has_no_cell() -> None:
    data = replace(calls(), facts=replace(calls().facts, data_notice=False))
    found = audit(data, regime({"kind": "data_notice"}, {**CAP, "calls": 1000}))
    assert found.result("rule-0").violations == 1
    table = breakdown(found)
    assert len(table) == 0
    assert list(table.columns()) == [
        *("regime", "rule", "force", "reading", "territory", "weekday", "hour", "violations")
    ]


def test_territories_that_are_not_known_are_none() -> None:
    data = calls()
    data = replace(data, calls=replace(data.calls, territory=None), territories=())
    table = breakdown(audit(data, regime(NIGHT)))
    assert set(table.territory) == {None}
    assert table.violations.sum() == audit(data, regime(NIGHT)).result("night").violations


def test_real_people_and_unknown_clocks_are_refused() -> None:
    with pytest.raises(ValueError, match="not to be shown"):
        breakdown(audit(replace(calls(), personal=True), regime(NIGHT)))
    with pytest.raises(ValueError, match="time zones"):
        breakdown(audit(log([utc("2024-03-01 18:00")] * 3, zone=None), regime(CAP)))


def test_violations_one_by_one_as_columns_of_a_run() -> None:
    data = calls()
    found = audit(data, regime(NIGHT, CAP))
    table = pa.Table.from_batches(list(violation_columns(found, "as-run")))
    assert table.schema == RUN_SCHEMA
    assert table.column_names[0] == "strategy"
    assert table.schema.field("line").type == pa.int32()
    assert table.schema.field("attempt").type == pa.uint8()
    rows = table.to_pylist()
    assert len(rows) == sum(result.violations for result in found.results)
    assert {row["strategy"] for row in rows} == {"as-run"}
    for row in rows[::17]:
        call = row["call"]
        assert row["line"] == data.calls.line[call]
        assert row["start_utc"].timestamp() * 1000 == data.calls.start_ms[call]
        assert row["attempt"] == 1 + call // 90
        assert row["territory"] == ("north", "south")[call % 3 % 2]
        assert row["zone"] == ZONES[call % 3 % 2]
        assert found.violating(found.result(row["rule"]))[call]
    # The same cells, counted from the rows.
    counted = Counter((r["rule"], r["territory"], r["weekday"], r["hour"]) for r in rows)
    assert counted == cells_of(breakdown(found))
