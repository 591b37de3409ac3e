"""The campaign: its order, its moments, its clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.document.written import moment_text
from sim.errors import Fault
from sim.scenario import clock
from sim.scenario.checks.moments import LONGEST_CAMPAIGN_DAYS, clock_fault, span_of, zone_fault
from sim.scenario.checks.subject import Subject, rule


@rule("campaign")
def campaign_order(subject: Subject) -> Iterator[Fault]:
    """The cutoff comes after the start, and not years later."""
    campaign = subject.strategy.campaign
    yield from zone_fault(subject, campaign.timezone, ("campaign", "timezone"))
    paths: tuple[Path, Path] = (("campaign", "cutoff"), ("campaign", "start"))
    length = campaign.cutoff - campaign.start
    if length <= dt.timedelta(0):
        yield subject.fault(
            f"the cutoff {moment_text(campaign.cutoff)} does not come after the start "
            f"{moment_text(campaign.start)}",
            *paths,
        )
    elif length > dt.timedelta(days=LONGEST_CAMPAIGN_DAYS):
        yield subject.fault(
            f"the campaign lasts {length.days} days; at most {LONGEST_CAMPAIGN_DAYS} are allowed",
            *paths,
        )


@rule("campaign")
def campaign_moments(subject: Subject) -> Iterator[Fault]:
    """Start and cutoff happen exactly once."""
    campaign = subject.strategy.campaign
    for name in ("start", "cutoff"):
        yield from clock_fault(
            subject,
            getattr(campaign, name),
            campaign.timezone,
            ("campaign", name),
            ("campaign", "timezone"),
        )


@rule("campaign", "world.territories")
def territory_cutoffs(subject: Subject) -> Iterator[Fault]:
    """Territories' cutoffs name territories, happen once, and lie inside the campaign."""
    campaign, territories = subject.strategy.campaign, subject.world.territories
    span = span_of(subject)
    for name, moment in campaign.territory_cutoffs.items():
        path: Path = ("campaign", "territory_cutoffs", name)
        territory = territories.get(name)
        if territory is None:
            yield subject.fault(unknown_name("territory", name, territories), path, on_key=True)
            continue
        zone = territory.timezone
        yield from clock_fault(subject, moment, zone, path)
        if span is None or zone not in clock.zone_names():
            continue
        minute = clock.first_utc_minute(moment, zone)
        if minute <= span[0]:
            yield subject.warning(
                f"{moment_text(moment)} in {zone} is not after the campaign's start "
                f"({clock.as_utc(span[0])}): nobody in {name} is called",
                path,
            )
        elif minute > span[1]:
            yield subject.warning(
                f"{moment_text(moment)} in {zone} is after the campaign's cutoff "
                f"({clock.as_utc(span[1])}) and has no effect",
                path,
            )


@rule("campaign", "world.territories")
def whole_minute_offsets(subject: Subject) -> Iterator[Fault]:
    """During the campaign every clock differs from UTC by whole minutes."""
    span = span_of(subject)
    if span is None:
        return
    zones: dict[str, list[Path]] = {subject.strategy.campaign.timezone: [("campaign", "timezone")]}
    for name, territory in subject.world.territories.items():
        zones.setdefault(territory.timezone, []).append(("world", "territories", name, "timezone"))
    for zone, paths in zones.items():
        if zone not in clock.zone_names():
            continue
        for piece in clock.pieces(zone, *span):
            if piece.offset_s % 60:
                yield subject.fault(
                    f"the clock of {zone} differs from UTC by {piece.offset_s} s at "
                    f"{clock.as_utc(piece.start)}; only whole minutes are allowed",
                    paths[0],
                )
                break
