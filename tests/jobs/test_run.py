"""A run from scenario to directory and back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.errors import UnknownNameError
from sim.jobs.run import Hooks, choose, run_scenario
from sim.jobs.simulate import Advance
from sim.loading.load import load
from sim.measure.columns import RESULT_TABLES
from sim.record.log import DISPOSITION_OF_OUTCOME, DISPOSITIONS
from sim.store import call_rows, calls
from sim.store.calls import CallWriter
from sim.store.columns import TABLES
from sim.store.read import load_run
from sim.store.recipients import recipients_table
from sim.store.tables import schema


def parquet_bytes(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.glob("*.parquet"))}


def test_what_is_in_the_directory(outcome):
    names = {file.name for file in outcome.path.iterdir()}
    assert names == {
        "manifest.json",
        "metrics.json",
        "scenario.resolved.yaml",
        *(table.file for table in TABLES.values() if table.name != "optouts"),
    }  # nobody can object in this world
    assert list(outcome.path.parent.iterdir()) == [outcome.path]
    manifest = json.loads((outcome.path / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "complete"
    assert manifest["seed"] == 11
    assert manifest["strategies"] == ["all-channels", "half-the-channels"]
    assert manifest["currency"] == "EUR"
    assert set(manifest["files"]) == names - {"manifest.json"}
    for table in TABLES.values():
        if table.file not in names:
            continue
        rows = pq.read_metadata(outcome.path / table.file).num_rows
        assert manifest["files"][table.file]["rows"] == rows


def test_load_run_gives_documented_tables(outcome, loaded):
    run = load_run(outcome.path)
    run.verify()
    assert (run.name, run.base, run.seed, run.scale) == ("small", "all-channels", 11, 1.0)
    for name, table in TABLES.items():
        if table.file not in run.manifest["files"]:
            assert name == "optouts"
            continue
        if name == "recipients":
            table = recipients_table(loaded.scenario.world)
        else:  # calls that fail are not of this world
            table = table.with_columns(tuple(c for c in table.columns if c.name != "failed"))
        frame = run.table(name)
        assert tuple(frame.columns) == table.column_names
        for column in table.columns:
            assert column.nullable or frame[column.name].notna().all()
        assert run.arrow(name).schema.equals(schema(table))
    assert (
        run.metric("all-channels", "attempts")
        == run.timeline.query("strategy == 'all-channels'")["attempts"].sum()
    )
    assert run.metrics_table.loc["attempts", "half-the-channels"] == run.metric(
        "half-the-channels", "attempts"
    )
    assert {**run.metrics} == json.loads((outcome.path / "metrics.json").read_text("utf-8"))


def test_metrics_are_those_of_the_outcome(outcome):
    run = load_run(outcome.path)
    for strategy, values in outcome.metrics.items():
        for name, value in values.items():
            assert run.metric(strategy, name) == value
    assert outcome.shown == outcome.metrics
    assert outcome.currency == "EUR"


def test_the_call_log_tells_the_same_story(outcome):
    run = load_run(outcome.path)
    log = run.calls()
    assert (log["hold_ms"] >= log["ring_ms"]).all()
    assert log["start_utc"].dt.tz is not None
    for strategy in run.strategies:
        rows = run.calls(strategy=strategy)
        metric = {m: run.metric(strategy, m) for m in outcome.metrics[strategy]}
        assert len(rows) == metric["attempts"]
        assert rows["line"].nunique() == metric["lines_dialled"]
        for disposition in DISPOSITIONS:
            count = (rows["disposition"] == disposition).sum()
            assert count == (metric[f"attempts_{disposition}"] or 0)
        assert rows["hold_ms"].sum() / 3_600_000 == pytest.approx(metric["channel_hours"])
        answered = rows[rows["disposition"].isin(["machine", "human"])]
        assert answered["line"].nunique() == metric["lines_connected"]
        for mark in (6, 19, 30, 60):
            live = rows[rows["listened_ms"] >= 1000 * mark]["line"].nunique()
            assert live == metric[f"lines_live_{mark}s"]
        assert rows[rows["key"] == 1]["line"].nunique() == metric["lines_gate_passed"]
        left = rows[rows["outcome"] == "machine_voicemail"]
        assert left["line"].nunique() == metric["lines_with_voicemail"]
        assert rows["start_utc"].is_monotonic_increasing
    pieces = sum(len(piece) for piece in run.call_batches(["line"]))
    assert pieces == len(log)
    assert list(run.calls(["line", "key"], strategy="all-channels")) == ["line", "key"]


def test_same_file_seed_and_version_give_identical_bytes(outcome, loaded, tmp_path):
    again = run_scenario(loaded, out=tmp_path / "again", calls=True)
    assert parquet_bytes(again.path) == parquet_bytes(outcome.path)
    for name in ("metrics.json", "scenario.resolved.yaml"):
        assert (again.path / name).read_bytes() == (outcome.path / name).read_bytes()


def test_the_call_log_changes_nothing_else(outcome, loaded, tmp_path):
    without = run_scenario(loaded, out=tmp_path / "without")
    expected = parquet_bytes(outcome.path)
    del expected["calls.parquet"], expected["recipients.parquet"]
    found = parquet_bytes(without.path)
    for name, keys in (("complaints", ["line"]), ("call_backs", ["line", "attempt"])):
        del expected[f"{name}.parquet"], found[f"{name}.parquet"]
        keyed = outcome.run.arrow(name)
        assert keyed.column_names[1 : 1 + len(keys)] == keys
        assert keyed.drop_columns(keys).equals(without.run.arrow(name))
    assert found == expected
    assert without.run.manifest["files"].keys() == outcome.run.manifest["files"].keys() - {
        "calls.parquet",
        "recipients.parquet",
    }


def test_the_resolved_scenario_alone_reproduces_the_run(loaded, tmp_path):
    one = run_scenario(loaded, seed=99, out=tmp_path / "one")
    again = run_scenario(load(one.path / "scenario.resolved.yaml"), out=tmp_path / "two")
    assert again.run.seed == 99
    assert parquet_bytes(again.path) == parquet_bytes(one.path)


def test_another_seed_gives_other_tables(outcome, loaded, tmp_path):
    other = run_scenario(loaded, seed=12, out=tmp_path / "other")
    for name in ("timeline", "answering"):
        digests = [
            run.manifest["files"][f"{name}.parquet"]["values_sha256"]
            for run in (outcome.run, other.run)
        ]
        assert digests[0] != digests[1]


def test_one_strategy_runs_alone_as_it_runs_in_company(outcome, loaded, tmp_path):
    alone = run_scenario(loaded, strategies=["half-the-channels"], out=tmp_path / "alone")
    assert alone.run.strategies == ("half-the-channels",)
    assert alone.metrics["half-the-channels"] == outcome.metrics["half-the-channels"]
    for name in RESULT_TABLES:
        frame = outcome.run.table(name).query("strategy == 'half-the-channels'")
        assert alone.run.table(name).equals(frame.reset_index(drop=True))


def test_unknown_strategy(loaded, tmp_path):
    with pytest.raises(UnknownNameError, match=r"no strategy 'al-channels'.*mean 'all-channels'"):
        run_scenario(loaded, strategies=["al-channels"], out=tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
    assert choose(loaded.scenario, ["half-the-channels", "all-channels"]) == [
        "all-channels",
        "half-the-channels",
    ]


def test_scaled_runs_say_what_was_rounded(loaded, tmp_path):
    result = run_scenario(loaded, scale=0.0333, out=tmp_path / "scaled")
    assert result.scale == Fraction(100, 3000)
    assert result.run.scale == pytest.approx(1 / 30)
    rounded = {note.path: note.used for note in result.rounding}
    assert rounded["world.lines"] == 100
    metrics, shown = result.metrics["all-channels"], result.shown["all-channels"]
    assert metrics["lines_on_list"] == 100
    assert shown["lines_on_list"] == 3000
    assert shown["share_of_list"] == metrics["share_of_list"]
    electorate = metrics["people_reached"] / (24_000 / 30)
    assert metrics["share_of_electorate"] == pytest.approx(electorate)
    assert shown["list_done_hours"] is None
    assert load_run(result.path).metric("all-channels", "lines_on_list") == 100


def test_progress_and_default_name(loaded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen: list[Advance] = []
    result = run_scenario(loaded, scale=0.1, hooks=Hooks(progress=seen.append))
    assert [a.strategy for a in seen if a.done] == ["all-channels", "half-the-channels"]
    assert [a.number for a in seen if a.done] == [1, 2]
    assert seen[-1].calls == result.metrics["half-the-channels"]["attempts"]
    assert seen[0].lines == 300
    name = result.path.relative_to(tmp_path / "runs").name
    stamp, rest = name.split("-", 1)
    assert len(stamp) == 16
    assert stamp.endswith("Z")
    assert rest.startswith("small-s11-")
    assert len(rest.removeprefix("small-s11-")) == 8


def test_the_report_sees_the_whole_run(loaded, tmp_path):
    def report(run):
        assert run.path.is_dir()
        assert run.timeline["attempts"].sum() == run.answering["attempts"].sum() > 0
        assert run.metric("all-channels", "attempts") > 0
        assert (run.path / "scenario.resolved.yaml").is_file()
        return f"<p>{run.name} – {run.question}</p>"

    result = run_scenario(loaded, scale=0.1, out=tmp_path / "r", report=report)
    text = (result.path / "report.html").read_text("utf-8")
    assert text == "<p>small – Does it hold?</p>"
    assert "report.html" in load_run(result.path).manifest["files"]


def test_both_engines_fill_the_same_tables(outcome, loaded, tmp_path, monkeypatch):
    def slow(plan, sink, head=None, progress=None):
        return reference.run(plan, sink, head=head)

    monkeypatch.setattr(fast, "run", slow)
    result = run_scenario(loaded, scale=0.1, out=tmp_path / "reference", calls=True)
    monkeypatch.undo()
    again = run_scenario(loaded, scale=0.1, out=tmp_path / "fast", calls=True)
    assert parquet_bytes(result.path) == parquet_bytes(again.path)


@pytest.mark.parametrize("size", [1_000_000, 700])
def test_the_call_log_does_not_depend_on_chunks(outcome, loaded, size, monkeypatch):
    """Small row groups, many chunks: the same values; and the same bytes for any chunk size."""
    for module in (call_rows, calls):
        monkeypatch.setattr(module, "ROW_GROUP", 1000)
    files = []
    for block in (size, 64):
        file = io.BytesIO()
        writer = CallWriter(file, loaded.scenario)
        for name in loaded.scenario.strategies:
            plan = build_plan(loaded.scenario, name, laws=loaded.laws)
            writer.begin(name, plan)
            fast.run(plan, writer.add, log_block=block)
        assert writer.finish() == outcome.run.manifest["files"]["calls.parquet"]["values_sha256"]
        files.append(file.getvalue())
    assert files[0] == files[1]
    groups = pq.read_metadata(io.BytesIO(files[0]))
    assert groups.row_group(0).num_rows == 1000
    assert groups.num_rows == writer.rows


def test_outcome_texts_follow_the_thresholds(outcome):
    log = outcome.run.calls()
    heard = log[log["outcome"].str.startswith("heard")]
    assert set(heard["outcome"].astype(str)) >= {"heard", "heard_6s", "heard_19s", "heard_30s"}
    for name, low in (("heard", 0), ("heard_6s", 6), ("heard_19s", 19), ("heard_30s", 30)):
        times = heard[heard["outcome"] == name]["listened_ms"] / 1000
        assert times.min() >= low
    assert set(np.unique(DISPOSITION_OF_OUTCOME)) == set(range(6))


def test_a_run_imports_neither_pandas_nor_plotly(scenario_file, tmp_path):
    code = (
        "import sys\n"
        "from sim.loading.load import load\n"
        "from sim.jobs.run import run_scenario\n"
        "run_scenario(load(sys.argv[1]), scale=0.1, out=sys.argv[2], calls=True)\n"
        "print([m for m in ('pandas', 'plotly', 'click', 'rich') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(scenario_file), str(tmp_path / "r")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
