"""The registries of columns and metrics, scaling, and the documents made of them."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sim.errors import UnknownNameError
from sim.measure import names
from sim.measure.chapters import CHAPTERS
from sim.measure.chapters.call_backs import CallBackTotals
from sim.measure.chapters.complaints import ComplaintTotals
from sim.measure.chapters.consent import ConsentTotals
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.chapters.labels import LabelTotals
from sim.measure.chapters.money import MoneyTotals
from sim.measure.chapters.objections import ObjectionTotals
from sim.measure.chapters.reach import ReachTotals
from sim.measure.chapters.regulator import RegulatorTotals
from sim.measure.chapters.votes import VoteTotals
from sim.measure.columns import RESULT_TABLES
from sim.measure.findings import find
from sim.measure.metrics import (
    METRICS,
    at_full_size,
    compute,
    explain_metric,
    nearest,
    unit_of,
)
from sim.measure.tally import Tally
from sim.measure.totals import Totals
from sim.record.log import DISPOSITIONS
from sim.scenario.expectation import FINISHED
from sim.scenario.load import load_scenario
from sim.store.columns import TABLES
from sim.store.dictionary import (
    BEGIN,
    END,
    generated,
    renewed,
)
from sim.store.tables import parameter_table, result_tables, schema
from tests import hand_built as hand

ROOT = Path(__file__).parents[2]
DICTIONARY = ROOT / "docs" / "data-dictionary.md"


def findings():
    people = hand.population([0, 0])
    tally = Tally(hand.plan(people), hearing=lambda line, attempt: (line < 0, line * 1))
    chunk = hand.log([(0, 1, 5, 7_000, 9), (1, 1, 6, 9_000, 4)], people)
    tally.add(chunk)
    prices = {"per_attempt": "0.5 EUR"}
    return find(tally, np.array([1, 1], np.uint8), hand.scenario(prices=prices), "as-run")


def acted_back():
    """Totals of a campaign on which everything acted back."""
    totals = findings().totals
    prices = hand.scenario(prices={"per_consent": "0.5 EUR"}).strategies["as-run"].prices
    return totals.having(
        replace(
            totals[DiallingTotals],
            lines_on_list=5_000,
            lines_dialled=4_000,
            lines_left_alone=100,
            dispositions=(100, 200, 900, 1_400, 1_400),
        ),
        replace(totals[ReachTotals], lines_connected=3_000, people_reached=1_000),
        MoneyTotals(prices),
        ConsentTotals(300, gathering_days=90.0),
        ObjectionTotals(40, 10, 12, lines=40, lines_complaint_only=8),
        ComplaintTotals((9, 34, 13, 1), 20, 4, 30, 25, 12, 6, 18),
        RegulatorTotals(3, 7_200_000, 9_000_000, 10_800_000, stopped_ms=10_800_000),
        CallBackTotals(80, 60, 110, peak_load_ms=3 * 3_600_000.0),
        LabelTotals(500, 7),
        VoteTotals(0.5, 0.16),
    )


def test_the_list_of_metrics_says_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of a scenario asks it which way is better, and the metrics for what it lacks."""
    better = {name: metric.higher_is for name, metric in METRICS.items()}
    assert names.LISTED.items() <= better.items()
    assert {name: names.higher_is(name) for name in METRICS} == better
    monkeypatch.setattr(names, "LISTED", {})
    assert {name: names.higher_is(name) for name in METRICS} == better
    assert names.higher_is("no_such_metric") is None
    assert set(names.names()) == METRICS.keys()


def test_metrics_of_which_shipped_scenarios_promise_something_are_listed() -> None:
    """So that they are checked without the metrics."""
    promised = set[str]()
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        expected = load_scenario(path).scenario.check.expect
        promised |= {one.metric for one in expected if one.metric is not None}
    assert len(promised) > 3
    assert promised - {FINISHED} <= names.LISTED.keys()


def test_chapters_share_no_name():
    """A metric, a table, a class of totals and a counter each belong to one chapter."""
    totals = acted_back()
    assert len(totals.parts) == len(CHAPTERS) == len({chapter.name for chapter in CHAPTERS})
    metrics = [metric.name for chapter in CHAPTERS for metric in chapter.metrics]
    assert len(metrics) == len(set(metrics)) == len(METRICS)
    tables = [sheet.table.name for chapter in CHAPTERS for sheet in chapter.sheets]
    assert len(tables) == len(set(tables))
    found = findings()
    counters = [name for chapter in CHAPTERS for name in chapter.counters(found)]
    assert len(counters) == len(set(counters))
    assert not set(counters) & set(METRICS)


def test_columns_have_one_name_each_and_dispositions_are_spelt_as_in_the_log():
    for table in TABLES.values():
        assert len(set(table.column_names)) == len(table.columns)
        assert all(c.meaning and c.unit for c in table.columns)
    for name in RESULT_TABLES:
        assert "attempts" in TABLES[name].column_names
        if name != "territories":
            assert set(DISPOSITIONS) <= set(TABLES[name].column_names)


@pytest.mark.parametrize("keyed", [False, True])
def test_tables_have_the_registered_columns_and_types(keyed):
    """Those that name lines are there with the call log alone."""
    found = findings()
    for name, table in result_tables([found, found], keyed=keyed).items():
        known = TABLES[name]
        known = known.with_columns(tuple(c for c in known.columns if c.name != "failed"))
        if not keyed:
            known = known.with_columns(tuple(c for c in known.columns if not c.where))
            assert "line" not in known.column_names
        assert table.schema.equals(schema(known))
        assert table.num_rows == 2 * len(next(iter(found.blocks[name].values())))
        table.validate(full=True)


def test_a_column_too_many_is_refused():
    found = findings()
    found.blocks["attempts"]["extra"] = found.blocks["attempts"]["attempts"]
    with pytest.raises(ValueError, match=r"differ from the registry: \['extra'"):
        result_tables([found])


def test_parameters_say_which_are_ranges():
    table = parameter_table(hand.scenario())
    rows = {row["path"]: row for row in table.to_pylist()}
    human = rows["world.line_types.landline.answering.human"]
    assert (human["low"], human["central"], human["high"]) == (0.22, 0.33, 0.45)
    assert human["is_range"]
    assert human["source"] == "assumed"
    assert human["unit"] == "share"
    assert rows["world.press_1"]["low"] is None
    assert not rows["world.press_1"]["is_range"]


def test_every_metric_is_said_in_full():
    for name, metric in METRICS.items():
        assert name == metric.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert "scaling: " in explain_metric(name)
        for text in (metric.label, metric.unit, metric.description, metric.formula, metric.source):
            assert text.strip()
        assert metric.kind in {"additive", "full_size", "ratio", "not_scalable"}
        assert metric.higher_is in {"better", "worse", "neither"}
        assert metric.description.endswith(".")


def test_compute_gives_every_metric_and_counts_are_whole_numbers():
    values = compute(findings().totals)
    assert list(values) == list(METRICS)
    followed = compute(acted_back())
    for name, value in (*values.items(), *followed.items()):
        assert value is None or isinstance(value, int) == METRICS[name].is_count
    missing = {name for name, value in followed.items() if value is None}
    assert missing <= {
        "cost",
        "cost_per_vote",
        "attempts_failed",
    }  # of this world nobody pays, and no call fails


def test_full_size_equivalents():
    values = compute(findings().totals)
    shown = at_full_size(values, Fraction(2, 300))
    assert values["lines_dialled"] == 2
    assert shown["lines_dialled"] == 300
    assert isinstance(shown["lines_dialled"], int)
    assert shown["cost"] == pytest.approx(150.0)
    assert shown["channel_hours"] == pytest.approx(150 * 16 / 3600)
    assert shown["mean_hold_s"] == values["mean_hold_s"] == 8.0
    assert values["list_done_hours"] is not None
    assert shown["list_done_hours"] is None
    assert at_full_size(values, Fraction(1)) == values


def test_additive_metrics_are_those_that_add_up():
    """Two copies of every count: additive metrics double, ratios stay."""

    def double(value):
        if isinstance(value, tuple):
            return tuple(2 * v for v in value)
        return 2 * value if isinstance(value, (int, Fraction)) else value

    # Moments, the open time and a stage do not grow with the lines.
    fixed = {"list_done_ms", "open_ms", "prices", "peak_load_ms"}

    def doubled(part):
        if isinstance(part, RegulatorTotals):
            return part
        return replace(
            part,
            **{f.name: double(getattr(part, f.name)) for f in fields(part) if f.name not in fixed},
        )

    unmoved = {"regulator_stage", "inbound_lines_for_1_percent"}
    for totals in (findings().totals, acted_back()):
        twice = Totals.of(*map(doubled, totals.parts.values()), scale=totals.scale)
        one, two = compute(totals), compute(twice)
        for name, metric in METRICS.items():
            if one[name] is None:
                continue
            grows = metric.kind in {"additive", "full_size"} and metric.unit != "h"
            factor = 2 if grows and name not in unmoved else 1
            assert two[name] == pytest.approx(factor * one[name]), name


def test_complaints_do_not_shrink_with_a_run():
    """A run at a tenth: a tenth of the calls and as many complaints."""
    full = acted_back()
    dialled, reached, made = (full[k] for k in (DiallingTotals, ReachTotals, ObjectionTotals))
    parts = full.having(
        replace(dialled, dispositions=tuple(n // 10 for n in dialled.dispositions)),
        replace(reached, people_reached=reached.people_reached // 10),
        replace(made, lines=made.lines // 10),
    ).parts
    tenth = Totals(parts, scale=Fraction(1, 10))
    one, two = compute(full), compute(tenth)
    for name in (
        "complaints",
        "complaints_regulator",
        "complaints_per_million_dials",
        "complaints_per_million_connected",
        "complaints_per_1000_reached",
        "complaints_peak_day",
        "lines_opted_out",
    ):
        assert two[name] == pytest.approx(one[name]), name
        assert at_full_size(two, tenth.scale)[name] == two[name]
    assert one["complaints_per_million_dials"] == pytest.approx(1e6 * 57 / dialled.attempts)
    shown = at_full_size(two, tenth.scale)
    assert shown["attempts"] == dialled.attempts
    assert shown["opt_outs_by_key"] == 10 * two["opt_outs_by_key"]
    assert shown["opt_outs_by_complaint"] == two["opt_outs_by_complaint"]
    assert shown["regulator_contact_hours"] == one["regulator_contact_hours"] == 2.0
    assert shown["inbound_lines_for_1_percent"] is None


def test_what_is_not_modelled_has_no_value():
    values = compute(findings().totals)
    for name in (
        "lines_opted_out", "opt_outs_by_key", "complaints", "complaints_per_million_dials",
        "complaints_night_share", "regulator_stage", "regulator_order_hours", "stopped_hours",
        "call_backs", "call_back_blocking", "inbound_lines_for_1_percent", "labelled_call_share",
        "numbers_labelled_most", "consents_on_list", "consent_cost",
    ):  # fmt: skip
        assert values[name] is None, name


def test_currency_stands_in_the_unit():
    assert unit_of("cost", "EUR") == "EUR"
    assert unit_of("cost_per_person_reached", "EUR") == "EUR per person"
    assert unit_of("attempts", "EUR") == "calls"
    assert unit_of("cost", None) == "currency"


def test_explain_and_nearest_names():
    text = explain_metric("people_reached")
    for part in ("people_reached", "[people]", "formula:", "source:", "additive"):
        assert part in text
    with pytest.raises(
        UnknownNameError, match="no metric 'peple_reached'; did you mean people_reached"
    ):
        explain_metric("peple_reached")
    assert nearest("lines_undialed")[0] == "lines_undialled"
    assert nearest("zzz") == []


def test_the_data_dictionary_is_current():
    text = DICTIONARY.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m sim.store.dictionary docs/data-dictionary.md"
    for table in TABLES.values():
        assert all(f"`{name}`" in text for name in table.column_names)


def test_renewing_keeps_what_stands_around_and_needs_its_markers():
    assert renewed(f"a\n{BEGIN}old{END}\nb") == f"a\n{generated()}\nb"
    with pytest.raises(ValueError, match="lacks the markers"):
        renewed("nothing here")
