"""Tables of answering by hour: those that are named exist, and one's own make sense."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sim.behaviour.hours import HOUR_TABLES
from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.document.units import WEEKDAYS
from sim.document.written import clock_text
from sim.errors import Fault
from sim.loading.checks.subject import rule
from sim.regimes.laws import Laws
from sim.scenario.checks.bounds import bounds_fault
from sim.scenario.checks.subject import Subject

MOST_ODDS = 1_000
"""Largest odds of a part of the week, as a multiple."""
QUARTER = 15
"""Minutes in the steps by which a table is known."""


@rule("world.line_types.each", "world.hours")
def hour_tables(subject: Subject, _laws: Laws) -> Iterator[Fault]:
    """`by_hour` names a table that exists."""
    known = (*HOUR_TABLES, *subject.world.hours)
    for name, line_type in subject.each("line_types", "answering.by_hour"):
        table = line_type.answering.by_hour
        if table is not None and table not in known:
            path: Path = ("world", "line_types", name, "answering", "by_hour")
            yield subject.fault(unknown_name("table", table, known), path)


@rule("world.hours")
def own_hour_tables(subject: Subject, _laws: Laws) -> Iterator[Fault]:
    """A table of one's own has parts that last and do not overlap, and a name of its own."""
    for name, parts in subject.world.hours.items():
        path: Path = ("world", "hours", name)
        if name in HOUR_TABLES:
            message = f"a published table is called '{name}'; choose another name"
            yield subject.fault(message, path)
        for at, part in enumerate(parts):
            yield from bounds_fault(
                subject, part.odds, (*path, at, "odds"), MOST_ODDS, positive=True
            )
            if part.closes <= part.opens:
                yield subject.fault(
                    f"the part closes ({clock_text(part.closes)}) no later than it opens "
                    f"({clock_text(part.opens)}); over midnight write two, to 24:00 and from 00:00",
                    (*path, at, "to"),
                )
            for key, minute in (("from", part.opens), ("to", part.closes)):
                if rest := minute % QUARTER:
                    yield subject.warning(
                        f"{clock_text(minute)} counts as {clock_text(minute - rest + QUARTER)}: a "
                        "quarter-hour belongs where its first minute does",
                        (*path, at, key),
                    )
        for (i, one), (j, other) in combinations(enumerate(parts), 2):
            days = [WEEKDAYS[day] for day in one.days if day in other.days]
            if days and max(one.opens, other.opens) < min(one.closes, other.closes):
                yield subject.fault(
                    f"overlaps part {i} (the first is 0) on {', '.join(days)}: which odds hold "
                    "cannot be told",
                    (*path, j),
                )


@rule("world.line_types.each", "world.hours")
def own_tables_are_used(subject: Subject, _laws: Laws) -> Iterator[Fault]:
    """A table of one's own is named somewhere."""
    known = dict(subject.each("line_types", "answering.by_hour"))
    if len(known) < len(subject.world.line_types):
        return  # one that cannot be read may name it
    used = {line_type.answering.by_hour for line_type in known.values()}
    for name in subject.world.hours:
        if name not in (*used, *HOUR_TABLES):
            yield subject.warning(
                "has no effect: no line type's answering.by_hour names it", ("world", "hours", name)
            )
