"""What spans several fields of one rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Node
from sim.document.validate import fault_at
from sim.document.written import clock_text, duration_text
from sim.errors import Fault
from sim.regimes.model import (
    DAY_MS,
    CallerNumberRule,
    FrequencyCapRule,
    HonourOptOutRule,
    HoursRule,
    Rule,
    SilenceRule,
)
from sim.regimes.places import at
from sim.regimes.words import dates_text
from sim.scenario.calendars import holiday_problem
from sim.scenario.clock import zone_names


def check_rule(rule: Rule, node: Node) -> Iterator[Fault]:
    """What is wrong with a rule whose fields are right one by one."""
    yield from _disputed(rule, node)
    if isinstance(rule, HoursRule):
        yield from _hours(rule, node)
    elif isinstance(rule, HonourOptOutRule):
        if (rule.delay is None) == (rule.business_days is None):
            given = "both" if rule.delay is not None else "neither"
            yield fault_at(node, f"has {given} of delay and business_days; one of them is wanted")
    elif isinstance(rule, FrequencyCapRule):
        if rule.day == "calendar" and rule.window % DAY_MS:
            yield fault_at(
                at(node, "window"),
                f"found {duration_text(rule.window)}; with `day: calendar` whole days are wanted, "
                "such as 30 d",
            )
    elif isinstance(rule, CallerNumberRule):
        if not rule.forbidden_prefixes and not rule.allowed_prefixes:
            yield fault_at(
                node, "forbids nothing: forbidden_prefixes or allowed_prefixes is wanted"
            )
    elif isinstance(rule, SilenceRule):
        yield from _silence(rule, node)


def _disputed(rule: Rule, node: Node) -> Iterator[Fault]:
    if rule.disputes is not None and rule.reading is None:
        yield fault_at(
            at(node, "disputes"), "needs `reading: strict` or `reading: lenient` with it"
        )
    if rule.reading is not None and rule.disputes is None:
        yield fault_at(at(node, "reading"), "needs `disputes`, the name of the question, with it")


def _hours(rule: HoursRule, node: Node) -> Iterator[Fault]:
    for index, window in enumerate(rule.windows):
        if window.closes <= window.opens:
            yield fault_at(
                at(node, "windows", index, "to"),
                f"found {clock_text(window.closes)}; a window closes after it opens, "
                f"{clock_text(window.opens)}: write two that meet at midnight",
            )
    if rule.holidays == "normal":
        return
    if rule.holidays_code is None:
        yield fault_at(
            at(node, "holidays"),
            f"found {rule.holidays}; it needs `holidays_code`, such as FR, with it",
        )
    elif problem := holiday_problem(rule.holidays_code):
        yield fault_at(at(node, "holidays_code"), problem)


def _silence(rule: SilenceRule, node: Node) -> Iterator[Fault]:
    for index, poll in enumerate(rule.polls):
        place = at(node, "polls", index)
        yield from _poll_day(rule, poll.date, at(place, "date"))
        for group, elsewhere in enumerate(poll.elsewhere):
            where = at(place, "elsewhere", group)
            yield from _poll_day(rule, elsewhere.date, at(where, "date"))
            if not elsewhere.territories and not elsewhere.zones:
                yield fault_at(where, "names no place: territories or zones are wanted")
            for number, zone in enumerate(elsewhere.zones):
                if zone not in zone_names():
                    message = unknown_name("time zone", zone, sorted(zone_names())).split(
                        " known:"
                    )[0]
                    yield fault_at(at(where, "zones", number), message.rstrip(";"))


def _poll_day(rule: SilenceRule, day: dt.date, node: Node) -> Iterator[Fault]:
    first = day - dt.timedelta(days=rule.days_before)
    if not rule.in_force(first) or not rule.in_force(day):
        yield fault_at(
            node, f"found {day}; its silence falls outside the rule's dates, {dates_text(rule)}"
        )
