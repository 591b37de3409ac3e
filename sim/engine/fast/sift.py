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
DATED = 4
"""Consenting up to a moment of the campaign only."""

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


class Consents(NamedTuple):
    """Consents that end in the campaign, each (n,)."""

    line: I32
    """Rising; those whose standing is ``DATED``."""
    until: I64
    """The first moment at which it does not count, ms."""


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
    """(1,) Sum over *all* rows of their thresholds, as if no line had opted out."""


@kernel
def mark(line: I32, marked: U8) -> None:
    """Set the bits of lines in ``marked``, eight lines to a byte."""
    for i in range(line.shape[0]):
        marked[line[i] >> 3] |= np.uint8(1) << np.uint8(line[i] & 7)


@kernel_with_room
def sift(
    calls: Calls,
    word: U32,
    left: I32,
    heard: I64,
    standing: U8,
    consents: Consents,
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

    Each (n,) unless said: ``word`` is the row's word of the complaint; ``standing`` the line's,
    bits ``OPPOSED``, ``CONSENT``, ``DATED``. A delay begins when the call ends, or when the message
    that it left is heard: ``left``, (messages,), has the rows that left one, and ``heard`` when,
    ms, or -1 for never. ``labelled`` is by caller number. Until a row is found, no branch depends
    on chance, but for lines whose consent ends in the campaign.
    """
    line, attempt, territory, start = calls.line, calls.attempt, calls.territory, calls.start
    outcome, caller = calls.outcome, calls.caller
    thresholds, kinds, part = odds.thresholds, odds.kinds, odds.part
    basis = np.empty(line.shape[0], dtype=np.int64)
    for i in range(line.shape[0]):
        basis[i] = start[i] + calls.hold[i]
    for i in range(left.shape[0]):
        basis[left[i]] = heard[i]
    first_silence = np.int64(_NEVER)
    for i in range(clock.silence.shape[0] // 2):
        first_silence = min(first_silence, clock.silence[2 * i])
    # Where the thresholds of a call's kind begin: by outcome, whether its message is never heard,
    # whether the line had been called.
    case_of = np.empty(64, dtype=np.uint64)
    for i in range(64):
        kind = NO_KIND if i & 16 else int(kinds[i & 15])
        case_of[i] = kind * 4 * 3 * 16 + (i >> 5) * 8 + int(objection_first) * 4
    labels = labelled.any()  # mostly no number bears one
    count = np.uint64(so_far)
    weight = np.int64(0)
    part_now = np.empty(clock.at.shape[0], dtype=np.uint8)  # by territory
    begin = 0
    while begin < line.shape[0]:
        # On to the row before which the next local quarter-hour begins anywhere.
        now, changes = start[begin], np.int64(_NEVER)
        for k in range(clock.at.shape[0]):
            while clock.starts[clock.at[k] + 1] <= now:
                clock.at[k] += 1
            part_now[k] = part[clock.quarters[clock.at[k]]]
            changes = min(changes, clock.starts[clock.at[k] + 1])
        stop = begin + int(np.searchsorted(start[begin:], changes))
        for i in range(np.uint64(begin), np.uint64(stop)):
            t, s, stands, since = territory[i], start[i], standing[i], basis[i]
            again, never = np.uint64(attempt[i] > 1), np.uint64(since < 0)
            case = case_of[np.uint64(outcome[i]) | never << np.uint64(4) | again << np.uint64(5)]
            silent = np.uint64(0)
            if since >= first_silence:
                first, last = clock.silence_at[t], clock.silence_at[t + 1]
                if first < last and clock.silence[2 * first] <= since < clock.silence[2 * last - 1]:
                    for k in range(first, last):
                        if clock.silence[2 * k] <= since < clock.silence[2 * k + 1]:
                            silent = np.uint64(1)
            if stands & np.uint8(DATED):
                over = s >= consents.until[np.searchsorted(consents.line, line[i])]
                stands = np.uint8(stands & (OPPOSED if over else OPPOSED | CONSENT))
            when = part_now[t]
            case += np.uint64(stands) * np.uint64(3 * 16) + np.uint64(when) * np.uint64(16)
            case += silent * np.uint64(2)
            if labels:
                case += np.uint64(labelled[caller[i]])
            plain, after = thresholds[case, np.uint64(0)], thresholds[case, np.uint64(1)]
            weight += np.int64(plain)
            if word[i] < max(plain, after):
                found.line[count], found.attempt[count] = line[i], attempt[i]
                found.start[count], found.outcome[count] = s, outcome[i]
                found.caller[count] = caller[i]
                found.basis[count] = since
                found.how[count] = (
                    np.int64(when)
                    | (IF_NOT_OBJECTED if word[i] < plain else 0)
                    | (IF_OBJECTED if word[i] < after else 0)
                )
                count += np.uint64(1)
        begin = stop
    found.weight[0] = weight
    return int(count)


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
