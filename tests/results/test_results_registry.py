"""The registries of columns and metrics, scaling, and the documents made of them."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import hand_built as hand
import numpy as np
import pytest

from sim.engine.log import DISPOSITIONS
from sim.results.columns import RESULT_TABLES, TABLES
from sim.results.dictionary import BEGIN, END, generated, renewed
from sim.results.findings import find
from sim.results.metrics import (
    HEADLINE,
    METRICS,
    at_full_size,
    compute,
    explain_metric,
    nearest,
    unit_of,
)
from sim.results.tables import parameter_table, result_tables, schema
from sim.results.tally import Tally

DICTIONARY = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def findings():
    people = hand.population([0, 0])
    tally = Tally(hand.plan(people), hearing=lambda line, attempt: (line < 0, line * 1))
    chunk = hand.log([(0, 1, 5, 7_000, 9), (1, 1, 6, 9_000, 4)], people)
    tally.add(chunk)
    prices = {"per_attempt": "0.5 EUR"}
    return find(tally, np.array([1, 1], np.uint8), hand.scenario(prices=prices), "as-run")


def test_columns_have_one_name_each_and_dispositions_are_spelt_as_in_the_log():
    for table in TABLES.values():
        assert len(set(table.column_names)) == len(table.columns)
        assert all(c.meaning and c.unit for c in table.columns)
    for name in RESULT_TABLES:
        if name != "territories":
            assert set(DISPOSITIONS) <= set(TABLES[name].column_names)


def test_tables_have_the_registered_columns_and_types():
    found = findings()
    for name, table in result_tables([found, found]).items():
        assert table.schema.equals(schema(TABLES[name]))
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
        for text in (metric.label, metric.unit, metric.description, metric.formula, metric.source):
            assert text.strip()
        assert metric.kind in {"additive", "ratio", "not_scalable"}
        assert metric.higher_is in {"better", "worse", "neither"}
        assert metric.description.endswith(".")
    assert set(HEADLINE) <= set(METRICS)


def test_compute_gives_every_metric_and_counts_are_whole_numbers():
    values = compute(findings().totals)
    assert list(values) == list(METRICS)
    for name, value in values.items():
        assert isinstance(value, int) == METRICS[name].is_count


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
    totals = findings().totals
    from dataclasses import fields, replace

    def double(value):
        if isinstance(value, tuple):
            return tuple(2 * v for v in value)
        return 2 * value if isinstance(value, (int, Fraction)) else value

    # The moment the list is done, and the open time, do not grow with the lines.
    fixed = {"list_done_ms", "open_ms", "prices"}
    twice = replace(
        totals,
        **{f.name: double(getattr(totals, f.name)) for f in fields(totals) if f.name not in fixed},
    )
    one, two = compute(totals), compute(twice)
    for name, metric in METRICS.items():
        if one[name] is None:
            continue
        factor = 2 if metric.kind == "additive" else 1
        assert two[name] == pytest.approx(factor * one[name]), name


def test_currency_stands_in_the_unit():
    assert unit_of("cost", "EUR") == "EUR"
    assert unit_of("cost_per_person_reached", "EUR") == "EUR per person"
    assert unit_of("attempts", "EUR") == "calls"
    assert unit_of("cost", None) == "currency"


def test_explain_and_nearest_names():
    text = explain_metric("people_reached")
    for part in ("people_reached", "[people]", "formula:", "source:", "additive"):
        assert part in text
    with pytest.raises(LookupError, match="no metric 'peple_reached'; did you mean people_reached"):
        explain_metric("peple_reached")
    assert nearest("lines_undialed")[0] == "lines_undialled"
    assert nearest("zzz") == []


def test_the_data_dictionary_is_current():
    text = DICTIONARY.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m sim.results.dictionary docs/data-dictionary.md"
    for table in TABLES.values():
        assert all(f"`{name}`" in text for name in table.column_names)


def test_renewing_keeps_what_stands_around_and_needs_its_markers():
    assert renewed(f"a\n{BEGIN}old{END}\nb") == f"a\n{generated()}\nb"
    with pytest.raises(ValueError, match="lacks the markers"):
        renewed("nothing here")
