"""The first screen of the report: the answer in words and side by side, and what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator

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
from analysis.view.numbers import MISSING, NARROW, share, small_share
from analysis.view.rounded import between, rounded
from analysis.view.sentences import sentences
from analysis.view.verdict import Outcome, Verdict


def opening(told: Verdict) -> Html:
    """The question, the verdict in words, and what to know of a scaled run."""
    run = told.run
    question = paragraph(run.question, "question") if run.question else ""
    scaled = (
        f'<p><span class="badge">Run at {esc(small_share(run.scale))} of the lines: '
        f"counts marked ≈ are full-size equivalents.</span></p>"
        if run.scaled
        else ""
    )
    notices = "".join(paragraph(notice, "small") for notice in run.notices)
    return question + paragraph(" ".join(sentences(told)), "lead") + scaled + notices


def headline(told: Verdict) -> Html:
    """What each strategy reached and costs, a row each."""
    run = told.run
    header = (
        "Strategy",
        "People reached",
        _live_label(run),
        "Lines whose voicemail is heard",
        *(("Complaints expected",) if _complain(told) else ()),
        *((f"Cost ({run.currency})",) if run.currency else ()),
        "Lines undialled at the cutoff",
        f"List done ({place(run.timezone)} time)",
    )
    head = "".join(f'<th scope="col">{esc(cell)}</th>' for cell in header)
    body = ""
    for one in told.outcomes:
        color = look(run, one.strategy).color
        body += (
            f'<tr><th scope="row"><span class="swatch" style="border-color:{color}"></span>'
            f"{esc(one.strategy)}</th>"
        )
        cells = [cell for cell in _cells(told, one) if cell is not None]
        for i, (label, (cell, beside)) in enumerate(zip(header[1:], cells, strict=True)):
            kind = ' class="people"' if i == 0 else ""
            beneath = f'<span class="change">{esc(beside)}</span>' if beside else ""
            body += f'<td{kind} data-label="{esc(label)}"><span>{esc(cell)}{beneath}</span></td>'
        body += "</tr>"
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="What each strategy reached">'
        f'<table class="headline"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        + paragraph(_beneath(told), "small")
    )


def _complain(told: Verdict) -> bool:
    """Whether anybody complains."""
    return any(one.complaints for one in told.outcomes)


def _cells(told: Verdict, one: Outcome) -> Iterator[tuple[str, str] | None]:
    """Values of a row, each with what stands beneath it; None where there is no such column."""
    run, name = told.run, one.strategy
    yield value_text(run, name, "people_reached"), _people(run, one)
    live = _change(run, one, "lines_delivered_live") if one.live_differs else "≈"
    yield value_text(run, name, "lines_delivered_live"), live
    yield value_text(run, name, "lines_voicemail_heard"), _change(run, one, "lines_voicemail_heard")
    count = one.complaints.get("complaints")
    expected = (rounded(count.expected), f"P95 {rounded(count.p95)}") if count else (MISSING, "")
    yield expected if _complain(told) else None
    yield (value_text(run, name, "cost"), "") if run.currency else None
    yield value_text(run, name, "lines_undialled"), ""
    yield _done(run, name), ""


def _people(run: RunView, one: Outcome) -> str:
    """The interval of people reached; for others than the base, of their ratio to it."""
    if one.people is None or not len(run.of("readings", one.strategy)["draw"]):
        return _change(run, one, "people_reached")
    if one.against is None:
        return f"[{between(one.people.p5, one.people.p95)}]" if one.people.moves else ""
    return one.against.text


def _beneath(told: Verdict) -> str:
    """What stands beneath values, and what units there are."""
    words = ""
    if told.draws:
        words += (
            f"Beneath people reached: P5–P95 of {told.draws:,} draws of the {told.base.drawn} of "
            f"{told.uncertain} uncertain inputs that no call hangs on; for other strategies than "
            f"{told.run.base}, their ratio to it, draw by draw; ≈ is no sign beyond noise. "
        )
    if _complain(told):
        words += (
            "Complaints are expected at central inputs, their 95 % point is over draws and luck; "
            "what this run drew, as the charts show it, is one realisation. "
        )
    return (
        f"{words}People and lines are different units: a line may have several voters behind it. "
        "A line reached live and by voicemail counts once among the people."
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


def _change(run: RunView, one: Outcome, metric: str) -> str:
    """A difference from the base, relative where that says something."""
    if one.against is None and one.strategy == run.base:
        return ""
    change = difference_text(run, one.strategy, metric)
    relative = relative_text(run, one.strategy, metric)
    return relative or ("" if change == "=" else change)
