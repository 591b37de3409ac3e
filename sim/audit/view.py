"""An audit's input, with what several rules need of it worked out once."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.local import (
    DAY_MS,
    HOUR_MS,
    I32,
    WEEK_HOURS,
    Clocks,
    date_of,
    day_number,
    day_of,
    week_minute,
)
from sim.audit.packed import unpacked
from sim.audit.tables import I64, AuditInput, Bools
from sim.audit.three import Three, three
from sim.audit.verdict import MissingError
from sim.record.never import NEVER
from sim.regimes.model import Rule, RuleBase


class View:
    """Calls and what is derived from them; every property is worked out when first asked for.

    Parameters
    ----------
    data
        What is audited.
    """

    whole = True
    """Whether these are all calls of the log."""

    def __init__(self, data: AuditInput) -> None:
        self.data = data
        self.calls = data.calls
        self.n = len(data.calls)
        self.most_to_a_line: int | None = None  # calls, where it is known
        self._scopes: dict[tuple[object, ...], Three] = {}

    # ── Time ─────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def in_order(self) -> bool:
        """Whether calls stand in the order of their starts."""
        start = self.calls.start_ms
        return bool((start[1:] >= start[:-1]).all())

    @cached_property
    def heard(self) -> I64:
        """Rows of the calls whose message is heard, rising."""
        at = self.calls.heard_ms
        return np.empty(0, dtype=np.int64) if at is None else np.flatnonzero(at != NEVER)

    @cached_property
    def span(self) -> tuple[int, int]:
        """First and last moment of the calls, from start to end, ms since 1970 UTC."""
        start, end = self.calls.start_ms, self.calls.end_ms
        moments = [start[[0, -1]] if self.in_order else start]
        if end is not None:
            moments.append(end)
        return min(int(m.min()) for m in moments), max(int(m.max()) for m in moments)

    @cached_property
    def heard_span(self) -> tuple[int, int] | None:
        """First and last moment at which a message is heard; None where none is."""
        heard = self.calls.heard_ms
        if heard is None or not len(self.heard):
            return None
        known = heard[self.heard]
        return int(known.min()), int(known.max())

    @cached_property
    def clocks(self) -> Clocks:
        """The wall clocks of the zones, over all moments of the input."""
        spans = [self.span] if self.n else []
        if self.heard_span is not None:
            spans.append(self.heard_span)
        if (within := self.calls.start_within_ms) is not None:
            start = self.calls.start_ms
            spans.append((int((start - within).min()), int((start + within).max())))
        if self.data.optouts is not None and len(at := self.data.optouts.at_ms):
            spans.append((int(at.min()), int(at.max())))
        return Clocks(self.data.zones, min(a for a, _ in spans), max(b for _, b in spans))

    @property
    def zone(self) -> NDArray[np.integer]:
        """(n,) Zones of the calls; a rule that asks for them needs them."""
        if self.calls.zone is None:
            raise MissingError("the recipients' time zones are not known")
        return self.calls.zone

    @property
    def zone_unknown(self) -> Bools | None:
        """(n,) Calls whose zone is not known; None for none."""
        return self.unknown("zone")

    def unknown(self, column: str) -> Bools | None:
        """(n,) Calls of which a column's value is not known; None for none."""
        return self.calls.unknown.get(column)

    @cached_property
    def minute(self) -> I32:
        """(n,) Local minutes since 1970 at the start of each call."""
        return self.clocks.local_minute(self.zone, self.calls.start_ms)

    @cached_property
    def last_minute(self) -> I32 | None:
        """(n,) The same at the last millisecond of each call; None where ends are not known.

        A call whose end alone is not known counts as over at once: nothing is said of its length.
        """
        end = self.calls.end_ms
        if end is None:
            return None
        if (unsure := self.calls.unknown.get("end_ms")) is not None:
            end = np.where(unsure, self.calls.start_ms, end)
        return self.clocks.local_minute(self.zone, np.maximum(end - 1, self.calls.start_ms))

    def minute_of(self, rows: I64) -> I32:
        """Local minutes since 1970 at the start of some calls; of few, the others' are not read."""
        if "minute" in vars(self):
            return self.minute[rows]
        return self.clocks.local_minute(self.zone[rows], self.calls.start_ms[rows])

    def last_minute_of(self, rows: I64) -> I32 | None:
        """The same at the last millisecond of these calls, as of all of them."""
        end = self.calls.end_ms
        if end is None or "last_minute" in vars(self) or "end_ms" in self.calls.unknown:
            return None if self.last_minute is None else self.last_minute[rows]
        last = np.maximum(end[rows] - 1, self.calls.start_ms[rows])
        return self.clocks.local_minute(self.zone[rows], last)

    @cached_property
    def day(self) -> I32:
        """(n,) Local day of each call since 1970; the day in UTC where zones are not known."""
        if self.calls.zone is None:
            return np.floor_divide(self.calls.start_ms, DAY_MS).astype(np.int32)
        local = day_of(self.minute)
        if self.zone_unknown is None:
            return local
        in_utc = np.floor_divide(self.calls.start_ms, DAY_MS).astype(np.int32)
        return np.where(self.zone_unknown, in_utc, local)

    @cached_property
    def day_span(self) -> tuple[I32, I32]:
        """(n,) First and last day that the local day of each call can be, since 1970.

        They differ where the zone is not known: clocks on Earth lie 12 h behind UTC to 14 h ahead.
        """
        if self.zone_unknown is None:
            return self.day, self.day
        start = self.calls.start_ms
        spans = (
            np.where(
                self.zone_unknown,
                np.floor_divide(start + hours * HOUR_MS, DAY_MS),
                self.day,
            ).astype(np.int32)
            for hours in (-12, 14)
        )
        first, last = spans
        return first, last

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

    @property
    def places(self) -> tuple[str | None, ...]:
        """Names of the territories of :attr:`cell`; one without a name where none is known."""
        return self.data.territories if self.calls.territory is not None else (None,)

    def count_cells(self, packed: NDArray[np.uint8]) -> I64:
        """(places, 168) Marked calls by place and local hour of the week, from Monday 00:00."""
        rows = np.flatnonzero(unpacked(packed, self.n))
        cell: I64 = self.week_minute[rows].astype(np.int64) // 60
        if self.calls.territory is not None:
            cell += self.calls.territory[rows].astype(np.int64) * WEEK_HOURS
        size = len(self.places) * WEEK_HOURS
        return np.bincount(cell, minlength=size).reshape(-1, WEEK_HOURS).astype(np.int64)

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
        if recipients.consent_given is None:
            holds = (since[line] <= start) & (start < until[line])
        else:  # few lines have any, and only theirs need be dated
            holds = self.at_line("consent_given", recipients.consent_given).copy()
            rows = np.flatnonzero(self.calls.of_line.get("consent_to_date", holds))
            line, start = line[rows], start[rows]
            holds[rows] = (since[line] <= start) & (start < until[line])
        unknown = self.of_line("consent")
        return holds if unknown is None else holds & ~unknown

    def at_line(self, what: str, values: NDArray[Any]) -> NDArray[Any]:
        """(n,) What is known of each call's line.

        Parameters
        ----------
        what
            As :attr:`Calls.of_line` names it.
        values
            (lines,) What is known of the lines.
        """
        found = self.calls.of_line.get(what)
        return values[self.calls.line] if found is None else found

    def of_line(self, what: str) -> Bools | None:
        """(n,) Calls to lines of which something is not known; None for none.

        Parameters
        ----------
        what
            As :attr:`Recipients.unknown` names it.
        """
        recipients = self.data.recipients
        unknown = None if recipients is None else recipients.unknown.get(what)
        return None if unknown is None else unknown[self.calls.line]

    @property
    def consent(self) -> Three:
        """Whether the line's consent held when the call started."""
        return three(self.consented, self.of_line("consent"), "consent unknown")

    # ── Which calls a rule looks at ──────────────────────────────────────────────────────────

    def scope(self, rule: Rule | RuleBase) -> Three:
        """The calls that a rule looks at, by its dates, lines and how far calls got.

        Calls with consent are not among them where consent lifts the rule and is known.
        """
        key = self.scope_key(rule)
        if key not in self._scopes:
            self._scopes[key] = self._scope(rule)
        return self._scopes[key]

    def scope_key(self, rule: Rule | RuleBase) -> tuple[object, ...]:
        """The same for all rules that look at the same calls."""
        lifted = rule.lifted_by_consent and self.knows_consent
        return rule.applies.line_types, rule.applies.calls, rule.since, rule.until, lifted

    def _scope(self, rule: Rule | RuleBase) -> Three:
        inside = Three(self.dated(rule))
        wanted = rule.applies.line_types
        if wanted is not None:
            if self.calls.line_type is None:
                raise MissingError("the types of the lines are not known")
            meant = np.array([name in wanted for name in self.data.line_types], dtype=np.bool_)
            unknown = self.unknown("line_type")
            if not meant.all() or unknown is not None:
                of_type = meant[self.calls.line_type]
                inside = inside & three(of_type, unknown, "type of line unknown")
        if rule.applies.calls != "dialled":
            inside = inside & self.known(rule.applies.calls)
        # Consent that is not known lifts nothing: it is for the caller to show it.
        lifted = rule.lifted_by_consent and self.knows_consent
        return inside & ~Three(self.consented) if lifted else inside

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

    def known(self, name: str) -> Three:
        """A yes-or-no column of the calls that a rule needs."""
        column: Bools | None = getattr(self.calls, name)
        said = _SAID.get(name, name)
        if column is None:
            raise MissingError(f"the log does not say which calls were {said}")
        return three(column, self.unknown(name), f"whether {said} unknown")

    @property
    def lifting_notes(self) -> tuple[str, ...]:
        """What to tell where consent lifts a rule and is not known, of all lines or of some."""
        if not self.knows_consent:
            return ("consent is not known; it would lift this rule for lines that gave it",)
        unknown = self.of_line("consent")
        count = 0 if unknown is None else int(np.count_nonzero(unknown))
        if not count:
            return ()
        return (
            f"of the lines of {count:,} call{'s' if count != 1 else ''} consent is not known; it "
            "would lift this rule",
        )

    # ── Lines ────────────────────────────────────────────────────────────────────────────────

    def lines_of(self, packed: NDArray[np.uint8]) -> int:
        """Distinct lines of marked calls."""
        seen = np.zeros(self.data.lines, dtype=np.bool_)
        seen[self.calls.line[unpacked(packed, self.n)]] = True
        return int(np.count_nonzero(seen))

    def by_line(self, rows: I64) -> I64:
        """Rows, which must rise, in the order of line, start and row."""
        if not self.in_order:
            rows = rows[np.argsort(self.calls.start_ms[rows], kind="stable")]
        line = self.calls.line[rows].astype(np.uint32, copy=False)
        return rows[_stable_order(line, self.data.lines)]


_SAID = {"person": "answered by a person", "pressed": "let in by a key"}


def _stable_order(keys: NDArray[np.uint32], below: int) -> I64:
    """Order of numbers below a bound; equal ones keep theirs. A radix sort, 16 bits at a time."""
    order = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    shift = 16
    while below > 1 << shift:
        part = ((keys >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(part[order], kind="stable")]
        shift += 16
    return order
