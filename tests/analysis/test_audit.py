"""What the console and the report say of an audit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analysis.audit import audit_html, console_lines, verdict
from analysis.report import report_html
from analysis.table import comparison_text
from analysis.view import RunView
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
    run = make_run(scale=scale)
    rows = [
        {
            "status": "assessed",
            "counts": "call",
            **row,
            "strategy": strategy,
            "regime": "made-up",
            "violations": violations.get(strategy, {}).get(row["rule"], 0),
            "heard_inside": 7.0 if row["rule"] == "c" else np.nan,
        }
        for strategy in run.strategies
        for row in ROWS
    ]
    names = list(rows[0])
    return replace(
        run, audit={name: np.array([row[name] for row in rows], dtype=object) for name in names}
    )


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
    run = make_run()
    assert list(console_lines(run)) == []
    assert audit_html(run) == ""
    assert "Held against the law" not in report_html(run)
