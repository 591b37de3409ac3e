"""The tables that an analyst joins: every metric of reach from rows of calls and lines."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyarrow as pa
import pytest

from sim.errors import OptionError, OutputError, RunDirectoryError
from sim.record.column import Column, Table
from sim.store import sheet
from sim.store.read import Run
from sim.store.sheet import file_of


@pytest.fixture(scope="module", params=["outcome", "followed"])
def run(request: pytest.FixtureRequest) -> Run:
    """Two rules of reach by voicemail; and a run in which everything acts back."""
    return request.getfixturevalue(request.param).run


def test_people_reached_are_those_of_the_lines(run: Run) -> None:
    """By SQL over rows, where the metrics come from the tally of the engine's log."""
    found = run.sql(
        "SELECT strategy, count(*) AS lines, sum(people) AS people, sum(people_live) AS live, "
        "count(live_utc) AS lines_live FROM reach GROUP BY strategy"
    ).set_index("strategy")
    for strategy in run.strategies:
        for column, metric in (
            ("lines", "lines_reached"),
            ("people", "people_reached"),
            ("live", "people_reached_live"),
            ("lines_live", "lines_delivered_live"),
        ):
            assert found.loc[strategy, column] == run.metric(strategy, metric)


def test_who_hears_when(run: Run) -> None:
    found = run.sql(
        "SELECT strategy, count(DISTINCT line) AS lines FROM calls "
        "WHERE heard_utc IS NOT NULL GROUP BY strategy"
    ).set_index("strategy")
    for strategy in run.strategies:
        heard = found["lines"].get(strategy, 0)
        assert heard == run.metric(strategy, "lines_voicemail_heard")
    early = run.sql(
        "SELECT count(*) AS n FROM calls WHERE heard_utc < start_utc + to_milliseconds(hold_ms) "
        "OR (heard_utc IS NOT NULL AND outcome <> 'machine_voicemail')"
    )
    assert early.loc[0, "n"] == 0


def test_territories_are_those_of_the_lines(run: Run) -> None:
    found = run.sql(
        "SELECT strategy, territory, count(*) AS n FROM calls JOIN recipients "
        "USING (line, territory, zone) GROUP BY ALL"
    ).set_index(["strategy", "territory"])["n"]
    for row in run.territories.itertuples():
        assert found.get((row.strategy, row.territory), 0) == row.attempts


def test_what_followed_is_joined_to_its_call(request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue("followed").run
    about = run.complaints[run.complaints["call_start_utc"].notna()]
    back = run.call_backs
    assert len(about) > 0
    assert len(back) > 0
    joined = run.sql(
        "SELECT count(*) AS n FROM complaints AS c JOIN calls AS d USING (strategy, line, attempt) "
        "WHERE d.start_utc = c.call_start_utc AND d.territory = c.territory"
    )
    assert joined.loc[0, "n"] == len(about)
    joined = run.sql(
        "SELECT count(*) AS n FROM call_backs JOIN calls USING (strategy, line, attempt) "
        "WHERE outcome = 'machine_voicemail' AND first_try_utc > start_utc"
    )
    assert joined.loc[0, "n"] == len(back)
    for name in ("complaints", "call_backs"):
        assert stat.S_IMODE((run.path / f"{name}.parquet").stat().st_mode) == 0o600


def test_a_parameter_is_a_value_and_no_text_of_the_query(run: Run) -> None:
    odd = "x' OR 'a' = 'a"
    assert run.sql("SELECT * FROM timeline WHERE strategy = ?", [odd]).empty
    found = run.sql("SELECT * FROM timeline WHERE strategy = $s", {"s": run.base})
    assert (found["strategy"] == run.base).all()
    assert len(found) == (run.timeline["strategy"] == run.base).sum()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT * FROM nowhere", "nowhere does not exist.*the run has answering, "),
        ("SELECT FROM", "syntax error"),
        ("SELECT * FROM read_csv('{file}')", "disabled"),
        ("SELECT * FROM '{file}'", "does not exist|disabled"),
        ("COPY timeline TO '{file}'", "disabled"),
        ("SET enable_external_access = true", "[Cc]annot"),
    ],
)
def test_a_query_reads_and_writes_nothing_but_the_run(
    run: Run, tmp_path: Path, query: str, says: str
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a\n1\n")
    with pytest.raises(OptionError, match=says):
        run.sql(query.format(file=file))
    assert file.read_text() == "a\n1\n"


def test_a_run_without_calls_says_how_to_get_them(request: pytest.FixtureRequest) -> None:
    made: Run = request.getfixturevalue("outcome").run
    files = {k: v for k, v in made.manifest["files"].items() if k != "calls.parquet"}
    without = Run(made.path, {**made.manifest, "files": files}, made.metrics)
    with pytest.raises(RunDirectoryError, match="it is written with --calls"):
        without.sql("SELECT * FROM reach")


def test_one_strategy_alone(run: Run) -> None:
    every = run.calls(["strategy", "line", "attempt"])
    for strategy in run.strategies:
        alone = run.calls(["line", "attempt"], strategy=strategy)
        wanted = every.loc[every["strategy"] == strategy, ["line", "attempt"]]
        pd.testing.assert_frame_equal(alone, wanted.reset_index(drop=True))


# ── Full size ────────────────────────────────────────────────────────────────────────────────────


def test_counts_grow_and_nothing_else_does(run: Run) -> None:
    """A run told to be of a quarter: calls fourfold, shares and complaints as they are."""
    scale = {**run.manifest["scale"], "effective": 0.25}
    quarter = Run(run.path, {**run.manifest, "scale": scale}, run.metrics)
    full = quarter.full()
    assert full.metric(run.base, "attempts") == 4 * run.metrics[f"{run.base}.attempts"]
    for same in ("share_of_list", "complaints"):
        assert full.metric(run.base, same) == run.metrics[f"{run.base}.{same}"]
    assert full.metrics_table.loc["attempts", run.base] == full.metric(run.base, "attempts")
    told, stored = full.table("timeline"), run.timeline
    assert (told["human"] == 4 * stored["human"]).all()
    assert (told["bin_start_utc"] == stored["bin_start_utc"]).all()
    for rows in ("calls", "exposure"):
        with pytest.raises(RunDirectoryError, match="cannot be told at full size"):
            full.table(rows)


def test_at_full_size_all_is_as_stored(run: Run) -> None:
    pd.testing.assert_frame_equal(run.full().table("timeline"), run.timeline)
    assert run.full().metric(run.base, "attempts") == run.metric(run.base, "attempts")
    assert run.timezone == "Europe/Paris"


# ── Spreadsheets ─────────────────────────────────────────────────────────────────────────────────

KNOWN = Table("odd", "one row", (Column("name", "-", "text", "A name."),))


def cells(book: bytes, part: str = "sheet1") -> list[list[str | None]]:
    """Texts of a sheet's cells, read from the XML, by row."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        tree = ElementTree.fromstring(file.read(f"xl/worksheets/{part}.xml"))
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
    assert not tree.findall(".//s:f", space), "a formula"
    texts = ["".join(text.itertext()) for text in shared]
    return [
        [
            texts[int(value)] if cell.get("t") == "s" else value
            for cell in row.findall("s:c", space)
            for value in ("".join(cell.itertext()),)
        ]
        for row in tree.findall(".//s:row", space)
    ]


def test_a_workbook_holds_the_rows_and_what_columns_are(run: Run, tmp_path: Path) -> None:
    run.save("territories", tmp_path / "t.xlsx")
    book = (tmp_path / "t.xlsx").read_bytes()
    rows = cells(book)
    assert rows[0] == list(run.territories.columns)
    at = rows[0].index("attempts")
    assert [row[at] for row in rows[1:]] == [str(n) for n in run.territories["attempts"]]
    assert ["attempts", "calls"] in [row[:2] for row in cells(book, "sheet2")]


def test_what_looks_like_a_formula_is_a_text() -> None:
    rows = pa.table({"name": ["=1+1", "+A1", "@x", None], "value": [1.5, float("nan"), None, 2.0]})
    found = cells(file_of(rows, KNOWN, ".xlsx"))
    assert [row[0] for row in found[1:4]] == ["=1+1", "+A1", "@x"]


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST", 3)
    with pytest.raises(OptionError, match="odd has 4 rows and a sheet holds 3; write"):
        file_of(pa.table({"name": ["a"] * 4}), KNOWN, ".xlsx")


def test_a_table_replaces_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        run.save("timeline", file)
    with pytest.raises(OutputError):
        run.save("timeline", run.path / "more.csv")
    with pytest.raises(OptionError, match=r"\.csv, \.parquet, \.xlsx"):
        run.save("timeline", tmp_path / "t.ods")
    assert file.read_text() == "mine"
    run.save("calls", tmp_path / "calls.parquet")
    assert stat.S_IMODE((tmp_path / "calls.parquet").stat().st_mode) == 0o600
