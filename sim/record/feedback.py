"""What followed from a campaign's calls: complaints, call-backs, objections, the regulator, labels.

Both engines write it, row for row alike; the rooms behind read it and nothing else of an engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


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
