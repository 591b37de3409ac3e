"""Tables of answering by hour: those that are named exist."""

from __future__ import annotations

from collections.abc import Iterator

from sim.behaviour.hours import HOUR_TABLES
from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.errors import Fault
from sim.loading.checks.subject import rule
from sim.regimes.laws import Laws
from sim.scenario.checks.subject import Subject


@rule("world.line_types.each")
def hour_tables(subject: Subject, _laws: Laws) -> Iterator[Fault]:
    """`by_hour` names a table that exists."""
    for name, line_type in subject.world.line_types.items():
        table = line_type.answering.by_hour
        if table is not None and table not in HOUR_TABLES:
            path: Path = ("world", "line_types", name, "answering", "by_hour")
            yield subject.fault(unknown_name("table", table, HOUR_TABLES), path)
