"""An audit in words."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from sim.audit.auditor import Audit
from sim.audit.exposure import Exposure, Nominal
from sim.audit.result import RuleResult
from sim.audit.shown import (
    FEW,
    FEWEST,
    By,
    CountTable,
    count_table,
    is_hidden,
    part_hidden,
    shown_moment,
    sum_hidden,
)

_PER = {"violation": "violations", "call": "calls", "campaign": "for the campaign"}


WIDTH = 80
"""Columns of a terminal that are used."""
_COUNTS = 12
"""Columns of a count."""


def audit_text(found: Audit, costs: Exposure, by: By | None = None) -> str:
    """An audit and its exposure for a terminal.

    A table first: of each rule the violations, the calls that it was held against, and those of
    which it is not known, with the reason. What is to be known of single rules follows below it.
    """
    lines = list(_wrapped(f"{found.data.name} against {found.regime.id}: {found.regime.title}", 0))
    for warning in found.warnings:
        lines += _wrapped(f"warning: {warning}", 2, 4)
    names = [f"{result.rule.id} ({_force(result)})" for result in found.results]
    width = max(len(name) for name in (*names, " "))
    # A long name has a line of its own, so that reasons find room.
    width = min(width, WIDTH - 2 - 2 * _COUNTS - 28)
    head = f"{'violations':>{_COUNTS}}{'assessed':>{_COUNTS}}  not assessable"
    lines.append(" " * (width + 2) + head)
    for name, result in zip(names, found.results, strict=True):
        lines += _row(found, result, name, width)
        lines += [line for note in _remarks(found, result) for line in _wrapped(note, 6, 8)]
    lines += _joined(found)
    clean = sum(result.clean for result in found.results)
    rules = len(found.results)
    s = "s" if rules != 1 else ""
    lines.append(f"  No violation found is said of {clean} of {rules} rule{s}.")
    lines += _exposure(found, costs)
    if by is not None:
        table = count_table(found, by)
        lines += ["", *(_table(table) if table else [f"  by {by}: not known"])]
    return "\n".join(lines)


def _row(found: Audit, result: RuleResult, name: str, width: int) -> Iterator[str]:
    """A rule's line of the table, and more of them where it is long."""
    first = "  " + name
    if len(name) > width:
        yield first
        first = " " * (width + 2)
    counts = f"{_violations(found, result):>{_COUNTS}}"
    counts += f"{f'{result.calls:,}' if result.assessed else '–':>{_COUNTS}}"
    head = f"{first:<{width + 2}}{counts}  "
    reason = _unassessed(result)
    parts = wrap(reason, max(WIDTH - len(head), 20), break_on_hyphens=False) or [""]
    yield (head + parts[0]).rstrip()
    yield from (" " * len(head) + part for part in parts[1:])


def _violations(found: Audit, result: RuleResult) -> str:
    if not result.assessed:
        return "–"
    if is_hidden(found, result):
        return f"few (<{FEWEST})"
    if result.campaign:
        return "broken" if result.violations else "0"
    return f"{result.violations:,}"


def _unassessed(result: RuleResult) -> str:
    """Of how many calls nothing is known, and why."""
    if result.status == "not_in_force":
        return f"not on these days: {result.reason}"
    if not result.assessed:
        count = f"{result.unassessed:,} calls: " if result.unassessed else ""
        return f"{count}{result.reason}"
    return f"{result.unassessed:,}: {result.why}" if result.unassessed else ""


def _joined(found: Audit) -> Iterator[str]:
    """How much of each file met a call."""
    for join in found.data.joins:
        share = f", {join.met / join.given:.1%}" if join.given else ""
        what = f"{join.met:,} of {join.given:,} {join.what}{share}"
        words = (
            "stand among the recipients"
            if join.what == "lines that were called"
            else ("met a call")
        )
        yield from _wrapped(f"joined: {what}, {words}", 2, 4)


def _wrapped(text: str, first: int, others: int | None = None) -> list[str]:
    """The lines of a text, indented by so many columns."""
    return wrap(
        text,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * (first if others is None else others),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _force(result: RuleResult) -> str:
    reading = result.rule.reading
    return result.rule.force + (f", {reading} reading" if reading else "")


def _remarks(found: Audit, result: RuleResult) -> Iterator[str]:
    """Where and when, what is counted apart, and notes."""
    hidden = is_hidden(found, result)
    if result.violations and not hidden:
        span = (
            f"first {shown_moment(found, result.first_ms)}, "
            f"last {shown_moment(found, result.last_ms)} UTC"
        )
        on = (
            "once for the campaign"
            if result.campaign
            else (f"on {result.lines:,} line{_s(result.lines)}")
        )
        yield f"{on}; {span}"
    elif hidden:
        yield f"on {FEW} lines"
    parts = (
        (result.overruns, result.overrun_lines, "call{s} began rightly and ran past an edge"),
        (result.heard_inside, result.heard_lines, "message{s} left before and heard inside"),
    )
    for count, lines, words in parts:
        if count:
            back = hidden or part_hidden(found, lines)
            number = FEW if back else f"{count:,}"
            yield f"apart: {number} {words.format(s='s' if back else _s(count))}"
    yield from result.notes


def _s(count: int) -> str:
    return "" if count == 1 else "s"


# ── Exposure ─────────────────────────────────────────────────────────────────────────────────────


def _exposure(found: Audit, costs: Exposure) -> Iterator[str]:
    """The two figures, where there is a violation that a penalty is for."""
    if not costs.nominal:
        return
    label = f"exposure in {costs.currency} ({costs.label}); no two of these sums are to be added"
    yield from _wrapped(label, 2, 4)
    if found.data.scale != 1:
        yield from _wrapped(
            f"≈ for calls as simulated, at a scale of {found.data.scale:.3g}: not those of the "
            "whole campaign",
            4,
        )
    for figure in costs.nominal:
        yield from _wrapped(f"nominal, {_name(figure)}: {_sum(found, figure)}", 4, 6)
        for note in figure.notes:
            yield from _wrapped(note, 6)
    concerned = {figure.penalty for figure in costs.nominal}
    for practice in costs.practice:
        if practice.penalty in concerned:
            further = "" if practice.role == "main" else " (further)"
            text = f"observed practice, {practice.penalty}{further}: {practice.text}"
            yield from _wrapped(text, 4, 6)


def _name(figure: Nominal) -> str:
    words = [figure.penalty + ("" if figure.role == "main" else " (further)"), figure.force]
    return ", ".join([*words, *([] if figure.readings == "undisputed" else [figure.readings])])


def _sum(found: Audit, figure: Nominal) -> str:
    if sum_hidden(found, figure):
        return f"kept back, as a rule is broken on {FEW} lines"
    about = "≈ " if found.data.scale != 1 else ""
    if figure.per == "campaign":
        text = f"{figure.total:,.0f} for the campaign"
    else:
        of = f"{figure.amount:,.0f} × {figure.count:,} {_PER[figure.per]}"
        text = f"{about}{figure.total:,.0f} = {of}"
    if figure.cap is not None and figure.uncapped > figure.cap:
        text += f", capped at {figure.cap:,.0f}"
    return text


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────


def _table(table: CountTable) -> Iterator[str]:
    """Violations by hour or territory and rule."""
    title = "local hour" if table.by == "hour" else table.by
    if not table.rules:
        yield f"  violations by {title}: none"
        return
    yield f"  violations by {title}; counts of two rules are not to be added"
    first = max(len(title), *(len(row) for row in table.rows))
    widths = [max(len(rule), 9) for rule in table.rules]
    heads = (f"{rule:>{width}}" for rule, width in zip(table.rules, widths, strict=True))
    yield f"  {title:<{first}}  " + "  ".join(heads)
    for number, row in enumerate(table.rows):
        if not table.counts[number].any():
            continue
        cells = (
            f"{'*' if hidden else f'{count:,}':>{width}}"
            for count, hidden, width in zip(
                table.counts[number], table.hidden[number], widths, strict=True
            )
        )
        yield f"  {row:<{first}}  " + "  ".join(cells)
    if table.hidden.any():
        yield f"  * kept back: it, or one that would follow from it, is of {FEW} lines"
