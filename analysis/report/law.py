"""Every rule of every regime against every strategy, as a part of the report."""

from __future__ import annotations

from typing import Any

from analysis.report.markup import Html, esc, paragraph, table
from analysis.view.audit import (
    NOT_ADVICE,
    date_warnings,
    force_text,
    heard_inside,
    in_dates,
    regimes,
    rows,
)
from analysis.view.run import RunView


def audit_html(run: RunView) -> Html:
    """The audit as a part of the report; empty where no regime was asked for."""
    parts = [_regime(run, regime) for regime in regimes(run)]
    if not parts:
        return ""
    return paragraph(
        "The auditor reads the call log and what is known of the lines. It knows nothing of "
        "what a strategy enforces. Counts of different force are not summed, and where a rule "
        f"is disputed both readings are counted. {NOT_ADVICE}"
    ) + "".join(parts)


def warnings_html(run: RunView, regime: str) -> Html:
    """The warnings of a regime's dates, as a page shows them."""
    return "".join(
        paragraph(f"Warning: {words}", "warning") for words in date_warnings(run, regime)
    )


def _regime(run: RunView, regime: str) -> Html:
    held = in_dates(run, regime)
    warnings = warnings_html(run, regime)
    if not held:
        return f"<h3>{esc(regime)}</h3>{warnings}"
    by_strategy = [rows(run, regime, strategy) for strategy in held]
    head = ["Rule", "Force", *held]
    body = []
    for found in zip(*by_strategy, strict=True):
        rule = found[0]
        body.append([str(rule["title"]), force_text(rule), *(_cell(run, row) for row in found)])
    found_table = table(head, body, caption=f"Violations of {regime} by rule and strategy")
    return f"<h3>{esc(regime)}</h3>{warnings}{found_table}{_heard_inside(run, held, by_strategy)}"


def _heard_inside(
    run: RunView, strategies: list[str], by_strategy: list[list[dict[str, Any]]]
) -> Html:
    """What was left before a silence and heard inside it, by strategy."""
    heard = [
        f"{strategy} {run.count(heard_inside(found))}"
        for strategy, found in zip(strategies, by_strategy, strict=True)
        if heard_inside(found)
    ]
    return (
        paragraph(
            "Messages left before the silence and heard inside it, which the law leaves open: "
            f"{', '.join(heard)}."
        )
        if heard
        else ""
    )


def _cell(run: RunView, row: dict[str, Any]) -> str:
    """What one cell says: violations, or why there is no count."""
    if row["status"] == "not_in_force":
        return "not in force"
    if row["status"] == "not_assessable":
        return "not assessed"
    if row["counts"] == "campaign":
        return "broken" if row["violations"] else "kept"
    return run.count(float(row["violations"]))
