"""An audit's input from what a real dialer did: its call log, its list, and its opt-outs.

These are personal data. Lines come as keyed hashes or as numbers of the caller's own; nothing is
kept, and no report holds anything on one person. The columns stand in ``docs/audit.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.inputs.files import (
    Sheet,
    no_problem,
    zone_problem,
)
from sim.audit.tables import (
    I64,
    WEEK_MINUTES,
    AuditInput,
    Bools,
    Calls,
    CampaignFacts,
    OptOuts,
    Recipients,
    Slot,
)
from sim.document.units import parse_clock, parse_days
from sim.errors import DialerFilesError
from sim.record.never import NEVER
from sim.regimes.model import Covered

MAX_HOLD_MS = 24 * 3_600_000
"""Longest call that is taken for one."""
_WINDOW = re.compile(r"(?P<days>[^0-9]+?)\s+(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_DISPOSITIONS = ("invalid", "busy", "no_answer", "machine", "human")

Coded = tuple[NDArray[np.int32], tuple[str, ...]]


def read_external(
    calls: str | Path,
    recipients: str | Path | None = None,
    optouts: str | Path | None = None,
    *,
    facts: CampaignFacts | None = None,
    name: str = "calls",
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

    Returns
    -------
    AuditInput
        Of real people: outputs keep small counts back.
    tuple of str
        What was found and not read, such as a column of no known name.

    Raises
    ------
    DialerFilesError
        With every fault of the files.
    """
    logs, people, wishes = (
        None if path is None else Sheet(path) for path in (calls, recipients, optouts)
    )
    assert logs is not None
    log = _Log(logs)
    known = None if people is None else _People(people)
    left = None if wishes is None else _Wishes(wishes)
    faults: list[str] = []
    for sheet in (logs, people, wishes):
        if sheet is not None:
            try:
                sheet.finish()
            except DialerFilesError as error:
                faults += error.faults
    if faults:
        raise DialerFilesError(faults)
    notes = tuple(
        f"{sheet.path}: not read, as no such column is known: {', '.join(sheet.unused)}"
        for sheet in (logs, people, wishes)
        if sheet is not None and sheet.unused
    )
    return _joined(log, known, left, facts or CampaignFacts(), name), notes


# ── The three files ──────────────────────────────────────────────────────────────────────────────


class _Log:
    """The call log."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        if not sheet.rows:
            sheet.fault("line", "the file has no rows")
        self.ids = sheet.ids("line")
        start = sheet.moments("start_utc")
        if start is None and not sheet.has("start_utc"):
            sheet.fault("start_utc", "the column is missing")
        self.start = np.zeros(sheet.rows, dtype=np.int64) if start is None else start
        self.zone = sheet.codes("zone", zone_problem)
        self.territory = sheet.codes("territory", no_problem)
        self.line_type = sheet.codes("line_type", no_problem)
        self.calls = Calls(
            line=np.empty(0, dtype=np.int64),
            start_ms=self.start,
            end_ms=self._end(),
            attempt=sheet.whole("attempt", 1, 1_000_000),
            connected=sheet.flags("connected"),
            delivered=sheet.flags("delivered"),
            person=sheet.flags("person"),
            abandoned=sheet.flags("abandoned"),
            pressed=sheet.flags("pressed"),
            heard_ms=sheet.moments("heard_utc", empty=True),
            ring_ms=sheet.whole("ring_ms", 0, MAX_HOLD_MS),
        )
        self._dispositions()
        _one_campaign(sheet)

    def _end(self) -> I64 | None:
        end = self.sheet.moments("end_utc")
        hold = self.sheet.whole("hold_ms", 0, MAX_HOLD_MS)
        if end is None:
            return None if hold is None else self.start + hold
        self.sheet.bad_rows("end_utc", end < self.start, "lies before the start of the call")
        return end

    def _dispositions(self) -> None:
        """What `disposition` tells, where columns of their own do not."""
        found = self.sheet.codes("disposition", _disposition_problem)
        if found is None:
            return
        codes, names = found

        def among(*wanted: str) -> Bools:
            return np.array([name in wanted for name in names], dtype=np.bool_)[codes]

        calls = self.calls
        self.calls = replace(
            calls,
            connected=among("machine", "human") if calls.connected is None else calls.connected,
            person=among("human") if calls.person is None else calls.person,
            rang_out=among("no_answer"),
        )


class _People:
    """The recipients."""

    def __init__(self, sheet: Sheet) -> None:
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
        since = sheet.moments("consent_from_utc", empty=True)
        until = sheet.moments("consent_until_utc", empty=True)
        if since is not None and until is not None:
            backwards = (since != NEVER) & (until != NEVER) & (until < since)
            sheet.bad_rows("consent_until_utc", backwards, "lies before consent_from_utc")
        self.scopes, scope = _each(sheet, "consent_scope", _scope)
        self.slots, slot = _each(sheet, "consent_slot", _slot)
        registers, oppositions = {}, {}
        for name in sheet.names:
            if name.startswith("register_"):
                registers[_listed(name, "register_")] = _flags(sheet, name)
            elif name == "opposition":
                oppositions["directory"] = _flags(sheet, name)
            elif name.startswith("opposition_"):
                oppositions[_listed(name, "opposition_")] = _flags(sheet, name)
        self.recipients = Recipients(
            consent_from_ms=since,
            consent_until_ms=until,
            consent_scope=scope,
            consent_slot=slot,
            registers=MappingProxyType(registers),
            oppositions=MappingProxyType(oppositions),
        )


class _Wishes:
    """The opt-outs."""

    def __init__(self, sheet: Sheet) -> None:
        self.ids = sheet.ids("line")
        at = sheet.moments("at_utc")
        if at is None and not sheet.has("at_utc"):
            sheet.fault("at_utc", "the column is missing")
        self.at = np.zeros(sheet.rows, dtype=np.int64) if at is None else at
        _one_campaign(sheet)
        kinds = sheet.codes("kind", _kind_problem)
        self.refusal = (
            None if kinds is None else np.array([k == "refusal" for k in kinds[1]])[kinds[0]]
        )


def _one_campaign(sheet: Sheet) -> None:
    """Fault a file of several campaigns."""
    strategies = sheet.codes("strategy", no_problem)
    if strategies is not None and len(strategies[1]) > 1:
        sheet.fault("strategy", "the file holds several campaigns; audit them one by one")


def _flags(sheet: Sheet, name: str) -> Bools:
    found = sheet.flags(name)
    assert found is not None
    return found


def _listed(column: str, prefix: str) -> str:
    """Name of a register by its column."""
    return column.removeprefix(prefix).replace("_", "-")


def _disposition_problem(name: str) -> str | None:
    return None if name in _DISPOSITIONS else f"is none of {', '.join(_DISPOSITIONS)}"


def _kind_problem(name: str) -> str | None:
    return None if name in ("opt_out", "refusal") else "is neither opt_out nor refusal"


# ── Scope and slot of a consent ──────────────────────────────────────────────────────────────────


def _each(
    sheet: Sheet, name: str, parse: Callable[[str], Any]
) -> tuple[tuple[Any, ...], NDArray[np.int16] | None]:
    """A column whose texts are parsed: the parsed values, and their places; -1 for an empty row."""
    text = sheet.text(name, empty=True)
    if text is None:
        return (), None
    coded = pc.dictionary_encode(text.fill_null(""))
    codes = coded.indices.to_numpy(zero_copy_only=False)
    values: list[Any] = []
    place: list[int] = []
    for code, written in enumerate(coded.dictionary.to_pylist()):
        place.append(-1)
        if not written:
            continue
        try:
            values.append(parse(written))
            place[-1] = len(values) - 1
        except ValueError as error:
            sheet.bad_rows(name, codes == code, str(error))
    if len(values) > np.iinfo(np.int16).max:
        sheet.fault(name, f"holds {len(values):,} different texts; 32,767 is the most")
        return (), None
    return tuple(values), np.array(place or [-1], dtype=np.int32)[codes].astype(np.int16)


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


# ── Joined ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Index:
    """Lines by place."""

    ids: pa.Array

    def places(self, ids: pa.Array) -> NDArray[np.int64]:
        """Place of each id; -1 where it is not among them."""
        found = pc.fill_null(pc.index_in(ids, value_set=self.ids), -1)
        places: NDArray[np.int64] = found.to_numpy(zero_copy_only=False).astype(np.int64)
        return places


def _joined(
    log: _Log, people: _People | None, wishes: _Wishes | None, facts: CampaignFacts, name: str
) -> AuditInput:
    assert log.ids is not None
    ids = log.ids.unique() if people is None else people.ids
    assert ids is not None
    index = _Index(ids)
    line = index.places(log.ids)
    if people is not None:
        log.sheet.bad_rows("line", line < 0, "stands not among the recipients")
        log.sheet.finish()
    coded: dict[str, Coded | None] = {}
    for what in ("zone", "territory", "line_type"):
        own: Coded | None = getattr(log, what)
        theirs: Coded | None = None if people is None else getattr(people, what)
        coded[what] = own if own or theirs is None else (theirs[0][line], theirs[1])

    def codes(what: str) -> NDArray[np.int32] | None:
        found = coded[what]
        return None if found is None else found[0]

    def names(what: str) -> tuple[str, ...]:
        found = coded[what]
        return () if found is None else found[1]

    return AuditInput(
        name=name,
        calls=replace(
            log.calls,
            line=line,
            zone=codes("zone"),
            territory=codes("territory"),
            line_type=codes("line_type"),
        ),
        lines=len(ids),
        zones=names("zone"),
        territories=names("territory"),
        line_types=names("line_type"),
        scopes=() if people is None else people.scopes,
        slots=() if people is None else people.slots,
        recipients=None if people is None else people.recipients,
        optouts=None if wishes is None else _optouts(wishes, index),
        facts=facts,
        personal=True,
        line_ids=ids.to_numpy(zero_copy_only=False),
    )


def _optouts(wishes: _Wishes, index: _Index) -> OptOuts:
    """Opt-outs of lines that are known; others cannot have been called."""
    line = index.places(wishes.ids)
    known = line >= 0
    refusal = None if wishes.refusal is None else wishes.refusal[known]
    return OptOuts(line[known], wishes.at[known], refusal)
