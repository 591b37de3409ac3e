"""From a scenario file to the report: the tables of a run are those that the charts expect."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from analysis.console.table import comparison_text
from analysis.figures.broken_rules import broken
from analysis.figures.call_backs import by_bin
from analysis.figures.complaint_causes import causes
from analysis.figures.violation_places import by_place
from analysis.figures.violations import by_hour
from analysis.report import report_html
from analysis.view import FURTHER, TABLES, as_view
from sim.jobs.run import run_scenario
from sim.loading.load import load
from sim.scenario.starter import starter
from sim.store.columns import TABLES as REGISTERED
from sim.store.read import Run, load_run
from tests.console import ringfence


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("real")
    scenario = folder / "hello.yaml"
    scenario.write_text(starter("hello"), encoding="utf-8")
    loaded = load(scenario)
    outcome = run_scenario(
        loaded, scale=0.051, out=folder / "run", report=lambda r: report_html(r, loaded.scenario)
    )
    return load_run(outcome.path)


def test_stored_and_rebuilt_report_are_the_same(stored: Run, tmp_path: Path) -> None:
    target = tmp_path / "again.html"
    result = ringfence("report", str(stored.path), "--out", str(target))
    assert result.exit_code == 0, result.output
    assert str(target) in result.output
    assert target.read_bytes() == (stored.path / "report.html").read_bytes()


def test_report_of_some_strategies_leaves_the_missing_base_out(stored: Run) -> None:
    run = Run(
        stored.path,
        {**stored.manifest, "strategies": ["half-the-channels"]},
        stored.metrics,
    )
    view = as_view(run)
    assert view.base == "half-the-channels"
    assert "Compared" not in report_html(view)


def test_view_tells_what_scaling_rounded(stored: Run) -> None:
    view = as_view(stored)
    assert view.scaled
    assert view.notices[0].startswith("A scaled run has few channels")
    assert view.notices[1:] == (
        "Rounded by the scale: strategies.all-channels.dialing.channels 3.06 to 3, "
        "strategies.half-the-channels.dialing.channels 1.53 to 2.",
    )
    assert view.currency == "EUR"
    assert view.reached_live_ms == {"all-channels": 30_000, "half-the-channels": 30_000}


def test_table_shows_full_size_equivalents(stored: Run) -> None:
    text = comparison_text(stored)
    dialled = (stored.metric("all-channels", "lines_dialled") or 0) / stored.scale
    assert f"≈{dialled:,.0f}".replace(",", " ") in text
    assert re.search(r"4 of \d+ parameters are ranges", text)


def test_columns_are_read_as_the_registry_says(stored: Run) -> None:
    view = as_view(stored)
    for name in (*TABLES, *FURTHER):
        table = view.table(name)
        always = [column for column in REGISTERED[name].columns if not column.where]
        assert tuple(table) == tuple(column.name for column in always)
        for column in always:
            kind = table[column.name].dtype.kind
            expected = {
                "timestamp[ms, UTC]": "M",
                "text": "O",
                "category": "O",
                "float64": "f",
                "bool": "b",
            }
            assert kind == expected.get(column.dtype, kind), (name, column.name)
            assert kind in "MOfbiu"


def test_report_of_a_damaged_run_is_refused(stored: Run, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(stored.path, copy)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["status"] = "running"
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    result = ringfence("report", str(copy), "--out", str(tmp_path / "r.html"))
    assert result.exit_code == 2
    assert "not complete" in result.output
    assert not (tmp_path / "r.html").exists()


def test_report_into_a_folder_that_is_not_there(stored: Run, tmp_path: Path) -> None:
    target = tmp_path / "no" / "r.html"
    result = ringfence("report", str(stored.path), "--out", str(target))
    assert result.exit_code == 2
    assert "cannot write" in result.output


def test_a_run_from_before_there_were_such_tables_has_none(stored: Run) -> None:
    kept = {
        name: listed
        for name, listed in stored.manifest["files"].items()
        if name.removesuffix(".parquet") not in (*FURTHER, "audit")
    }
    view = as_view(Run(stored.path, {**stored.manifest, "files": kept}, stored.metrics))
    for name in FURTHER:
        assert tuple(view.table(name)) == REGISTERED[name].column_names
        assert not len(view.table(name)["strategy"])
    assert "Charts that are left out" in report_html(view)


def test_what_acts_back_reaches_the_page(tmp_path: Path) -> None:
    loaded = load(Path(__file__).parents[2] / "scenarios" / "uk-by-election.yaml")
    outcome = run_scenario(loaded, scale=0.05, out=tmp_path / "run")
    run = load_run(outcome.path)
    view = as_view(run)
    thresholds = loaded.scenario.world.regulator
    assert thresholds is not None
    assert view.regulator_thresholds["order"] == thresholds.thresholds.order
    for strategy in view.strategies:
        total = run.metric(strategy, "complaints")
        assert sum(causes(view, strategy).values()) == total
        assert by_bin(view, strategy).sum() == run.metric(strategy, "call_backs")
        for rule in broken(view, strategy):
            counted = view.audit["violations"][
                (view.audit["strategy"] == strategy) & (view.audit["rule"] == rule.rule)
            ]
            assert by_hour(view, strategy, rule).sum() == counted.sum()
            assert by_place(view, strategy, rule).sum() == counted.sum()
    page = report_html(view)
    assert "For the compliance officer" in page
    assert "uk-pecr" in page
