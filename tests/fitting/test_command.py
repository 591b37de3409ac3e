"""From an export to a world that runs: import, calibrate, run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pyarrow as pa
import pytest
from scipy import stats

from analysis.figures.calibrated import checked, moved
from sim.errors import CannotJudgeError
from sim.fitting.dials import dials_of
from sim.fitting.fit import fit
from sim.fitting.holdout import last_quarter, until
from sim.fitting.overlay import Origin, overlay
from sim.loading.load import load
from sim.scenario.parameters import parameters
from tests.fitting.export import imported
from tests.fitting.simulated import Truth, log_of, stated, world_file
from tests.intake.samples import ringfence


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world, a log of it imported, and what was fitted."""
    folder = tmp_path_factory.mktemp("calibrated")
    imported(log_of(Truth(), np.random.default_rng(5), 1200, days=2), folder)
    done = ringfence(
        "calibrate", world_file(folder), "--calls", folder / "import", "--out",
        folder / "fitted.yaml", "--html", folder / "fitted.html",
    )  # fmt: skip
    assert done.exit_code == 0, (done.output, done.exception)
    (folder / "told.txt").write_text(done.output)
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    """What is told as JSON, of a fit to the first days alone."""
    done = ringfence(
        "calibrate", folder / "world.yaml", "--calls", folder / "import", "--out",
        folder / "first.yaml", "--days", "2024-05-13..2024-05-15", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_is_fitted_extends_the_world_and_runs(folder: Path) -> None:
    scenario = load(folder / "fitted.yaml").scenario
    assert scenario.world.lines == 10_000
    rows = {row.path: row for row in parameters(scenario) if row.is_range}
    human = rows["world.line_types.landline.answering.human"]
    invalid = rows["world.line_types.landline.answering.invalid"]
    assert invalid.source is not None
    assert invalid.source.startswith("fitted: a made-up dialer, ")
    # On no Sunday and in no other part of Friday was anybody called: their hours are the prior's.
    assert (invalid.grade, human.grade) == ("A", "C")
    right = stated(Truth(), n=60_000)
    wide = (human.high or 0) - (human.low or 0)
    assert abs(human.central - right["human"]) < wide
    (group,) = scenario.joint
    assert set(group.inputs) <= set(rows)
    place = [each.split(".")[-1] for each in group.inputs]
    assert group.matrix[place.index("human")][place.index("machine")] < 0  # they share the dials
    done = ringfence("run", folder / "fitted.yaml", "--out", folder / "run", "--draws", "4",
                     "--scale", "10%", "--jobs", 1)  # fmt: skip
    assert done.exit_code == 0, done.exception


def test_how_long_people_stayed_is_fitted_too(folder: Path, told: dict[str, Any]) -> None:
    """90 and 60 % of the made-up people; nobody was asked for a key."""
    scenario = load(folder / "fitted.yaml").scenario
    rows = {row.path: row for row in parameters(scenario)}
    for at, share in (("6 s", 0.9), ("19 s", 0.6)):
        row = rows[f"world.listening.points.{at}"]
        assert row.low is not None
        assert row.high is not None
        assert row.low < row.central < row.high
        assert abs(row.central - share) < 1.2 * (row.high - row.low)  # one in ten thousand
        assert (row.source or "").startswith("fitted: a made-up dialer, ")
        assert row.grade == "A"
    screen = (folder / "told.txt").read_text()
    (calls,) = re.findall("people who picked up: ([0-9,]+) calls", screen)
    assert 0 < told["picked_up"]["calls"] < int(calls.replace(",", ""))  # of three days of six
    of_people = [check for check in told["checks"] if check["line_type"] == "people"]
    assert {check["held_out"] for check in of_people} == {False, True}
    plain = " ".join(screen.split())
    assert "press_1 (prior): nobody was asked for a key" in plain
    assert [each["name"] for each in told["picked_up"]["parameters"]] == [
        "listening at 6 s",
        "listening at 19 s",
    ]
    assert "listening at 19 s" in (folder / "fitted.html").read_text()


@pytest.mark.parametrize(
    ("message", "why"),
    [("15 s", "the log cannot tell listening: calls went on for longer than the 15 s"),
     ("soon", "--message"), ("2 h", "is from 1 s to 1 h")],
)  # fmt: skip
def test_another_message_is_seen_by_how_long_calls_went_on(
    message: str, why: str, folder: Path
) -> None:
    done = ringfence(
        "calibrate", folder / "world.yaml", "--calls", folder / "import", "--out",
        folder / "none.yaml", "--message", message, "--parameters", "listening",
    )  # fmt: skip
    assert why in str(done.exception)
    assert not (folder / "none.yaml").exists()


def test_what_is_told(folder: Path) -> None:
    told = (folder / "told.txt").read_text()
    assert "days that were fitted: " in told
    assert "1 day held out: " in told
    assert told.count("shares inside what the fit says (90 %)") == 2
    assert "What the data could not tell" in told
    plain = " ".join(told.split())
    assert "voicemail (prior): nobody logs whether a message was played" in plain
    assert "errors of the machine detection" in plain
    assert max(map(len, told.splitlines()[:-1])) <= 80


def test_days_that_are_named_are_fitted_and_all_others_held_out(told: dict[str, Any]) -> None:
    assert told["held_out"] == ["2024-05-16", "2024-05-17", "2024-05-18"]
    assert told["source"].endswith(", 2024-05-13 to 2024-05-15")
    for name, held in (("days fitted", False), ("days held out", True)):
        some = [each for each in told["checks"] if each["held_out"] is held]
        assert told["inside"][name] == {
            "of": len(some),
            "inside": sum(each["low"] <= each["seen"] <= each["high"] for each in some),
        }
        assert len(some) >= 10
    (fit,) = told["line_types"].values()
    by_name = {each["name"]: each for each in fit["parameters"]}
    assert by_name["human"]["before"] == {"low": 0.2, "central": 0.3, "high": 0.4}
    assert by_name["hours fri 0–12"]["status"] == "prior"
    assert {"voicemail (prior)", "landline, errors of the machine detection"} <= {
        each["what"] for each in told["not_told"]
    }


@pytest.mark.parametrize(
    ("days", "why"),
    [("2024-05-1", "is no day"), ("2024-05-14..2024-05-13", "ends before it begins"),
     ("2025-01-01", "the log goes from 2024-05-13 to 2024-05-18"), ("", "is no day")],
)  # fmt: skip
def test_days_that_are_none_are_refused(days: str, why: str, folder: Path) -> None:
    done = ringfence("calibrate", folder / "world.yaml", "--calls", folder / "import", "--out",
                     folder / "none.yaml", "--days", days)  # fmt: skip
    assert why in str(done.exception)
    assert not (folder / "none.yaml").exists()


def test_the_last_quarter_of_the_days_is_held_out() -> None:
    assert last_quarter(np.array([7, 3, 3, 4, 5, 6, 8, 9, 9, 10])) == (9, 10)
    assert last_quarter(np.array([3, 4, 4])) == (4,)
    assert last_quarter(np.array([3, 3])) == ()


def test_dials_after_one_on_another_day_are_left_out() -> None:
    """Line 0 is called on days 1, 2 and 3, line 1 on 2 and 3, line 2 on 1 and 3."""
    dials = dials_of(table())
    rows = np.array([0, 0, 0, 1, 1, 2, 2])
    some = replace(dials.of(np.arange(400) < 7), line=rows, day=np.array([1, 2, 3, 2, 3, 1, 3]))
    found = until(some, (1, 3))
    assert list(zip(found.line.tolist(), found.day.tolist(), strict=True)) == [
        (0, 1), (1, 1), (1, 3)
    ]  # fmt: skip


def test_the_page_has_charts_and_what_could_not_be_told(folder: Path, told: Any) -> None:
    page = (folder / "fitted.html").read_text("utf-8")
    assert "Shares of days, and what the fit says of them" in page
    assert "What the data could not tell" in page
    assert "nobody logs whether a message was played" in page
    for chart in (moved(told), checked(told)):
        for panel in chart.panels:
            go.Figure(json.loads(panel.figure.to_json()))  # every property is one Plotly knows
        assert len(chart.numbers.header) == len(chart.numbers.rows[0])
    rows = [each for each in told["checks"] if each["held_out"]]
    drawn = checked(told).panels[1].figure.data
    assert [dot.x[0] for dot in drawn if dot.mode == "markers"] == [r["seen"] for r in rows]
    assert [tuple(bar.x) for bar in drawn if bar.mode == "lines"] == [
        (r["low"], r["high"]) for r in rows
    ]
    assert not checked({**told, "checks": []}).panels


def test_what_must_be_fitted_and_cannot_be_stops(tmp_path: Path) -> None:
    imported(log_of(Truth(), np.random.default_rng(5), 400, 1), tmp_path)
    out = tmp_path / "fitted.yaml"
    asked = ("calibrate", world_file(tmp_path), "--calls", tmp_path / "import", "--out", out)
    done = ringfence(*asked, "--parameters", "frailty")
    assert isinstance(done.exception, CannotJudgeError)
    assert "the log cannot tell frailty of landline: it stays prior; 0 of" in str(done.exception)
    assert not out.exists()
    assert "did you mean 'frailty'?" in str(ringfence(*asked, "--parameters", "frailt").exception)
    out.write_text("mine")
    assert "is not a fitted world" in str(ringfence(*asked, "--force").exception)


def table(**changed: list[object]) -> pa.Table:
    """A log of 400 calls, each to its line."""
    n = 400
    columns: dict[str, list[object]] = {
        "line": [f"{k:032x}" for k in range(n)],
        "start_utc": [1_715_590_000_000 + 1000 * k for k in range(n)],
        "zone": ["Europe/Paris"] * n,
        "disposition": ["human", "no_answer"] * (n // 2),
        "connected": [True, False] * (n // 2),
        "attempt": [1] * n,
        "ring_ms": [9000, 25000] * (n // 2),
        **changed,
    }
    whole = pa.table(columns)
    return whole.set_column(
        1, "start_utc", whole.column("start_utc").cast(pa.timestamp("ms", "UTC"))
    )


def test_logs_that_cannot_tell_are_refused_in_words() -> None:
    assert len(dials_of(table()).line) == 400
    with pytest.raises(CannotJudgeError, match="200 do not tell whether a person or a machine"):
        dials_of(table(disposition=["unknown", "no_answer"] * 200))
    assert dials_of(table()).rings
    silent = dials_of(table(ring_ms=[None] * 400))
    assert (silent.rings, len(silent.line)) == (False, 400)
    with pytest.raises(CannotJudgeError, match="200 calls can be used"):
        dials_of(table(ring_ms=[9000, None] * 200))
    with pytest.raises(CannotJudgeError, match="200 calls can be used; 300 are the fewest"):
        dials_of(table(zone=["Europe/Paris", None] * 200))


def test_calls_that_failed_tell_their_share_and_nothing_else(tmp_path: Path) -> None:
    """40 of 400 told calls: by Jeffreys' prior a Beta(40.5, 360.5), quantiles by SciPy's own."""
    ended = ["human", "no_answer"] * 180 + ["failed"] * 40
    some = dials_of(table(disposition=ended, connected=[e == "human" for e in ended]))
    assert (some.failed, some.told, len(some.line)) == (40, 400, 360)
    assert some.left_out == {"that failed on the way, but for how many they are": 40}
    ended = [*ended[:380], *[None] * 20]
    fewer = dials_of(table(disposition=ended, connected=[e == "human" for e in ended]))
    assert (fewer.failed, fewer.told) == (20, 380)

    dials = replace(log_of(Truth(), np.random.default_rng(5), 400, 1), failed=40, told=400)
    world = load(world_file(tmp_path)).scenario.world
    found = {each.path: each for each in fit(dials, world, "landline").estimates}
    (share,) = (each for path, each in found.items() if path.endswith("answering.failed"))
    wanted = stats.beta(40.5, 360.5).ppf([0.05, 0.5, 0.95])
    assert [share.low, share.central, share.high] == pytest.approx(wanted, abs=0.002)
    bare = fit(replace(dials, failed=0, told=0), world, "landline")
    assert not [each for each in bare.estimates if each.path.endswith("failed")]
    kept = [each for path, each in found.items() if not path.endswith("failed")]
    assert [(e.path, e.low, e.high) for e in kept] == [
        (e.path, e.low, e.high) for e in bare.estimates
    ]
    fits = (fit(dials, world, "landline"),)
    out = tmp_path / "fitted.yaml"
    origin = Origin(str(world_file(tmp_path)), "by hand", 400, "2024-05-13", "2024-05-14")
    out.write_text(overlay(fits, world, (), origin), encoding="utf-8")
    failing = load(out).scenario.world.line_types["landline"].answering.failed
    assert failing is not None
    assert failing.central == pytest.approx(wanted[1], abs=0.002)


def test_lines_whose_first_calls_lie_before_the_log_are_left_out() -> None:
    dials = dials_of(table(attempt=[1] * 350 + [3] * 50))
    assert dials.left_out == {"to lines whose first calls lie before the log": 50}
    assert replace(dials, left_out={}).lines == 350
