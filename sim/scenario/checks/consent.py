"""Consent: gathered before it is used, and withdrawn after it was given."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.node import Path
from sim.document.written import clock_text, duration_text, moment_text
from sim.errors import Fault
from sim.scenario import clock
from sim.scenario.checks.bounds import bounds_fault, highest
from sim.scenario.checks.moments import span_of, utc_minute
from sim.scenario.checks.subject import Subject, rule

MOST_ODDS = 1_000
"""Largest multiple of the odds of a pick-up."""
MOST_TIMES = 200
"""Most times in a week that consents may name: an index of them fits in eight bits."""
_CONSENT: Path = ("world", "consent")


@rule("world.consent")
def consent_odds(subject: Subject) -> Iterator[Fault]:
    """People who consented answer at some odds."""
    consent = subject.world.consent
    if consent is not None:
        path = (*_CONSENT, "human_odds")
        yield from bounds_fault(subject, consent.human_odds, path, MOST_ODDS, positive=True)


@rule("world.consent")
def consent_times(subject: Subject) -> Iterator[Fault]:
    """Times that consents name are whole minutes, there are some, and not too many."""
    slot = None if subject.world.consent is None else subject.world.consent.slot
    if slot is None:
        return
    path: Path = (*_CONSENT, "slot")
    if slot.length % 60_000:
        message = f"found {duration_text(slot.length)}; a whole number of minutes is wanted"
        yield subject.fault(message, (*path, "length"))
        return
    fit = max(0, slot.closes - slot.opens) * 60_000 // slot.length
    if not fit:
        yield subject.fault(
            f"no time of {duration_text(slot.length)} fits between {clock_text(slot.opens)} and "
            f"{clock_text(slot.closes)}",
            (*path, "length"),
        )
    elif fit * len(slot.days) > MOST_TIMES:
        yield subject.fault(
            f"makes {fit * len(slot.days):_} times a week; at most {MOST_TIMES} are allowed",
            (*path, "length"),
        )


@rule("world.consent")
def consent_order(subject: Subject) -> Iterator[Fault]:
    """Gathering ends after it begins, and withdrawals after that."""
    consent = subject.world.consent
    if consent is None:
        return
    gathered, until = consent.gathered, consent.until
    if gathered is not None and gathered.ends <= gathered.starts:
        yield subject.fault(
            f"gathering ends ({moment_text(gathered.ends)}) before it has begun "
            f"({moment_text(gathered.starts)})",
            (*_CONSENT, "gathered", "to"),
        )
    if highest(consent.withdrawn) > 0:
        for name, given in (("gathered", gathered), ("until", until)):
            if given is None:
                yield subject.fault(
                    f"withdrawals are spread from consent to `until`: give consent.{name}",
                    (*_CONSENT, "withdrawn"),
                )
    elif until is not None:
        yield subject.warning("has no effect: nobody withdraws", (*_CONSENT, "until"))
    if gathered is not None and until is not None and until < gathered.ends:
        yield subject.fault(
            f"withdrawals end ({moment_text(until)}) before the last consent "
            f"({moment_text(gathered.ends)})",
            (*_CONSENT, "until"),
        )


@rule("campaign", "world.consent")
def consent_before_the_campaign(subject: Subject) -> Iterator[Fault]:
    """Consents were gathered before every campaign."""
    consent, span = subject.world.consent, span_of(subject)
    if consent is None or consent.gathered is None or span is None:
        return
    ends = utc_minute(consent.gathered.ends)
    if ends > span[0]:
        yield subject.fault(
            f"gathering ends at {clock.as_utc(ends)}, after a campaign's start at "
            f"{clock.as_utc(span[0])}",
            (*_CONSENT, "gathered", "to"),
            ("campaign", "start"),
        )


@rule("prices", "world.consent")
def consents_to_pay(subject: Subject) -> Iterator[Fault]:
    """A price per consent needs consents."""
    if subject.strategy.prices.per_consent is not None and subject.world.consent is None:
        yield subject.warning(
            "costs nothing: the world says nothing of consent", ("prices", "per_consent")
        )
