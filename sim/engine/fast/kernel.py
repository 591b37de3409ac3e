"""The placing kernel: candidate by candidate, the exact start of each call.

All arrays belong to :class:`sim.engine.fast.dialer.Dialer`, which documents them. The kernel works
until a given moment, or until it needs something that only the caller can give, and says which. It
can be called again with the same arrays: everything that it knows is in them.

No floating point, and no division but one for a retry and, under a rolling cap, those that look
back at earlier starts: times are whole milliseconds, and the pacing clock keeps its fraction as a
remainder.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.record.never import NEVER

# Why the kernel came back.
REACHED = 0
"""No further call can start before the given moment."""
IDLE = 1
"""Nobody may be called until a retry is loaded or a window opens."""
WANT_DRAWS = 2
"""The next fresh line of group ``state[WANTED]`` has not been drawn."""
LOG_FULL = 3
POOL_FULL = 4

# Places in the state vector.
NOW = 0
"""No call starts before this moment, ms."""
TAT = 1
"""Pace: earliest next start, whole ms …"""
TAT_REST = 2
"""… and the rest, in units of 1 / UNIT ms."""
GAP = 3
GAP_REST = 4
UNIT = 5
CHANNELS = 6
BUSY = 7
"""Calls in progress just before millisecond RELEASED."""
RELEASED = 8
"""Call ends before this millisecond are accounted for."""
LOGGED = 9
"""Rows in the log buffer."""
PLACED = 10
"""Calls so far: the number of the next row."""
READY = 11
"""First ready retry that is not placed."""
READY_END = 12
ROW_UNTIL = 13
"""First moment at which some territory's local quarter-hour changes."""
FREE = 14
"""First free node of the retry pool, or -1."""
WANTED = 15
LIFETIME = 16
WAITING = 17
"""Retries in the pool."""
WATCH = 18
"""Whether any line may have to be left alone: 0 or 1."""
KEY_PRESS = 19
"""End of a call with the opt-out key to the line's being left alone, ms."""
STATE_SIZE = 20

_NEVER = NEVER

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]


@kernel(
    "int64("
    "int64, int64[::1], boolean[::1], uint8[::1], int64[::1], int64[::1], int64[::1], int64[::1], "
    "int32[::1], int32[::1], uint16[::1], uint8[::1], uint32[::1], uint32[::1], uint32[::1], "
    "uint32[::1], uint16[::1], int64[::1], int32[::1], uint8[::1], uint16[::1], uint32[::1], "
    "uint32[::1], uint32[::1], uint32[::1], uint16[::1], uint8[::1], uint32[:, :, :, :, ::1], "
    "int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int32[::1], int64[::1], "
    "int64[::1], uint8[::1], int64[:, ::1], int32[::1], int32[::1], int64[::1], int64[::1], "
    "int64, int32[::1], int64[::1], int64[::1], int32[::1], uint8[::1], uint16[::1], int32[::1], "
    "int32[::1], uint8[::1], uint8[::1], int64[::1], int32[::1], uint8[::1], uint8[::1], "
    "uint16[::1]"
    ")"
)
def place(
    until: int,
    state: I64,
    is_open: NDArray[np.bool_],
    territory_of: U8,
    head: I64,
    stop: I64,
    drawn: I64,
    shift: I64,
    position: I32,
    line_of: I32,
    class_of: U16,
    made: U8,
    fresh_disposition: U32,
    fresh_busy: U32,
    fresh_human: U32,
    fresh_other: U32,
    fresh_caller: U16,
    ready_due: I64,
    ready_row: I32,
    ready_attempt: U8,
    ready_group: U16,
    ready_disposition: U32,
    ready_busy: U32,
    ready_human: U32,
    ready_other: U32,
    ready_caller: U16,
    labelled: U8,
    thresholds: U32,
    quarter: I64,
    row_pointer: I64,
    row_from: I64,
    row_value: I64,
    until_of: I64,
    partner: I32,
    cap_calls: I64,
    cap_window: I64,
    capped: U8,
    starts: I64,
    ends: I32,
    ends_by_64: I32,
    retry_delay: I64,
    cutoff: I64,
    bucket_ms: int,
    bucket_head: I32,
    pool_due: I64,
    pool_number: I64,
    pool_row: I32,
    pool_attempt: U8,
    pool_group: U16,
    pool_next: I32,
    log_line: I32,
    log_attempt: U8,
    log_territory: U8,
    log_start: I64,
    log_hold: I32,
    log_outcome: U8,
    log_opted_out: U8,
    log_caller: U16,
) -> int:
    """Place calls that start before ``until``; see the module's docstring."""
    now = state[NOW]
    tat = state[TAT]
    tat_rest = state[TAT_REST]
    gap = state[GAP]
    gap_rest = state[GAP_REST]
    unit = state[UNIT]
    channels = state[CHANNELS]
    busy = state[BUSY]
    released = state[RELEASED]
    logged = state[LOGGED]
    placed = state[PLACED]
    ready = state[READY]
    ready_end = state[READY_END]
    row_until = state[ROW_UNTIL]
    free = state[FREE]
    lifetime = state[LIFETIME]
    waiting = state[WAITING]

    groups = head.shape[0]
    territories = row_pointer.shape[0]
    ends_mask = ends.shape[0] - 1
    bucket_mask = bucket_head.shape[0] - 1
    log_size = log_line.shape[0]
    levels = thresholds.shape[1]
    watch = state[WATCH] > 0
    key_press = state[KEY_PRESS]
    households = partner.shape[0] > 0
    caps = cap_calls.shape[0]
    remembered = starts.shape[1]
    callers = labelled.shape[0] > 1  # with one alone, every call comes from number 0
    labels = thresholds.shape[0] > 1

    best = -1  # group of the open fresh line with the smallest list position
    second = _NEVER  # smallest list position in the other open groups
    rescan = True
    reason = REACHED

    while True:
        if logged == log_size:
            reason = LOG_FULL
            break
        if free < 0:
            reason = POOL_FULL
            break

        # The earliest start that pace and channels allow.
        s = tat + 1 if tat_rest > 0 else tat
        if s < now:
            s = now
        if s >= until:
            reason = REACHED
            break
        while busy > 0 and released <= s:
            last = min(s, released | 63)  # of this block of 64 ms
            block = (released & ends_mask) >> 6
            if ends_by_64[block] > 0:
                total = 0
                for moment in range(released, last + 1):
                    slot = moment & ends_mask
                    ended = ends[slot]
                    if ended:
                        total += ended
                        ends[slot] = 0
                busy -= total
                ends_by_64[block] -= total
            released = last + 1
        if released <= s:
            released = s + 1
        full = False
        while busy >= channels:
            if released >= until or busy == 0:
                full = True
                break
            slot = released & ends_mask
            if slot & 63 == 0 and ends_by_64[slot >> 6] == 0 and released + 64 <= until:
                released += 64
                continue
            ended = ends[slot]
            if ended:
                busy -= ended
                ends[slot] = 0
                ends_by_64[slot >> 6] -= ended
            released += 1
            s = released - 1
        if full:
            now = s if s > now else now
            reason = REACHED
            break

        # Who is next: a due retry, else the first open fresh line, else the next retry to fall due.
        retry = ready < ready_end and ready_due[ready] <= s
        if not retry:
            if rescan:
                best = -1
                first = _NEVER
                second = _NEVER
                for g in range(groups):
                    if is_open[g] and head[g] < stop[g]:
                        p = position[head[g]]
                        if p < first:
                            second = first
                            first = p
                            best = g
                        elif p < second:
                            second = p
                rescan = False
            if best < 0:
                if ready == ready_end:
                    now = s
                    reason = IDLE
                    break
                # Never past `until`: a window that opens there may let another line go first.
                now = min(ready_due[ready], until)
                continue
            row = head[best]
            if row == drawn[best]:
                now = s
                state[WANTED] = best
                reason = WANT_DRAWS
                break
            group = best
            attempt = 1
            i = row + shift[best]
            disposition = fresh_disposition[i]
            on_busy = fresh_busy[i]
            on_human = fresh_human[i]
            on_other = fresh_other[i]
            caller = fresh_caller[i] if callers else np.uint16(0)
            head[best] = row + 1
            if row + 1 == stop[best] or position[row + 1] > second:
                rescan = True
        else:
            row = ready_row[ready]
            group = ready_group[ready]
            attempt = ready_attempt[ready]
            disposition = ready_disposition[ready]
            on_busy = ready_busy[ready]
            on_human = ready_human[ready]
            on_other = ready_other[ready]
            caller = ready_caller[ready] if callers else np.uint16(0)
            ready += 1
        if watch and s >= until_of[row]:
            now = s
            continue  # left alone for good: it takes neither pace nor channel

        # The local quarter-hour of each territory.
        if s >= row_until:
            row_until = _NEVER
            for t in range(territories):
                pointer = row_pointer[t]
                while row_from[pointer + 1] <= s:
                    pointer += 1
                row_pointer[t] = pointer
                quarter[t] = row_value[pointer]
                if row_from[pointer + 1] < row_until:
                    row_until = row_from[pointer + 1]

        # How it ends.
        territory = territory_of[group]
        level = attempt - 1 if attempt < levels else levels - 1
        kind = class_of[row]
        at = quarter[territory]
        label = labelled[caller] if labels else np.uint8(0)
        is_busy = disposition < thresholds[label, level, at, kind, 0]
        is_human = disposition < thresholds[label, level, at, kind, 1]
        ending = on_human if is_human else on_other
        ending = on_busy if is_busy else ending
        hold = ending >> 5
        outcome = ending & 15
        opted_out = (ending >> 4) & 1
        end = s + hold
        ends[end & ends_mask] += 1
        ends_by_64[(end & ends_mask) >> 6] += 1
        busy += 1

        # Pace: no credit builds up while idle.
        if s > (tat + 1 if tat_rest > 0 else tat):
            tat = s
            tat_rest = 0
        tat += gap
        tat_rest += gap_rest
        if tat_rest >= unit:
            tat_rest -= unit
            tat += 1

        # The log, and the retry.
        log_line[logged] = line_of[row]
        log_attempt[logged] = attempt
        log_territory[logged] = territory
        log_start[logged] = s
        log_hold[logged] = hold
        log_outcome[logged] = outcome
        log_opted_out[logged] = opted_out
        log_caller[logged] = caller
        logged += 1
        if watch and opted_out:
            until_of[row] = min(until_of[row], end + key_press)
            if households and partner[row] >= 0:
                until_of[partner[row]] = min(until_of[partner[row]], end + key_press)
        made[row] = attempt
        if caps > 0:
            starts[row, (attempt - 1) % remembered] = s
        delay = retry_delay[outcome]
        if delay > 0 and attempt < lifetime:
            due = end + delay
            for c in range(caps):
                if capped[row] >> c & 1 and attempt >= cap_calls[c]:
                    first_of_window = starts[row, (attempt - cap_calls[c]) % remembered]
                    due = max(due, first_of_window + cap_window[c])
            if due < cutoff[group]:
                node = free
                free = pool_next[node]
                pool_due[node] = due
                pool_number[node] = placed
                pool_row[node] = row
                pool_attempt[node] = attempt + 1
                pool_group[node] = group
                bucket = (due // bucket_ms) & bucket_mask
                pool_next[node] = bucket_head[bucket]
                bucket_head[bucket] = node
                waiting += 1
        placed += 1
        now = s

    state[NOW] = now
    state[TAT] = tat
    state[TAT_REST] = tat_rest
    state[BUSY] = busy
    state[RELEASED] = released
    state[LOGGED] = logged
    state[PLACED] = placed
    state[READY] = ready
    state[ROW_UNTIL] = row_until
    state[FREE] = free
    state[WAITING] = waiting
    return reason


@kernel(
    "int64("
    "int64, int64, int64[::1], int32[::1], int64[::1], int64[::1], int32[::1], uint8[::1], "
    "uint16[::1], int32[::1], int64[::1], int64[::1], int32[::1], uint8[::1], uint16[::1]"
    ")"
)
def unload(
    first: int,
    last: int,
    state: I64,
    bucket_head: I32,
    pool_due: I64,
    pool_number: I64,
    pool_row: I32,
    pool_attempt: U8,
    pool_group: U16,
    pool_next: I32,
    out_due: I64,
    out_number: I64,
    out_row: I32,
    out_attempt: U8,
    out_group: U16,
) -> int:
    """Empty retry buckets ``first`` to ``last`` - 1 into the arrays and free their nodes.

    Within a bucket rows come in order of their number. Returns the number of rows.
    """
    mask = bucket_head.shape[0] - 1
    filled = 0
    free = state[FREE]
    for bucket in range(first, last):
        node = bucket_head[bucket & mask]
        if node < 0:
            continue
        length = 0
        while node >= 0:
            length += 1
            node = pool_next[node]
        i = filled + length
        node = bucket_head[bucket & mask]
        while node >= 0:  # the list runs from the newest to the oldest
            i -= 1
            out_due[i] = pool_due[node]
            out_number[i] = pool_number[node]
            out_row[i] = pool_row[node]
            out_attempt[i] = pool_attempt[node]
            out_group[i] = pool_group[node]
            after = pool_next[node]
            pool_next[node] = free
            free = node
            node = after
        bucket_head[bucket & mask] = -1
        filled += length
    state[FREE] = free
    state[WAITING] -= filled
    return filled


@kernel("int64(int64, int64, int32[::1])")
def next_bucket(first: int, last: int, bucket_head: I32) -> int:
    """The first bucket from ``first`` to ``last`` - 1 that holds a retry, or ``last``."""
    mask = bucket_head.shape[0] - 1
    for bucket in range(first, last):
        if bucket_head[bucket & mask] >= 0:
            return bucket
    return last
