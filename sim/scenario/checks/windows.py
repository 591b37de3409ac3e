"""Calling windows: in order, apart, and open at some time everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

from sim.document.node import Path
from sim.document.units import WEEKDAYS
from sim.document.written import clock_text, moment_text
from sim.errors import Fault
from sim.scenario import clock
from sim.scenario.calendars import day_windows, holiday_problem, public_holidays
from sim.scenario.checks.moments import span_of
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.dialing import CallTimes

_CALL_TIMES: Path = ("dialing", "call_times")


@rule("dialing.call_times")
def window_order(subject: Subject) -> Iterator[Fault]:
    """Each window closes after it opens."""
    yield from order_faults(subject, subject.strategy.dialing.call_times, _CALL_TIMES)


@rule("dialing.call_times")
def window_overlap(subject: Subject) -> Iterator[Fault]:
    """Windows of the same day do not overlap."""
    yield from overlap_faults(subject, subject.strategy.dialing.call_times, _CALL_TIMES)


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
    if span is None or any(window.closes <= window.opens for window in dialing.call_times):
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
        windows = day_windows(dialing.call_times, dialing.on_holidays, dates)
        if next(clock.open_intervals(zone, start, end, windows), None) is None:
            hours = (
                f"{moment_text(clock.local(start, zone))} to {moment_text(clock.local(end, zone))}"
            )
            yield subject.fault(
                f"no window is open in {name} during the campaign, which lasts from {hours} there",
                ("dialing", "call_times"),
                ("campaign", "cutoff"),
                ("campaign", "start"),
                ("dialing", "on_holidays"),
                ("campaign", "territory_cutoffs", name),
            )


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
