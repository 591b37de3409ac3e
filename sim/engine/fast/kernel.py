"""The placing kernel: candidate by candidate, the exact start of each call.

All arrays belong to :class:`sim.engine.fast.dialer.Dialer` and come in groups, which name and
explain each of them once. The kernel works until a given moment, or until it needs something that
only the caller can give, and says which. It can be called again with the same arrays: everything
that it knows is in them.

No floating point, and no division but one for a retry and, under a rolling cap, those that look
back at earlier starts: times are whole milliseconds, and the pacing clock keeps its fraction as a
remainder.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

from sim.compiled import Fields, kernel

# What a kernel reads stands in its file, for its compiled form is kept until the file changes.
# Tests hold these equal to what other rooms say.
_NEVER = (1 << 63) - 1
"""As in :mod:`sim.record.never`."""
_HOLD, _OPTED_OUT, _OUTCOME = 5, 4, 15
"""Where an ending has its parts, as in :mod:`sim.behaviour.calls`: shifts, and a mask."""

# Why the kernel came back.
REACHED = 0
"""No further call can start before the given moment."""
IDLE = 1
"""Nobody may be called until a retry is loaded or a window opens."""
WANT_DRAWS = 2
"""The next fresh line of group ``state.wanted`` has not been drawn."""
LOG_FULL = 3
POOL_FULL = 4

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
Bools = NDArray[np.bool_]


class State(Fields):
    """What changes from call to call, and what the control plane sets. Times in ms."""

    now: int
    """No call starts before this moment."""
    tat: int
    """Pace: earliest next start, whole ms ..."""
    tat_rest: int
    """... and the rest, in units of 1 / unit ms."""
    gap: int
    """Pace: from one start to the next, whole ms ..."""
    gap_rest: int
    """... and the rest, in units of 1 / unit ms."""
    unit: int
    """Parts of a millisecond that the pace counts in."""
    channels: int
    busy: int
    """Calls that have not been released: those in progress, and those that ended since
    ``released``."""
    released: int
    """Ends before this millisecond are accounted for. Others are when a start needs a channel."""
    slack: int
    """Most ms that ends may lie back unreleased: what the ring of ends holds beyond the longest
    call."""
    logged: int
    """Rows in the log buffer."""
    placed: int
    """Calls so far: the number of the next row of the log."""
    ready: int
    """First ready retry that is not placed."""
    ready_end: int
    """End of the ready retries."""
    quarter_until: int
    """First moment at which some territory's local quarter-hour changes."""
    free: int
    """First free node of the retry pool, or -1."""
    wanted: int
    """Group whose draws are wanted."""
    lifetime: int
    """Most attempts per line."""
    waiting: int
    """Retries in the pool."""
    watch: int
    """Whether any line may have to be left alone: 0 or 1."""
    key_press: int
    """End of a call with the opt-out key to the line's being left alone."""
    bucket_ms: int
    """Width of a bucket of retries."""
    per_day: int
    """Most attempts per line on a day of its territory's calendar; 0 for no limit."""
    retry_turns: int
    """Where a retry and a fresh line both wait: so many retries ..."""
    fresh_turns: int
    """... then so many fresh lines; 0 where retries always go first."""
    in_a_row: int
    """Latest calls in a row that were retries; less than 0 where they were to fresh lines."""


class Groups(NamedTuple):
    """By group of lines, each (groups,)."""

    is_open: Bools
    """Whether its lines may be called now."""
    territory: U8
    cutoff: I64
    """No call starts at or after this moment, ms."""
    head: I64
    """Its first row that has not been called."""
    stop: I64
    """End of its rows."""
    drawn: I64
    """First row whose first attempt has not been drawn."""
    shift: I64
    """From a row to its place among the fresh draws."""


class Rows(NamedTuple):
    """The list: by group, and in list order inside each. Each (rows,) unless said."""

    position: I32
    """Place in the list."""
    line: I32
    """Line id."""
    kind: U16
    """Class in the threshold rows."""
    made: U8
    """Attempts made."""
    until: I64
    """No call starts at or after this moment, ms; empty where no line is left alone."""
    partner: I32
    """Row for which an objection holds too, or -1; empty where there is none."""
    capped: I64
    """Bit c is set where rolling cap c binds; empty without caps."""
    starts: Annotated[I64, 2]
    """(rows, most calls of a cap) Latest starts, ms, attempt by attempt in turn; empty where
    nothing looks back on them."""
    standing: U8
    """What decides about complaints of the line, as in :mod:`sim.engine.fast.sift`; empty where
    nobody complains."""


class Draws(NamedTuple):
    """Draws of first attempts, in blocks by group: as :class:`sim.behaviour.calls.CallDraws`."""

    disposition: U32
    busy: U32
    human: U32
    other: U32
    caller: U16
    """Empty where the standing of no number is kept."""


class Retries(NamedTuple):
    """Retries that are drawn and in order, each (n,)."""

    due: I64
    """When it falls due, ms."""
    number: I64
    """Number in the log of the call that made it."""
    row: I32
    attempt: U8
    """Attempt that it will be."""
    group: U16
    disposition: U32
    busy: U32
    human: U32
    other: U32
    caller: U16
    """Caller number; 0 where the standing of none is kept."""


class Pool(NamedTuple):
    """Retries that are not drawn: a linked list for each bucket of due times.

    The free nodes are one more list. Each (nodes,) unless said.
    """

    due: I64
    """When it falls due, ms."""
    number: I64
    """Number in the log of the call that made it."""
    row: I32
    attempt: U8
    """Attempt that it will be."""
    group: U16
    next: I32
    """The node after it in its list, or -1."""
    first: I32
    """(buckets, a power of two) First node by bucket, -1 for none; buckets come round again."""


class Laws(NamedTuple):
    """How calls turn out, and what follows."""

    thresholds: Annotated[U32, 5]
    """(labels, attempts, 672, classes, 2) See :func:`sim.behaviour.answering.thresholds`."""
    labelled: U8
    """(numbers,) 1 where a caller number bears a label."""
    retry_delay: I64
    """(16,) By outcome: end of call to retry, ms; 0 for none."""
    cap_calls: I64
    """(caps,) Rolling caps: most calls ..."""
    cap_window: I64
    """(caps,) ... in any so many ms."""


class Clock(NamedTuple):
    """Local quarter-hours of the week."""

    quarter: I64
    """(territories,) The quarter-hour now."""
    at: I64
    """(territories,) Its place in the next two."""
    starts: I64
    """(m,) When quarter-hours start, ms, the territories end to end, each closed by NEVER."""
    quarters: I64
    """(m,) Which ones they are, 0 to 671."""
    day_at: I64
    """(territories,) The day of the latest start, as a place in the next."""
    days: I64
    """(d,) When days of the local calendar start, ms, likewise end to end."""


class Ends(NamedTuple):
    """Ends of calls that have not been released, in rings twice as long as the longest call."""

    any_by_64: U64
    """(a power of two) By block of 64 ms: in which of them there are any, a bit each."""
    by_64: I32
    """(as many) By block: how many there are."""
    more: I32
    """(64 times as many) By millisecond: how many there are beside the first. Mostly there are
    none, and it is not looked at: what is read for each call had better fit a cache."""


class Carriers(NamedTuple):
    """Carriers that share the calls, each (carriers,) unless said; empty where one takes all."""

    channels: I64
    busy: I64
    """Calls that have not been released, as in :class:`State`."""
    released: I64
    """Ends before this millisecond are accounted for."""
    free: I64
    """Where all channels are taken: one may be free from here on, and none is before."""
    tat: I64
    """Pace: earliest next start, whole ms ..."""
    tat_rest: I64
    """... and the rest, in units of 1 / unit ms."""
    gap: I64
    gap_rest: I64
    unit: I64
    placed: I64
    """Calls so far."""
    ends: Annotated[I32, 2]
    """(carriers, a power of two) How many end by millisecond, in a ring as in :class:`Ends`."""


class Log(NamedTuple):
    """Rows of the log: :class:`sim.record.log.LogChunk`, and one column more; each (rows,)."""

    line: I32
    attempt: U8
    territory: U8
    start: I64
    hold: I32
    outcome: U8
    opted_out: U8
    caller: U16
    standing: U8
    """That of the line; empty where nobody complains."""


@kernel
def soonest(s: int, until: int, slack: int, c: int, carriers: Carriers) -> int:
    """The first moment from ``s`` on at which carrier ``c`` takes a call, at most ``until``."""
    mask = carriers.ends.shape[1] - 1
    if carriers.busy[c] >= carriers.channels[c] or s - carriers.released[c] > slack:
        released = carriers.released[c]
        while carriers.busy[c] > 0 and released <= s:
            carriers.busy[c] -= carriers.ends[c, released & mask]
            carriers.ends[c, released & mask] = 0
            released += 1
        carriers.released[c] = max(released, s + 1)
    at = carriers.tat[c] + 1 if carriers.tat_rest[c] > 0 else carriers.tat[c]
    at = max(at, s)
    if carriers.busy[c] >= carriers.channels[c]:
        if carriers.free[c] <= s:
            still = carriers.busy[c]
            moment = s
            while still >= carriers.channels[c] and moment < until:
                moment += 1
                still -= carriers.ends[c, moment & mask]
            carriers.free[c] = moment
        at = max(at, carriers.free[c])
    return int(min(at, until))


@kernel
def take(s: int, end: int, c: int, carriers: Carriers) -> None:
    """Let carrier ``c`` have a call from ``s`` to ``end``."""
    mask = carriers.ends.shape[1] - 1
    carriers.ends[c, end & mask] += 1
    carriers.busy[c] += 1
    carriers.placed[c] += 1
    if s != (carriers.tat[c] + 1 if carriers.tat_rest[c] > 0 else carriers.tat[c]):
        carriers.tat[c] = s
        carriers.tat_rest[c] = 0
    carriers.tat[c] += carriers.gap[c]
    carriers.tat_rest[c] += carriers.gap_rest[c]
    if carriers.tat_rest[c] >= carriers.unit[c]:
        carriers.tat_rest[c] -= carriers.unit[c]
        carriers.tat[c] += 1


@kernel
def place(
    until: int,
    state: State,
    groups: Groups,
    rows: Rows,
    fresh: Draws,
    retries: Retries,
    pool: Pool,
    laws: Laws,
    clock: Clock,
    ring: Ends,
    carriers: Carriers,
    log: Log,
) -> int:
    """Place calls that start before ``until``; see the module's docstring."""
    now = state.now
    tat = state.tat
    tat_rest = state.tat_rest
    gap = state.gap
    gap_rest = state.gap_rest
    unit = state.unit
    channels = state.channels
    slack = state.slack
    busy = state.busy
    released = state.released
    logged = state.logged
    placed = state.placed
    ready = state.ready
    ready_end = state.ready_end
    quarter_until = state.quarter_until
    free = state.free
    lifetime = state.lifetime
    waiting = state.waiting
    bucket_ms = state.bucket_ms
    retry_turns = state.retry_turns
    fresh_turns = state.fresh_turns
    in_a_row = state.in_a_row

    # Each group is opened once: what is read call by call stands in a register then.
    is_open, territory_of, cutoff, head, stop, drawn, shift = groups
    position, line_of, kind_of, made, until_of, partner, capped, starts, standing_of = rows
    fresh_disposition, fresh_busy, fresh_human, fresh_other, fresh_caller = fresh
    ready_due, ready_row = retries.due, retries.row
    ready_attempt, ready_group = retries.attempt, retries.group
    ready_disposition, ready_busy = retries.disposition, retries.busy
    ready_human, ready_other, ready_caller = retries.human, retries.other, retries.caller
    pool_due, pool_number, pool_row, pool_attempt, pool_group, pool_next, pool_first = pool
    thresholds, labelled, retry_delay, cap_calls, cap_window = laws
    quarter, quarter_at, quarter_starts, quarters, day_at, days = clock
    any_by_64, ends_by_64, more = ring
    log_line, log_attempt, log_territory, log_start = log[:4]
    log_hold, log_outcome, log_opted_out, log_caller, log_standing = log[4:]

    how_many = head.shape[0]
    territories = quarter_at.shape[0]
    ends_mask = more.shape[0] - 1
    bucket_mask = pool_first.shape[0] - 1
    log_size = log_line.shape[0]
    levels = thresholds.shape[1]
    watch = state.watch > 0
    key_press = state.key_press
    households = partner.shape[0] > 0
    caps = cap_calls.shape[0]
    per_day = state.per_day
    remembered = starts.shape[1]
    remember = starts.shape[0] > 0
    complaining = standing_of.shape[0] > 0
    callers = labelled.shape[0] > 1  # with one alone, every call comes from number 0
    labels = False  # whether any number bears one, which mostly none does
    if thresholds.shape[0] > 1:
        for number in range(labelled.shape[0]):
            labels = labels or labelled[number] > 0
    shared = carriers.channels.shape[0]
    carrier = 0

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
        if busy >= channels or s - released > slack:
            while busy > 0 and released <= s:
                last = min(s, released | 63)  # of this block of 64 ms
                block = (released & ends_mask) >> 6
                ended = ends_by_64[block]
                if ended > 0:
                    later = ~np.uint64(0) << np.uint64(last & 63) << np.uint64(1)
                    left = any_by_64[block]
                    gone = left & ~later
                    if left & later > 0 or ended > 1:
                        ended = 0
                        while gone > 0:
                            slot = block << 6 | int(np.int64(trailing_zeros(gone)))
                            ended += 1 + more[slot]
                            more[slot] = 0
                            gone &= gone - np.uint64(1)
                    any_by_64[block] = left & later
                    ends_by_64[block] -= ended
                    busy -= ended
                released = last + 1
            if released <= s:
                released = s + 1
        full = False
        while busy >= channels:
            if released >= until or busy == 0:
                full = True
                break
            slot = released & ends_mask
            # On to the next end, or to the next block where this one has no more.
            left = any_by_64[slot >> 6] >> np.uint64(slot & 63)
            ahead = int(np.int64(trailing_zeros(left))) if left > 0 else 64 - (slot & 63)
            if left == 0 or released + ahead >= until:
                released = min(released + ahead, until)
            else:
                slot += ahead
                ended = 1 + more[slot]
                more[slot] = 0
                busy -= ended
                ends_by_64[slot >> 6] -= ended
                any_by_64[slot >> 6] &= ~(np.uint64(1) << np.uint64(slot & 63))
                released += ahead + 1
            s = released - 1
        if full:
            now = s if s > now else now
            reason = REACHED
            break

        # The carrier that takes it: the first one named, of those that take one soonest.
        if shared > 0:
            first_start = until
            for c in range(shared):
                start = soonest(s, until, slack, c, carriers)
                if start < first_start:
                    first_start = start
                    carrier = c
            if first_start > s:
                now = first_start
                continue

        # Who is next: a due retry or the first open fresh line, by turns where both wait; else the
        # next retry to fall due.
        retry = ready < ready_end and ready_due[ready] <= s
        if rescan and (fresh_turns > 0 or not retry):
            best = -1
            first = _NEVER
            second = _NEVER
            for g in range(how_many):
                if is_open[g] and head[g] < stop[g]:
                    p = position[head[g]]
                    if p < first:
                        second = first
                        first = p
                        best = g
                    elif p < second:
                        second = p
            rescan = False
        if fresh_turns > 0 and retry and best >= 0:
            goes_on = in_a_row < retry_turns if in_a_row > 0 else -in_a_row >= fresh_turns
            retry = retry_turns > 0 and goes_on
        if not retry:
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
                state.wanted = best
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
            continue  # left alone for good: it takes neither pace nor channel, nor a turn
        if fresh_turns > 0:
            in_a_row = max(in_a_row, 0) + 1 if attempt > 1 else min(in_a_row, 0) - 1

        # The local quarter-hour of each territory.
        if s >= quarter_until:
            quarter_until = _NEVER
            for t in range(territories):
                pointer = quarter_at[t]
                while quarter_starts[pointer + 1] <= s:
                    pointer += 1
                quarter_at[t] = pointer
                quarter[t] = quarters[pointer]
                if quarter_starts[pointer + 1] < quarter_until:
                    quarter_until = quarter_starts[pointer + 1]

        # How it ends.
        territory = territory_of[group]
        level = attempt - 1 if attempt < levels else levels - 1
        kind = kind_of[row]
        at = quarter[territory]
        label = labelled[caller] if labels else np.uint8(0)
        is_busy = disposition < thresholds[label, level, at, kind, 0]
        is_human = disposition < thresholds[label, level, at, kind, 1]
        ending = on_human if is_human else on_other
        ending = on_busy if is_busy else ending
        hold = ending >> _HOLD
        outcome = ending & _OUTCOME
        opted_out = (ending >> _OPTED_OUT) & 1
        end = s + hold
        block = (end & ends_mask) >> 6
        others, one = any_by_64[block], np.uint64(1) << np.uint64(end & 63)
        any_by_64[block] = others | one
        ends_by_64[block] += 1
        if others & one > 0:
            more[end & ends_mask] += 1
        busy += 1
        if shared > 0:
            take(s, end, carrier, carriers)

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
        if complaining:
            log_standing[logged] = standing_of[row]
        logged += 1
        if watch and opted_out:
            until_of[row] = min(until_of[row], end + key_press)
            if households and partner[row] >= 0:
                until_of[partner[row]] = min(until_of[partner[row]], end + key_press)
        made[row] = attempt
        if remember:
            starts[row, (attempt - 1) % remembered] = s
        delay = retry_delay[outcome]
        if attempt < lifetime and delay > 0:
            due = end + delay
            for c in range(caps):
                if capped[row] >> c & 1 and attempt >= cap_calls[c]:
                    first_of_window = starts[row, (attempt - cap_calls[c]) % remembered]
                    due = max(due, first_of_window + cap_window[c])
            if per_day > 0 and attempt >= per_day:
                day = day_at[territory]
                while days[day + 1] <= s:
                    day += 1
                day_at[territory] = day
                if starts[row, (attempt - per_day) % remembered] >= days[day]:
                    due = max(due, days[day + 1])
            if due < cutoff[group]:
                node = free
                free = pool_next[node]
                pool_due[node] = due
                pool_number[node] = placed
                pool_row[node] = row
                pool_attempt[node] = attempt + 1
                pool_group[node] = group
                bucket = (due // bucket_ms) & bucket_mask
                pool_next[node] = pool_first[bucket]
                pool_first[bucket] = node
                waiting += 1
        placed += 1
        now = s

    state.now = now
    state.tat = tat
    state.tat_rest = tat_rest
    state.busy = busy
    state.released = released
    state.logged = logged
    state.placed = placed
    state.ready = ready
    state.quarter_until = quarter_until
    state.free = free
    state.waiting = waiting
    state.in_a_row = in_a_row
    return reason


@kernel
def unload(first: int, last: int, state: State, pool: Pool, out: Retries) -> int:
    """Empty retry buckets ``first`` to ``last`` - 1 into ``out`` and free their nodes.

    Within a bucket rows come in order of their number. Nothing is drawn: only the first five
    columns are filled. Returns the number of rows.
    """
    mask = pool.first.shape[0] - 1
    filled = 0
    free = state.free
    for bucket in range(first, last):
        node = pool.first[bucket & mask]
        if node < 0:
            continue
        length = 0
        while node >= 0:
            length += 1
            node = pool.next[node]
        i = filled + length
        node = pool.first[bucket & mask]
        while node >= 0:  # the list runs from the newest to the oldest
            i -= 1
            out.due[i] = pool.due[node]
            out.number[i] = pool.number[node]
            out.row[i] = pool.row[node]
            out.attempt[i] = pool.attempt[node]
            out.group[i] = pool.group[node]
            after = pool.next[node]
            pool.next[node] = free
            free = node
            node = after
        pool.first[bucket & mask] = -1
        filled += length
    state.free = free
    state.waiting -= filled
    return filled


@kernel
def next_bucket(first: int, last: int, pool: Pool) -> int:
    """The first bucket from ``first`` to ``last`` - 1 that holds a retry, or ``last``."""
    mask = pool.first.shape[0] - 1
    for bucket in range(first, last):
        if pool.first[bucket & mask] >= 0:
            return bucket
    return last
