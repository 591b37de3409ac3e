"""An audit's input from what a real dialer did: its call log, its list, and its opt-outs.

These are personal data. Lines come as keyed hashes or as numbers of the caller's own; nothing is
kept, and no report holds anything on one person. The columns stand in ``docs/audit.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.inputs.files import EARLIEST_MS, Column, Sheet, no_problem, zone_problem
from sim.audit.inputs.joining import joined
from sim.audit.inputs.lines import local_numbers, matches
from sim.audit.inputs.reading import SHOWN_ROWS, Known
from sim.audit.tables import (
    I64,
    WEEK_MINUTES,
    AuditInput,
    Bools,
    CampaignFacts,
    Recipients,
    Slot,
)
from sim.document.units import parse_clock, parse_days
from sim.document.zones import fixed_zones
from sim.errors import DialerFilesError
from sim.record.never import NEVER
from sim.regimes.model import Covered

MAX_HOLD_MS = 24 * 3_600_000
"""Longest call that is taken for one."""
_WINDOW = re.compile(r"(?P<days>[^0-9]+?)\s+(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_DISPOSITIONS = ("invalid", "busy", "no_answer", "machine", "human", "failed")
_QUALITIES = ("exact", "order", "derived", "late", "unknown")
_EIGHT_DIGITS = r"^[1-9]\d{7}$"

LOG = Known(
    (
        *("line", "start_utc", "end_utc", "hold_ms", "zone", "line_type", "territory", "attempt"),
        *("disposition", "connected", "delivered", "person", "abandoned", "pressed", "ring_ms"),
        *("heard_utc", "strategy", "start_quality", "start_within_ms", "record", "rows"),
    )
)
"""Columns of a call log."""
PEOPLE = Known(
    (
        *("line", "zone", "line_type", "territory", "consent_from_utc", "consent_until_utc"),
        *("consent_scope", "consent_slot", "opposition"),
    ),
    ("register_", "opposition_"),
    ("voters", "voters_by_voicemail"),
)
"""Columns of the recipients."""
WISHES = Known(("line", "at_utc", "kind", "strategy"))
"""Columns of the opt-outs."""


def read_external(
    calls: str | Path,
    recipients: str | Path | None = None,
    optouts: str | Path | None = None,
    *,
    facts: CampaignFacts | None = None,
    name: str = "calls",
    encoding: str | None = None,
    region: str | None = None,
    apart: int = 0,
    apart_lines: int = 0,
) -> tuple[AuditInput, tuple[str, ...]]:
    """An audit's input from files.

    Parameters
    ----------
    calls, recipients, optouts
        Parquet or CSV files.
    facts
        What is known of the campaign; default nothing.
    name
        What to call it in the output.
    encoding
        Of CSV files; default that of a mark at their beginning, else UTF-8.
    region
        Country of the recipients, ISO 3166: then numbers of one's own that would be valid phone
        numbers there are told.
    apart, apart_lines
        Calls that the files leave out, since their line or their start is not known; and of these,
        those without a line.

    Returns
    -------
    AuditInput
        Of real people: outputs keep small counts back.
    tuple of str
        What a reader must know of the files: what was not read, or counted once.

    Raises
    ------
    DialerFilesError
        With every fault of the files.
    """
    faults: list[str] = []
    parts: list[Any] = []
    kinds: tuple[Any, ...] = (_Log, _People, _Wishes)
    given = zip((calls, recipients, optouts), (LOG, PEOPLE, WISHES), kinds, strict=True)
    for path, known, part in given:
        parts.append(None)
        if path is None:
            continue
        try:
            parts[-1] = part(Sheet(path, known, encoding))
            parts[-1].sheet.finish()
        except DialerFilesError as error:
            faults += error.faults
    if faults:
        raise DialerFilesError(faults)
    log, people, wishes = parts
    notes = [note for part in parts if part is not None for note in _notes(part, region)]
    found, more = joined(log, people, wishes, facts or CampaignFacts(), name)
    return replace(found, apart=apart, apart_lines=apart_lines), (*notes, *more)


def _notes(part: _Log | _People | _Wishes, region: str | None) -> Iterator[str]:
    """What a reader must know of one file."""
    sheet = part.sheet
    if unused := sheet.unused:
        places = ", ".join(map(str, unused[:SHOWN_ROWS]))
        more = f" and {len(unused) - SHOWN_ROWS} more" if len(unused) > SHOWN_ROWS else ""
        s = "s" if len(unused) > 1 else ""
        yield f"{sheet.path}: not read, as no such column is known: column{s} {places}{more}"
    zones = getattr(part, "zone", None)
    if zones is not None:
        yield from (f"{sheet.path}: zone: {warning}" for warning in fixed_zones(zones.texts))
    ids = part.ids
    assert ids is not None
    eight = matches(ids, _EIGHT_DIGITS)
    if np.count_nonzero(eight) > len(eight) / 2:
        some = ids.filter(pa.array(eight)).unique().to_pylist()
        if region is None:
            yield (
                f"{sheet.path}: line: most have eight digits, as phone numbers of some countries "
                "do; if they are, give keyed hashes; --region CC looks closer"
            )
        elif (share := local_numbers(some, region)) > 0.5:
            yield (
                f"{sheet.path}: line: {share:.0%} of those with eight digits would be phone "
                f"numbers in {region}; if they are, give keyed hashes"
            )


# ── The three files ──────────────────────────────────────────────────────────────────────────────


class _Log:
    """The call log."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        if not sheet.rows:
            sheet.fault("line", "the file has no rows")
        self.ids = sheet.ids("line")
        start = sheet.moments("start_utc", required=True)
        if start is None and not sheet.has("start_utc"):
            sheet.fault("start_utc", "the column is missing")
        self.start = np.zeros(sheet.rows, dtype=np.int64) if start is None else start.values
        self.zone = sheet.codes("zone", zone_problem)
        self.territory = sheet.codes("territory", no_problem)
        self.line_type = sheet.codes("line_type", no_problem)
        columns: dict[str, Column[Any] | None] = {
            "end_ms": self._end(),
            "attempt": sheet.whole("attempt", 1, 1_000_000),
            **{name: sheet.flags(name) for name in ("connected", "delivered", "person")},
            **{name: sheet.flags(name) for name in ("abandoned", "pressed")},
            "heard_ms": sheet.moments("heard_utc", empty=NEVER),
            "ring_ms": sheet.whole("ring_ms", 0, MAX_HOLD_MS),
            "start_within_ms": sheet.whole("start_within_ms", 0, MAX_HOLD_MS),
        }
        sheet.codes("start_quality", _quality_problem)
        for beside in ("record", "rows"):
            sheet.whole(beside, 1, 2_147_483_647)
        self.columns = {**self._dispositions(), **_there(columns)}
        _one_campaign(sheet)

    def _end(self) -> Column[I64] | None:
        """Moments of release; where they are not known, those that holding times give."""
        end = self.sheet.moments("end_utc")
        hold = self.sheet.whole("hold_ms", 0, MAX_HOLD_MS)
        by_hold = None if hold is None else Column(self.start + hold.values, hold.unknown)
        if end is None:
            return by_hold
        known = ~end.unknown & (self.start > EARLIEST_MS)
        for wrong, message in (
            (end.values < self.start, "lies before the start of the call"),
            (
                end.values > self.start + MAX_HOLD_MS,
                "lies more than 24 h after its start",
            ),
        ):
            self.sheet.bad_rows("end_utc", known & wrong, message)
        if by_hold is None:
            return Column(np.where(end.unknown, self.start, end.values), end.unknown)
        return Column(
            np.where(end.unknown, by_hold.values, end.values), end.unknown & by_hold.unknown
        )

    def _dispositions(self) -> dict[str, Column[Any]]:
        """What `disposition` tells, where columns of their own do not."""
        found = self.sheet.codes("disposition", _disposition_problem)
        if found is None:
            return {}

        def among(*wanted: str) -> Column[Bools]:
            one_of = np.array([name in wanted for name in found.texts], dtype=np.bool_)
            return Column(one_of[found.codes] & ~found.unknown, found.unknown)

        return {
            "connected": among("machine", "human"),
            "person": among("human"),
            "rang_out": among("no_answer"),
        }


class _People:
    """The recipients."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.ids = sheet.ids("line")
        if self.ids is not None:
            codes = pc.dictionary_encode(self.ids.fill_null("")).indices.to_numpy()
            first = np.zeros(len(codes), dtype=np.bool_)
            first[np.unique(codes, return_index=True)[1]] = True
            missing = self.ids.is_null().to_numpy(zero_copy_only=False)
            sheet.bad_rows("line", ~first & ~missing, "the line stands there already")
        self.zone = sheet.codes("zone", zone_problem)
        self.territory = sheet.codes("territory", no_problem)
        self.line_type = sheet.codes("line_type", no_problem)
        since = sheet.moments("consent_from_utc", empty=NEVER)
        until = sheet.moments("consent_until_utc", empty=NEVER)
        if since is not None and until is not None:
            known = ~since.unknown & ~until.unknown
            known &= (since.values != NEVER) & (until.values != NEVER)
            backwards = known & (until.values < since.values)
            sheet.bad_rows("consent_until_utc", backwards, "lies before consent_from_utc")
        self.scopes, scope = _each(sheet, "consent_scope", _scope)
        self.slots, slot = _each(sheet, "consent_slot", _slot)
        self.columns = _there(
            {"consent_from": since, "consent_until": until, "consent_scope": scope,
             "consent_slot": slot}
        )  # fmt: skip
        for name in sheet.names:
            for beginning in ("register_", "opposition_"):
                if name.startswith(beginning):
                    listed = name.removeprefix(beginning).replace("_", "-")
                    self._flags(name, f"{beginning[:-1]} {listed}")
        self._flags("opposition", "opposition directory")

    def _flags(self, name: str, what: str) -> None:
        found = self.sheet.flags(name)
        if found is not None:
            self.columns[what] = found

    def recipients(self, beyond: int) -> Recipients:
        """What is known of the lines, and of some more of which nothing is."""
        grown = {what: _grown(column, beyond) for what, column in self.columns.items()}
        unknown = {what: column.unknown for what, column in grown.items()}
        ends = [unknown.pop(name, None) for name in ("consent_from", "consent_until")]
        if ends[0] is not None and ends[1] is not None:
            unknown["consent"] = ends[0] | ends[1]

        def values(what: str) -> Any:
            return grown[what].values if what in grown else None

        def named(beginning: str) -> Mapping[str, Bools]:
            lists = (what for what in grown if what.startswith(beginning))
            return MappingProxyType({w.removeprefix(beginning): values(w) for w in lists})

        return Recipients(
            consent_from_ms=values("consent_from"),
            consent_until_ms=values("consent_until"),
            consent_scope=values("consent_scope"),
            consent_slot=values("consent_slot"),
            registers=named("register "),
            oppositions=named("opposition "),
            unknown=MappingProxyType({what: of for what, of in unknown.items() if of.any()}),
        )


class _Wishes:
    """The opt-outs."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.ids = sheet.ids("line")
        at = sheet.moments("at_utc", required=True)
        if at is None and not sheet.has("at_utc"):
            sheet.fault("at_utc", "the column is missing")
        self.at = np.zeros(sheet.rows, dtype=np.int64) if at is None else at.values
        _one_campaign(sheet)
        self.refusal: Bools | None = None
        self.unknown_kind: Bools | None = None
        kinds = sheet.codes("kind", _kind_problem)
        if kinds is not None:
            is_refusal = np.array([text == "refusal" for text in kinds.texts], dtype=np.bool_)
            self.refusal = is_refusal[kinds.codes] & ~kinds.unknown
            self.unknown_kind = kinds.unknown if kinds.unknown.any() else None
        elif sheet.has("kind"):
            self.refusal = np.zeros(sheet.rows, dtype=np.bool_)
            self.unknown_kind = ~self.refusal


def _there(columns: Mapping[str, Column[Any] | None]) -> dict[str, Column[Any]]:
    """The columns that say anything."""
    return {
        name: column
        for name, column in columns.items()
        if column is not None and not (len(column.unknown) and column.unknown.all())
    }


def _grown(column: Column[Any], beyond: int) -> Column[Any]:
    """A column with some more entries that are not known."""
    if not beyond:
        return column
    more = np.zeros(beyond, dtype=column.values.dtype)
    return Column(
        np.concatenate([column.values, more]),
        np.concatenate([column.unknown, np.ones(beyond, dtype=np.bool_)]),
    )


def _one_campaign(sheet: Sheet) -> None:
    """Fault a file of several campaigns."""
    strategies = sheet.codes("strategy", no_problem)
    if strategies is not None and len(strategies.texts) > 1:
        sheet.fault("strategy", "the file holds several campaigns; audit them one by one")


def _disposition_problem(name: str) -> str | None:
    return None if name in _DISPOSITIONS else f"is none of {', '.join(_DISPOSITIONS)}"


def _quality_problem(name: str) -> str | None:
    return None if name in _QUALITIES else f"is none of {', '.join(_QUALITIES)}"


def _kind_problem(name: str) -> str | None:
    return None if name in ("opt_out", "refusal") else "is neither opt_out nor refusal"


# ── Scope and slot of a consent ──────────────────────────────────────────────────────────────────


def _each(
    sheet: Sheet, name: str, parse: Callable[[str], Any]
) -> tuple[tuple[Any, ...], Column[NDArray[np.int16]] | None]:
    """A column whose texts are parsed: the parsed values, and their places; -1 for an empty row."""
    text = sheet.text(name)
    if text is None:
        return (), None
    coded = pc.dictionary_encode(text.fill_null(""))
    codes = coded.indices.to_numpy(zero_copy_only=False)
    values: list[Any] = []
    place: list[int] = []
    unknown = np.zeros(len(codes), dtype=np.bool_)
    for code, written in enumerate(coded.dictionary.to_pylist()):
        place.append(-1)
        if not written:
            continue
        if written.lower() == "unknown":
            unknown |= codes == code
            continue
        try:
            values.append(parse(written))
            place[-1] = len(values) - 1
        except ValueError as error:
            sheet.bad_rows(name, codes == code, str(error))
    if len(values) > np.iinfo(np.int16).max:
        sheet.fault(name, f"holds {len(values):,} different texts; 32,767 is the most")
        return (), None
    places = np.array(place or [-1], dtype=np.int32)[codes].astype(np.int16)
    return tuple(values), Column(places, unknown)


def _scope(text: str) -> frozenset[str]:
    """What a consent names, from ``automated caller``."""
    named = frozenset(re.split(r"[\s,;+]+", text.strip()))
    if not named <= set(get_args(Covered)):
        raise ValueError(f"names something other than {' and '.join(get_args(Covered))}")
    return named


def _slot(text: str) -> Slot:
    """A weekly time from ``mon-fri 18:00-20:00; sat 10:00-12:00``."""
    open_at = np.zeros(WEEK_MINUTES, dtype=np.bool_)
    for part in text.split(";"):
        window = _WINDOW.fullmatch(part.strip())
        if window is None:
            raise ValueError("is no weekly time, such as mon-fri 18:00-20:00; sat 10:00-12:00")
        try:
            days = parse_days(window["days"].strip())
            opens, closes = parse_clock(window["opens"]), parse_clock(window["closes"])
        except ValueError:
            raise ValueError("has a day or an hour that does not exist") from None
        if closes <= opens:
            raise ValueError("closes before it opens; write two that meet at midnight")
        for day in days:
            open_at[day * 1440 + opens : day * 1440 + closes] = True
    return Slot(text, open_at)
