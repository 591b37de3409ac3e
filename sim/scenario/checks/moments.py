"""Local moments: in a zone that exists, and happening exactly once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.document.messages import did_you_mean
from sim.document.node import Path
from sim.document.units import shown
from sim.document.written import moment_text
from sim.errors import Fault
from sim.scenario import clock
from sim.scenario.checks.subject import Subject

LONGEST_CAMPAIGN_DAYS = 400
"""Longest campaign."""


def utc_minute(moment: dt.datetime) -> int:
    """The minute since 1970 of a moment that is written in UTC."""
    return (moment - clock.EPOCH) // dt.timedelta(minutes=1)


def span_of(subject: Subject) -> tuple[int, int] | None:
    """The campaign in UTC minutes; None where other rules find its moments or zone wanting."""
    campaign = subject.strategy.campaign
    if campaign.timezone not in clock.zone_names():
        return None
    start = clock.first_utc_minute(campaign.start, campaign.timezone)
    cutoff = clock.first_utc_minute(campaign.cutoff, campaign.timezone)
    return (start, cutoff) if 0 < cutoff - start <= LONGEST_CAMPAIGN_DAYS * clock.DAY else None


def zone_fault(subject: Subject, zone: str, path: Path) -> Iterator[Fault]:
    """A time zone that does not exist."""
    names = clock.zone_names()
    if zone not in names:
        places = {name.rsplit("/", 1)[-1].lower(): name for name in sorted(names)}
        same = places.get(zone.rsplit("/", 1)[-1].replace(" ", "_").lower())
        hint = f"; did you mean '{same}'?" if same else did_you_mean(zone, sorted(names))
        hint = hint or "; an IANA name is wanted: Europe/Paris"
        yield subject.fault(f"there is no time zone {shown(zone)}{hint}", path)


def clock_fault(subject: Subject, moment: dt.datetime, zone: str, *paths: Path) -> Iterator[Fault]:
    """A local moment that a clock change skips or repeats."""
    if zone not in clock.zone_names():
        return
    readings = clock.utc_minutes(moment, zone)
    if len(readings) == 1:
        return
    text = moment_text(moment)
    if len(readings) > 1:
        first, second = readings[0], readings[-1]
        gap = second - first
        before, after = (moment_text(moment + dt.timedelta(minutes=m)) for m in (-gap, gap))
        yield subject.fault(
            f"{text} happens twice in {zone}, where clocks go back: at {clock.as_utc(first)} and "
            f"at {clock.as_utc(second)}; write a time that happens once, such as {before} or "
            f"{after}",
            *paths,
        )
        return
    (early, early_local), (late, late_local) = (clock.skipped(moment, zone) * 2)[:2]
    yield subject.fault(
        f"{text} does not happen in {zone}, where clocks go forward over it: it could mean "
        f"{clock.as_utc(early)} or {clock.as_utc(late)}; write {moment_text(early_local)} or "
        f"{moment_text(late_local)}",
        *paths,
    )
