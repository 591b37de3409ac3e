"""An audit's input, with what several rules need of it worked out once."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.audit.local import DAY_MS, I32, Clocks, date_of, day_number, day_of
from sim.audit.tables import I64, WEEK_MINUTES, AuditInput, Bools
from sim.audit.verdict import MissingError
from sim.record.never import NEVER
from sim.regimes.model import Rule, RuleBase

_MONDAY = 3 * 1440
"""Minutes from the Monday before 1 January 1970 to that day."""


class View:
    """Calls and what is derived from them; every property is worked out when first asked for.

    Parameters
    ----------
    data
        What is audited.
    """

    def __init__(self, data: AuditInput) -> None:
        self.data = data
        self.calls = data.calls
        self.n = len(data.calls)
        self._scopes: dict[tuple[object, ...], Bools] = {}

    # ── Time ─────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def in_order(self) -> bool:
        """Whether calls stand in the order of their starts."""
        start = self.calls.start_ms
        return bool((start[1:] >= start[:-1]).all())

    @cached_property
    def clocks(self) -> Clocks:
        """The wall clocks of the zones, over all moments of the input."""
        moments = [self.calls.start_ms, self.calls.end_ms]
        if self.data.optouts is not None:
            moments.append(self.data.optouts.at_ms)
        if self.calls.heard_ms is not None:
            heard = self.calls.heard_ms
            moments.append(heard[heard != NEVER])
        spans = [(int(m.min()), int(m.max())) for m in moments if m is not None and len(m)]
        first, last = min(a for a, _ in spans), max(b for _, b in spans)
        return Clocks(self.data.zones, first, last)

    @property
    def zone(self) -> NDArray[np.integer]:
        """(n,) Zones of the calls; a rule that asks for them needs them."""
        if self.calls.zone is None:
            raise MissingError("the recipients' time zones are not known")
        return self.calls.zone

    @cached_property
    def minute(self) -> I32:
        """(n,) Local minutes since 1970 at the start of each call."""
        return self.clocks.local_minute(self.zone, self.calls.start_ms)

    @cached_property
    def last_minute(self) -> I32 | None:
        """(n,) The same at the last millisecond of each call; None where ends are not known."""
        end = self.calls.end_ms
        if end is None:
            return None
        return self.clocks.local_minute(self.zone, np.maximum(end - 1, self.calls.start_ms))

    @cached_property
    def day(self) -> I32:
        """(n,) Local day of each call since 1970; the day in UTC where zones are not known."""
        if self.calls.zone is None:
            return np.floor_divide(self.calls.start_ms, DAY_MS).astype(np.int32)
        return day_of(self.minute)

    @cached_property
    def days(self) -> tuple[int, int]:
        """First and last day of the log."""
        return int(self.day.min()), int(self.day.max())

    @property
    def dates(self) -> tuple[dt.date, dt.date]:
        """The same as dates."""
        first, last = self.days
        return date_of(first), date_of(last)

    @cached_property
    def week_minute(self) -> I32:
        """(n,) Minute of the local week at the start of each call, from Monday 00:00."""
        return week_minute(self.minute)

    @cached_property
    def last_week_minute(self) -> I32 | None:
        """(n,) The same at its last millisecond."""
        return None if self.last_minute is None else week_minute(self.last_minute)

    # ── Consent ──────────────────────────────────────────────────────────────────────────────

    @property
    def knows_consent(self) -> bool:
        """Whether it is known when each line's consent began and ended."""
        recipients = self.data.recipients
        return (
            recipients is not None
            and recipients.consent_from_ms is not None
            and recipients.consent_until_ms is not None
        )

    @cached_property
    def consented(self) -> Bools:
        """(n,) Whether the line's consent held when the call started."""
        recipients = self.data.recipients
        if recipients is None:
            raise MissingError("nothing is known of the recipients' consent")
        since, until = recipients.consent_from_ms, recipients.consent_until_ms
        if since is None or until is None:
            which = "began" if since is None else "ended"
            raise MissingError(f"it is not known when the recipients' consent {which}")
        start, line = self.calls.start_ms, self.calls.line
        return (since[line] <= start) & (start < until[line])

    # ── Which calls a rule looks at ──────────────────────────────────────────────────────────

    def scope(self, rule: Rule | RuleBase) -> Bools:
        """(n,) The calls that a rule looks at, by its dates, lines and how far calls got.

        Calls with consent are not among them where consent lifts the rule and is known.
        """
        lifted = rule.lifted_by_consent and self.knows_consent
        key = (rule.applies.line_types, rule.applies.calls, rule.since, rule.until, lifted)
        if key not in self._scopes:
            self._scopes[key] = self._scope(rule, lifted)
        return self._scopes[key]

    def _scope(self, rule: Rule | RuleBase, lifted: bool) -> Bools:
        inside = self.dated(rule)
        wanted = rule.applies.line_types
        if wanted is not None:
            if self.calls.line_type is None:
                raise MissingError("the types of the lines are not known")
            meant = np.array([name in wanted for name in self.data.line_types], dtype=np.bool_)
            if not meant.all():
                inside = inside & meant[self.calls.line_type]
        if rule.applies.calls != "dialled":
            inside = inside & self.known(rule.applies.calls)
        return inside & ~self.consented if lifted else inside

    def dated(self, dated: Rule | RuleBase) -> Bools:
        """(n,) The calls on days on which a rule is in force."""
        since = day_number(dated.since)
        until = None if dated.until is None else day_number(dated.until)
        return self.between(since, until)

    def between(self, since: int, until: int | None) -> Bools:
        """(n,) The calls on some days, first and last included."""
        first, last = self.days
        inside = np.ones(self.n, dtype=np.bool_)
        if first < since:
            inside &= self.day >= since
        if until is not None and last > until:
            inside &= self.day <= until
        return inside

    def known(self, name: str) -> Bools:
        """A yes-or-no column of the calls that a rule needs."""
        column: Bools | None = getattr(self.calls, name)
        if column is None:
            raise MissingError(f"the log does not say which calls were {_SAID.get(name, name)}")
        return column

    # ── Lines ────────────────────────────────────────────────────────────────────────────────

    def lines_of(self, calls: Bools) -> int:
        """Distinct lines of some calls."""
        seen = np.zeros(self.data.lines, dtype=np.bool_)
        seen[self.calls.line[calls]] = True
        return int(np.count_nonzero(seen))

    def by_line(self, rows: I64) -> I64:
        """Rows, which must rise, in the order of line, start and row."""
        if not self.in_order:
            rows = rows[np.argsort(self.calls.start_ms[rows], kind="stable")]
        line = self.calls.line[rows].astype(np.uint32, copy=False)
        return rows[_stable_order(line, self.data.lines)]


_SAID = {"person": "answered by a person", "pressed": "let in by a key"}


def week_minute(minute: I32) -> I32:
    """(n,) Minute of the local week, from local minutes since 1970."""
    found: I32 = (minute + np.int32(_MONDAY)) % np.int32(WEEK_MINUTES)
    return found


def _stable_order(keys: NDArray[np.uint32], below: int) -> I64:
    """Order of numbers below a bound; equal ones keep theirs. A radix sort, 16 bits at a time."""
    order = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    shift = 16
    while below > 1 << shift:
        part = ((keys >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(part[order], kind="stable")]
        shift += 16
    return order
