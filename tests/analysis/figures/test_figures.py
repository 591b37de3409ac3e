from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from analysis.figures import CHARTS
from analysis.figures.answer_rates import FEWEST, answer_rates
from analysis.figures.chart import Draw
from analysis.figures.definitions import definitions
from analysis.figures.dispositions import dispositions
from analysis.figures.funnel import CHAINS, funnel
from analysis.figures.occupancy import occupancy
from analysis.figures.reach import reach
from analysis.figures.shapes.time_axis import along, drawn_bins, time_axis, whole
from analysis.figures.style import DISPOSITIONS, look, short, text
from analysis.figures.territories import territories
from analysis.figures.voicemail import voicemail
from analysis.view import RunView
from analysis.view.clock import to_local
from analysis.view.heard import heard_share, people_if
from analysis.view.numbers import NARROW, decimal, share
from tests.analysis.tables import STRATEGIES, make_run

TABLES_OF = {
    "complaints": ["complaints"],
    "complaint-days": ["complaints"],
    "complaint-causes": ["complaints"],
    "complaint-rates": ["complaints"],
    "complaint-risk": ["complaint_risk"],
    "regulator": ["regulator"],
    "call-backs": ["call_backs"],
    "labels": ["labels"],
    "objections": ["complaints", "call_backs"],
    "violations-hours": ["violations"],
    "violations-places": ["violations"],
    "differences": ["readings"],
    "drivers": ["reading_inputs"],
    "exceedance": ["readings"],
}
"""Charts that may be left out, with the tables that are then empty."""


def plain(number: float) -> str:
    return decimal(number)


@pytest.mark.parametrize("draw", CHARTS, ids=lambda d: d.__name__)
def test_every_chart_of_every_kind_of_run(draw: Draw, any_run: RunView) -> None:
    chart = draw(any_run)
    assert chart.key == chart.key.lower()
    assert chart.finding.endswith(".")
    assert "nan" not in chart.finding.lower().split()
    if not chart.panels:  # left out, with a sentence
        assert not chart.numbers.rows
        assert not np.any([len(any_run.table(name)["strategy"]) for name in TABLES_OF[chart.key]])
    for panel in chart.panels:
        drawn = json.loads(panel.figure.to_json())
        go.Figure(drawn)  # every property is one that Plotly knows
        assert drawn["layout"]["height"] > 100
        words = [trace.get("text") for trace in drawn["data"]] + [drawn["layout"]]
        assert not re.search(r"\b(nan|NaN|NaT|None)\b", json.dumps(words))
    for row in chart.numbers.rows:
        assert len(row) == len(chart.numbers.header)
        assert not any(cell in {"nan", "NaT", "None"} for cell in row)


def test_keys_are_unique(run: RunView) -> None:
    keys = [draw(run).key for draw in CHARTS]
    assert len(set(keys)) == len(keys)


def test_charts_do_not_depend_on_each_other_or_change_the_tables(run: RunView) -> None:
    before = {n: {k: v.copy() for k, v in t.items()} for n, t in run.tables.items()}
    first = [[panel.figure.to_json() for panel in draw(run).panels] for draw in CHARTS]
    again = [[panel.figure.to_json() for panel in draw(run).panels] for draw in reversed(CHARTS)]
    assert first == again[::-1]
    for name, table in before.items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, run.table(name)[column])


@pytest.mark.parametrize("draw", CHARTS, ids=lambda d: d.__name__)
def test_axes_say_their_unit(draw: Draw, run: RunView) -> None:
    for panel in draw(run).panels:
        titles = [
            axis.title.text
            for axis in panel.figure.figure.select_xaxes()
            if axis.title.text  # panels that share an axis name it once
        ]
        assert titles, panel.title


def test_dispositions_stack_to_the_attempts(run: RunView) -> None:
    figure = dispositions(run).panels[0].figure
    for at, strategy in enumerate(run.strategies):
        group = [t for t in figure.data if t.stackgroup == f"row-{at + 1}"]
        assert [t.name for t in group] == [
            label for name, (label, _) in DISPOSITIONS.items() if name != "failed"
        ]  # nothing fails in this world
        stacked = np.sum([np.asarray(t.y)[:-1] for t in group], axis=0)
        np.testing.assert_array_equal(stacked, run.of("timeline", strategy)["attempts"])


def test_dispositions_finding(run: RunView) -> None:
    table = run.of("timeline", "as-run")
    finding = dispositions(run).finding
    assert plain(table["attempts"].sum()) in finding
    assert plain(table["attempts"].max()) in finding
    assert share(table["human"].sum() / table["attempts"].sum()) in finding


def test_dispositions_by_hour_add_up(run: RunView) -> None:
    rows = [r for r in dispositions(run).numbers.rows if r[0] == "as-run"]
    total = sum(int(r[2].replace(NARROW, "")) for r in rows)
    assert total == run.total("as-run", "attempts")


def test_occupancy_is_held_over_on_hand(run: RunView) -> None:
    trace = occupancy(run).panels[0].figure.data[0]
    table = run.of("timeline", "as-run")
    open_now = table["available_channel_ms"] > 0
    expected = table["channel_ms"][open_now] / table["available_channel_ms"][open_now]
    np.testing.assert_allclose(np.asarray(trace.y)[:-1][open_now], expected, rtol=1e-6)
    assert np.isnan(np.asarray(trace.y)[:-1][~open_now]).all()


def test_reach_ends_at_the_timelines_last_row(run: RunView) -> None:
    chart = reach(run)
    people = chart.panels[0].figure.data
    for trace, strategy in zip(people, run.strategies, strict=True):
        assert trace.y[0] == 0
        assert trace.y[-1] == run.last(strategy, "people_reached_cum")
    for strategy in run.strategies:
        by_cutoff = run.metric(strategy, "people_reached_by_cutoff")
        assert by_cutoff is not None
        assert f"{strategy} {plain(by_cutoff)}" in chart.finding


def test_funnel_holds_the_table(run: RunView) -> None:
    chart = funnel(run)
    for panel, steps in zip(chart.panels, CHAINS.values(), strict=True):
        for bar, strategy in zip(panel.figure.data, run.strategies, strict=True):
            counts = [run.of("territories", strategy)[column].sum() for column, _ in steps]
            assert list(bar.x) == counts
            assert counts == sorted(counts, reverse=True)
    for column in ("lines_dialled", "lines_delivered_live", "lines_voicemail_heard"):
        assert plain(run.total("as-run", column, "territories")) in chart.finding


def test_answer_rates_are_shares_of_first_attempts_in_local_hours(run: RunView) -> None:
    rows = run.of("answering", "as-run")
    cell = (rows["weekday"] == 1) & (rows["hour"] == 10)
    expected = float(rows["first_human"][cell][0] / rows["first_attempts"][cell][0])
    heat = answer_rates(run).panels[0].figure.data[0]
    at = list(heat.y).index("Tue"), list(heat.x).index("10")
    assert heat.z[at] == pytest.approx(expected)


def test_answer_rates_leave_thin_cells_blank() -> None:
    run = make_run()
    rows = run.tables["answering"]
    thin = (rows["strategy"] == "as-run") & (rows["weekday"] == 1) & (rows["hour"] == 10)
    rows["first_attempts"][thin] = FEWEST - 1
    rows["first_human"][thin] = FEWEST - 1
    chart = answer_rates(run)
    heat = chart.panels[0].figure.data[0]
    assert np.isnan(heat.z[list(heat.y).index("Tue"), list(heat.x).index("10")])
    assert "100.0" not in chart.finding
    assert ("as-run", "Tuesday", "10:00", "99", "–") in chart.numbers.rows


def test_definitions_show_the_metrics(run: RunView) -> None:
    chart = definitions(run)
    drawn = chart.panels[0].figure.data[0].x
    assert drawn[0] == run.metric("as-run", "lines_live_6s")
    assert drawn[3] == run.metric("as-run", "lines_live_60s")
    assert drawn[5] == run.metric("as-run", "lines_voicemail_heard")
    six, sixty = (run.metric("as-run", f"lines_live_{s}s") or 0 for s in (6, 60))
    assert f"a factor of {six / sixty:.1f}" in chart.finding


def test_territories_tell_both_clocks(run: RunView) -> None:
    chart = territories(run)
    labels = chart.panels[0].figure.layout.yaxis.ticktext
    assert labels[0] == "<b>métropole</b><br>Fri 21 Apr 20:00 local"
    assert labels[6] == "<b>Guadeloupe</b><br>Fri 21 Apr 00:00 local<br>= Fri 21 Apr 06:00 Paris"
    left = run.of("territories", "as-run-half-capacity")
    assert plain(left["lines_undialled"].sum()) in chart.finding
    drawn = chart.panels[0].figure.data[1]
    np.testing.assert_allclose(drawn.x, left["lines_undialled"] / left["lines"])


def test_voicemail_is_arithmetic_on_the_share_heard(run: RunView) -> None:
    heard = heard_share(run)
    assert heard is not None
    assert (heard.low, heard.central, heard.high) == (0.3, 0.6, 0.9)
    people = run.metric("as-run", "people_reached") or 0
    live = run.metric("as-run", "people_reached_live") or 0
    assert people_if(run, "as-run", 0.6, 0.6) == people
    assert people_if(run, "as-run", 0.3, 0.6) == pytest.approx(live + (people - live) / 2)
    finding = voicemail(run).finding
    assert "arithmetic" in finding
    assert plain(live + (people - live) / 2) in finding


def test_voicemail_that_counts_when_left_does_not_move() -> None:
    run = make_run(reached_voicemail=dict.fromkeys(STRATEGIES, "left"))
    people = run.metric("as-run", "people_reached")
    assert people_if(run, "as-run", 0.3, 0.6) == people
    assert "does not move" in voicemail(run).finding


def test_voicemail_without_a_range_or_without_hearing() -> None:
    run = make_run()
    table = run.tables["parameters"]
    at = list(table["path"]).index("world.voicemail.heard")
    table["low"][at] = table["high"][at] = np.nan
    assert "without a range" in voicemail(run).finding
    table["central"][at] = 0.0
    assert heard_share(run) is None
    assert voicemail(run).panels


def test_scaled_counts_are_full_size_and_marked() -> None:
    run = make_run(lines=60_000, scale=0.01)
    assert "≈" in dispositions(run).finding
    drawn = funnel(run).panels[0].figure.data[0]
    assert drawn.x[0] == 100 * run.of("territories", "as-run")["lines_dialled"].sum()
    assert drawn.text[0].startswith("1: ≈")


def test_time_axis_cuts_the_nights_and_keeps_the_cutoff(run: RunView) -> None:
    axis = time_axis(run)
    assert axis is not None
    cuts = [(str(a)[:16], str(b)[:16]) for a, b in axis.cuts]
    assert cuts[0] == ("2017-04-18T20:00", "2017-04-19T09:00")
    assert len(cuts) == 3
    assert [name for _, name in axis.cutoffs] == ["cutoff Fri 21 Apr 20:00"]
    assert str(axis.cutoffs[0][0])[:16] == "2017-04-21T20:00"
    assert axis.end > axis.cutoffs[0][0]


def test_time_axis_names_cutoffs_that_differ() -> None:
    run = make_run()
    rows = run.tables["territories"]
    rows["cutoff_utc"][rows["strategy"] == "office-hours-only"] -= np.timedelta64(3, "h")
    axis = time_axis(run)
    assert axis is not None
    assert [name for _, name in axis.cutoffs] == [
        "cutoff Fri 21 Apr 17:00 (office-hours-only)",
        "cutoff Fri 21 Apr 20:00 (as-run, as-run-half-capacity, three-attempts)",
    ]


def test_a_strategy_looks_the_same_in_every_chart(run: RunView) -> None:
    own = look(run, "three-attempts")
    line = next(t for t in reach(run).panels[0].figure.data if t.name == own.name)
    dots = next(t for t in definitions(run).panels[0].figure.data if t.name == own.name)
    bar = next(t for t in funnel(run).panels[0].figure.data if t.name == own.name)
    assert line.line.color == dots.marker.line.color == bar.marker.color == own.color
    assert set(dots.text) == {str(own.number)} == {"3"}
    assert {t.line.dash for t in reach(run).panels[0].figure.data} == {None}
    looks = [look(run, s) for s in run.strategies]
    assert [k.shown for k in looks] == [True, False, False, False]
    assert len({k.number for k in looks}) == len(looks)
    assert [look(run, s, "three-attempts").shown for s in run.strategies].index(True) == 2


def test_more_than_is_on_hand_is_drawn(run: RunView) -> None:
    """Calls that go on after the last open moment may hold more than there was."""
    rows = {name: values.copy() for name, values in run.table("timeline").items()}
    rows["channel_ms"][0] = 2 * rows["available_channel_ms"][0]
    figure = occupancy(replace(run, tables={**run.tables, "timeline": rows})).panels[0].figure
    assert figure.data[0].y[0] == 2
    assert figure.layout.yaxis.range[1] > 2


def test_campaigns_of_other_years_begin_together() -> None:
    run = make_run()
    for table, column in (("timeline", "bin_start_utc"), ("territories", "cutoff_utc")):
        rows = run.tables[table]
        rows[column][rows["strategy"] == "three-attempts"] += np.timedelta64(6 * 365, "D")
    axis = time_axis(run)
    assert axis is not None
    assert axis.end - axis.start < np.timedelta64(5, "D")
    assert axis.layout()["title"]["text"].startswith("days since each campaign's start")
    assert axis.layout()["ticktext"][0] == "10:00<br>day 1"
    assert (drawn_bins(run, "three-attempts")[0] == drawn_bins(run, "as-run")[0]).all()
    assert {name for _, name in axis.cutoffs} == {"cutoff, 20:00"}


def test_names_are_drawn_as_text() -> None:
    assert text("<b>x</b> & %{y}") == "&lt;b&gt;x&lt;/b&gt; &amp; %\u200b{y}"
    assert short("x" * 50) == "x" * 33 + "…"
    assert short("a  b\nc") == "a b c"


def test_moments_are_written_out_only_where_a_clock_change_breaks_the_stride() -> None:
    quarter = np.timedelta64(15, "m")
    bins = np.datetime64("2017-03-25T22:00", "ms") + np.arange(40) * quarter
    assert along(bins) == {"x0": "2017-03-25 22:00:00", "dx": 900_000}
    written = along(to_local(bins, "Europe/Paris"))["x"]
    assert written[11:13] == ["2017-03-26 01:45:00", "2017-03-26 03:00:00"]
    assert along(bins[:1]) == {"x": ["2017-03-25 22:00:00"]}


def test_large_counts_stay_exact() -> None:
    assert whole(np.array([1.4, 2.6])).tolist() == [1, 3]
    assert whole(np.array([3e9])).tolist() == [3e9]
