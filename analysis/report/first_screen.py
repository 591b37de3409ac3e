"""The first screen of the report: the answer in words and side by side, and what it hangs on."""

from __future__ import annotations

from analysis.figures.style import look
from analysis.report.markup import (
    Html,
    esc,
    paragraph,
)
from analysis.view import RunView
from analysis.view.clock import place, written_in
from analysis.view.heard import heard_share, people_if
from analysis.view.metrics_text import (
    difference_text,
    relative_text,
    value_text,
)
from analysis.view.numbers import NARROW, share, small_share


def opening(run: RunView) -> Html:
    """The question, the base strategy's answer in words, and what to know of a scaled run."""
    base = run.base
    question = paragraph(run.question, "question") if run.question else ""
    cutoff = written_in(run.cutoffs[base], run.timezone)
    words = (
        f"{base} dials {run.count(run.metric(base, 'lines_dialled'))} of "
        f"{run.count(run.metric(base, 'lines_on_list'))} lines before its cutoff ({cutoff}, "
        f"{place(run.timezone)}) and reaches {run.count(run.metric(base, 'people_reached'))} "
        f"people, {run.count(run.metric(base, 'people_reached_by_cutoff'))} of them by then. "
        f"The message is delivered live on "
        f"{run.count(run.metric(base, 'lines_delivered_live'))} lines; voicemail is heard on "
        f"{run.count(run.metric(base, 'lines_voicemail_heard'))} lines{_late(run)}."
    )
    scaled = (
        f'<p><span class="badge">Run at {esc(small_share(run.scale))} of the lines: '
        f"counts marked ≈ are full-size equivalents.</span></p>"
        if run.scaled
        else ""
    )
    notices = "".join(paragraph(notice, "small") for notice in run.notices)
    return question + paragraph(words, "lead") + scaled + notices


def _late(run: RunView) -> str:
    late = run.metric(run.base, "lines_voicemail_heard_after_cutoff")
    return f", on {run.count(late)} of these only after the cutoff" if late else ""


def headline(run: RunView) -> Html:
    """What each strategy reached, a row each."""
    header = (
        "Strategy",
        "People reached",
        "Of the electorate",
        _live_label(run),
        "Lines whose voicemail is heard",
        "Lines undialled at the cutoff",
        f"List done ({place(run.timezone)} time)",
    )
    head = "".join(f'<th scope="col">{esc(cell)}</th>' for cell in header)
    body = ""
    for strategy in run.strategies:
        cells = (
            value_text(run, strategy, "people_reached"),
            value_text(run, strategy, "share_of_electorate"),
            value_text(run, strategy, "lines_delivered_live"),
            value_text(run, strategy, "lines_voicemail_heard"),
            value_text(run, strategy, "lines_undialled"),
            _done(run, strategy),
        )
        changes = tuple(
            "" if strategy == run.base else _change(run, strategy, metric)
            for metric in (
                "people_reached",
                "",
                "lines_delivered_live",
                "lines_voicemail_heard",
                "",
                "",
            )
        )
        color = look(run, strategy).color
        body += (
            f'<tr><th scope="row"><span class="swatch" style="border-color:{color}"></span>'
            f"{esc(strategy)}</th>"
        )
        for i, (label, cell, change) in enumerate(zip(header[1:], cells, changes, strict=True)):
            kind = ' class="people"' if i == 0 else ""
            beneath = f'<span class="change">{esc(change)}</span>' if change else ""
            body += f'<td{kind} data-label="{esc(label)}"><span>{esc(cell)}{beneath}</span></td>'
        body += "</tr>"
    beneath = f"Beneath a value: its difference from {run.base}. " if run.others else ""
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="What each strategy reached">'
        f'<table class="headline"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        + paragraph(
            f"{beneath}People and lines are different units: a line may have several voters "
            "behind it. A line reached live and by voicemail counts once among the people.",
            "small",
        )
    )


def drives(run: RunView) -> Html:
    """What the result hangs on most: the share of voicemails heard."""
    heard = heard_share(run)
    if heard is None:
        return ""
    only = run.metric(run.base, "people_reached_voicemail_only") or 0.0
    people = run.metric(run.base, "people_reached") or 0.0
    if run.reached_voicemail.get(run.base, "heard") != "heard" or not people:
        return ""
    first = (
        f"The share of voicemails that somebody hears drives this result. {share(only / people)} "
        f"of the people that {run.base} reaches are reached by voicemail only."
    )
    if heard.is_range:
        low, high = (people_if(run, run.base, v, heard.central) for v in (heard.low, heard.high))
        second = (
            f"That share is assumed, from {share(heard.low, 0)} to {share(heard.high, 0)}; this "
            f"run took {share(heard.central, 0)}. By arithmetic, not by a new run, {run.base} "
            f"would reach {run.count(low)} people at the low end and {run.count(high)} at the "
            "high end."
        )
    else:
        second = f"The scenario takes it to be {share(heard.central, 0)} and gives no range."
    return (
        f'<div class="drives"><p><strong>{esc(first)}</strong></p><p>{esc(second)} '
        '<a href="#voicemail">All strategies</a></p></div>'
    )


def _done(run: RunView, strategy: str) -> str:
    if run.scaled:
        return "full size only"
    done = run.list_done(strategy)
    return "not done" if str(done) == "NaT" else written_in(done, run.timezone)


def _live_label(run: RunView) -> str:
    marks = {run.reached_live_ms[s] for s in run.strategies if s in run.reached_live_ms}
    if len(marks) != 1:
        return "Lines delivered live"
    return f"Lines delivered live (heard ≥ {marks.pop() / 1000:g}{NARROW}s, or to the end)"


def _change(run: RunView, strategy: str, metric: str) -> str:
    """A difference from the base, relative where that says something."""
    if not metric:
        return ""
    change = difference_text(run, strategy, metric)
    relative = relative_text(run, strategy, metric)
    return relative or ("" if change == "=" else change)
