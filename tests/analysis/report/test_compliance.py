"""What the report says to a compliance officer: rules, counts, places and nominal sums."""

from __future__ import annotations

import numpy as np

from analysis.report import report_html
from analysis.report.compliance import compliance_html, exposure_rows, local_hours, nominal_amount
from analysis.view import RunView
from analysis.view.numbers import NARROW, decimal
from tests.analysis.tables import make_run


def officer(run: RunView, strategy: str, regime: str) -> str:
    """What the page for the compliance officer says of a strategy under a regime."""
    part = compliance_html(run).partition(f"<h3>{regime}</h3>")[2].partition("<h3>")[0]
    return part.partition(f"<summary>{strategy}:")[2].partition("<summary>")[0]


def test_officer_reads_which_rules_how_many_when_and_where() -> None:
    run = make_run()
    words = officer(run, "as-run-half-capacity", "made-up-silence")
    for cell in (
        "breaks 2 rules of law; 2 rules assessed",
        "No calls on the eve of the poll (eve)",
        ">250<",
        ">Tue 18 Apr 10:00<",
        ">Fri 21 Apr 18:00<",
        ">Sat 00–01 h<",
        ">La Réunion, Guadeloupe<",
        "the campaign, once",
        "heard inside it, which the law leaves open and no rule counts: 30.",
        "calls from Tue 18 Apr 10:00 to Fri 21 Apr 19:59 2017",
    ):
        assert cell in words, cell
    consent = officer(run, "as-run", "made-up-consent")
    assert ">10–12, 14–16 h<" in consent
    assert "recommendation, strict" in consent
    assert "Not assessed: Keep proof of consent (no proof is modelled)." in consent


def test_officer_reads_nominal_and_observed_apart() -> None:
    run = make_run()
    words = officer(run, "as-run-half-capacity", "made-up-silence")
    nominal, heading, observed = words.partition("Observed practice")
    assert heading
    assert f">3{NARROW}750{NARROW}EUR (no cap)<" in nominal
    assert "none observed" not in nominal
    assert "A court: none observed, n = 0" in observed
    assert "750" not in observed
    assert observed.count("<li>") == 1
    for part in (nominal, observed):
        assert "modelling, not legal advice" in part
    consent = officer(run, "as-run", "made-up-consent")
    assert f"4{NARROW}700 to 20{NARROW}000, median 9{NARROW}000 EUR, n = 3" in consent
    assert "strict reading" in consent
    assert "lenient reading" in consent


def test_strategies_without_a_finding_share_a_line() -> None:
    part = compliance_html(make_run()).partition("<h3>made-up-silence</h3>")[2]
    names = "as-run, three-attempts and office-hours-only"
    assert f"{names}: no violation found of 2 rules assessed" in part
    assert "as-run 30, three-attempts 30 and office-hours-only 30" in part


def test_those_that_break_the_law_stand_open_with_the_base() -> None:
    page = compliance_html(make_run())
    assert page.count("<details open>") == 2
    assert "<details open><summary>as-run: breaks" in page
    assert "<details open><summary>as-run-half-capacity: breaks 2 rules of law" in page
    assert "<details><summary>as-run-half-capacity: breaks 2 recommendations" in page


def test_nominal_sums_of_a_scaled_run_are_at_full_size_and_capped() -> None:
    row = {"per": "violation", "amount": 20.0, "each": 2.0, "count": 10.0, "cap": np.nan}
    small, full = make_run(scale=0.01), make_run()
    assert nominal_amount(full, row) == 20.0
    assert nominal_amount(small, row) == 2_000.0
    assert nominal_amount(small, {**row, "cap": 500.0}) == 500.0
    assert nominal_amount(small, {**row, "per": "campaign", "amount": 3_750.0}) == 3_750.0


def test_hours_are_written_as_spans() -> None:
    assert local_hours(np.array([5, 6]), np.array([0, 23])) == "Sat and Sun 00–01, 23–24 h"
    assert local_hours(np.array([0, 1, 2]), np.array([10, 11, 12])) == "10–13 h"
    assert local_hours(np.array([]), np.array([])) == "–"


def test_no_two_sums_are_added() -> None:
    run = make_run()
    rows = exposure_rows(run, "made-up-consent", "as-run")
    strict, lenient = (nominal_amount(run, row) for row in rows[:2])
    page = report_html(run)
    assert decimal(strict) in page
    assert decimal(lenient) in page
    assert decimal(strict + lenient) not in page
