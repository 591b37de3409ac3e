"""What the console and the report say of an audit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analysis.console.audit import console_lines
from analysis.console.table import comparison_text
from analysis.report import report_html
from analysis.report.compliance import compliance_html
from analysis.report.law import audit_html
from analysis.view import RunView
from analysis.view.audit import date_warnings, in_dates, verdict
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
