"""Charts of experiments: drawn from their documents, with the numbers that these have."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go
import pytest

from analysis.figures.chart import Chart
from analysis.figures.hangs_on import differences_hang_on, hangs_on
from analysis.figures.regret import regret
from analysis.figures.turns import turns
from sim.store.study import Study


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
