"""An audit in words."""

from __future__ import annotations

from collections.abc import Iterator

from sim.audit.auditor import Audit, RuleResult
from sim.audit.exposure import Exposure, Nominal
from sim.audit.shown import (
    FEW,
    By,
    CountTable,
    count_table,
    is_hidden,
    part_hidden,
    shown_moment,
    sum_hidden,
)

_PER = {"violation": "violations", "call": "calls", "campaign": "for the campaign"}


def audit_text(found: Audit, costs: Exposure, by: By | None = None) -> str:
    """An audit and its exposure for a terminal."""
    lines = [f"{found.data.name} against {found.regime.id}: {found.regime.title}"]
    lines += [f"  warning: {warning}" for warning in found.warnings]
    width = max(len(result.rule.id) for result in found.results)
    forces = max(len(_force(result)) for result in found.results)
    for result in found.results:
        head = f"  {result.rule.id:<{width}}  {_force(result):<{forces}}  "
        lines.append(head + _finding(found, result))
        lines += [" " * len(head) + note for note in _remarks(found, result)]
    lines.append(f"  {found.counts()}")
    lines += _exposure(found, costs)
    if by is not None:
        table = count_table(found, by)
        lines += ["", *(_table(table) if table else [f"  by {by}: not known"])]
    return "\n".join(lines)


def _force(result: RuleResult) -> str:
    reading = result.rule.reading
    return result.rule.force + (f", {reading} reading" if reading else "")


def _finding(found: Audit, result: RuleResult) -> str:
    """What was found of a rule."""
    if result.status == "not_in_force":
        return f"not in force on these days: {result.reason}"
    if not result.assessed:
        return f"not assessed: {result.reason}"
    if not result.violations:
        return f"no violation in {result.calls:,} call{_s(result.calls)}"
    if is_hidden(found, result):
        return f"violations on {FEW} lines"
    span = (
        f"first {shown_moment(found, result.first_ms)}, "
        f"last {shown_moment(found, result.last_ms)} UTC"
    )
    if result.campaign:
        return f"violated, once for the campaign; {span}"
    return (
        f"{result.violations:,} violation{_s(result.violations)} in {result.calls:,} "
        f"call{_s(result.calls)}, on {result.lines:,} line{_s(result.lines)}; {span}"
    )


def _remarks(found: Audit, result: RuleResult) -> Iterator[str]:
    """What is counted apart, and notes."""
    hidden = is_hidden(found, result)
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
    yield f"  exposure in {costs.currency} ({costs.label}); no two of these sums are to be added"
    for figure in costs.nominal:
        yield f"    nominal, {_name(figure)}: {_sum(found, figure)}"
        yield from (f"      {note}" for note in figure.notes)
    concerned = {figure.penalty for figure in costs.nominal}
    for practice in costs.practice:
        if practice.penalty in concerned:
            further = "" if practice.role == "main" else " (further)"
            yield f"    observed practice, {practice.penalty}{further}: {practice.text}"


def _name(figure: Nominal) -> str:
    words = [figure.penalty + ("" if figure.role == "main" else " (further)"), figure.force]
    return ", ".join([*words, *([] if figure.readings == "undisputed" else [figure.readings])])


def _sum(found: Audit, figure: Nominal) -> str:
    if sum_hidden(found, figure):
        return f"kept back, as a rule is broken on {FEW} lines"
    if figure.per == "campaign":
        text = f"{figure.total:,.0f} for the campaign"
    else:
        text = f"{figure.total:,.0f} = {figure.amount:,.0f} × {figure.count:,} {_PER[figure.per]}"
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
