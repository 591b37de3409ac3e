"""The auditor: a call log against a regime, rule by rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.audit.packed import unpacked
from sim.audit.result import RuleResult
from sim.audit.sums import RuleSum
from sim.audit.tables import AuditInput, Bools
from sim.audit.view import View
from sim.record.never import NEVER
from sim.regimes.model import Regime, Rule


@dataclass(frozen=True, slots=True)
class Violations:
    """Violations of one rule as columns, one entry each, in the order of the log."""

    regime: str
    rule: str
    force: str
    reading: str | None
    call: NDArray[np.int64]
    """Place of the call in the log."""
    line: NDArray[np.integer]
    """Place of the line among the recipients."""
    start_ms: NDArray[np.int64]
    """Start of the call, ms since 1970 UTC."""
    weekday: NDArray[np.uint8] | None
    """Local day of the week, Monday 0; None where zones are not known. So are the next."""
    hour: NDArray[np.uint8] | None
    """Local hour."""
    zone: NDArray[np.integer] | None
    line_type: NDArray[np.integer] | None
    territory: NDArray[np.integer] | None
    attempt: NDArray[np.integer] | None
    unknown: Mapping[str, NDArray[np.bool_]]
    """By name of one of these columns: entries of which it is not known."""

    def __len__(self) -> int:
        return len(self.call)


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    view: View
    """The log, with what was worked out of it."""
    regime: Regime
    results: tuple[RuleResult, ...]
    """By rule, in the regime's order."""
    warnings: tuple[str, ...] = ()
    """What must stand on every output."""

    @property
    def data(self) -> AuditInput:
        """What was audited."""
        return self.view.data

    def result(self, rule: str) -> RuleResult:
        """A rule's result by its id."""
        return next(found for found in self.results if found.rule.id == rule)

    @property
    def assessed(self) -> tuple[RuleResult, ...]:
        """Results of the rules that were assessed."""
        return tuple(found for found in self.results if found.assessed)

    @property
    def broken(self) -> tuple[RuleResult, ...]:
        """Results of the rules that were broken."""
        return tuple(found for found in self.results if found.violations)

    @property
    def breaks_law(self) -> bool:
        """Whether a rule of law is broken, in either reading where readings differ."""
        return any(found.rule.force == "law" for found in self.broken)

    def counts(self) -> str:
        """The audit in a line: how many rules, by force and reading, never over different ones."""
        n = len(self.assessed)
        idle = sum(found.status == "not_in_force" for found in self.results)
        rules = f"of {n} rule{'s' if n != 1 else ''} assessed"
        if not n:
            text = "no rule assessed"
        elif not self.broken:
            text = f"no violation found {rules}"
        else:
            text = f"violations found of {self._broken()}; {rules}"
        text += f", {len(self.results) - n - idle} not assessed"
        return text + (f", {idle} not in force on these days" if idle else "")

    def _broken(self) -> str:
        """Numbers of rules that are broken, in words."""
        parts = []
        for force in ("law", "recommendation", "voluntary"):
            for reading in (None, "strict", "lenient"):
                n = sum(
                    found.rule.force == force and found.rule.reading == reading
                    for found in self.broken
                )
                if n:
                    of = f" in the {reading} reading" if reading else ""
                    parts.append(f"{n} rule{'s' if n != 1 else ''} of force {force}{of}")
        return ", ".join(parts)

    # ── Which calls ──────────────────────────────────────────────────────────────────────────

    def violating(self, found: RuleResult) -> Bools:
        """(n,) The calls that break a rule."""
        if found.packed is None:
            return np.zeros(self.view.n, dtype=np.bool_)
        return unpacked(found.packed, self.view.n)

    def violations(self) -> Iterator[Violations]:
        """The violations as columns, a rule at a time; not those that count once a campaign."""
        for found in self.results:
            if found.violations and not found.campaign:
                yield self._columns(found)

    def _columns(self, found: RuleResult) -> Violations:
        rows = np.flatnonzero(self.violating(found))
        calls, view = self.data.calls, self.view

        def at(column: NDArray[np.integer] | None) -> NDArray[np.integer] | None:
            return None if column is None else column[rows]

        week = None if calls.zone is None else view.week_minute[rows]
        return Violations(
            regime=self.regime.id,
            rule=found.rule.id,
            force=found.rule.force,
            reading=found.rule.reading,
            call=rows,
            line=calls.line[rows],
            start_ms=calls.start_ms[rows],
            weekday=None if week is None else (week // 1440).astype(np.uint8),
            hour=None if week is None else (week // 60 % 24).astype(np.uint8),
            zone=at(calls.zone),
            line_type=at(calls.line_type),
            territory=at(calls.territory),
            attempt=at(calls.attempt),
            unknown=_unknown_at(view, rows),
        )


def _unknown_at(view: View, rows: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """By column of violations, which of some calls it is not known of."""
    unknown = {name: of[rows] for name, of in view.calls.unknown.items()}
    if "zone" in unknown:
        unknown["weekday"] = unknown["hour"] = unknown["zone"]
    return unknown


def audit(data: AuditInput | View, regime: Regime) -> Audit:
    """Hold a call log against a regime.

    Parameters
    ----------
    data
        What is audited. Give a :class:`View` to hold one log against several regimes: what is
        worked out for one then serves the others.
    regime
        From :func:`sim.regimes.load_regime`.
    """
    view = data if isinstance(data, View) else View(data)
    results = tuple(_result(view, rule) for rule in regime.rules)
    return Audit(view, regime, results, tuple(warnings(view, regime)))


def audits(data: AuditInput | View, regimes: Sequence[Regime]) -> tuple[Audit, ...]:
    """Hold a call log against several regimes."""
    view = data if isinstance(data, View) else View(data)
    return tuple(audit(view, regime) for regime in regimes)


def _result(view: View, rule: Rule) -> RuleResult:
    found = RuleSum(rule)
    found.add(view)
    return found.result(view)


def warnings(view: View, regime: Regime) -> Iterator[str]:
    """What must stand on every output."""
    if view.n == 0:
        yield "the log holds no call"
        return
    if view.data.scale != 1:
        yield f"counts are as simulated, at a scale of {view.data.scale:.3g}"
    first, last = view.dates
    valid = regime.valid
    if first < valid.since or (valid.until is not None and last > valid.until):
        ends = f"until {valid.until}" if valid.until else "on"
        yield (
            f"{regime.id} is written for days from {valid.since} {ends}; "
            f"the calls are of {_span(first, last)}"
        )
    if regime.binds == "commercial":
        yield (
            f"{regime.id} binds commercial calls: held against others, it shows what would follow "
            "if it applied to them"
        )
    unknown = view.zone_unknown
    if view.calls.zone is None:
        yield "time zones are not known: the days of rules are taken in UTC"
    elif unknown is not None and (count := int(np.count_nonzero(unknown))):
        yield (
            f"the time zones of {count:,} call{'s' if count != 1 else ''} are not known: for them "
            "the days of rules are taken in UTC"
        )


def _span(first: dt.date, last: dt.date) -> str:
    return str(first) if first == last else f"{first} to {last}"


def moment(at_ms: int | None) -> str:
    """A moment as text, UTC, to the second; a dash for none."""
    if at_ms is None or at_ms == NEVER:
        return "–"
    return dt.datetime.fromtimestamp(at_ms / 1000, tz=dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
