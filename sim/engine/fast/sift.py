"""Compiled passes over chunks of the call log, for what acts back on a campaign.

They find the few calls that matter; :mod:`sim.engine.fast.feedback` does the rest in plain Python.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel, kernel_with_room

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
Bools = NDArray[np.bool_]

# Bits of a line's standing.
OPPOSED = 1
"""Refusing, by the directory or a register."""
CONSENT = 2

NO_KIND = 3
"""Stands for a kind where no complaint is possible: the row of thresholds after the others is 0."""

_NEVER = (1 << 63) - 1
"""As in :mod:`sim.record.never`."""

# What is told of a call that was found.
PART_OF_DAY = 3
"""Bits of the part of day."""
IF_NOT_OBJECTED = 4
"""Set where the line complains if it has not opted out before."""
IF_OBJECTED = 8
"""Set where it complains if it has."""


class Calls(NamedTuple):
    """Rows of the log: columns of :class:`sim.record.log.LogChunk`, each (n,)."""

    line: I32
    attempt: U8
    territory: U8
    start: I64
    hold: I32
    outcome: U8
    caller: U16


class Odds(NamedTuple):
    """Who complains."""

    kinds: U8
    """(16,) Kind of complaint by outcome, ``NO_KIND`` where none is possible."""
    thresholds: Annotated[U32, 2]
    """(cases, 2) By kind, standing, part of day, repeat, objection first, silence, labelled: for a
    line that has not opted out, and for one that has."""
    part: U8
    """(672,) Part of day by local quarter-hour of the week."""


class Clock(NamedTuple):
    """Local quarter-hours of the week, and silence before polls; moments in ms."""

    starts: I64
    """(m,) When quarter-hours start, the territories end to end, each closed by NEVER."""
    quarters: I64
    """(m,) Which ones they are, 0 to 671."""
    at: I64
    """(territories,) The quarter-hour at the latest call, as a place in the two before."""
    silence_at: I64
    """(territories + 1,) Where the silences of a territory begin."""
    silence: I64
    """(2 k,) Beginnings and ends of silences, in turn."""


class Found(NamedTuple):
    """Calls of which somebody may complain, each (n,) unless said: room for as many."""

    line: I32
    attempt: U8
    start: I64
    outcome: U8
    caller: U16
    basis: I64
    """When the delay of the complaint begins, ms."""
    how: U8
    """``PART_OF_DAY``, ``IF_NOT_OBJECTED`` and ``IF_OBJECTED``."""
    weight: I64
    """(1,) Sum over *all* rows looked at last of their thresholds, as if no line had opted out."""


@kernel
def mark(line: I32, marked: U8) -> None:
    """Set the bits of lines in ``marked``, eight lines to a byte."""
    for i in range(line.shape[0]):
        marked[line[i] >> 3] |= np.uint8(1) << np.uint8(line[i] & 7)


# When the delay of a complaint begins: bits beside the four of an outcome and one of a repeat.
_UNHEARD = 32
"""Never: nobody hears the message that the call left."""
_SILENT = 64
"""In the silence before a poll."""


@kernel
def _in_silence(moment: int, territory: int, clock: Clock) -> bool:
    """Whether a moment, ms, lies in the silence before a poll."""
    for k in range(clock.silence_at[territory], clock.silence_at[territory + 1]):
        if clock.silence[2 * k] <= moment < clock.silence[2 * k + 1]:
            return True
    return False


@kernel
def _when_delays_begin(calls: Calls, left: I32, heard: I64, clock: Clock, begins: U8) -> None:
    """Note ``_UNHEARD`` and ``_SILENT`` of calls in ``begins``, (n,), all 0; see :func:`sift`."""
    territory, start, hold = calls.territory, calls.start, calls.hold
    first_silence, longest = np.int64(_NEVER), np.int64(0)
    for k in range(clock.silence.shape[0] // 2):
        first_silence = min(first_silence, clock.silence[2 * k])
    for i in range(hold.shape[0]):
        longest = max(longest, np.int64(hold[i]))
    if start[start.shape[0] - 1] + longest >= first_silence:
        for i in range(start.shape[0]):
            if _in_silence(start[i] + hold[i], territory[i], clock):
                begins[i] = _SILENT
    latest = np.int64(-1)
    for k in range(left.shape[0]):
        begins[left[k]] = np.uint8(heard[k] < 0) * np.uint8(_UNHEARD)
        latest = max(latest, heard[k])
    if latest >= first_silence:
        for k in range(left.shape[0]):
            if heard[k] >= 0 and _in_silence(heard[k], territory[left[k]], clock):
                begins[left[k]] = _SILENT


@kernel_with_room
def sift(
    calls: Calls,
    word: U32,
    left: I32,
    heard: I64,
    standing: U8,
    odds: Odds,
    clock: Clock,
    objection_first: bool,
    labelled: Bools,
    found: Found,
    so_far: int,
) -> int:
    """Find the rows whose word may mean a complaint, and weigh all rows.

    What is found comes after ``so_far`` calls that were found before, and returned is how many it
    is with them; there is room for all rows.

    Each (n,) unless said: ``word`` is the row's word of the complaint; ``standing`` the line's when
    the call starts, bits ``OPPOSED`` and ``CONSENT``. A delay begins when the call ends, or when
    the message that it left is heard: ``left``, (messages,), has the rows that left one, and
    ``heard`` when, ms, or -1 for never. ``labelled`` is by caller number. No branch on the way of
    most rows depends on chance.
    """
    line, attempt, territory, start = calls.line, calls.attempt, calls.territory, calls.start
    outcome, caller = calls.outcome, calls.caller
    thresholds, kinds, part = odds.thresholds, odds.kinds, odds.part
    begins = np.zeros(line.shape[0], dtype=np.uint8)
    _when_delays_begin(calls, left, heard, clock, begins)
    # Where the thresholds of a call's kind begin: by outcome, whether the line had been called, and
    # how its delay begins.
    case_of = np.empty(128, dtype=np.uint64)
    for i in range(128):
        kind = NO_KIND if i & _UNHEARD else int(kinds[i & 15])
        case_of[i] = kind * 4 * 3 * 16 + (i >> 4 & 1) * 8 + int(objection_first) * 4
        case_of[i] += 2 if i & _SILENT else 0
    labels = labelled.any()  # mostly no number bears one
    cases = np.empty(line.shape[0], dtype=np.uint16)
    weight = np.int64(0)
    part_now = np.empty(clock.at.shape[0], dtype=np.uint64)  # by territory
    begin = 0
    while begin < line.shape[0]:
        # Up to the first row that starts in another quarter-hour somewhere.
        now, changes = start[begin], np.int64(_NEVER)
        for k in range(clock.at.shape[0]):
            while clock.starts[clock.at[k] + 1] <= now:
                clock.at[k] += 1
            part_now[k] = part[clock.quarters[clock.at[k]]]
            changes = min(changes, clock.starts[clock.at[k] + 1])
        stop = begin + int(np.searchsorted(start[begin:], changes))
        for i in range(np.uint64(begin), np.uint64(stop)):
            again = np.uint64(attempt[i] > 1)
            case = case_of[np.uint64(outcome[i] | begins[i]) | again << np.uint64(4)]
            case += np.uint64(standing[i]) * np.uint64(3 * 16)
            case += part_now[territory[i]] * np.uint64(16)
            if labels:
                case += np.uint64(labelled[caller[i]])
            cases[i] = case
            weight += np.int64(thresholds[case, np.uint64(0)])
        begin = stop
    found.weight[0] = weight
    # In a pass of its own, for few words lie below the highest threshold.
    highest = np.uint32(0)
    for k in range(thresholds.shape[0]):
        highest = max(highest, thresholds[k, 0], thresholds[k, 1])
    count = so_far
    for i in range(line.shape[0]):
        if word[i] < highest:
            plain, after = thresholds[cases[i], 0], thresholds[cases[i], 1]
            if word[i] < max(plain, after):
                found.line[count], found.attempt[count] = line[i], attempt[i]
                found.start[count], found.outcome[count] = start[i], outcome[i]
                found.caller[count] = caller[i]
                found.basis[count] = start[i] + calls.hold[i]
                place = np.searchsorted(left, i)
                if place < left.shape[0] and left[place] == i:
                    found.basis[count] = heard[place]
                found.how[count] = (
                    cases[i] // 16 % 3  # the part of day
                    | (IF_NOT_OBJECTED if word[i] < plain else 0)
                    | (IF_OBJECTED if word[i] < after else 0)
                )
                count += 1
    return count


SHORT = 1 << 32
"""What a short call counts beside the 1 of every call: both numbers stand in one."""


@kernel_with_room
def count_numbers(
    calls: Calls,
    short: Bools,
    labelled: Bools,
    updates: I64,
    counts: Annotated[I64, 2],
) -> int:
    """Count calls, and ``SHORT`` for each short one, by update before which they end, and number.

    ``short`` is by outcome, ``labelled`` by number; ``updates`` are the moments to come, ms, of
    which ``counts``, (updates, numbers), has as many as a call may end after, and one more. Returns
    the number of calls from labelled numbers.
    """
    start, hold, outcome, caller = calls.start, calls.hold, calls.outcome, calls.caller
    with_label = np.int64(0)
    worth = 1 + SHORT * short.astype(np.int64)
    several = counts.shape[0] > 1
    labels = labelled.any()
    for i in range(start.shape[0]):
        c = caller[i]
        update = 0
        if several:
            end = start[i] + hold[i]
            while end >= updates[update]:
                update += 1
        counts[update, c] += worth[outcome[i]]
        if labels:
            with_label += np.int64(labelled[c])
    return int(with_label)
