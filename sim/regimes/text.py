"""Regimes as text for a terminal: the list, and one regime with its sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from textwrap import TextWrapper

from sim.document.written import share_text
from sim.regimes.model import Observed, Penalty, Regime, Rule, Source
from sim.regimes.words import dates_text, details

NOT_ADVICE = "Modelling data, not legal advice."
FORCES = {
    "law": "Law",
    "recommendation": "Recommendation",
    "voluntary": "Voluntary policy",
}
"""Headings, from binding to free. Rules of different force are never counted together."""
BINDS = {
    "all": "binds all automated calls",
    "political": "binds political calls",
    "commercial": "binds commercial calls only: for a political campaign, a counterfactual",
}
WIDTH = 100
"""Columns of the terminal that are used."""


def list_text(regimes: Sequence[Regime], day: dt.date | None = None) -> str:
    """One entry a regime: where, since when, and how many rules of each force."""
    lines: list[str] = []
    for regime in regimes:
        lines += [
            f"{regime.id:<23}{regime.jurisdiction}, {dates_text(regime.valid)}",
            *(f"{'':23}{line}" for line in (regime.title, BINDS[regime.binds])),
            f"{'':23}{count_text(regime, day)}",
        ]
    return "\n".join([*lines, "", NOT_ADVICE])


def show_text(regime: Regime, day: dt.date | None = None) -> str:
    """A regime; with a day, only what was in force on it."""
    lines = [
        f"{regime.id}: {regime.title}",
        f"{regime.jurisdiction}; {BINDS[regime.binds]}; {dates_text(regime.valid)}",
    ]
    if day is not None:
        lines.append(f"Shown as of {day}.")
        if not regime.in_force(day):
            lines.append(f"warning: {day} lies outside the dates of this regime")
    lines += ["", *_wrapped(regime.summary, 0)]
    lines += _rules(regime.rules if day is None else regime.rules_at(day))
    lines += _penalties(regime, regime.penalties if day is None else regime.penalties_at(day))
    if regime.not_regulated:
        lines += ["", "Not regulated: no rule forbids it, and none allows it"]
        for topic in regime.not_regulated:
            lines += _item(topic.topic, topic.text)
            lines += _cited(topic.source, f"confidence {topic.confidence}")
    if regime.not_modelled:
        lines += ["", "Not in this pack"]
        for missing in regime.not_modelled:
            lines += _item(missing.topic, missing.text)
    if regime.notes:
        lines += ["", "Notes"]
        for note in regime.notes:
            lines += _wrapped(f"- {note}", 2, 4)
    return "\n".join([*lines, "", NOT_ADVICE])


def count_text(regime: Regime, day: dt.date | None = None) -> str:
    """Rules by force, each force for itself: ``1 law, 6 recommendation``."""
    rules = regime.rules if day is None else regime.rules_at(day)
    counts = {force: sum(rule.force == force for rule in rules) for force in FORCES}
    parts = [f"{count} {force}" for force, count in counts.items() if count]
    return f"rules: {', '.join(parts) or 'none'}" + (f" on {day}" if day else "")


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────


def _rules(rules: Sequence[Rule]) -> Iterator[str]:
    for force, heading in FORCES.items():
        of_force = [rule for rule in rules if rule.force == force]
        if of_force:
            yield ""
            yield f"{heading}: {len(of_force)}"
        for rule in of_force:
            yield from _item(rule.id, rule.title)
            if rule.disputes is not None:
                yield f"    {rule.reading} reading of {rule.disputes}"
            for line in details(rule):
                yield from _wrapped(line, 4)
            yield f"    {dates_text(rule)}; {_trust(rule.confidence, rule.inferred)}"
            yield from _cited(rule.source)


def _penalties(regime: Regime, penalties: Sequence[Penalty]) -> Iterator[str]:
    yield ""
    yield "Penalties: nominal and observed stand apart and are never added"
    if not penalties:
        yield "  none in this pack"
    for penalty in penalties:
        further = "" if penalty.role == "main" else "; shown apart, not added"
        yield from _item(penalty.id, f"{penalty.title}{further}")
        yield f"    nominal: {_nominal(penalty, regime.currency)}"
        if penalty.rules is not None:
            yield from _wrapped(f"for: {', '.join(penalty.rules)}", 4)
        yield f"    {dates_text(penalty)}; {_trust(penalty.confidence, penalty.inferred)}"
        yield from _cited(penalty.source)
        yield f"    observed: {_range(penalty, regime.currency)}"
        for case in penalty.observed:
            yield from _observed(case, regime.currency)


def _nominal(penalty: Penalty, currency: str) -> str:
    nominal = penalty.nominal
    parts = [f"{money_text(nominal.amount, currency)} a {nominal.per}"]
    if nominal.turnover is not None:
        parts.append(f"or {share_text(nominal.turnover)} of turnover")
    if nominal.cap is not None:
        parts.append(f"at most {money_text(nominal.cap, currency)} in all")
    return ", ".join(parts)


def _range(penalty: Penalty, currency: str) -> str:
    if not penalty.n:
        return "none observed, n = 0"
    least, most = penalty.amounts[0], penalty.amounts[-1]
    span = money_text(least, currency)
    if most > least:
        span += f" to {money_text(most, currency)}"
    return f"{span}, n = {penalty.n}"


def _observed(case: Observed, currency: str) -> Iterator[str]:
    what = [money_text(case.amount, currency)]
    if case.sanctions > 1:
        what.append(f"{case.sanctions} sanctions together")
    if case.calls is not None:
        what.append(f"{case.calls:,} calls")
    if not case.political:
        what.append("not political")
    year = f" ({case.year})" if case.year is not None else ""
    line = f"{case.case}{year}: {', '.join(what)} [{', '.join(case.source.ref)}]"
    yield from _wrapped(line, 6, 8)


def money_text(amount: float, currency: str) -> str:
    """An amount: ``3,750 EUR``."""
    return f"{amount:,.15g} {currency}"


def _wrapped(text: str, first: int, others: int | None = None) -> list[str]:
    """The lines of a text, indented by so many columns."""
    return TextWrapper(
        width=WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * (first if others is None else others),
        break_on_hyphens=False,
    ).wrap(text)


def _item(name: str, text: str) -> list[str]:
    return _wrapped(f"{name}: {text}", 2, 4)


def _trust(confidence: str, inferred: bool) -> str:
    return f"confidence {confidence}" + ("; inferred in part" if inferred else "")


def _cited(source: Source, more: str = "") -> list[str]:
    line = f"[{', '.join(source.ref)}] {source.text}" + (f" ({more})" if more else "")
    return _wrapped(line, 4)
