"""What the plain auditor knows of each call, and how it puts answers together.

An answer is yes, no, or None where what it hangs on is not known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sim.audit.tables import AuditInput
from sim.errors import CannotJudgeError
from sim.regimes.model import (
    Rule,
)

_MS = dt.timedelta(milliseconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class PlainVerdict:
    """What the plain auditor says of one rule."""

    status: str
    """``assessed``, ``not_assessable`` or ``not_in_force``."""
    violating: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls that break it."""
    overrun: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls that began rightly and ran past an edge."""
    heard: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls whose message was left rightly and heard in the silence."""
    unknown: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls of which it is not known whether they break it."""
    broken: bool = False
    """Whether a duty that the campaign has once was not met."""


class UnknownError(CannotJudgeError):
    """A rule needs what is not known."""

    def __init__(self) -> None:
        super().__init__("what the rule needs is not known")


class Log:
    """The input as lists, read entry by entry."""

    def __init__(self, data: AuditInput) -> None:
        self.data = data
        self.facts = data.facts
        self.count = len(data.calls.start_ms)
        self._lists: dict[str, list[Any]] = {}
        for name in data.calls.__dataclass_fields__:
            column = getattr(data.calls, name)
            if column is not None and name not in {"unknown", "of_line"}:
                self._lists[name] = column.tolist()
        self._unknown = {name: mask.tolist() for name, mask in data.calls.unknown.items()}

    def need(self, *names: str) -> None:
        """Columns of the calls without which a rule cannot be assessed."""
        if any(name not in self._lists for name in names):
            raise UnknownError

    def has(self, name: str) -> bool:
        """Whether the calls have a column."""
        return name in self._lists

    def get(self, name: str, i: int) -> Any:
        """A call's entry in a column that there is, known or not."""
        return self._lists[name][i]

    def knows(self, name: str, i: int) -> bool:
        """Whether a column that is there says anything of a call."""
        return name not in self._unknown or not self._unknown[name][i]

    def of(self, name: str, i: int) -> Any:
        """What a column says of a call; None where that is not known."""
        return self.get(name, i) if self.knows(name, i) else None

    def of_line(self, what: str, i: int, value: Any) -> Any:
        """A value of a call's line; None where it is not known."""
        known = self.data.recipients
        unknown = None if known is None else known.unknown.get(what)
        return None if unknown is not None and unknown[self.get("line", i)] else value

    # ── Time ─────────────────────────────────────────────────────────────────────────────────

    def wall(self, i: int, at_ms: int) -> dt.datetime:
        """What the clock on the wall of a call's recipient shows at a moment."""
        zone = ZoneInfo(self.data.zones[self.get("zone", i)])
        return (_EPOCH + at_ms * _MS).astimezone(zone).replace(tzinfo=None)

    def start(self, i: int) -> dt.datetime:
        """What the recipient's clock shows when a call starts."""
        return self.wall(i, self.get("start_ms", i))

    def start_within(self, i: int) -> int:
        """How far a call's start may lie from the moment given, either way, ms."""
        return int(self.get("start_within_ms", i)) if self.has("start_within_ms") else 0

    def last(self, i: int) -> dt.datetime:
        """The wall clock at the last millisecond of a call."""
        return self.wall(i, max(self.get("end_ms", i) - 1, self.get("start_ms", i)))

    def day(self, i: int) -> dt.date:
        """The recipient's day when a call starts; that in UTC where the zone is not known."""
        if self.has("zone") and self.knows("zone", i):
            return self.start(i).date()
        start: int = self.get("start_ms", i)
        return (_EPOCH + start * _MS).date()

    def days(self, i: int) -> tuple[dt.date, dt.date]:
        """First and last day that a call's can be: clocks lie 12 h behind UTC to 14 h ahead."""
        if self.knows("zone", i):
            return self.day(i), self.day(i)
        at = _EPOCH + self.get("start_ms", i) * _MS
        return (at - dt.timedelta(hours=12)).date(), (at + dt.timedelta(hours=14)).date()

    # ── Recipients ───────────────────────────────────────────────────────────────────────────

    def knows_consent(self) -> bool:
        """Whether it is known when each line's consent began and ended."""
        known = self.data.recipients
        return not (
            known is None or known.consent_from_ms is None or known.consent_until_ms is None
        )

    def consent_holds(self, i: int) -> bool | None:
        """Whether the consent of a call's line held; None where that is not known."""
        if self.of_line("consent", i, True) is None:
            return None
        known, line, now = self.data.recipients, self.get("line", i), self.get("start_ms", i)
        assert known is not None
        assert known.consent_from_ms is not None
        assert known.consent_until_ms is not None
        if known.consent_given is not None and not known.consent_given[line]:
            return False
        return bool(known.consent_from_ms[line] <= now < known.consent_until_ms[line])

    # ── Which calls a rule looks at ──────────────────────────────────────────────────────────

    def need_for(self, rule: Rule) -> None:
        """Columns without which it is not known at which calls a rule looks."""
        if rule.applies.line_types is not None:
            self.need("line_type")
        if rule.applies.calls != "dialled":
            self.need(rule.applies.calls)

    def looked_at(self, rule: Rule) -> list[int]:
        """Places of the calls that a rule is known to look at."""
        self.need_for(rule)
        return [i for i in range(self.count) if self.looks_at(rule, i)]

    def looks_at(self, rule: Rule, i: int) -> bool | None:
        """Whether a rule looks at a call; None where that is not known."""
        day = self.day(i)
        if day < rule.since:
            return False
        if rule.until is not None and day > rule.until:
            return False
        # Of whom consent is not known, no consent is taken to lift a rule.
        if rule.lifted_by_consent and self.knows_consent() and self.consent_holds(i):
            return False
        types, kind, got_so_far = rule.applies.line_types, None, True
        of_type: bool | None = True
        if types is not None:
            kind = self.of("line_type", i)
            of_type = None if kind is None else self.data.line_types[kind] in types
        if rule.applies.calls != "dialled":
            got_so_far = self.of(rule.applies.calls, i)
        return both(of_type, got_so_far)


def both(*values: bool | None) -> bool | None:
    """Whether all hold; None where that is not known."""
    if any(value is False for value in values):
        return False
    return None if None in values else True


def neither(value: bool | None) -> bool | None:
    """Whether it does not hold; None where that is not known."""
    return None if value is None else not value


def _any_call(_: int) -> bool | None:
    return True


def judged(
    log: Log,
    rule: Rule,
    breaks: Callable[[int], bool | None],
    bound: Callable[[int], bool | None] = _any_call,
) -> PlainVerdict:
    """The calls that a rule looks at and that break it, and those of which it is not known.

    `bound` tells whether it binds a call, beside what every rule has.
    """
    log.need_for(rule)
    wrong, unknown, fine = set(), set(), set()
    for i in range(log.count):
        looked = both(log.looks_at(rule, i), bound(i))
        if looked is False:
            continue
        answer = both(looked, breaks(i))
        if answer is None:
            unknown.add(i)
        elif answer:
            wrong.add(i)
        elif looked:
            fine.add(i)
    if unknown and not wrong and not fine:
        return PlainVerdict("not_assessable", unknown=frozenset(unknown))
    return PlainVerdict("assessed", frozenset(wrong), unknown=frozenset(unknown))


def split(
    log: Log,
    rule: Rule,
    allowed: Callable[[int, dt.datetime], bool],
    bound: Callable[[int], bool | None] = _any_call,
    inside: Callable[[int], bool | None] | None = None,
) -> PlainVerdict:
    """Calls that start when they may not, and calls that end so having started when they may.

    `inside` tells whether a call starts when it may, where more than its zone may be unknown.
    """

    def by_the_clock(i: int) -> bool | None:
        return allowed(i, log.start(i)) if log.knows("zone", i) else None

    starts = by_the_clock if inside is None else inside
    found = judged(log, rule, lambda i: neither(starts(i)), bound)
    late = set()
    if log.has("end_ms"):
        for i in log.looked_at(rule):
            sure = bound(i) and starts(i) and log.knows("end_ms", i)
            if sure and not allowed(i, log.last(i)):
                late.add(i)
    return PlainVerdict(found.status, found.violating, frozenset(late), unknown=found.unknown)
