"""Charts of what acts back on a campaign, and of the rules that it breaks: each shows its table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.figures.broken_rules import broken
from analysis.figures.call_backs import BIN, by_bin, call_backs
from analysis.figures.complaint_causes import CAUSES, causes, complaint_causes
from analysis.figures.complaint_days import complaint_days
from analysis.figures.complaint_rates import RATES, complaint_rates
from analysis.figures.complaint_risk import chance, complaint_risk
from analysis.figures.complaints import complaints
from analysis.figures.labels import labels
from analysis.figures.objections import MEANS, objections
from analysis.figures.regulator import regulator
from analysis.figures.shapes.since_start import days_since_start, running
from analysis.figures.style import CHANNELS
from analysis.figures.violation_places import by_place, calls, names, violation_places
from analysis.figures.violations import violations
from analysis.view import RunView
from analysis.view.numbers import decimal
from tests.analysis.tables import make_run


def test_running_counts_hold_what_lies_strictly_before() -> None:
    assert running(np.array([0.5, 0.1, 1.0]), 0.5, 1.5).tolist() == [0, 1, 2, 3]


def test_complaints_end_at_the_tables_counts(run: RunView) -> None:
    chart = complaints(run)
    for panel, channel in zip(chart.panels, CHANNELS, strict=True):
        for trace, strategy in zip(panel.figure.data, run.strategies, strict=True):
            rows = run.of("complaints", strategy)
            assert trace.y[0] == 0
            assert trace.y[-1] == (rows["channel"] == channel).sum()
            assert (np.diff(trace.y) >= 0).all()
    total = run.metric("as-run", "complaints")
    assert total == len(run.of("complaints", "as-run")["at_utc"])
    assert f"as-run {decimal(total)} (" in chart.finding


def test_complaints_are_not_scaled() -> None:
    whole, small = make_run(), make_run(lines=60_000, scale=0.01)
    assert complaints(small).numbers.rows == complaints(whole).numbers.rows
    assert "≈" not in complaints(small).finding


def test_complaint_days_stack_to_all(run: RunView) -> None:
    figure = complaint_days(run).panels[0].figure
    at = run.strategies.index("three-attempts")
    stack = figure.data[len(CHANNELS) * at : len(CHANNELS) * (at + 1)]
    rows = run.of("complaints", "three-attempts")
    day = np.floor(days_since_start(run, "three-attempts", rows["at_utc"])).astype(int)
    expected = np.bincount(day, minlength=len(stack[0].y))
    np.testing.assert_array_equal(np.sum([trace.y for trace in stack], axis=0), expected)
    assert {trace.name for trace in stack} == {label for label, _ in CHANNELS.values()}


def test_complaint_days_finding_is_the_highest_bar(run: RunView) -> None:
    rows = run.of("complaints", "as-run")
    per_day = np.bincount(np.floor(days_since_start(run, "as-run", rows["at_utc"])).astype(int))
    finding = complaint_days(run).finding
    assert f"on day {per_day.argmax() + 1} ({per_day.max()} of {per_day.sum()})" in finding
    assert f"{(~rows['before_cutoff']).sum()} came after its cutoff" in finding


def test_causes_are_each_counted_once(run: RunView) -> None:
    for strategy in run.strategies:
        rows = run.of("complaints", strategy)
        found = causes(run, strategy)
        assert sum(found.values()) == len(rows["kind"])
        assert found["contagion"] == (rows["kind"] == "contagion").sum()
        assert found["blocked"] == (rows["kind"] == "blocked").sum()
        assert found["night"] == (rows["part"] == "night").sum()
        about = ~np.isin(rows["kind"], ["contagion", "blocked"])
        repeats = about & (rows["attempt"] > 1) & (rows["part"] != "night")
        assert found["repeat"] == repeats.sum() > 0
    drawn = complaint_causes(run).panels[0].figure
    assert [trace.name for trace in drawn.data] == [label for label, _ in CAUSES.values()]
    assert sum(trace.x[0] for trace in drawn.data) == run.metric("as-run", "complaints")


def test_rates_are_the_metrics(run: RunView) -> None:
    chart = complaint_rates(run)
    for panel, (name, _, _) in zip(chart.panels, RATES, strict=True):
        drawn = [trace.x[0] for trace in panel.figure.data]
        assert drawn == [run.metric(s, name) for s in run.strategies]


def test_risk_is_the_table_with_the_regulators_thresholds(run: RunView) -> None:
    chart = complaint_risk(run)
    everything, to_regulator = (panel.figure for panel in chart.panels)
    rows = run.of("complaint_risk", "as-run")
    mine = rows["channel"] == "regulator"
    np.testing.assert_allclose(to_regulator.data[0].y, rows["probability"][mine], rtol=1e-6)
    assert [shape.x0 for shape in to_regulator.layout.shapes] == [4, 8, 2500]
    marks = [note for note in to_regulator.layout.annotations if note.name is None]
    assert [note.text for note in marks] == [
        "contact 4",
        "reminder 8",
        f"order {decimal(2500)}",
    ]
    assert not everything.layout.shapes
    order = chance(run, "as-run", "regulator", 2500)
    assert order == pytest.approx(1 / (1 + 2500 / 70))
    assert f"gets {decimal(2500)} complaints or more, from which it orders a stop" in chart.finding
    assert "as-run 2.7" in chart.finding
    assert chance(run, "as-run", "regulator", 5) is None


def test_risk_too_small_to_write_is_not_written_as_nothing(run: RunView) -> None:
    table = {name: values.copy() for name, values in run.table("complaint_risk").items()}
    table["probability"][:] = 1e-9
    small = replace(run, tables={**run.tables, "complaint_risk": table})
    assert "as-run under 0.0010" in complaint_risk(small).finding


def test_regulator_has_reports_and_steps_on_one_axis(run: RunView) -> None:
    chart = regulator(run)
    figure = chart.panels[0].figure
    stages = {trace.name: trace for trace in figure.data if trace.name.startswith("step")}
    contact, reminder = (stages[f"step: {name}"] for name in ("contact", "reminder"))
    assert len({trace.marker.color for trace in stages.values()}) == 3
    assert list(contact.x) == [1.0] * 4
    assert list(contact.y) == [0, 1, 2, 3]
    assert list(reminder.x) == [2.0, 2.0]
    assert list(reminder.y) == [0, 2]
    assert list(stages["step: order"].x) == [None]
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    rows = run.of("complaints", "as-run")
    reports = days_since_start(run, "as-run", rows["at_utc"][rows["channel"] == "regulator"])
    shown = figure.data[0]
    last = shown.dx * (len(shown.y) - 1)
    assert shown.y[-1] == (reports < last).sum()
    assert "as-run reminder on day 3, as-run-half-capacity contact on day 2" in chart.finding
    assert chart.numbers.rows[0] == ("as-run", "contact", "1.00", "Wed 19 Apr 10:00", "4")


def test_objections_are_the_metrics(run: RunView) -> None:
    chart = objections(run)
    for trace, name in zip(chart.panels[0].figure.data, MEANS, strict=True):
        assert list(trace.x) == [run.metric(s, name) for s in run.strategies]
    assert f"as-run {decimal(run.metric('as-run', 'lines_opted_out'))}" in chart.finding


def test_objections_by_key_and_call_back_grow_with_the_campaign() -> None:
    run = make_run(lines=60_000, scale=0.01)
    by_key, _, by_complaint = objections(run).panels[0].figure.data
    assert by_key.x[0] == 100 * (run.metric("as-run", "opt_outs_by_key") or 0)
    assert by_complaint.x[0] == run.metric("as-run", "opt_outs_by_complaint")


def test_call_backs_are_served_and_lost_at_their_first_try(run: RunView) -> None:
    chart = call_backs(run)
    served, lost = chart.panels[0].figure.data[:2]
    rows = run.of("call_backs", "as-run")
    assert served.y.sum() == rows["served"].sum() == run.metric("as-run", "call_backs_served")
    assert lost.y.sum() == run.metric("as-run", "call_backs_lost")
    days = days_since_start(run, "as-run", rows["first_try_utc"])
    first = (days < BIN) & rows["served"]
    assert served.y[0] == first.sum() > 0
    assert "as-run 60, 20.0" in chart.finding
    assert "(7 lines for 1 % blocking)" in chart.finding


def test_call_backs_of_a_scaled_run_are_at_full_size() -> None:
    run = make_run(lines=60_000, scale=0.01)
    chart = call_backs(run)
    served = chart.panels[0].figure.data[0].y.sum()
    assert served == 100 * by_bin(run, "as-run")[0].sum()
    assert "1 % blocking" not in chart.finding
    assert chart.note is not None
    assert "a scaled run loses more callers" in chart.note


def test_labels_show_the_updates(run: RunView) -> None:
    chart = labels(run)
    trace = chart.panels[0].figure.data[0]
    assert list(trace.x) == [0, 1, 2, 3, 4]
    assert list(trace.y) == [0, 0, 1, 3, 2]
    assert "as-run 12.0" in chart.finding


def test_violations_stand_in_their_hour_with_the_law_first(run: RunView) -> None:
    chart = violations(run)
    figure = chart.panels[0].figure
    assert [rule.rule for rule in broken(run, "as-run-half-capacity")] == [
        "eve",
        "prior-consent-strict",
        "prior-consent-lenient",
    ]
    heat = figure.data[1]  # the second strategy that breaks a rule
    axis = figure.layout.yaxis2
    assert list(axis.ticktext) == [
        "eve (law)",
        "prior-consent-<br>strict (rec.)",
        "prior-consent-<br>lenient (rec.)",
    ]
    days = list(figure.layout.xaxis.ticktext)
    assert days == ["Tue", "Wed", "Thu", "Sat"]
    wide = np.asarray(heat.z).shape[1] // len(days)
    assert wide == 16
    on_saturday = np.asarray(heat.z)[0, 3 * wide]
    assert 10 ** float(on_saturday) == pytest.approx(250, rel=1e-5)
    assert np.isnan(np.asarray(heat.z)[0, : 3 * wide]).all()
    assert "as-run-half-capacity breaks eve (250 calls, most on Saturday 00–01 h)" in chart.finding


def test_violations_by_hour_add_up_to_the_audit(run: RunView) -> None:
    rows = [
        int(row[-1].replace("\u202f", ""))
        for row in violations(run).numbers.rows
        if row[0] == "as-run" and row[2] == "prior-consent-strict"
    ]
    audited = run.audit["violations"][
        (run.audit["strategy"] == "as-run") & (run.audit["rule"] == "prior-consent-strict")
    ]
    assert sum(rows) == audited[0] > 0


def test_violations_by_place_are_shares_of_the_calls_there(run: RunView) -> None:
    chart = violation_places(run)
    figure = chart.panels[0].figure
    heat = np.asarray(figure.data[1].z)
    rule = broken(run, "as-run-half-capacity")[0]
    expected = by_place(run, "as-run-half-capacity", rule)
    placed = calls(run, "as-run-half-capacity")
    where = names(run).index("La Réunion")
    assert expected[where] == 125
    assert heat[0, where] == pytest.approx(125 / placed[where], rel=1e-6)
    assert np.isnan(heat[0, names(run).index("métropole")])
    assert "as-run-half-capacity in La Réunion and Guadeloupe" in chart.finding


def test_no_law_broken_is_said_so() -> None:
    run = make_run()
    table = run.tables["violations"]
    kept = table["force"] != "law"
    run = replace(run, tables={**run.tables, "violations": {k: v[kept] for k, v in table.items()}})
    assert violations(run).finding.startswith("No rule of law is broken by a call; 2 that are")
    assert violation_places(run).finding.startswith("No rule of law is broken by a call")


def test_charts_of_what_is_not_modelled_say_why() -> None:
    run = make_run(modelled=False)
    for draw, why in (
        (complaints, "does not model complaints"),
        (complaint_days, "does not model complaints"),
        (complaint_causes, "does not model complaints"),
        (complaint_rates, "does not model complaints"),
        (complaint_risk, "no chance was computed"),
        (regulator, "does not model a regulator"),
        (objections, "does not model objections"),
        (call_backs, "does not model people who call back"),
        (labels, "does not model the reputation"),
        (violations, "names no regime"),
        (violation_places, "names no regime"),
    ):
        chart = draw(run)
        assert not chart.panels
        assert why in chart.finding


def test_an_audit_without_a_finding_is_not_a_missing_audit() -> None:
    run = make_run()
    table = {name: values[:0] for name, values in run.table("violations").items()}
    run = replace(run, tables={**run.tables, "violations": table})
    assert violations(run).finding == "The audit found no violation that is counted by call."
