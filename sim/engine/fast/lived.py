"""Compiled passes over the head of a campaign: calls that are there already.

They bring the arrays of :class:`sim.engine.fast.dialer.Dialer` to where placing the same calls had
brought them; nothing is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.engine.fast.kernel import Carriers, Ends, Pool, Rows, State
from sim.engine.plan.plan import Plan
from sim.record.log import LogChunk
from sim.record.never import NEVER

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]


class Lived(NamedTuple):
    """Calls of the head, each (n,)."""

    row: I32
    attempt: U8
    start: I64
    hold: I32
    opted_out: U8


class Waiting(NamedTuple):
    """Retries that wait at the head's moment, in order of their numbers; each (n,)."""

    due: I64
    number: I64
    row: I32
    attempt: U8
    """Attempt that each will be."""
    group: U16


@kernel
def carry(s: int, end: int, carriers: Carriers) -> None:
    """Let the carrier that takes a call at ``s`` have it, as in placing; the first where none does.

    Placing has passes of its own for this: what a kernel calls stands in its file.
    """
    mask = carriers.ends.shape[1] - 1
    chosen = 0
    for c in range(carriers.channels.shape[0]):
        released = carriers.released[c]
        while carriers.busy[c] > 0 and released <= s:
            carriers.busy[c] -= carriers.ends[c, released & mask]
            carriers.ends[c, released & mask] = 0
            released += 1
        carriers.released[c] = max(released, s + 1)
    for c in range(carriers.channels.shape[0] - 1, -1, -1):
        paced = carriers.tat[c] + 1 if carriers.tat_rest[c] > 0 else carriers.tat[c]
        if carriers.busy[c] < carriers.channels[c] and paced <= s:
            chosen = c
    carriers.ends[chosen, end & mask] += 1
    carriers.busy[chosen] += 1
    carriers.placed[chosen] += 1
    carriers.free[chosen] = 0
    if s != (carriers.tat[chosen] + 1 if carriers.tat_rest[chosen] > 0 else carriers.tat[chosen]):
        carriers.tat[chosen] = s
        carriers.tat_rest[chosen] = 0
    carriers.tat[chosen] += carriers.gap[chosen]
    carriers.tat_rest[chosen] += carriers.gap_rest[chosen]
    if carriers.tat_rest[chosen] >= carriers.unit[chosen]:
        carriers.tat_rest[chosen] -= carriers.unit[chosen]
        carriers.tat[chosen] += 1


@kernel
def live(
    first: int,
    last: int,
    at: int,
    lived: Lived,
    state: State,
    rows: Rows,
    ring: Ends,
    carriers: Carriers,
) -> None:
    """Let calls ``first`` to ``last`` - 1 have been placed; ``at`` is the head's moment, ms.

    Calls in progress at that moment hold channels; the others have given theirs back.
    """
    mask = ring.more.shape[0] - 1
    households = rows.partner.shape[0] > 0
    remembered = rows.starts.shape[1]
    for i in range(first, last):
        s, row = lived.start[i], lived.row[i]
        end = s + lived.hold[i]
        if end >= at:
            block, one = (end & mask) >> 6, np.uint64(1) << np.uint64(end & 63)
            ring.more[end & mask] += np.int32(ring.any_by_64[block] & one > 0)
            ring.by_64[block] += 1
            ring.any_by_64[block] |= one
            state.busy += 1
        # Pace, as in placing; a call that came sooner than it allows begins it anew.
        if s != (state.tat + 1 if state.tat_rest > 0 else state.tat):
            state.tat = s
            state.tat_rest = 0
        state.tat += state.gap
        state.tat_rest += state.gap_rest
        if state.tat_rest >= state.unit:
            state.tat_rest -= state.unit
            state.tat += 1
        if carriers.channels.shape[0] > 0:
            carry(s, end, carriers)
        if lived.attempt[i] > 1:
            state.in_a_row = max(state.in_a_row, 0) + 1
        else:
            state.in_a_row = min(state.in_a_row, 0) - 1
        if state.watch > 0 and lived.opted_out[i] > 0:
            until = end + state.key_press
            rows.until[row] = min(rows.until[row], until)
            if households and rows.partner[row] >= 0:
                other = rows.partner[row]
                rows.until[other] = min(rows.until[other], until)
        rows.made[row] = lived.attempt[i]
        if rows.starts.shape[0] > 0:
            rows.starts[row, (lived.attempt[i] - 1) % remembered] = s
    state.placed += last - first


@kernel
def enter(first: int, waiting: Waiting, state: State, pool: Pool) -> int:
    """Put retries from number ``first`` on into their buckets, until no node is free.

    Returns the number of the first that found no room.
    """
    mask = pool.first.shape[0] - 1
    for i in range(first, waiting.due.shape[0]):
        node = state.free
        if node < 0:
            return int(i)
        state.free = pool.next[node]
        pool.due[node] = waiting.due[i]
        pool.number[node] = waiting.number[i]
        pool.row[node] = waiting.row[i]
        pool.attempt[node] = waiting.attempt[i]
        pool.group[node] = waiting.group[i]
        bucket = (waiting.due[i] // state.bucket_ms) & mask
        pool.next[node] = pool.first[bucket]
        pool.first[bucket] = node
        state.waiting += 1
    return int(waiting.due.shape[0])


def lived_of(log: LogChunk, row_of: I32) -> Lived:
    """The calls of a head as kernels read them; ``row_of``, (lines,), is by line its row."""
    return Lived(
        row=row_of[log.line],
        attempt=np.array(log.attempt),  # kernels take what can be written to
        start=np.array(log.start_ms),
        hold=np.array(log.hold_ms),
        opted_out=np.array(log.opted_out),
    )


def waiting_after(plan: Plan, log: LogChunk, lived: Lived, rows: Rows) -> Waiting:
    """The retries that wait after the calls of a head, all of which have been lived through."""
    last = np.full(len(rows.line), -1, dtype=np.int64)
    last[lived.row] = np.arange(len(lived.row))  # the last of a line's calls stays
    number = np.sort(last[last >= 0])
    delay = plan.retry_delay_ms[log.outcome[number]]
    number = number[(delay > 0) & (log.attempt[number] < plan.lifetime)]
    row, attempt = lived.row[number], lived.attempt[number].astype(np.int64)
    due = lived.start[number] + lived.hold[number] + plan.retry_delay_ms[log.outcome[number]]
    for bit, cap in enumerate(plan.caps):
        bound = (rows.capped[row] >> bit & 1).astype(np.bool_) & (attempt >= cap.calls)
        place = (attempt[bound] - cap.calls) % rows.starts.shape[1]
        due[bound] = np.maximum(due[bound], rows.starts[row[bound], place] + cap.window_ms)
    if plan.per_day:
        begins, ends = _days(plan, log, number)
        full = attempt >= plan.per_day
        earlier = rows.starts[row, (attempt - plan.per_day) % rows.starts.shape[1]]
        due = np.where(full & (earlier >= begins), np.maximum(due, ends), due)
    group = plan.group[rows.line[row]]
    cutoff = np.array([plan.calling[g.territory].cutoff_ms for g in plan.groups], dtype=np.int64)
    kept = due < cutoff[group]
    return Waiting(
        due=due[kept],
        number=number[kept],
        row=row[kept],
        attempt=(attempt[kept] + 1).astype(np.uint8),
        group=group[kept],
    )


def _days(plan: Plan, log: LogChunk, number: I64) -> tuple[I64, I64]:
    """(n,) Begin and end of the local day on which each of some calls started."""
    begins, ends = np.empty(len(number), dtype=np.int64), np.empty(len(number), dtype=np.int64)
    for territory, calling in enumerate(plan.calling):
        of = log.territory[number] == territory
        days = np.append(calling.day_from_ms, NEVER)
        day = np.searchsorted(days, log.start_ms[number[of]], side="right")
        begins[of], ends[of] = days[day - 1], days[day]
    return begins, ends


def those_of(waiting: Waiting, which: NDArray[np.bool_]) -> Waiting:
    """The retries that a mask picks."""
    return Waiting(
        due=waiting.due[which],
        number=waiting.number[which],
        row=waiting.row[which],
        attempt=waiting.attempt[which],
        group=waiting.group[which],
    )
