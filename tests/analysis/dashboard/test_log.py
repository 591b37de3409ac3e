"""The call log a page at a time, against the whole log read by pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.dashboard import log
from analysis.dashboard.log import HOUR_MS, CallLog, Wanted, call_log
from sim.store.read import load_run


@pytest.fixture(scope="module")
def whole(france: Path) -> pd.DataFrame:
    return load_run(france).table("calls")


@pytest.fixture(scope="module")
def cut(france: Path, tmp_path_factory: pytest.TempPathFactory) -> CallLog:
    """The same rows in many groups, so that pages run over their ends."""
    rows = pq.read_table(france / "calls.parquet")
    file = tmp_path_factory.mktemp("cut") / "calls.parquet"
    pq.write_table(rows, file, row_group_size=1000)
    parquet = pq.ParquetFile(file)
    groups = parquet.num_row_groups
    return CallLog(file, groups, rows.num_rows, log._counted(parquet), parquet)


def chosen(whole: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    rows = whole
    for column in ("strategy", "zone", "disposition"):
        if value := getattr(wanted, column):
            rows = rows[rows[column] == value]
    if wanted.hour is not None:
        hours = rows["start_utc"].dt.tz_convert(None).astype("datetime64[ms]").astype("int64")
        rows = rows[hours // HOUR_MS == wanted.hour]
    return rows


WANTED = (
    Wanted(),
    Wanted(strategy="three-attempts"),
    Wanted(disposition="human"),
    Wanted("as-run", "Europe/Paris", "machine"),
    Wanted(strategy="nobody"),
)


@pytest.mark.parametrize("wanted", WANTED)
def test_pages_are_the_rows_of_the_log_in_order(
    cut: CallLog, whole: pd.DataFrame, wanted: Wanted
) -> None:
    rows = chosen(whole, wanted)
    assert cut.cube.count(wanted) == len(rows)
    for first in (0, 1, 950, len(rows) // 2, len(rows) - 30, len(rows), len(rows) + 7):
        if first < 0:
            continue
        page, count = cut.page(wanted, first, first + 100)
        assert count == len(rows)
        part = rows.iloc[first : first + 100]
        assert [row["line"] for row in page] == part["line"].tolist()
        assert [row["outcome"] for row in page] == part["outcome"].tolist()
        assert [row["row"] for row in page] == list(range(first + 1, first + 1 + len(part)))


def test_an_hour_is_chosen_by_its_number(cut: CallLog, whole: pd.DataFrame) -> None:
    start = whole["start_utc"].iloc[len(whole) // 3].floor("h")
    wanted = Wanted(hour=int(start.timestamp()) // 3600)
    rows = chosen(whole, wanted)
    assert len(rows) > 0
    assert cut.cube.count(wanted) == len(rows)
    assert len(cut.page(wanted, 0, 10)[0]) == min(10, len(rows))


def test_a_log_as_written_counts_as_its_manifest_says(france: Path) -> None:
    run = load_run(france)
    assert call_log(run).cube.count(Wanted()) == run.manifest["files"]["calls.parquet"]["rows"]
