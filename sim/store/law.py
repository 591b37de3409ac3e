"""What audits of a strategy found, as Arrow tables; of the log that was audited nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.audit.auditor import Audit
from sim.audit.breakdown import breakdown
from sim.audit.exposure import Exposure, exposure
from sim.store.columns import TABLES
from sim.store.tables import arrow


@dataclass(frozen=True, slots=True)
class LawFindings:
    """What audits found of one strategy."""

    strategy: str
    tables: Mapping[str, pa.Table]
    """Its rows of ``audit``, ``violations`` and ``exposure``."""
    violations: Mapping[str, int]
    """By regime and rule, ``regime/rule``: violations of each rule that was assessed."""


def law_findings(strategy: str, audits: Sequence[Audit]) -> LawFindings:
    """Take down what audits of one strategy found, one audit a regime."""
    return LawFindings(
        strategy,
        {
            "audit": _audit_table(strategy, audits),
            "violations": _violations_table(strategy, audits),
            "exposure": _exposure_table(strategy, [exposure(found) for found in audits]),
        },
        violations(audits),
    )


def law_tables(findings: Sequence[LawFindings]) -> dict[str, pa.Table]:
    """The tables of a run, the strategies' rows one block after another; empty without audits."""
    blocks = findings or [law_findings("", ())]
    return {
        name: pa.concat_tables([found.tables[name] for found in blocks])
        for name in ("audit", "violations", "exposure")
    }


def violations(audits: Sequence[Audit]) -> dict[str, int]:
    """Violations by ``regime/rule``; rules that could not be assessed are absent."""
    return {
        f"{found.regime.id}/{result.rule.id}": result.violations
        for found in audits
        for result in found.assessed
    }


def _audit_table(strategy: str, audits: Sequence[Audit]) -> pa.Table:
    """One row a rule."""
    found = [(audit.regime.id, result) for audit in audits for result in audit.results]

    def moments(values: Sequence[int | None]) -> NDArray[np.datetime64]:
        return np.array(
            [np.datetime64("NaT") if v is None else np.datetime64(v, "ms") for v in values],
            dtype="datetime64[ms]",
        )

    return arrow(
        TABLES["audit"],
        {
            "strategy": [strategy] * len(found),
            "regime": [regime for regime, _ in found],
            "rule": [r.rule.id for _, r in found],
            "title": [r.rule.title for _, r in found],
            "force": [r.rule.force for _, r in found],
            "reading": [r.rule.reading for _, r in found],
            "status": [r.status for _, r in found],
            "reason": [r.reason or None for _, r in found],
            "counts": ["campaign" if r.campaign else "call" for _, r in found],
            "calls": [r.calls for _, r in found],
            "violations": [r.violations for _, r in found],
            "lines": [r.lines for _, r in found],
            "first_utc": moments([r.first_ms for _, r in found]),
            "last_utc": moments([r.last_ms for _, r in found]),
            "overruns": [r.overruns for _, r in found],
            "heard_inside": [r.heard_inside for _, r in found],
        },
    )


def _violations_table(strategy: str, audits: Sequence[Audit]) -> pa.Table:
    """One row a rule, territory and local hour of the week."""
    found = breakdown(audits)
    return arrow(
        TABLES["violations"],
        {"strategy": np.full(len(found), strategy, dtype=object), **found.columns()},
    )


def _exposure_table(strategy: str, costs: Sequence[Exposure]) -> pa.Table:
    """One row a figure, as ``ringfence audit`` shows them."""
    table = TABLES["exposure"]
    rows = [{"strategy": strategy, **row} for each in costs for row in _figures(each)]
    return arrow(table, {name: [row.get(name) for row in rows] for name in table.column_names})


def _figures(costs: Exposure) -> Iterator[dict[str, Any]]:
    """The figures of one regime: what the text allows, then what was ever imposed."""
    whose = {"regime": costs.regime, "currency": costs.currency}
    for figure in costs.nominal:
        yield {
            **whose,
            "basis": "nominal",
            "penalty": figure.penalty,
            "title": figure.title,
            "role": figure.role,
            "force": figure.force,
            "readings": figure.readings,
            "per": figure.per,
            "count": figure.count,
            "each": float(figure.amount),
            "cap": None if figure.cap is None else float(figure.cap),
            "amount": float(figure.total),
            "rules": ",".join(figure.rules),
            "notes": "; ".join(figure.notes) or None,
        }
    concerned = {figure.penalty for figure in costs.nominal}
    for practice in costs.practice:
        if practice.penalty in concerned:
            yield {
                **whose,
                "basis": "observed",
                "penalty": practice.penalty,
                "title": practice.title,
                "role": practice.role,
                "amount_low": practice.lowest,
                "amount_median": practice.median,
                "amount_high": practice.highest,
                "cases": practice.n,
            }
