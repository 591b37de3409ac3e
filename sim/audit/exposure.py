"""What violations may cost: what the text allows, and apart from it, what was ever imposed.

This is modelling, not legal advice. The two figures answer different questions and are never added;
nor are those of different penalties, of rules of different force, or of two readings of a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.audit.auditor import Audit
from sim.audit.local import day_number
from sim.audit.packed import count_of
from sim.audit.result import RuleResult
from sim.regimes.model import Force, Observed, Penalty

LABEL = "modelling, not legal advice"
"""Stands beside every sum."""

Readings = Literal["undisputed", "strict", "lenient"]
"""``undisputed`` where no rule that was assessed has two readings."""


@dataclass(frozen=True)
class Nominal:
    """What the text of one penalty allows, for rules of one force, under one reading."""

    penalty: str
    title: str
    role: Literal["main", "further"]
    force: Force
    readings: Readings
    per: Literal["violation", "call", "campaign"]
    """What is counted."""
    amount: float
    """For one of these."""
    count: int
    """How many."""
    uncapped: float
    """Their product."""
    cap: float | None
    """Highest sum in the text."""
    turnover: float | None
    """Share of yearly turnover that may take the amount's place; not known here, so not in it."""
    total: float
    """The product, at most the cap."""
    rules: tuple[str, ...]
    """Broken rules that it is for."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Practice:
    """What one authority imposed, in the casebook, whatever the count of violations."""

    penalty: str
    title: str
    role: Literal["main", "further"]
    n: int
    """Sanctions; 0 means that none was observed, not that none is to be feared."""
    lowest: float | None
    median: float | None
    highest: float | None
    cases: tuple[Observed, ...]

    @property
    def text(self) -> str:
        """The distribution in words, without its currency."""
        if not self.n:
            return "none observed, n = 0"
        if self.lowest == self.highest:
            return f"{self.lowest:,.0f} (n = {self.n})"
        return (
            f"{self.lowest:,.0f} to {self.highest:,.0f}, median {self.median:,.0f} (n = {self.n})"
        )


@dataclass(frozen=True)
class Exposure:
    """The two figures of one regime, in its currency."""

    regime: str
    currency: str
    nominal: tuple[Nominal, ...]
    """By penalty, force and reading; those with a count of 0 are left out."""
    practice: tuple[Practice, ...]
    """By penalty in force on a day of the log."""
    label: str = LABEL


def exposure(found: Audit) -> Exposure:
    """The exposure that an audit's violations bring."""
    nominal = tuple(n for p in found.regime.penalties for n in _nominal(found, p) if n.count)
    first, last = found.view.dates if found.view.n else (None, None)
    practice = tuple(
        _practice(penalty)
        for penalty in found.regime.penalties
        if first is not None
        and last is not None
        and penalty.since <= last
        and (penalty.until is None or first <= penalty.until)
    )
    return Exposure(found.regime.id, found.regime.currency, nominal, practice)


def _practice(penalty: Penalty) -> Practice:
    amounts = penalty.amounts
    lowest, median, highest = (
        (amounts[0], float(np.median(amounts)), amounts[-1]) if amounts else (None, None, None)
    )
    return Practice(
        penalty.id, penalty.title, penalty.role, penalty.n, lowest, median, highest,
        penalty.observed,
    )  # fmt: skip


def _nominal(found: Audit, penalty: Penalty) -> Iterator[Nominal]:
    """A penalty's figures, by force and reading."""
    concerned = [result for result in found.assessed if _is_for(penalty, result)]
    forces: tuple[Force, ...] = ("law", "recommendation", "voluntary")
    for force in forces:
        of_force = [result for result in concerned if result.rule.force == force]
        disputed = any(result.rule.reading for result in of_force)
        readings: tuple[Readings, ...] = ("strict", "lenient") if disputed else ("undisputed",)
        for reading in readings:
            chosen = [r for r in of_force if r.rule.reading in (None, reading) and r.violations]
            if chosen:
                yield _figure(found, penalty, chosen, force, reading)


def _is_for(penalty: Penalty, result: RuleResult) -> bool:
    """Whether a penalty is for breaking a rule."""
    if penalty.rules is None:
        return result.rule.force != "voluntary"
    return result.rule.id in penalty.rules


def _figure(
    found: Audit, penalty: Penalty, broken: list[RuleResult], force: Force, readings: Readings
) -> Nominal:
    view, per = found.view, penalty.nominal.per
    until = None if penalty.until is None else day_number(penalty.until)
    first, last = view.days
    since = day_number(penalty.since)
    every = since <= first and (until is None or last <= until)
    dated = None if every else np.packbits(view.between(since, until))
    any_call = np.zeros(-(-view.n // 8), dtype=np.uint8)
    violations = once = 0
    for result in broken:
        if result.packed is None:
            continue
        calls = result.packed if dated is None else result.packed & dated
        if result.campaign:
            once += int(calls.any())
        else:
            any_call |= calls
            violations += count_of(calls)
    notes: list[str] = []
    if per == "violation":
        count = violations + once
    elif per == "call":
        count = count_of(any_call)
        if once:
            notes.append("rules that count once for the campaign are not in it")
    else:
        count = int(bool(any_call.any()) or once > 0)
    if not every:
        notes.append("calls on days on which the penalty is in force only")
    if penalty.nominal.turnover is not None:
        notes.append(f"or {penalty.nominal.turnover:.3g} of yearly turnover, which is not known")
    if force != "law":
        notes.append(f"for breaking a {force}: that this can cost it is not said")
    if penalty.inferred:
        notes.append("inferred in part, see its source")
    uncapped, cap = penalty.nominal.amount * count, penalty.nominal.cap
    return Nominal(
        penalty=penalty.id,
        title=penalty.title,
        role=penalty.role,
        force=force,
        readings=readings,
        per=per,
        amount=penalty.nominal.amount,
        count=count,
        uncapped=uncapped,
        cap=cap,
        turnover=penalty.nominal.turnover,
        total=uncapped if cap is None else min(uncapped, cap),
        rules=tuple(result.rule.id for result in broken),
        notes=tuple(notes),
    )
