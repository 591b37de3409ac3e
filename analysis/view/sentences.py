"""A verdict in a few sentences: whom the base strategy reaches, at what price, and the law."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.view.clock import written, written_in
from analysis.view.numbers import several
from analysis.view.rounded import about, between, chance, more, rounded
from analysis.view.verdict import Outcome, Range, Verdict
from analysis.view.votes import votes_sentence


def sentences(told: Verdict, *, votes: bool = True) -> tuple[str, ...]:
    """The answer in words, each clause made from numbers; with one on ``votes`` where there are."""
    every = (_reach(told), _price(told), votes_of(told) if votes else "", _law(told))
    return tuple(text for text in every if text)


def with_range(one: Range) -> str:
    """A number with its interval: 1.39 M [0.7–2.22 M]; alone where nothing moves it."""
    return (
        f"{rounded(one.central)} [{between(one.p5, one.p95)}]"
        if one.moves
        else rounded(one.central)
    )


def _reach(told: Verdict) -> str:
    run, base = told.run, told.base
    name, zone = base.strategy, run.timezone
    cutoff = run.cutoffs[name]
    at = f"its cutoff, {written_in(cutoff, zone)}" if not np.isnat(cutoff) else "its cutoff"
    share = base.share_dialled or 0.0
    if base.binds == "order":
        text = (
            f"{name} is stopped by the regulator's order with {chance(share)} of its list dialled"
        )
    elif base.done is None:
        text = (
            f"{name} dials about {chance(share)} of its list before {at} (whether it finishes, "
            "only full size tells)"
        )
    elif base.done:
        # As a reader counts who sees the two moments to the minute.
        early = int((cutoff - base.done_utc.astype("datetime64[m]")) / np.timedelta64(1, "m"))
        text = (
            f"{name} finishes its list on {written_in(base.done_utc, zone)}, {_span(early)} "
            "before its cutoff,"
        )
    else:
        worst, several_ = base.behind, len(run.of("territories", name)["territory"]) > 1
        most = f" ({chance(worst.undialled)} of {worst.territory}'s)" if worst and several_ else ""
        left = f"{chance(1 - share)} of its list{most}"
        text = f"{name} does not finish: {left} is undialled at {at}. It"
    if base.people is None:
        return f"{text}." if not text.endswith("It") else text.removesuffix(" It")
    joined = text if text.endswith((" It", ",")) else f"{text},"
    links = " reaches" if text.endswith(" It") else " and reaches"
    return f"{joined}{links} {run.approx}{with_range(base.people)} people{_by_voicemail(told)}."


def _span(minutes: int) -> str:
    """A span as people say it."""
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"


def _by_voicemail(told: Verdict) -> str:
    run, name = told.run, told.base.strategy
    people = run.metric(name, "people_reached")
    only = run.metric(name, "people_reached_voicemail_only")
    if not people or not only:
        return ""
    return f", {chance(only / people)} of them by voicemail alone"


def _price(told: Verdict) -> str:
    run, base = told.run, told.base
    text = ""
    if base.cost is not None:
        text = f"It costs {run.approx}{rounded(base.cost)} {run.currency or ''}".strip() + ". "
    early = base.complaints.get("complaints_regulator_before_cutoff")
    if early is None:
        return text.strip()
    text += (
        "Less than one complaint to the regulator is"
        if early.expected < 0.5
        else f"About {about(early.expected)} complaints to the regulator are"
    )
    text += (
        f" to be expected by the stop (P95 {rounded(early.p95)}){with_stories(told.run.stories)}"
    )
    enough = run.regulator_thresholds.get("contact")
    if base.contact is not None and enough is not None:
        where = "" if base.stands else ", at central inputs"
        text += (
            f"; with a chance of {chance(base.contact)}{where} they are enough for it to make "
            f"contact (from {enough})"
        )
    return f"{text}."


WHERE = {
    "regulator": "at the regulator",
    "operator": "at an operator",
    "social": "on social media",
    "press": "in the press",
}
"""Where a story breaks, by its channel."""


def with_stories(stories: Iterable[tuple[str, np.datetime64]]) -> str:
    """That stories which break by themselves are counted: channel and local moment of each."""
    found = [f"{WHERE[channel]} on {written(at)}" for channel, at in stories]
    return f", with a story {several(found, 3)}" if found else ""


def votes_of(told: Verdict) -> str:
    """Votes that the base strategy gains; empty where nothing is said of votes."""
    votes = told.base.votes
    return "" if votes is None else votes_sentence(votes, told.run.currency)


def _law(told: Verdict) -> str:
    base = told.base
    if not base.assessed:
        return ""
    law = [rule for rule in base.broken if rule.force == "law"]
    if law:
        count = "a rule" if len(law) == 1 else f"{len(law)} rules"
        text = f"It breaks {count} of law: {several([f'“{rule.title}”' for rule in law], 2)}"
    elif base.assessed.get("law"):
        text = f"It breaks no rule of law that was in force ({base.assessed['law']} assessed)"
    else:
        text = "No rule of law was assessed"
    advised = base.assessed.get("recommendation", 0) + base.assessed.get("voluntary", 0)
    if advised:
        kept = advised - len([rule for rule in base.broken if rule.force != "law"])
        which = "none" if kept == 0 else "all" if kept == advised else f"{kept}"
        advice = "recommendation" if advised == 1 else "recommendations"
        text += f", and keeps {which} of {advised} {advice}"
    keeping = _keeping(told) if base.broken else None
    if keeping is not None and keeping.against is not None:
        alike = keeping.against.verdict == "within noise"
        text += (
            f"; {keeping.strategy}, found to break none, reaches "
            f"{'as many' if alike else more(keeping.against.p50)} people"
            f"{', within noise' if alike else ''}"
        )
    return f"{text}."


def _keeping(told: Verdict) -> Outcome | None:
    """Of the strategies in which nothing was found to be broken, the one that reaches most."""
    whole = [one for one in told.others if not one.broken and one.assessed and one.people]
    return max(whole, key=lambda one: one.people.central if one.people else 0.0, default=None)
