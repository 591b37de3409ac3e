"""Other rules of the world: answering, territories, and names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.document.node import Path
from sim.document.units import shown
from sim.document.written import share_text
from sim.document.zones import fixed_zone
from sim.errors import Fault
from sim.scenario.calendars import holiday_problem
from sim.scenario.checks.bounds import bounds_fault, lowest
from sim.scenario.checks.moments import zone_fault
from sim.scenario.checks.subject import Subject, rule

MOST_ODDS = 1_000
"""Largest odds of an attempt, as a multiple of those of the first."""
MOST_VOTERS = 200
"""Most voters behind a line, on average: eight bits hold their number."""


MOST_CORRELATION = 0.99
"""Largest correlation of machines with the propensity to answer, of either sign."""
MOST_CLASSES = 20_000
"""Most classes of lines times attempts that answer otherwise: a table of chances holds a row of a
week for each."""


@rule("world.line_types", "world.segments", "world.consent", "world.lines_in_use")
def classes_of_lines(subject: Subject) -> Iterator[Fault]:
    """Line types, segments, consent and cohorts do not make more classes than tables hold."""
    world = subject.world
    answering = [line_type.answering for line_type in world.line_types.values()]
    cohorts = max(each.frailty.cohorts if each.frailty else 1 for each in answering)
    attempts = max(len(each.by_attempt) for each in answering)
    strata = len(world.segments or "1") * (1 if world.consent is None else 2)
    strata += world.lines_in_use.central < 1
    classes = len(answering) * strata * cohorts
    if classes * attempts > MOST_CLASSES:
        yield subject.fault(
            f"line types, segments, consent and cohorts make {classes:_} classes of lines, times "
            f"{attempts} attempts that answer otherwise; at most {MOST_CLASSES:_} are allowed",
            ("world", "line_types"),
        )


@rule("world.lines_in_use")
def somebody_uses_a_line(subject: Subject) -> Iterator[Fault]:
    """Where nobody uses any line, no share of dials can be a person's."""
    if lowest(subject.world.lines_in_use) <= 0:
        yield subject.fault("found 0; more than 0 to 100 % is allowed", ("world", "lines_in_use"))


@rule("world.line_types.each")
def machines_and_people(subject: Subject) -> Iterator[Fault]:
    """A machine can go with a propensity that lines differ in, and not wholly."""
    for name, line_type in subject.each("line_types", "answering"):
        found = line_type.answering.machine_correlation
        path: Path = ("world", "line_types", name, "answering", "machine_correlation")
        if abs(found) > MOST_CORRELATION:
            yield subject.fault(
                f"found {found:g}; -{MOST_CORRELATION} to {MOST_CORRELATION} is allowed", path
            )
        elif found and line_type.answering.frailty is None:
            yield subject.fault("lines that all answer alike go with nothing; set frailty", path)


@rule("world.voters_per_line")
def voters_behind_a_line(subject: Subject) -> Iterator[Fault]:
    """A line has no more voters than its column holds."""
    path: Path = ("world", "voters_per_line")
    yield from bounds_fault(subject, subject.world.voters_per_line, path, MOST_VOTERS)


@rule("world.voters_per_line", "world.lines_without_voters")
def voters_behind_lines_that_have_any(subject: Subject) -> Iterator[Fault]:
    """Lines with any voters have one at least, so their share is at most the mean."""
    mean, none = subject.world.voters_per_line, subject.world.lines_without_voters
    if none.central > 0 and mean.central < 1 - none.central:
        yield subject.fault(
            f"leaves {share_text(1 - none.central)} of lines with one voter or more, over the mean "
            f"of voters_per_line, {mean.central:g}",
            ("world", "lines_without_voters"),
        )


@rule("world.line_types.each")
def frailty_spread(subject: Subject) -> Iterator[Fault]:
    """Frailty is not so wide that a line answers always or never."""
    for name, line_type in subject.each("line_types", "answering.frailty"):
        frailty = line_type.answering.frailty
        if frailty is None:
            continue
        most = frailty.sd.central if frailty.sd.high is None else frailty.sd.high
        if most > 5:
            path: Path = ("world", "line_types", name, "answering", "frailty", "sd")
            yield subject.fault(f"found {most:g}; 0 to 5 is allowed", path)


@rule("world.line_types.each")
def first_attempt_is_the_reference(subject: Subject) -> Iterator[Fault]:
    """The shares are those of first attempts, so the odds of the first are 1."""
    for name, line_type in subject.each("line_types", "answering.by_attempt"):
        path: Path = ("world", "line_types", name, "answering", "by_attempt")
        for at, odds in enumerate(line_type.answering.by_attempt):
            yield from bounds_fault(subject, odds, (*path, at), MOST_ODDS, positive=True)
        first = line_type.answering.by_attempt[0]
        if first.is_range:
            message = "is a range; the first attempt is the reference: its odds are 1"
            yield subject.fault(message, (*path, 0))
        elif first.central not in (0, 1):
            message = f"found {first.central:g}; the first attempt is the reference: its odds are 1"
            yield subject.fault(message, (*path, 0))


@rule("world.territories", "world.electorate")
def territory_electorates(subject: Subject) -> Iterator[Fault]:
    """Territories have no more voters together than the world."""
    voters = [place.electorate or 0 for place in subject.world.territories.values()]
    if sum(voters) > subject.world.electorate:
        yield subject.warning(
            f"the territories' electorates sum to {sum(voters):_}, more than the world's "
            f"{subject.world.electorate:_}",
            ("world", "electorate"),
        )


@rule("world.territories.each")
def territory_zones(subject: Subject) -> Iterator[Fault]:
    """Territories' zones exist."""
    for name, territory in subject.each("territories", "timezone"):
        yield from zone_fault(
            subject, territory.timezone, ("world", "territories", name, "timezone")
        )


@rule("world.territories.each")
def territory_clocks(subject: Subject) -> Iterator[Fault]:
    """Territories live by a clock of a place, not by one that keeps an offset all year.

    UTC itself is taken: it stands for a world without clock changes.
    """
    for name, territory in subject.each("territories", "timezone"):
        warning = fixed_zone(territory.timezone)
        if warning is not None and territory.timezone not in ("UTC", "Etc/UTC"):
            yield subject.warning(warning, ("world", "territories", name, "timezone"))


@rule("world.territories.each")
def territory_holidays(subject: Subject) -> Iterator[Fault]:
    """Territories' holidays are known."""
    for name, territory in subject.each("territories", "holidays"):
        if territory.holidays is None:
            continue
        if reason := holiday_problem(territory.holidays):
            yield subject.fault(reason, ("world", "territories", name, "holidays"))


@rule("world.territories", "world.line_types", "world.segments")
def group_names(subject: Subject) -> Iterator[Fault]:
    """Names of territories, line types and segments can be part of a path."""
    for what in ("territories", "line_types", "segments"):
        for name in getattr(subject.world, what) or {}:
            if not re.fullmatch(r"[\w-]{1,40}", name):
                yield subject.fault(
                    f"found the name {shown(name)}; a name has 1 to 40 letters, digits, - and _",
                    ("world", what, name),
                )
