"""What an audit found, for the console and for the report.

It never says *compliant*: it says how many rules were assessed and what was found. Counts of rules
that differ in force are never summed, and the two readings of a disputed rule stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis.page.markup import Html, esc, paragraph, table
from analysis.view import RunView

NOT_ADVICE = "Modelling, not legal advice: the packs are data, and this is a simulation."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found for one strategy under one regime."""

    assessed: int
    """Rules assessed."""
    not_assessed: int
    """Rules that are in force and could not be assessed."""
    idle: int
    """Rules that were not in force on these days."""
    broken: tuple[tuple[str, int], ...]
    """Rules broken, by force."""

    def words(self) -> str:
        """The verdict in a line."""
        rest = f"{self.not_assessed} not assessed"
        if self.idle:
            rest += f", {self.idle} not in force"
        rules = f"{self.assessed} rule{'s' if self.assessed != 1 else ''} assessed, {rest}"
        if not self.broken:
            return f"no violation found of {rules}"
        broken = ", ".join(_rules(count, force) for force, count in self.broken)
        return f"breaks {broken}; {rules}"


def _rules(count: int, force: str) -> str:
    """So many rules of a force, in words."""
    one, several = {
        "law": ("rule of law", "rules of law"),
        "recommendation": ("recommendation", "recommendations"),
        "voluntary": ("voluntary rule", "voluntary rules"),
    }[force]
    return f"{count} {one if count == 1 else several}"


def regimes(run: RunView) -> tuple[str, ...]:
    """Regimes that the run was held against, in order."""
    return tuple(dict.fromkeys(map(str, run.audit.get("regime", ()))))


def rows(run: RunView, regime: str, strategy: str) -> list[dict[str, Any]]:
    """The rules of a regime as they were held against a strategy."""
    names = list(run.audit)
    count = len(run.audit["regime"]) if names else 0
    found = ({name: run.audit[name][i] for name in names} for i in range(count))
    return [row for row in found if row["regime"] == regime and row["strategy"] == strategy]


def verdict(run: RunView, regime: str, strategy: str) -> Verdict:
    """What was found for a strategy under a regime."""
    found = rows(run, regime, strategy)
    broken = [row["force"] for row in found if row["violations"] > 0]
    return Verdict(
        assessed=sum(row["status"] == "assessed" for row in found),
        not_assessed=sum(row["status"] == "not_assessable" for row in found),
        idle=sum(row["status"] == "not_in_force" for row in found),
        broken=tuple(
            (force, broken.count(force))
            for force in ("law", "recommendation", "voluntary")
            if force in broken
        ),
    )


def console_lines(run: RunView) -> Iterator[str]:
    """The audit as lines beneath the table; none where no regime was asked for."""
    width = max(map(len, run.strategies))
    for regime in regimes(run):
        yield f"Held against {regime}:"
        for strategy in run.strategies:
            yield f"  {strategy:<{width}}  {verdict(run, regime, strategy).words()}"
    if regimes(run):
        yield f"{NOT_ADVICE} Counts by rule are in the report and in audit.parquet."


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


def _regime(run: RunView, regime: str) -> Html:
    verdicts = "".join(
        f"<li>{esc(strategy)}: {esc(verdict(run, regime, strategy).words())}</li>"
        for strategy in run.strategies
    )
    by_strategy = [rows(run, regime, strategy) for strategy in run.strategies]
    head = ["Rule", "Force", *run.strategies]
    body = []
    for found in zip(*by_strategy, strict=True):
        rule = found[0]
        force = str(rule["force"])
        if rule["reading"] is not None and str(rule["reading"]) not in ("", "None"):
            force += f", {rule['reading']}"
        body.append([str(rule["title"]), force, *(_cell(run, row) for row in found)])
    heard = [
        f"{strategy} {run.count(float(sum(_number(row['heard_inside']) for row in found)))}"
        for strategy, found in zip(run.strategies, by_strategy, strict=True)
        if any(_number(row["heard_inside"]) for row in found)
    ]
    more = (
        paragraph(
            "Messages left before the silence and heard inside it, which the law leaves open: "
            f"{', '.join(heard)}."
        )
        if heard
        else ""
    )
    found_table = table(head, body, caption=f"Violations of {regime} by rule and strategy")
    return f"<h3>{esc(regime)}</h3><ul>{verdicts}</ul>{found_table}{more}"


def _number(value: Any) -> float:
    """A count that may be missing."""
    return 0.0 if value is None or value != value else float(value)


def _cell(run: RunView, row: dict[str, Any]) -> str:
    """What one cell says: violations, or why there is no count."""
    if row["status"] == "not_in_force":
        return "not in force"
    if row["status"] == "not_assessable":
        return "not assessed"
    if row["counts"] == "campaign":
        return "broken" if row["violations"] else "kept"
    return run.count(float(row["violations"]))
