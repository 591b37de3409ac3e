"""Tables of a study: rows by hand."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from sim.measure.cases import Cases
from sim.store.drawn import Drawn, Found, packed, unpacked
from sim.store.study_tables import readings_table, territories_table, timeline_table

pytestmark = pytest.mark.xdist_group("study")


def test_stories_are_kept_where_there_are_any() -> None:
    made = drawn(1)
    told = made.found["one"]
    broken = replace(told, cases=replace(told.cases, shocks=((7, 3), (9, 0))))
    again = unpacked(packed(replace(made, found={"one": broken})))
    assert again.found["one"].cases.shocks == ((7, 3), (9, 0))
    assert b"shocks" not in zipfile.ZipFile(io.BytesIO(packed(made))).read("result.json")
    assert unpacked(packed(made)).found["one"].cases.shocks == ()


def drawn(draw: int, noise: int = 0) -> Drawn:
    """A draw in which 10 people are reached in each quarter of an hour, six of them."""
    nothing = np.zeros((1, 1), dtype=np.int64)
    cases = Cases(
        calls=nothing,
        lines=nothing,
        dialled=nothing,
        world=1,
        quarter=nothing.astype(np.int16),
        objection_first=False,
        rings=True,
        silence=nothing.astype(np.bool_),
        cutoff_ms=1,
    )
    people = np.arange(10, 70, 10)
    return Drawn(draw, noise, {}, {"one": Found({}, {}, cases, people, {"north": (5, draw)})})


def test_the_timeline_has_a_row_an_hour_and_the_end() -> None:
    rows = timeline_table([drawn(1), drawn(1, 1), drawn(2)]).to_pylist()
    assert [(r["draw"], r["hours"], r["people_reached"]) for r in rows] == [
        (1, 1.0, 40),
        (1, 1.5, 60),
        (2, 1.0, 40),
        (2, 1.5, 60),
    ]


def test_territories_by_draw() -> None:
    rows = territories_table([drawn(1), drawn(3)]).to_pylist()
    assert [(r["territory"], r["lines"], r["lines_undialled"]) for r in rows] == [
        ("north", 5, 1),
        ("north", 5, 3),
    ]


def test_both_go_there_and_back() -> None:
    found = unpacked(packed(drawn(1))).found["one"]
    assert found.people.tolist() == [10, 20, 30, 40, 50, 60]
    assert found.territories == {"north": (5, 1)}


def test_readings_are_numbered_within_their_draw() -> None:
    table = readings_table({"one": {"people": np.array([[1.0, 2.0], [3.0, 4.0]])}}, ("people", "x"))
    assert table["draw"].to_pylist() == [1, 1, 2, 2]
    assert table["reading"].to_pylist() == [1, 2, 1, 2]
    assert table["people"].to_pylist() == [1, 2, 3, 4]
    assert table["x"].null_count == 4


@pytest.mark.parametrize("name", ["readings.parquet", "timeline.parquet", "territories.parquet"])
def test_a_study_has_them_and_they_agree_with_its_metrics(small_study, name: str) -> None:
    table = small_study.arrow(name)
    assert table is not None
    assert set(table["strategy"].to_pylist()) == set(small_study.strategies)
    metrics = small_study.draws
    if name == "territories.parquet":
        whole = table.to_pandas().groupby(["strategy", "draw"]).lines_undialled.sum()
        told = metrics[(metrics.metric == "lines_undialled") & (metrics.noise == 0)]
        assert whole.to_dict() == told.set_index(["strategy", "draw"]).value.to_dict()
    if name == "timeline.parquet":
        last = table.to_pandas().groupby(["strategy", "draw"]).people_reached.max()
        told = metrics[(metrics.metric == "people_reached") & (metrics.noise == 0)]
        most = told.set_index(["strategy", "draw"]).value
        assert (last <= most[last.index]).all()
    assert small_study.arrow("no.parquet") is None
