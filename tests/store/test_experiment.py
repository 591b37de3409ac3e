"""What a sweep or a plan found, kept and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.errors import RunDirectoryError
from sim.store.experiment import EXPERIMENT, keep, kind_of, load_experiment, table_of
from tests.dashboard_store import PLAN_TOLD, people, sweep_told


def test_it_comes_back_as_it_was_and_is_replaced_whole(tmp_path: Path) -> None:
    keep(tmp_path / "map", sweep_told())
    assert load_experiment(tmp_path / "map") == sweep_told()
    keep(tmp_path / "map", PLAN_TOLD)
    assert kind_of(load_experiment(tmp_path / "map")) == "plan"
    assert [entry.name for entry in (tmp_path / "map").iterdir()] == [EXPERIMENT]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "another"}, "no experiment of Ringfence's"),
        ({"format_version": 2}, "this version reads 1"),
        ({"document": {"schema": "ringfence-sweep/2"}}, "ringfence-sweep/2"),
        ({"document": []}, "this version reads"),
        ({"document": {**PLAN_TOLD, "answer": 4.0}}, "differs from its own digest"),
    ],
)
def test_what_is_not_as_the_command_left_it_is_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    keep(tmp_path, PLAN_TOLD)
    content = json.loads((tmp_path / EXPERIMENT).read_text("utf-8"))
    (tmp_path / EXPERIMENT).write_text(json.dumps({**content, **change}), encoding="utf-8")
    with pytest.raises(RunDirectoryError, match=words):
        load_experiment(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    keep(tmp_path / "one", PLAN_TOLD)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / EXPERIMENT).symlink_to(tmp_path / "one" / EXPERIMENT)
    with pytest.raises(RunDirectoryError, match="a link"):
        load_experiment(tmp_path / "two")


def test_tables_have_a_row_a_point_and_strategy_or_a_draw() -> None:
    table = table_of(sweep_told())
    assert table.num_rows == 9 * 2
    row = table.to_pylist()[3]  # points by heard, then channels; then strategies
    assert (row["world.voicemail.heard"], row["dialing.channels"], row["strategy"]) == (
        "20 %",
        "60",
        "few",
    )
    assert row["people_reached_p50"] == people("few", 20, 60) == 2_000
    assert row["complaints_p50"] is None
    assert table_of(PLAN_TOLD).to_pydict() == {
        "draw": [1, 2, 3, 4],
        "enough": [3.0, None, 5.0, 2.0],
    }
