"""What the console and the report say of an audit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analysis.console.audit import console_lines
from analysis.console.table import comparison_text
from analysis.report import report_html
from analysis.report.compliance import compliance_html, exposure_rows, local_hours, nominal_amount
from analysis.report.law import audit_html
from analysis.view import RunView
from analysis.view.audit import date_warnings, in_dates, verdict
from analysis.view.numbers import NARROW, decimal
from tests.analysis.feedback import as_table
from tests.analysis.tables import make_run

ROWS: list[dict[str, Any]] = [
    {"rule": "a", "title": "Consent <first>", "force": "recommendation", "reading": "strict"},
    {"rule": "b", "title": "Consent by key", "force": "recommendation", "reading": "lenient"},
    {"rule": "c", "title": "Silence", "force": "law", "reading": None},
    {"rule": "d", "title": "Proof", "force": "law", "reading": None, "status": "not_assessable"},
    {"rule": "e", "title": "Later law", "force": "law", "reading": None, "status": "not_in_force"},
    {"rule": "f", "title": "Duty", "force": "law", "reading": None, "counts": "campaign"},
]


def audited(violations: dict[str, dict[str, int]], scale: float = 1.0) -> RunView:
    """A view of a run whose strategies broke rules so often."""
    run = make_run(scale=scale, modelled=False)
    rows = [
        {
            "status": "assessed",
            "counts": "call",
            "reason": "for a reason" if "status" in row else None,
            "calls": 0,
            "lines": 0,
            "overruns": np.nan,
            **row,
            "strategy": strategy,
            "regime": "made-up",
            "violations": violations.get(strategy, {}).get(row["rule"], 0),
            "heard_inside": 7.0 if row["rule"] == "c" else np.nan,
        }
        for strategy in run.strategies
        for row in ROWS
    ]
    return replace(run, audit=as_table("audit", rows))


def test_verdict_counts_rules_by_force() -> None:
    run = audited({"as-run": {"a": 500, "b": 3, "c": 1, "f": 1}})
    base, other = run.strategies[:2]
    assert base == "as-run"
    found = verdict(run, "made-up", base)
    assert found.broken == (("law", 2), ("recommendation", 2))
    assert found.words() == (
        "breaks 2 rules of law, 2 recommendations; 4 rules assessed, 1 not assessed, 1 not in force"
    )
    assert verdict(run, "made-up", other).words() == (
        "no violation found of 4 rules assessed, 1 not assessed, 1 not in force"
    )


def test_console_and_report_never_call_anything_compliant() -> None:
    run = audited({"as-run": {"a": 500}})
    lines = "\n".join(console_lines(run))
    text = comparison_text(run)
    page = report_html(run)
    assert "Held against made-up:" in lines
    assert "no violation found of 4 rules assessed" in text
    for words in (lines, text, page):
        assert "compliant" not in words.lower()
        assert "not legal advice" in " ".join(words.split())


def test_report_shows_counts_and_what_has_none() -> None:
    page = audit_html(audited({"as-run": {"a": 500, "f": 1}}))
    assert ">500<" in page
    assert "Consent &lt;first&gt;" in page
    for words in ("recommendation, strict", "not assessed", "not in force", "broken", "kept"):
        assert words in page
    assert "heard inside it, which the law leaves open: as-run 7" in page


def test_scaled_counts_are_marked() -> None:
    assert ">≈50 000<".replace(" ", "\u202f") in audit_html(
        audited({"as-run": {"a": 500}}, scale=0.01)
    )


def test_a_run_without_regimes_says_nothing_of_law() -> None:
    run = make_run(modelled=False)
    assert list(console_lines(run)) == []
    assert audit_html(run) == ""
    assert compliance_html(run) == ""
    page = report_html(run)
    assert "Held against the law" not in page
    assert "For the compliance officer" not in page


def test_a_regime_out_of_its_dates_is_one_warning_for_all() -> None:
    run = make_run()
    lines = list(console_lines(run))
    assert lines[-2] == (
        "Warning: made-up-later was not in force in April 2017 (in force from 2023-03-01): it says "
        "nothing of as-run, as-run-half-capacity, three-attempts and office-hours-only."
    )
    assert "Held against made-up-later:" not in lines
    assert not any("of 0 rules" in line for line in lines)
    page = compliance_html(run)
    assert page.count("Warning: made-up-later was not in force in April 2017") == 1
    assert 'class="warning"' in page


def test_a_regime_that_covers_one_campaign_only_is_held_against_that() -> None:
    run = make_run()
    later = run.audit["strategy"] == "three-attempts"
    later &= run.audit["regime"] == "made-up-later"
    run.audit["status"][later] = "assessed"
    for table, column in (("timeline", "bin_start_utc"), ("territories", "cutoff_utc")):
        rows = run.tables[table]
        rows[column][rows["strategy"] == "office-hours-only"] += np.timedelta64(30, "D")
    assert in_dates(run, "made-up-later") == ["three-attempts"]
    first, second = date_warnings(run, "made-up-later")
    assert first.endswith("nothing of as-run and as-run-half-capacity.")
    assert second.startswith("made-up-later was not in force in May 2017")
    lines = list(console_lines(run))
    at = lines.index("Held against made-up-later:")
    assert (
        lines[at + 1] == "  three-attempts  no violation found of 2 rules assessed, 0 not assessed"
    )


def test_every_line_of_the_console_is_whole_where_it_is_narrow() -> None:
    text = " ".join(comparison_text(make_run(), width=60).split())
    assert "Warning: made-up-later was not in force in April 2017 (in force from" in text
    assert "as-run-half-capacity breaks 2 recommendations; 2 rules assessed, 1 not assessed" in text


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
