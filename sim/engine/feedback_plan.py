"""What acts back on a campaign, reduced to integers: the part of the plan that feedback reads.

Complaints, call-backs, the regulator and the standing of caller numbers follow from placed calls
and are drawn after them. They reach the dialer only at control events. Times are int64 ms since the
campaign's start, shares uint32 thresholds; docs/model.md has the laws.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.quantiles import QuantileTable


class Kind(IntEnum):
    """What a complaint is about."""

    LIVE = 0
    """A call that a person answered."""
    VOICEMAIL = 1
    """A message left on a machine, once heard."""
    UNANSWERED = 2
    """A call that nobody answered, or a machine on which nothing was left."""
    BLOCKED = 3
    """A call back that never got through."""
    CONTAGION = 4
    """Another complaint."""


class Channel(IntEnum):
    """Where a complaint goes."""

    REGULATOR = 0
    OPERATOR = 1
    SOCIAL = 2
    PRESS = 3


class PartOfDay(IntEnum):
    """When a call was made, by the recipient's clock."""

    DAY = 0
    NIGHT = 1
    MEAL = 2


class OptOutBy(IntEnum):
    """How somebody objected."""

    KEY = 0
    CALL_BACK = 1
    COMPLAINT = 2


class Stage(IntEnum):
    """How far the regulator has gone."""

    NONE = 0
    CONTACT = 1
    REMINDER = 2
    ORDER = 3


@dataclass(frozen=True, slots=True, eq=False)
class ComplaintTables:
    """Integers that decide who complains, when and where."""

    thresholds: NDArray[np.uint32]
    """(3, 2, 2, 3, 2, 2, 2, 2, 2) By kind (live, voicemail, unanswered), consented, opposed, part
    of day, repeat (attempt above 1), after opt-out, objection first, silence, labelled."""
    blocked: NDArray[np.uint32]
    """(2, 2) By consented and opposed: a caller back who never gets through."""
    part: NDArray[np.uint8]
    """(672,) Part of day by local quarter-hour of the week; night where it is night and meal."""
    silence_ms: tuple[NDArray[np.int64], ...]
    """By territory: (k, 2) intervals of the silence before a poll."""
    objection_first: tuple[bool, ...]
    """By posture: whether the message tells of objection at its start."""
    delay_s: QuantileTable
    """Call, or hearing, to complaint, in whole *seconds*: 31 bits of ms would end at 24 days."""
    channel: tuple[int, int, int]
    """Cumulative uint32 thresholds: a word below the first is a complaint to the regulator, below
    the second to an operator, below the third in public, else in the press."""
    children: NDArray[np.uint32]
    """(4, 256) By channel: cumulative uint32 thresholds of the number of further complaints. Their
    number is how many entries are at or below the word."""
    breeding_delay_s: QuantileTable
    """Complaint to a further one, in whole seconds."""
    opts_out: int
    """uint32 threshold: the caller learns of a complaint to the regulator or an operator."""
    horizon_ms: int
    """Complaints at or after it are not counted and have no consequence."""


@dataclass(frozen=True, slots=True, eq=False)
class CallBackTables:
    """Integers that decide who calls back and what comes of it."""

    gives_number: tuple[bool, ...]
    """By posture: whether the voicemail gives a number."""
    share: int
    """uint32 threshold: somebody calls back after a message left."""
    delay: QuantileTable
    """End of the call that left it to the first try, ms."""
    handling: QuantileTable
    """Time for which a call back holds an inbound line, ms."""
    opts_out: int
    """uint32 threshold: one who gets through opts out, at the end of that call."""
    redials: int
    """uint32 threshold: one who is blocked tries again."""
    redial_delay: QuantileTable
    """Blocked try to the next, ms."""
    tries: int
    """Most tries."""
    lines: int
    """Inbound lines."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the campaign does when the regulator reaches a stage."""

    posture: int
    """Index into the plan's postures, from then on."""
    suspend_ms: int
    """No call starts for so long; 0 for no suspension."""
    stop: bool
    """No call starts any more."""


@dataclass(frozen=True, slots=True)
class RegulatorPlan:
    """When the regulator looks, and what follows."""

    review_ms: tuple[int, ...]
    """Moments of review, rising, up to the horizon of complaints."""
    registration_ms: int
    """A review at T counts reports with time + registration < T."""
    thresholds: tuple[int, int, int]
    """Reports from which the stage is contact, reminder, order."""
    reactions: tuple[Reaction, Reaction, Reaction]
    """By stage, from contact."""


@dataclass(frozen=True, slots=True)
class ReputationPlan:
    """The standing of caller numbers in whole thousandths of a call."""

    update_ms: tuple[int, ...]
    """Moments of update, rising, before the cutoff."""
    allowed: int
    """Thousandths of calls per number and interval that burden it not at all."""
    short_call: int
    """Burden of a short call, thousandths."""
    report: int
    """Burden of a complaint about a call from the number, thousandths."""
    label_at: int
    """Burden from which the number bears a label, thousandths."""
    retain: int
    """Of 65,536: what an interval leaves of a burden; the rest is cut off."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedbackPlan:
    """All that acts back; parts that are None do not exist."""

    complaints: ComplaintTables | None = None
    call_back: CallBackTables | None = None
    regulator: RegulatorPlan | None = None
    reputation: ReputationPlan | None = None
    refresh_ms: tuple[int, ...] = ()
    """Moments at which objections by call-back and complaint reach the dialer's list, rising,
    before the cutoff."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedbackResult:
    """What followed from the calls of a campaign. Arrays of one table have one length."""

    complaint_ms: NDArray[np.int64]
    """Moments of complaints; the table is in order of (moment, line, attempt, a, b), with (a, b)
    the complaint's identity."""
    complaint_line: NDArray[np.int32]
    complaint_attempt: NDArray[np.uint8]
    """Attempt complained of; 0 where the complaint is about another complaint."""
    complaint_kind: NDArray[np.uint8]
    """Code of :class:`Kind`."""
    complaint_channel: NDArray[np.uint8]
    """Code of :class:`Channel`."""
    complaint_generation: NDArray[np.uint16]
    """0 for a complaint about a call, 1 for one that such a complaint bred, and so on."""
    complaint_part: NDArray[np.uint8]
    """Code of :class:`PartOfDay` of the call; DAY for descendants and blocked callers."""
    complaint_call_ms: NDArray[np.int64]
    """Start of the call complained of; -1 for descendants and blocked callers."""
    call_back_line: NDArray[np.int32]
    """People who called back; the table is in order of (first try, line, attempt)."""
    call_back_attempt: NDArray[np.uint8]
    call_back_first_ms: NDArray[np.int64]
    """Moment of the first try."""
    call_back_last_ms: NDArray[np.int64]
    """Moment of the last try."""
    call_back_tries: NDArray[np.uint8]
    call_back_served: NDArray[np.bool_]
    call_back_handling_ms: NDArray[np.int32]
    """Time on an inbound line; 0 where never served."""
    call_back_opted_out: NDArray[np.bool_]
    opt_out_ms: NDArray[np.int64]
    """Moments of all objections, also those beyond a line's first; the table is in order of
    (moment, line, by)."""
    opt_out_line: NDArray[np.int32]
    opt_out_by: NDArray[np.uint8]
    """Code of :class:`OptOutBy`."""
    stages: tuple[tuple[int, int, int], ...]
    """(moment, stage reached, reports counted) of each step of the regulator."""
    labelled: tuple[tuple[int, int], ...]
    """(moment, numbers that bear a label from then on) of each update."""
    labelled_calls: int
    """Calls from numbers that bore a label."""
    reference_weight: int
    """Sum over all calls and hearings of their complaint thresholds, as if no line had opted out:
    divided by 2**32, the mean number of complaints about calls."""
