"""What the share of voicemails that are heard does to the result, by arithmetic."""

from __future__ import annotations

from analysis.report.markup import Html, esc
from analysis.view import RunView
from analysis.view.heard import heard_share, people_if
from analysis.view.numbers import share


def heard_html(run: RunView) -> Html:
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
