"""Figures of what is not known: their numbers by hand, and every case that a chart must bear."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.figures import Chart
from analysis.figures.binding import CHANNELS, CLOSED, LIST, PACE, binding, kinds
from analysis.figures.completion import chances, completion
from analysis.figures.differences import better, differences
from analysis.figures.drivers import drivers
from analysis.figures.exceedance import exceedance
from analysis.figures.fan import curves_of, fan
from analysis.figures.shapes.labels import apart
from analysis.figures.shapes.scales import log_axis, logged
from analysis.figures.trade_off import trade_off
from analysis.view import RunView
from analysis.view.draws import PEOPLE, Draws, Pair, draws_of_run
from analysis.view.study import StudyView
from analysis.view.verdict import Driver
from sim.study.counts import Count
from tests.analysis.studies import make_study
from tests.analysis.tables import STRATEGIES, make_run


def known(**about: object) -> Draws:
    """A hundred draws by hand: people 1 to 100, other strategies twice and about as many."""
    people = np.arange(1.0, 101.0)
    complaints = Count(np.full(100, 4.0), np.full(100, 4.0))
    nothing = Count(np.zeros(100), np.zeros(100))
    values = {"base": people, "double": 2 * people, "alike": people[::-1] * 1.0}
    settings: dict[str, object] = {
        "strategies": tuple(values),
        "base": "base",
        "over": "100 draws",
        "people": values,
        "complaints": {"base": complaints, "double": complaints, "alike": nothing},
        "beside": {PEOPLE: {s: Pair(v, people, 0.01) for s, v in values.items() if s != "base"}},
        "drivers": {PEOPLE: (Driver("world.voicemail.heard", 0.8), Driver("x", 0.001))},
    }
    return Draws(**(settings | about))  # type: ignore[arg-type]


def test_a_difference_is_of_pairs() -> None:
    double, alike = known().differences(PEOPLE)
    assert (double.strategy, double.sign) == ("double", "higher")
    assert double.ratio.p5 == double.ratio.p50 == double.ratio.p95 == 2
    assert better(double) == "more in 100 % of draws"
    assert (alike.strategy, alike.sign) == ("alike", "within noise")
    assert better(alike) == "no sign: more in 50 %, fewer in 50 %"


def test_within_noise_no_sign_is_written() -> None:
    chart = differences(known())
    rows = {row[0]: row for row in chart.numbers.rows}
    assert rows["alike"][4] == "≈"
    assert rows["double"][4] == "+100 %"
    assert "no sign can be told of alike" in chart.finding.lower()


def test_the_forest_is_thick_in_the_middle_and_thin_at_the_ends() -> None:
    figure = differences(known()).panels[0].figure
    thin, thick, dot = (t for t in figure.data if t.y[0] == 1)
    assert thin.line.width < thick.line.width
    assert thin.x[0] < thick.x[0] < dot.x[0] < thick.x[1] < thin.x[1]
    ratio = np.sort(np.arange(100.0, 0, -1) / np.arange(1.0, 101.0))
    assert thin.x[0] == pytest.approx(math.log10(np.quantile(ratio, 0.05)))


def test_exceedance_is_poissons() -> None:
    found = known().exceeding("base", [0, 1, 5])
    below = [math.exp(-4) * 4**k / math.factorial(k) for k in range(5)]
    assert found == pytest.approx([1, 1 - below[0], 1 - sum(below)])
    assert known().exceeding("alike", [1]).tolist() == [0]


def test_attained_by_hand() -> None:
    """Without a complaint, ``alike`` alone may run; with four, the better of ``double`` and it."""
    draws = known()
    assert draws.attained(0.5, [0]).tolist() == [50]
    assert draws.attained(0.9, [0]).tolist() == [10]
    best = np.maximum(2 * np.arange(1, 101), np.arange(100, 0, -1))
    assert draws.attained(0.5, [4]).tolist() == [np.sort(best)[49]]
    everyone = known(complaints={s: Count(np.ones(100), np.ones(100)) for s in draws.strategies})
    assert np.isnan(everyone.attained(0.5, [0.5])).all()


def test_small_drivers_are_left_out() -> None:
    chart = drivers(known())
    assert [row[0] for row in chart.numbers.rows] == ["world.voicemail.heard"]
    assert list(chart.panels[0].figure.data[0].x) == [0.8]


@pytest.mark.parametrize("draw", [differences, drivers, exceedance, trade_off])
def test_nothing_drawn_is_said(draw) -> None:
    nothing = known(people={}, complaints={}, beside={}, drivers={})
    chart = draw(nothing)
    assert not chart.panels
    assert chart.finding.endswith(".")


@pytest.mark.parametrize("draw", [differences, drivers, exceedance, trade_off])
def test_charts_of_draws(draw) -> None:
    whole(draw(known()))


@pytest.mark.parametrize("draw", [differences, drivers, exceedance, trade_off])
@pytest.mark.parametrize("reached", [0.0, 3.0])
def test_charts_where_nobody_is_reached_or_complains(draw, reached: float) -> None:
    """Zeros are numbers: no chart divides by them, and one that has nothing to say says so."""
    people = dict.fromkeys(("base", "double", "alike"), np.full(100, reached))
    none = dict.fromkeys(people, Count(np.zeros(100), np.zeros(100)))
    beside = {PEOPLE: {s: Pair(v, v, 0.01) for s, v in people.items() if s != "base"}}
    chart = draw(known(people=people, complaints=none, beside=beside))
    if chart.panels:
        whole(chart)
    else:
        assert chart.finding.startswith("Nothing was drawn")


def whole(chart: Chart) -> None:
    """A chart has marks and words, no legend, and no dash or marker of its own for a strategy."""
    assert chart.finding.endswith(".")
    assert chart.panels
    assert chart.numbers.rows
    assert all(len(row) == len(chart.numbers.header) for row in chart.numbers.rows)
    for panel in chart.panels:
        assert panel.figure.data
        assert panel.figure.layout.showlegend is not True
        for trace in panel.figure.data:
            assert (trace.marker.symbol if trace.type == "scatter" else None) is None


def test_one_stands_out() -> None:
    figure = exceedance(known(), "double").panels[0].figure
    colors = {t.meta["strategy"]: t.line.color for t in figure.data}
    assert colors["base"] == colors["alike"] != colors["double"]
    names = {note.name: note.text for note in figure.layout.annotations}
    assert names == {"base": "1 base", "double": "<b>2 double</b>", "alike": "3 alike"}


# ── Of a run ─────────────────────────────────────────────────────────────────────────────────────


def test_a_run_without_readings_has_no_draws(run: RunView) -> None:
    assert not draws_of_run(run).drawn


def bound(pace: str, held: float, calls: int) -> str:
    """What binds in the first bin of a campaign with a bin of so many calls at such a pace."""
    run = make_run(
        strategies={"one": STRATEGIES["as-run"]}, plans={"one": {"calls_per_second": pace}}
    )
    rows = run.tables["timeline"]
    rows["attempts"][0] = calls
    rows["available_channel_ms"][:] = 1000
    rows["channel_ms"][0] = int(1000 * held)
    return str(kinds(run, "one")[0])


def test_what_binds_by_hand() -> None:
    """A pace of 1/s starts 900 calls in a quarter of an hour."""
    assert bound("1", 0.5, 900) == PACE
    assert bound("1", 0.5, 800) == LIST
    assert bound("1", 0.95, 800) == CHANNELS
    assert bound("2", 1.0, 900) == CHANNELS


def test_closed_hours_bind_nobody(run: RunView) -> None:
    rows = run.of("timeline", "as-run")
    found = kinds(run, "as-run") == CLOSED
    assert (found == ((rows["available_channel_ms"] == 0) & (rows["attempts"] == 0))).all()
    whole(binding(run))


# ── Of a study ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def study() -> StudyView:
    return make_study()


def test_the_fan_ends_at_the_metric(study: StudyView) -> None:
    curves = curves_of(study, "s1")
    assert curves is not None
    hours, people, last = curves
    assert (people[:, 0] == 0).all()
    assert hours[0] == 0
    metric = study.metric("s1", "people_reached")
    assert last.tolist() == [metric[d] / study.scale for d in sorted(metric) if d]
    assert (people[:, -1] <= last).all()
    chart = fan(study)
    whole(chart)
    assert chart.numbers.rows[-1][0] == "in the end"


def test_completion_counts_draws(study: StudyView) -> None:
    found = chances(study)["s1"]
    rows = study.of("territories", "s1")
    north = (rows["territory"] == "north") & (rows["draw"] > 0)
    assert found["north"] == (rows["lines_undialled"][north] == 0).mean()
    whole(completion(study))


@pytest.mark.parametrize("draw", [fan, completion])
def test_a_study_of_before_says_what_it_lacks(draw) -> None:
    old = make_study(old=True)
    assert not draw(old).panels


@pytest.mark.parametrize("draw", [differences, drivers, exceedance, trade_off])
def test_charts_of_a_study(draw, study: StudyView) -> None:
    whole(draw(study.draws))


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────


def test_names_move_apart_and_keep_their_order() -> None:
    moved = apart([50, 52, 10, 51], low=0, high=100, gap=15)
    assert np.diff(np.sort(moved)).min() >= 15
    assert np.argsort(moved).tolist() == [2, 0, 3, 1]
    assert apart([1, 2, 3], low=0, high=10, gap=15).tolist() == [0, 5, 10]
    assert apart([99, 99], low=0, high=100, gap=15).tolist() == [85, 100]
    assert len(apart([], low=0, high=1)) == 0


def test_a_scale_of_complaints_has_a_place_for_none() -> None:
    assert logged([0, math.e - 1]).tolist() == [0, 1]
    axis = log_axis(900)
    assert axis["ticktext"][0] == "0"
    assert axis["range"][0] < 0 < logged(900) < axis["range"][1]
    assert len(log_axis(1e6)["tickvals"]) <= 8
