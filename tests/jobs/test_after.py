"""A run goes on from what was dialled: its own log, a team's, and logs that do not fit."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sim.errors import MisfitError, OptionError, UnknownNameError
from sim.jobs.after import GoingOn
from sim.jobs.run import Hooks, RunOutcome, run_scenario

NOON = dt.datetime(2017, 4, 20, 12)
NOON_UTC = dt.datetime(2017, 4, 20, 10, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def going(loaded: Any, outcome: RunOutcome, tmp_path_factory: pytest.TempPathFactory) -> RunOutcome:
    """The small run once more, gone on at noon from its own log."""
    out = tmp_path_factory.mktemp("going") / "run"
    return run_scenario(loaded, calls=True, out=out, going_on=GoingOn(outcome.path, NOON))


def test_a_run_goes_on_from_its_own_log_to_the_same_end(
    outcome: RunOutcome, going: RunOutcome
) -> None:
    assert going.metrics == outcome.metrics
    whole, again = (
        json.loads((one.path / "manifest.json").read_text())["files"] for one in (outcome, going)
    )
    digests = {name: one["values_sha256"] for name, one in whole.items() if "rows" in one}
    assert digests == {name: one["values_sha256"] for name, one in again.items() if "rows" in one}


def test_where_the_campaign_stood_is_counted_from_the_log(
    outcome: RunOutcome, going: RunOutcome
) -> None:
    facts = json.loads((going.path / "manifest.json").read_text())["plans"]["all-channels"]["after"]
    calls = outcome.run.calls(strategy="all-channels")
    early = calls[calls["start_utc"] < NOON_UTC]
    assert facts["calls"] == len(early)
    assert facts["lines_dialled"] == early["line"].nunique()
    last = early.groupby("line").tail(1)
    # Busy lines and those that did not answer are called twice, as the file says.
    waits = last["disposition"].isin(["busy", "no_answer"]) & (last["attempt"] < 2)
    assert facts["retries_waiting"] == int(waits.sum())
    assert facts["lines_done"] == len(last) - int(waits.sum())
    assert facts["lines_on_list"] == 3_000
    assert facts["so_far"]["attempts"] == len(early)
    assert 0 < facts["so_far"]["people_reached"] < going.metrics["all-channels"]["people_reached"]


def test_more_channels_from_noon_on_leave_the_morning_as_it_was(
    loaded: Any, outcome: RunOutcome, tmp_path: Path
) -> None:
    made = run_scenario(
        loaded,
        strategies=["all-channels"],
        calls=True,
        out=tmp_path / "run",
        going_on=GoingOn(outcome.path, NOON, of="half-the-channels"),
    )
    half = pq.read_table(outcome.path / "calls.parquet")
    half = half.filter(pc.equal(half["strategy"].cast(pa.string()), "half-the-channels"))
    mixed = pq.read_table(made.path / "calls.parquet")
    noon = pa.scalar(NOON_UTC, half.schema.field("start_utc").type)
    before = half.filter(pc.less(half["start_utc"], noon))
    rows = mixed.slice(0, before.num_rows)
    assert rows.drop(["strategy"]).equals(before.drop(["strategy"]))
    assert mixed.num_rows > half.num_rows


def misfit(loaded: Any, path: Path, **options: Any) -> str:
    """What is said of a log that does not fit."""
    with pytest.raises(MisfitError) as refused:
        run_scenario(
            loaded,
            strategies=["all-channels"],
            out=path.parent / "never",
            going_on=GoingOn(path, **options),
        )
    assert not (path.parent / "never").exists()
    return str(refused.value)


def test_a_log_that_does_not_fit_is_refused_with_counts(
    loaded: Any, outcome: RunOutcome, tmp_path: Path
) -> None:
    rows = outcome.run.arrow("calls")
    rows = rows.filter(pc.equal(rows["strategy"].cast(pa.string()), "all-channels")).slice(0, 50)
    type_ = rows.schema.field("start_utc").type

    def changed(column: str, values: Any) -> Path:
        path = tmp_path / f"{column}.parquet"
        at = rows.schema.get_field_index(column)
        pq.write_table(rows.set_column(at, rows.schema.field(column), values), path)
        return path

    lines = rows["line"].to_numpy().copy()
    lines[:3] = 3_000_000
    said = misfit(loaded, changed("line", pa.array(lines, pa.int32())))
    assert "3 of 50 calls are to lines that the scenario does not have" in said
    assert "3000000" not in said
    assert "3,000,000" not in said
    starts = rows["start_utc"].cast(pa.int64()).to_numpy()
    late = pa.array(np.sort(starts + 40 * 3_600_000), pa.int64()).cast(type_)
    assert "50 of 50 calls start at its cutoff" in misfit(loaded, changed("start_utc", late))
    early = pa.array(starts - 3_600_000, pa.int64()).cast(type_)
    assert "50 of 50 calls start before the campaign" in misfit(loaded, changed("start_utc", early))
    other = pa.array((rows["line"].to_numpy() + 1) % 3_000, pa.int32())
    assert "calls ended as they cannot in this world" in misfit(loaded, changed("line", other))


def test_what_was_asked_for_must_go_together(loaded: Any, outcome: RunOutcome) -> None:
    with pytest.raises(OptionError, match=r"has another seed.*--seed 11 goes with it"):
        run_scenario(loaded, seed=12, going_on=GoingOn(outcome.path))
    with pytest.raises(OptionError, match="has another scale"):
        run_scenario(loaded, scale=0.5, going_on=GoingOn(outcome.path))
    with pytest.raises(UnknownNameError, match="did you mean 'all-channels'"):
        run_scenario(loaded, going_on=GoingOn(outcome.path, of="all-channel"))
    late = GoingOn(outcome.path, dt.datetime(2017, 4, 21, 12))
    with pytest.raises(OptionError, match="found 2017-04-21 12:00 in Europe/Paris"):
        run_scenario(loaded, going_on=late)


def test_a_file_that_is_no_log_is_refused_as_what_was_not_run(loaded: Any, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("one,two\n1,2\n", encoding="utf-8")
    with pytest.raises(MisfitError, match="the first row is no header") as raised:
        run_scenario(loaded, going_on=GoingOn(file))
    assert raised.value.lines()[-1] == "1 fault; nothing was run"


# ── A team's log ─────────────────────────────────────────────────────────────────────────────────


def team(path: Path, rows: int = 400, **changes: Any) -> Path:
    """A dialer's log of one call each to lines of its own, one a second from the start on."""
    start = np.datetime64("2017-04-20T08:00:00.000") + np.arange(rows) * np.timedelta64(1_000, "ms")
    ended = ["machine", "human", "no_answer", "busy", "invalid"]
    columns = {
        "line": [f"{i:016x}" for i in range(rows)],
        "start_utc": pa.array(start, pa.timestamp("ms", "UTC")),
        "hold_ms": [30_000] * rows,
        "disposition": [ended[i % 4 if i % 25 else 4] for i in range(rows)],
        "territory": ["mainland"] * rows,
        **changes,
    }
    pq.write_table(pa.table(columns), path)
    return path


def test_a_team_goes_on_from_its_own_log(loaded: Any, tmp_path: Path) -> None:
    said: list[str] = []
    made = run_scenario(
        loaded,
        out=tmp_path / "run",
        going_on=GoingOn(team(tmp_path / "team.parquet")),
        hooks=Hooks(note=said.append),
    )
    facts = json.loads((made.path / "manifest.json").read_text())["plans"]["all-channels"]["after"]
    log = pq.read_table(tmp_path / "team.parquet")
    waits = pc.sum(pc.is_in(log["disposition"], pa.array(["busy", "no_answer"]))).as_py()
    assert facts["calls"] == facts["lines_dialled"] == 400
    assert facts["retries_waiting"] == waits
    # One call of 30 s a second: those of the last 30 s hold their channels.
    assert facts["in_progress"] == 30
    assert made.metrics["all-channels"]["attempts"] > 400 + waits
    assert any("objections not known" in text for text in said)
    # The strategies have a gate, and the log says of nobody whether a key was pressed.
    assert any("all calls answered by a person: key at the gate not known" in s for s in said)
    # What was dialled is all that differs: both strategies start from the same calls.
    assert (
        made.metrics["all-channels"]["lines_dialled"]
        > made.metrics["half-the-channels"]["lines_dialled"]
    )


def test_a_teams_log_that_does_not_fit_is_refused_with_counts(
    loaded: Any, outcome: RunOutcome, tmp_path: Path
) -> None:
    places = ["elsewhere"] * 7 + ["mainland"] * 393
    said = misfit(loaded, team(tmp_path / "places.parquet", territory=places))
    assert "7 of 400 lines have a territory or type that the scenario does not" in said
    assert "elsewhere" not in said
    said = misfit(loaded, team(tmp_path / "many.parquet", rows=2_900))
    told = outcome.run.territories
    rows = (told["territory"] == "mainland") & (told["strategy"] == "all-channels")
    short = 2_900 - int(told["lines"][rows].sum())
    assert f"{short} of 2,900 lines are more than the strategy's list has" in said
    assert "the column is missing" in misfit_of_columns(loaded, tmp_path)


def misfit_of_columns(loaded: Any, folder: Path) -> str:
    """What is said of a log that does not tell how calls ended."""
    from sim.errors import DialerFilesError

    path = team(folder / "bare.parquet")
    pq.write_table(pq.read_table(path).drop(["disposition"]), path)
    with pytest.raises(DialerFilesError) as refused:
        run_scenario(loaded, going_on=GoingOn(path))
    return str(refused.value)


def test_the_screen_says_where_the_campaign_stood(going: RunOutcome) -> None:
    from analysis.view.course import course_text

    said = " ".join(course_text(going.run).split())
    assert "all-channels goes on from Thu 20 Apr 12:00" in said
    assert "of its 3 k lines" in said
    assert course_text(going.run).count("goes on from") == 2
