"""What of an audit may be shown: all of a simulation; of real people, no count under 11 of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.audit.auditor import Audit, moment
from sim.audit.exposure import Exposure, Nominal
from sim.audit.result import RuleResult
from sim.audit.tables import AuditInput

FEWEST = 11
"""Fewest lines that a shown count of real people stands for."""
FEW = f"fewer than {FEWEST}"
"""Stands where a count is kept back."""

By = Literal["hour", "territory"]


@dataclass(frozen=True, slots=True)
class CountTable:
    """Violations by something and by rule."""

    by: By
    rows: tuple[str, ...]
    """Hours or territories; those without violations are there too."""
    rules: tuple[str, ...]
    """Rules that calls break."""
    counts: NDArray[np.int64]
    """(rows, rules) Violations."""
    hidden: NDArray[np.bool_]
    """(rows, rules) Whether the count is kept back."""


def is_hidden(found: Audit, result: RuleResult) -> bool:
    """Whether a rule's counts are kept back."""
    return found.data.personal and not result.campaign and 0 < result.lines < FEWEST


def part_hidden(found: Audit, lines: int) -> bool:
    """Likewise the count of a part, by its lines."""
    return found.data.personal and 0 < lines < FEWEST


def sum_hidden(found: Audit, figure: Nominal) -> bool:
    """Whether an exposure's count and sum are kept back: where a part of it is."""
    if not found.data.personal or figure.per == "campaign":
        return False
    return any(is_hidden(found, found.result(rule)) for rule in figure.rules)


def shown_moment(found: Audit, at_ms: int | None) -> str:
    """A moment in UTC; of real people, the hour in which it lies."""
    if at_ms is None or not found.data.personal:
        return moment(at_ms)
    return moment(at_ms)[:13] + "h"


def count_table(found: Audit, by: By) -> CountTable | None:
    """Violations by local hour or by territory; None where these are not known.

    Where a count of real people is kept back, others of its rule are too, so that none follows
    from the total.
    """
    data, view = found.data, found.view
    broken = [r for r in found.results if r.packed is not None and not r.campaign]
    rows: tuple[str, ...]
    if data.calls.zone is None and (by == "hour" or data.calls.territory is None):
        return None
    by_place = data.calls.zone if data.calls.territory is None else data.calls.territory
    asked = "zone" if by == "hour" or data.calls.territory is None else "territory"
    if by == "hour":
        rows = tuple(f"{hour:02}" for hour in range(24))
    else:
        rows = data.zones if data.calls.territory is None else _places(data)
    unknown = view.unknown(asked)
    if unknown is not None:
        rows = (*rows, "unknown")
    counts = np.zeros((len(rows), len(broken)), dtype=np.int64)
    hidden = np.zeros(counts.shape, dtype=np.bool_)
    for number, result in enumerate(broken):
        calls = np.flatnonzero(found.violating(result))
        if by == "hour":
            group: NDArray[np.integer] = view.week_minute[calls] // 60 % 24
        else:
            assert by_place is not None
            group = by_place[calls]
        if unknown is not None:
            group = np.where(unknown[calls], len(rows) - 1, group)
        counts[:, number] = np.bincount(group, minlength=len(rows))
        if data.personal:
            keys = np.unique(data.calls.line[calls].astype(np.int64) * len(rows) + group)
            lines = np.bincount(keys % len(rows), minlength=len(rows))
            hidden[:, number] = _kept_back(lines)
    return CountTable(by, rows, tuple(r.rule.id for r in broken), counts, hidden)


def _places(data: AuditInput) -> tuple[str, ...]:
    """Names of territories; of real people, none that stands for only a few of them."""
    territory = data.calls.territory
    if not data.personal or territory is None:
        return data.territories
    keys = np.unique(data.calls.line.astype(np.int64) * len(data.territories) + territory)
    lines = np.bincount(keys % len(data.territories), minlength=len(data.territories))
    return tuple(
        name if count >= FEWEST else f"place {number}"
        for number, (name, count) in enumerate(zip(data.territories, lines, strict=True), 1)
    )


def _kept_back(lines: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Cells to keep back, by their lines: small ones, and enough others to cover for them."""
    back = (lines > 0) & (lines < FEWEST)
    if back.any():
        for cell in np.argsort(lines, kind="stable"):
            if np.count_nonzero(back) > 1 and lines[back].sum() >= FEWEST:
                break
            if lines[cell]:
                back[cell] = True
    return back


# ── One document ─────────────────────────────────────────────────────────────────────────────────


def document(
    found: Audit, costs: Exposure, by: By | None = None, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """An audit and its exposure as plain data, for JSON; `notes` are on its files."""
    table = None if by is None else count_table(found, by)
    return {
        "audited": found.data.name,
        "regime": found.regime.id,
        "title": found.regime.title,
        "warnings": list(found.warnings),
        "calls": found.view.n,
        "scale": found.data.scale,
        "notes": list(notes),
        "joins": [
            {"what": join.what, "given": join.given, "met": join.met} for join in found.data.joins
        ],
        "summary": found.counts(),
        "clean": [result.rule.id for result in found.results if result.clean],
        "rules": [_rule(found, result) for result in found.results],
        "exposure": {
            "label": costs.label,
            "currency": costs.currency,
            "nominal": [_nominal(found, figure) for figure in costs.nominal],
            "observed_practice": [
                {
                    "penalty": practice.penalty,
                    "title": practice.title,
                    "role": practice.role,
                    "n": practice.n,
                    "lowest": practice.lowest,
                    "median": practice.median,
                    "highest": practice.highest,
                    "text": practice.text,
                }
                for practice in costs.practice
            ],
        },
        **({} if table is None else {"table": table_document(table)}),
    }


def _rule(found: Audit, result: RuleResult) -> dict[str, Any]:
    hidden = is_hidden(found, result)

    def part(count: int | None, lines: int) -> int | None:
        return None if hidden or part_hidden(found, lines) else count

    return {
        "rule": result.rule.id,
        "title": result.rule.title,
        "kind": result.rule.kind,
        "force": result.rule.force,
        "reading": result.rule.reading,
        "disputes": result.rule.disputes,
        "source": list(result.rule.source.ref),
        "inferred": result.rule.inferred,
        "confidence": result.rule.confidence,
        "status": result.status,
        "reason": result.reason or None,
        "counts": "campaign" if result.campaign else "call",
        "broken": bool(result.violations),
        "kept_back": hidden,
        "calls": result.calls if result.assessed else None,
        "unassessed": result.unassessed,
        "unassessed_reason": result.why or None,
        "violations": None if hidden or not result.assessed else result.violations,
        "lines": None if hidden or not result.assessed else result.lines,
        "first_utc": None if hidden else _moment(found, result.first_ms),
        "last_utc": None if hidden else _moment(found, result.last_ms),
        "overruns": part(result.overruns, result.overrun_lines),
        "heard_inside": part(result.heard_inside, result.heard_lines),
        "notes": list(result.notes),
    }


def _moment(found: Audit, at_ms: int | None) -> str | None:
    return None if at_ms is None else shown_moment(found, at_ms)


def _nominal(found: Audit, figure: Nominal) -> dict[str, Any]:
    hidden = sum_hidden(found, figure)
    return {
        "penalty": figure.penalty,
        "title": figure.title,
        "role": figure.role,
        "force": figure.force,
        "readings": figure.readings,
        "per": figure.per,
        "amount": figure.amount,
        "cap": figure.cap,
        "turnover": figure.turnover,
        "count": None if hidden else figure.count,
        "uncapped": None if hidden else figure.uncapped,
        "total": None if hidden else figure.total,
        "rules": list(figure.rules),
        "notes": list(figure.notes),
    }


def table_document(table: CountTable) -> dict[str, Any]:
    """A table of counts as plain data; a count that is kept back is null."""
    return {
        "by": table.by,
        "rows": list(table.rows),
        "rules": {
            rule: [
                None if hidden else int(count)
                for count, hidden in zip(
                    table.counts[:, number], table.hidden[:, number], strict=True
                )
            ]
            for number, rule in enumerate(table.rules)
        },
    }
