"""Charts of experiments: drawn from their documents, with the numbers that these have."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go
import pytest

from analysis.figures.chart import Chart
from analysis.figures.hangs_on import differences_hang_on, hangs_on
from analysis.figures.law_of_root import law_of_root
from analysis.figures.regret import regret
from analysis.figures.response import Decision, numbers_in, response
from analysis.figures.turns import turns
from sim.store.study import Study
from tests import dashboard_store


@pytest.fixture(scope="module")
def sensitivity_told(small_study: Study):
    from sim.jobs.sensitivity import document, sensitivity

    return document(sensitivity(small_study))


@pytest.fixture(scope="module")
def compare_told(small_study: Study):
    from sim.jobs.compared import document
    from sim.jobs.comparing import compare

    return document(compare([small_study]))


def sound(chart: Chart) -> None:
    """What holds for every chart."""
    assert chart.panels
    assert chart.finding.endswith(".")
    for panel in chart.panels:
        drawn = json.loads(panel.figure.to_json())
        go.Figure(drawn)  # every property is one that Plotly knows
        assert drawn["layout"]["height"] > 100
        assert not re.search(r"\b(nan|NaN|None)\b", json.dumps(drawn["layout"]))
    for row in chart.numbers.rows:
        assert len(row) == len(chart.numbers.header)


def test_tornados(sensitivity_told) -> None:
    for chart in (hangs_on(sensitivity_told), differences_hang_on(sensitivity_told)):
        sound(chart)
    people = hangs_on(sensitivity_told).panels[0].figure
    bars = people.data[0]
    rows = sensitivity_told["strategies"]["all-channels"]["people_reached"]["inputs"]
    strongest = max(rows, key=lambda row: row["first_order"]["value"])["first_order"]
    assert bars.x[0] == strongest["value"]
    assert bars.error_x.array[0] == pytest.approx(strongest["high"] - strongest["value"])


def test_nothing_drives(sensitivity_told) -> None:
    one = json.loads(json.dumps(sensitivity_told))
    for number in one["strategies"]["all-channels"].values():
        for row in number["inputs"]:
            row["beyond_chance"] = False
    chart = hangs_on(one)
    assert not chart.panels
    assert not differences_hang_on({**one, "differences": {}}).panels


def test_regret(compare_told) -> None:
    chart = regret(compare_told)
    sound(chart)
    lines = [trace for trace in chart.panels[0].figure.data if trace.mode == "lines"]
    lost = [one["lost"] for one in compare_told["alternatives"].values()]
    assert [tuple(line.x) for line in lines] == [(one["p5"], one["p95"]) for one in lost]
    weighed = {**compare_told, "weights": {"people_reached": 1.0, "cost": -2.0}}
    for one in weighed["alternatives"].values():
        one["lost"] = None
    assert "cost × −2" in regret(weighed).finding


def test_the_region_of_the_turn_has_its_bounds_drawn(compare_told) -> None:
    chart = turns(compare_told)
    sound(chart)
    figure = chart.panels[0].figure
    told = compare_told["turns"]["all-channels"]
    bounds = [b["value"] for b in told["rules"][0]["bounds"]]
    drawn = [shape.x0 if shape.x0 == shape.x1 else shape.y0 for shape in figure.layout.shapes]
    assert sorted(drawn) == pytest.approx(sorted(bounds))
    points = sum(len(trace.x) for trace in figure.data)
    assert points == len(told["picture"]["points"])


def test_no_region(compare_told) -> None:
    one = json.loads(json.dumps(compare_told))
    one["turns"]["all-channels"] |= {"rules": [], "enough": False}
    chart = turns(one)
    assert not chart.panels
    assert "not enough of them to say where" in chart.finding


PLAN = {
    "schema": "ringfence-plan/1",
    "for": "finish before cutoff",
    "solve": "dialing.channels",
    "unit": "",
    "between": [1.0, 8.0],
    "more_helps": True,
    "probability": 0.75,
    "answer": 5.0,
    "today": {"value": 6.0, "share": 0.75},
    "roots": [3.0, None, 5.0, 2.0],
    "origin": None,
}
"""What the chart of a plan reads."""


def test_the_law_of_the_root_is_a_stair_of_draws() -> None:
    """Roots 2, 3, 5 and none: a quarter, half, and three quarters."""
    chart = law_of_root(PLAN)
    sound(chart)
    (stair,) = chart.panels[0].figure.data
    assert list(stair.x) == [2.0, 3.0, 5.0]
    assert list(stair.y) == [0.25, 0.5, 0.75]
    levels = {shape.y0 for shape in chart.panels[0].figure.layout.shapes if shape.y0 == shape.y1}
    assert levels == {0.75}
    assert ("2", "nothing") in chart.numbers.rows
    assert not law_of_root({**PLAN, "roots": [None, None]}).panels


@pytest.fixture(scope="module")
def sweep_told(scenario_file, tmp_path_factory):
    from fractions import Fraction

    from sim.jobs.probing import Probe
    from sim.jobs.sweeping import document, sweep
    from sim.study.design import parse_knob

    names = ("all-channels", "half-the-channels")
    folder = tmp_path_factory.mktemp("sweep")
    probe = Probe(str(scenario_file), (), names, Fraction(1, 10), folder, 0, 16)
    return document(sweep(probe, [parse_knob("world.voicemail.heard=10 %..90 %:4")]))


def test_response_curves(sweep_told) -> None:
    chart = response(sweep_told)
    sound(chart)
    figure = chart.panels[0].figure
    drawn = {trace.name: trace for trace in figure.data if trace.mode == "lines+markers"}
    for name, trace in drawn.items():
        points = [point["strategies"][name]["people_reached"] for point in sweep_told["points"]]
        assert list(trace.y) == [one["p50"] for one in points]
        assert list(trace.x) == pytest.approx([10.0, 36.67, 63.33, 90.0])
    assert set(drawn) == set(sweep_told["strategies"])


def test_a_map_of_two_knobs(sweep_told) -> None:
    one = json.loads(json.dumps(sweep_told))
    one["vary"] = {"a": ["1", "2"], "b": ["x", "y"]}
    for at, point in enumerate(one["points"]):
        point["settings"] = {"a": "12"[at % 2], "b": "xy"[at // 2]}
    chart = response(one)
    sound(chart)
    first = chart.panels[0].figure.data[0]
    people = [p["strategies"]["all-channels"]["people_reached"]["p50"] for p in one["points"]]
    assert [list(row) for row in first.z] == [people[:2], people[2:]]


def test_a_threshold_is_a_line_by_the_median_and_one_by_either_end() -> None:
    told = dashboard_store.sweep_told()
    chart = response(told, Decision("people_reached", 5_000.0))
    sound(chart)
    assert len(chart.panels) == 3  # a map of each strategy, and the difference
    colours, *lines = chart.panels[0].figure.data
    assert [(line.contours.start, line.contours.end) for line in lines] == [(5_000, 5_000)] * 3
    for line, part in zip(lines, (1.0, 0.9, 1.1), strict=True):
        # Rows are channels, columns are what is heard.
        wanted = [
            [part * dashboard_store.people("many", heard, channels) for heard in (20, 50, 80)]
            for channels in (30, 60, 90)
        ]
        assert [list(row) for row in line.z] == [pytest.approx(row) for row in wanted]
    assert [line.line.dash for line in lines] == ["solid", "dash", "dot"]
    assert "solid by the median" in chart.note
    assert list(colours.x) == ["20 %", "50 %", "80 %"]


def test_where_two_strategies_are_alike_is_a_line_on_their_difference() -> None:
    chart = response(dashboard_store.sweep_told())
    title, figure = chart.panels[2].title, chart.panels[2].figure
    assert title == "People reached (P50): few less many"
    colours, line = figure.data
    assert (line.contours.start, line.contours.end) == (0, 0)
    # heard × (channels − 60) more of them: none at 60 channels.
    assert [list(row) for row in colours.z] == [
        [-600, -1_500, -2_400],
        [0, 0, 0],
        [600, 1_500, 2_400],
    ]
    assert (colours.zmin, colours.zmax) == (-2_400, 2_400)


def test_another_number_decides_and_stands_on_its_map() -> None:
    told = dashboard_store.sweep_told()
    assert numbers_in(told) == ("people_reached", "cost")  # complaints are not told
    chart = response(told, Decision("cost"))
    sound(chart)
    assert [list(row) for row in chart.panels[0].figure.data[0].z] == [
        [7.0 * channels] * 3 for channels in (30, 60, 90)
    ]


def test_curves_have_the_threshold_as_a_level_line(sweep_told) -> None:
    figure = response(sweep_told, Decision("people_reached", 50.0)).panels[0].figure
    assert [shape.y0 for shape in figure.layout.shapes if shape.y0 == shape.y1] == [50.0]
