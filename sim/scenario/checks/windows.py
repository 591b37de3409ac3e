"""Calling windows: in order, apart, and open at some time everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.document.units import WEEKDAYS
from sim.document.written import clock_text, moment_text
from sim.errors import Fault
from sim.scenario import clock
from sim.scenario.calendars import day_windows, holiday_problem, public_holidays
from sim.scenario.call_times import Written, in_force, written
from sim.scenario.checks.moments import span_of
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.dialing import CallTimes


@rule("dialing")
def window_order(subject: Subject) -> Iterator[Fault]:
    """Each window closes after it opens."""
    for times in written(subject.strategy.dialing):
        yield from order_faults(subject, times.windows, times.path)


@rule("dialing")
def window_overlap(subject: Subject) -> Iterator[Fault]:
    """Windows of the same day do not overlap."""
    for times in written(subject.strategy.dialing):
        yield from overlap_faults(subject, times.windows, times.path)


@rule("dialing", "list", "world.territories")
def territory_windows(subject: Subject) -> Iterator[Fault]:
    """Windows of a territory's own name one that is on the list, and say something."""
    known, listed = subject.world.territories, subject.strategy.list.territories
    dialing = subject.strategy.dialing
    for times in written(dialing):
        name = times.territory
        if name is None:
            continue
        if name not in known:
            yield subject.fault(unknown_name("territory", name, known), times.path, on_key=True)
        elif listed is not None and name not in listed:
            yield subject.warning(f"has no effect: {name} is not on the list", times.path)
        elif times.since is None and times.windows == dialing.call_times:
            yield subject.warning("has no effect: these are the windows of all", times.path)


@rule("campaign", "dialing", "world.territories")
def windows_of_nobody(subject: Subject) -> Iterator[Fault]:
    """Windows of the whole strategy hold in some territory."""
    dialing, names = subject.strategy.dialing, subject.world.territories
    used = {times.path for name in names for times in in_force(dialing, name)}
    for times in written(dialing):
        if times.territory is None and times.path not in used:
            yield subject.warning(
                "has no effect: every territory has windows of its own", times.path
            )


def order_faults(subject: Subject, windows: Sequence[CallTimes], path: Path) -> Iterator[Fault]:
    """Windows that close no later than they open."""
    for index, window in enumerate(windows):
        if window.closes > window.opens:
            continue
        opens, closes = clock_text(window.opens), clock_text(window.closes)
        how = (
            "is empty: it opens and closes at"
            if opens == closes
            else f"closes ({closes}) before it opens at"
        )
        rest = (
            ""
            if opens == closes
            else "; for a window over midnight write two, to 24:00 and from 00:00"
        )
        yield subject.fault(f"the window {how} {opens}{rest}", (*path, index, "to"))


def overlap_faults(subject: Subject, windows: Sequence[CallTimes], path: Path) -> Iterator[Fault]:
    """Windows of the same day that overlap."""
    for (i, one), (j, other) in combinations(enumerate(windows), 2):
        days = [WEEKDAYS[day] for day in one.days if day in other.days]
        if days and max(one.opens, other.opens) < min(one.closes, other.closes):
            yield subject.warning(
                f"overlaps window {i} (the first is 0) on {', '.join(days)}; "
                "the two are taken together",
                (*path, j),
            )


@rule("campaign", "dialing", "list", "world.territories")
def never_open(subject: Subject) -> Iterator[Fault]:
    """Every territory on the list can be called at some time."""
    span = span_of(subject)
    strategy = subject.strategy
    dialing, cutoffs = strategy.dialing, strategy.campaign.territory_cutoffs
    every = [window for times in written(dialing) for window in times.windows]
    if span is None or any(window.closes <= window.opens for window in every):
        return
    for name, territory in subject.world.territories.items():
        zone, code = territory.timezone, territory.holidays
        if strategy.list.territories is not None and name not in strategy.list.territories:
            continue
        if zone not in clock.zone_names() or (code is not None and holiday_problem(code)):
            continue
        start, end = span
        if name in cutoffs:
            end = min(end, clock.first_utc_minute(cutoffs[name], zone))
            if end <= start:
                continue  # said already, of the cutoff
        dates = frozenset[dt.date]()
        if dialing.on_holidays != "normal":
            first, last = (clock.local(minute, zone).date() for minute in (start, end))
            dates = public_holidays(code, first, last)
        times = in_force(dialing, name)
        if not _opens(times, dialing.on_holidays, dates, zone, (start, end), subject):
            hours = (
                f"{moment_text(clock.local(start, zone))} to {moment_text(clock.local(end, zone))}"
            )
            yield subject.fault(
                f"no window is open in {name} during the campaign, which lasts from {hours} there",
                times[0].path,
                ("campaign", "cutoff"),
                ("campaign", "start"),
                ("dialing", "on_holidays"),
                ("campaign", "territory_cutoffs", name),
            )


def _opens(
    times: Sequence[Written],
    on_holidays: str,
    dates: frozenset[dt.date],
    zone: str,
    span: tuple[int, int],
    subject: Subject,
) -> bool:
    """Whether any of the windows that hold one after the other is open in a span of minutes."""
    for (since, until), each in zip(spans_in_force(times, span, subject), times, strict=True):
        windows = day_windows(each.windows, on_holidays, dates)
        if since < until and next(clock.open_intervals(zone, since, until, windows), None):
            return True
    return False


def spans_in_force(
    times: Sequence[Written], span: tuple[int, int], subject: Subject
) -> list[tuple[int, int]]:
    """UTC minutes for which each of the windows that hold one after the other does."""
    zone, (start, end) = subject.strategy.campaign.timezone, span
    since = [
        start if one.since is None else clock.first_utc_minute(one.since, zone) for one in times
    ]
    since = [min(max(minute, start), end) for minute in since]
    return list(zip(since, [*since[1:], end], strict=True))


@rule("dialing.on_holidays", "world.territories")
def holidays_without_effect(subject: Subject) -> Iterator[Fault]:
    """`on_holidays` has holidays to act on."""
    if subject.strategy.dialing.on_holidays == "normal":
        return
    bare = [name for name, place in subject.world.territories.items() if place.holidays is None]
    if bare:
        yield subject.warning(
            f"has no effect in {', '.join(bare)}: no `holidays` are named there",
            ("dialing", "on_holidays"),
        )
