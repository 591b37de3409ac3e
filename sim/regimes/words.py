"""What a rule demands beside its title, in words: hours, numbers, days."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from sim.document.units import WEEKDAYS
from sim.document.written import clock_text, duration_text, share_text
from sim.regimes.model import (
    AbandonmentRule,
    CallerNumberRule,
    CampaignDutyRule,
    ConsentRule,
    Dated,
    FrequencyCapRule,
    HonourOptOutRule,
    HoursRule,
    IdentificationRule,
    MessageRule,
    OppositionRule,
    PauseAfterRefusalRule,
    ProofOfConsentRule,
    RegisterRule,
    Rule,
    RuleBase,
    SilenceRule,
)


def details(rule: Rule) -> list[str]:
    """One line for each thing that the rule sets."""
    return [*_own(rule), *_reach(rule)]


def dates_text(dated: Dated) -> str:
    """When something is in force: ``from 2017-01-01 to 2020-06-29``."""
    return f"from {dated.since}" + (f" to {dated.until}" if dated.until else "")


def days_text(days: tuple[int, ...]) -> str:
    """Weekdays as people write them: ``mon-fri``, ``sat, sun``, ``all``."""
    if len(days) == len(WEEKDAYS):
        return "all"
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in days)


def _reach(rule: RuleBase) -> Iterator[str]:
    """Which calls it looks at, where that is not every call."""
    if rule.applies.line_types is not None:
        yield f"lines: {', '.join(rule.applies.line_types)}"
    if rule.applies.calls != "dialled":
        yield f"calls: those {rule.applies.calls}"
    if rule.lifted_by_consent:
        yield "consent lifts it"


@singledispatch
def _own(rule: RuleBase) -> Iterator[str]:
    """Nothing, for a kind that sets nothing."""
    return iter(())


@_own.register
def _(rule: HoursRule) -> Iterator[str]:
    for window in rule.windows:
        yield f"{days_text(window.days)} {clock_text(window.opens)}–{clock_text(window.closes)}"
    if rule.holidays != "normal":
        like = "closed" if rule.holidays == "closed" else "like a Sunday"
        yield f"public holidays of {rule.holidays_code}: {like}"


@_own.register
def _(rule: ConsentRule) -> Iterator[str]:
    names = {"automated": "automated calls", "caller": "the caller"}
    if rule.scope:
        yield f"consent must name {' and '.join(names[item] for item in rule.scope)}"
    if rule.press_1_counts:
        yield "pressing 1 in the call counts"


@_own.register(RegisterRule)
@_own.register(OppositionRule)
def _(rule: RegisterRule | OppositionRule) -> Iterator[str]:
    yield f"{rule.kind}: {rule.name}"


@_own.register
def _(rule: FrequencyCapRule) -> Iterator[str]:
    how = "any stretch" if rule.rolling else "stretches one after the other"
    if rule.day == "calendar":
        yield f"{rule.calls} calls in {rule.window_days} calendar days of the recipient, {how}"
    else:
        yield f"{rule.calls} calls in {duration_text(rule.window)}, {how}"


@_own.register
def _(rule: PauseAfterRefusalRule) -> Iterator[str]:
    if rule.day == "calendar":
        yield f"{rule.days} whole calendar days of the recipient after that of the refusal"
    else:
        yield f"{rule.days} days of 24 h"


@_own.register
def _(rule: HonourOptOutRule) -> Iterator[str]:
    if rule.business_days is not None:
        yield f"{rule.business_days} business days"
    elif rule.delay is not None:
        yield duration_text(rule.delay)


@_own.register(MessageRule)
@_own.register(IdentificationRule)
def _(rule: MessageRule | IdentificationRule) -> Iterator[str]:
    yield f"requires: {', '.join(rule.requires)}"
    if isinstance(rule, MessageRule) and rule.within is not None:
        yield f"within {duration_text(rule.within)} of the caller's name"


@_own.register
def _(rule: CallerNumberRule) -> Iterator[str]:
    if rule.forbidden_prefixes:
        yield f"not: {', '.join(rule.forbidden_prefixes)}"
    if rule.allowed_prefixes:
        yield f"one of: {', '.join(rule.allowed_prefixes)}"


@_own.register
def _(rule: SilenceRule) -> Iterator[str]:
    first = {0: "the polling day", 1: "the eve"}.get(
        rule.days_before, f"{rule.days_before} days before"
    )
    yield (
        f"from {clock_text(rule.starts)} of {first} to {clock_text(rule.ends)} of the polling day, "
        "local time"
    )
    for poll in rule.polls:
        yield f"{poll.name}: {poll.date} [{_refs(poll.source.ref)}]"
        for group in poll.elsewhere:
            places = ", ".join(group.territories or group.zones)
            yield f"  {group.date} in {places} [{_refs(group.source.ref)}]"


@_own.register
def _(rule: AbandonmentRule) -> Iterator[str]:
    yield f"{share_text(rule.most)} at most"
    if rule.within is not None:
        yield f"the message begins within {duration_text(rule.within)}"
    if rule.shortest_ring is not None:
        yield f"an unanswered call rings for {duration_text(rule.shortest_ring)}"


@_own.register
def _(rule: ProofOfConsentRule) -> Iterator[str]:
    if rule.keep_years is not None:
        yield f"kept for {rule.keep_years} years"


@_own.register
def _(rule: CampaignDutyRule) -> Iterator[str]:
    if rule.deadline is not None:
        yield f"within {duration_text(rule.deadline)} of the first call"


def _refs(refs: tuple[str, ...]) -> str:
    return ", ".join(refs)
