"""What an audit is given: calls, recipients, opt-outs and facts of the campaign, as numpy columns.

A column that is not known is None, never filled in: rules that need it are then not assessable.
Where single values are not known, the column's entry means nothing and ``unknown`` says so: rules
that need it then tell how many calls they could not be held against. A call names its line by the
place among the recipients, 0 to ``lines`` - 1, also where there is no list of recipients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.world.moments import Moments

Bools = NDArray[np.bool_]
I64 = NDArray[np.int64]
Codes = NDArray[np.integer]

WEEK_MINUTES = 7 * 1440


@dataclass(frozen=True, slots=True)
class Calls:
    """The call log, one entry a call, in any order."""

    line: Codes
    """(n,) Place of the line among the recipients."""
    start_ms: I64
    """(n,) Moment of dialling, ms since 1970 UTC. A rule's time is this one."""
    end_ms: I64 | None = None
    """(n,) Moment of release, likewise."""
    start_within_ms: I64 | None = None
    """(n,) How far the start may lie from the moment given, either way, ms; None for not at all."""
    attempt: Codes | None = None
    """(n,) 1 for the first call to the line."""
    zone: Codes | None = None
    """(n,) Index of the recipient's time zone."""
    territory: Codes | None = None
    """(n,) Index of the recipient's territory."""
    line_type: Codes | None = None
    """(n,) Index of the line's type."""
    connected: Bools | None = None
    """(n,) Whether a person or a machine answered."""
    delivered: Bools | None = None
    """(n,) Whether any of the message was played, to a person or a machine; a gate's question and
    dead air are not the message."""
    person: Bools | None = None
    """(n,) Whether a person answered."""
    abandoned: Bools | None = None
    """(n,) Whether a person answered and got nothing within the time that the log was kept by."""
    pressed: Bools | None = None
    """(n,) Whether the person pressed the key that the gate asks for."""
    rang_out: Bools | None = None
    """(n,) Whether it rang until the caller gave up."""
    ring_ms: NDArray[np.integer] | None = None
    """(n,) For how long it rang, to pick-up or to the time-out, ms."""
    objection_first: Bools | None = None
    """(n,) Whether the message told of the right to object before all else, where that differs
    between calls; None where :attr:`CampaignFacts.opt_out_notice` says it of all of them."""
    caller_number: Codes | None = None
    """(n,) Index into :attr:`CampaignFacts.caller_numbers`."""
    heard_ms: I64 | None = None
    """(n,) Moment at which a message left was heard, ms since 1970 UTC; :data:`NEVER` for none."""
    of_line: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    """What :class:`Recipients` says of each call's line, (n,), by the name that it has there, such
    as ``consent_given`` or ``register NAME``; of what is left out, the line is looked up. Beside
    it, where known, ``consent_to_date``: whether a consent may begin or end while calls start, so
    that its dates must be looked up."""
    unknown: Mapping[str, Bools] = field(default_factory=lambda: MappingProxyType({}))
    """By name of a column above that is there: (n,) the calls of which its value is not known. The
    entries there are allowed ones, such as 0; a left-out name has none such."""

    def __len__(self) -> int:
        return len(self.start_ms)


@dataclass(frozen=True, slots=True)
class Recipients:
    """What is known of the lines, one entry a line."""

    consent_given: Bools | None = None
    """(lines,) Whether there is any consent; where there is none, its dates mean nothing. None
    where the dates alone say it."""
    consent_from_ms: I64 | Moments | None = None
    """(lines,) First moment at which consent holds; :data:`NEVER` where there is none."""
    consent_until_ms: I64 | Moments | None = None
    """(lines,) First moment at which it holds no more; :data:`NEVER` where it stays."""
    consent_scope: Codes | None = None
    """(lines,) Index into :attr:`AuditInput.scopes`; -1 where consent names nothing."""
    consent_slot: Codes | None = None
    """(lines,) Index into :attr:`AuditInput.slots`; -1 where consent names no slot."""
    registers: Mapping[str, Bools] = field(default_factory=lambda: MappingProxyType({}))
    """By name of a register: (lines,) whether the line stands in it."""
    oppositions: Mapping[str, Bools] = field(default_factory=lambda: MappingProxyType({}))
    """By name of a list, such as ``directory``: (lines,) whether the line is marked as refusing."""
    unknown: Mapping[str, Bools] = field(default_factory=lambda: MappingProxyType({}))
    """(lines,) The lines of which it is not known, by what: ``consent`` (its beginning or its end),
    ``consent_scope``, ``consent_slot``, ``register NAME``, ``opposition NAME``."""


@dataclass(frozen=True, slots=True)
class OptOuts:
    """Wishes not to be called again, one entry each, in any order; a line may have several."""

    line: Codes
    """(m,) Place of the line among the recipients; -1 for one that neither they nor a call name."""
    at_ms: I64
    """(m,) Moment, ms since 1970 UTC."""
    refusal: Bools | None = None
    """(m,) Whether it was a refusal in a call; None where every entry may be taken for one."""
    unknown_kind: Bools | None = None
    """(m,) Of which that is not known; None for none."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly time for which consent was given, in the recipient's local time."""

    name: str
    open: Bools
    """(10080,) Whether each minute of the week, from Monday 00:00, lies in it."""


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What the campaign played and kept, the same for all its calls; None where not known."""

    opt_out_notice: Literal["none", "start", "end"] | None = None
    """Where the message says that one may object; ``start`` is before its content and before any
    question such as 'press 1'."""
    how_to_object: bool | None = None
    """Whether it says how, beside that notice."""
    opt_out_key: bool | None = None
    """Whether a key, or a word, ends the call and lists the number."""
    opt_out_key_within_ms: int | None = None
    """From the caller's name to the offer of that key."""
    gate: Literal["none", "press-1"] | None = None
    """Whether a key must be pressed to hear the message."""
    identification: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """What the message says of the caller: ``caller_at_start``, ``phone_number``, …"""
    caller_numbers: tuple[str, ...] | None = None
    """Numbers shown to the recipients: the campaign's own, as +33162000000; digits without a + are
    taken for a national form, of whatever country the rule means."""
    abandoned_share: float | None = None
    """Abandoned calls ÷ calls that a person answered, where the log does not tell."""
    abandoned_within_ms: int | None = None
    """Silence after which a call was counted as abandoned."""
    data_notice: bool | None = None
    """Whether people were told where their data came from and of their rights."""
    proof_of_consent: bool | None = None
    """Whether proof of each consent is kept, for as long as it must be."""
    duties: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Other duties by name, and whether they were met in time."""


@dataclass(frozen=True, slots=True)
class Join:
    """How much of one file met another: where nothing did, nothing can be judged by it."""

    what: str
    """What was joined, in the plural: ``opt-outs``."""
    given: int
    """How many there are."""
    met: int
    """How many of them met a call."""


@dataclass(frozen=True, slots=True)
class AuditInput:
    """Everything that an audit may look at."""

    name: str
    """What is audited, for the output."""
    calls: Calls
    lines: int
    """Number of lines; calls name lines below it."""
    zones: tuple[str, ...] = ()
    """IANA names by index."""
    territories: tuple[str, ...] = ()
    """Names of territories by index."""
    line_types: tuple[str, ...] = ()
    """Names of line types by index: ``landline``, ``mobile``, …"""
    scopes: tuple[frozenset[str], ...] = ()
    """What consents name, by index: ``automated``, ``caller``."""
    slots: tuple[Slot, ...] = ()
    """Slots of consent by index."""
    recipients: Recipients | None = None
    """None where nothing is known of the lines but what the calls say."""
    optouts: OptOuts | None = None
    """None where opt-outs are not known, which is not the same as none."""
    facts: CampaignFacts = field(default_factory=CampaignFacts)
    personal: bool = False
    """Whether these are real people: then small counts are not shown."""
    line_ids: NDArray[np.object_] | NDArray[np.int64] | None = None
    """(lines,) How the caller's own files name the lines; default by place."""
    rows: I64 | None = None
    """(n,) Row of each call in the caller's own log, from 0, where some were left out of it."""
    joins: tuple[Join, ...] = ()
    """How the files met; empty for simulated logs, which are of one piece."""
    apart: int = 0
    """Calls that stand in the caller's log and not here, as their line or start is not known."""
    apart_lines: int = 0
    """Of these, those whose line is not known: they may be further calls to any line."""
    scale: float = 1.0
    """Lines simulated ÷ lines of the scenario; counts are as simulated."""
