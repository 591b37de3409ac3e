"""Compiled passes that count: over rows of the call log, and over the lines afterwards.

What has happened to a line is kept in sixteen bits, named here.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import Fields, kernel, kernel_with_room

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Table = Annotated[I64, 2]

# What has happened to a line: bits of one uint16.
DIALLED = 1
CONNECTED = 2
GATE_PASSED = 4
DELIVERED = 8
"""Delivered live."""
VOICEMAIL = 16
"""A message was left."""
HEARD = 32
"""A message left was heard."""
HEARD_BY_CUTOFF = 64
LIVE_SHIFT = 8
"""Above this bit: the most live thresholds that one of its calls passed, 0 to 7."""

_HAPPENED = (1 << LIVE_SHIFT) - 1
CHAINS = 5
"""The first five bits are counted as they become new, from DIALLED to VOICEMAIL ..."""
NEWLY = 1 << CHAINS
"""... as one number: so many sets of them there are."""
_AHEAD = 256
"""Rows whose lines are looked up together, so that fetching them from memory overlaps."""
_LATEST_BIN = (1 << 31) - 2
"""Bins of hearings are cut to it."""
NO_BIN = (1 << 31) - 1
"""Bin of something that has not happened."""


class Calls(NamedTuple):
    """Rows of the log: columns of :class:`sim.record.log.LogChunk`, each (n,)."""

    line: I32
    attempt: U8
    territory: U8
    start: I64
    hold: I32
    outcome: U8


class Lines(NamedTuple):
    """What has happened to each line, each (lines,) unless said; bins are those of the timeline."""

    flags: U16
    """The bits above."""
    live_bin: I32
    """Bin of the first call that delivered live, or ``NO_BIN``."""
    left_bin: I32
    """Bin of the first call that left a message, or ``NO_BIN``; (0,) where not tracked."""
    heard_bin: I32
    """Bin of the first hearing of a message left, or ``NO_BIN``."""


class Tables(NamedTuple):
    """Counts of calls."""

    by_bin: Table
    """(bins, 16) By bin of the start, and outcome."""
    busy_ms: I64
    """(bins,) Busy channel-ms."""
    in_progress: I64
    """(bins,) Calls in progress at the bin's start."""
    newly_by_bin: Table
    """(bins, 32) Lines by the set of bits that became new."""
    by_hour: Annotated[I64, 3]
    """(2, 168, 16) By whether it is the first attempt, local hour of the week, outcome."""
    by_place: Annotated[I64, 3]
    """(territories, lifetime + 1, 16) By territory, attempt, outcome."""
    newly_by_attempt: Table
    """(lifetime + 1, 32) As ``newly_by_bin``."""
    moments: Table
    """(territories, 3) Start of the first call, last call, last first attempt, ms; -1 for none."""


class Clock(NamedTuple):
    """Local hours of the week."""

    starts: I64
    """(m,) When quarter-hours start, ms, the territories end to end, each closed by NEVER."""
    hours: I64
    """(m,) Which hours they lie in, 0 to 167."""
    at: I64
    """(territories,) The quarter-hour at the latest call, as a place in the two before."""
    now: I64
    """(territories,) The hour at the latest call."""


class Progress(Fields):
    """Where the count is; times in ms."""

    bin: int
    """Bin of the latest start."""
    held: int
    """Channel time of all calls."""
    first_row: int
    """The latest first attempt in the chunk: its row, -1 for none ..."""
    first_start: int
    """... its start ..."""
    first_held: int
    """... and the channel time of all calls up to it."""
    at_cutoff: int
    """Calls in progress at the cutoff."""
    after_cutoff: int
    """Channel time at and after the cutoff."""
    cutoff: int
    bin_ms: int
    """Width of a bin."""
    unused: int
    """Kept, lest the compiler drop look-ups."""


@kernel
def _close(bin_: int, most: int, calls: Table, newly: Table, clock: Clock, tables: Tables) -> None:
    """Bring counts of one bin and hour into the tables, and have them begin anew.

    ``calls``, (territories * attempts, 16), are by territory and attempt, of which none is above
    ``most``, and outcome; ``newly``, (attempts, 32), lines by attempt and set of bits.
    """
    territories, attempts = tables.by_place.shape[0], tables.by_place.shape[1]
    for t in range(territories):
        for k in range(1, most + 1):
            for o in range(calls.shape[1]):
                n = calls[t * attempts + k, o]
                tables.by_bin[bin_, o] += n
                tables.by_place[t, k, o] += n
                tables.by_hour[np.int64(k == 1), clock.now[t], o] += n
                calls[t * attempts + k, o] = 0
    for k in range(1, most + 1):
        for fresh in range(newly.shape[1]):
            tables.newly_by_bin[bin_, fresh] += newly[k, fresh]
            tables.newly_by_attempt[k, fresh] += newly[k, fresh]
            newly[k, fresh] = 0


@kernel_with_room
def count(
    calls: Calls, marks: I64, progress: Progress, clock: Clock, lines: Lines, tables: Tables
) -> None:
    """Count rows of the log into every table at once.

    ``marks``, (16,), says which bits an outcome sets in a line, and above them how many live
    thresholds it passed. Starts never fall, so rows come in stretches of one bin and one local
    quarter-hour everywhere: what is common to these is looked up once, and they are counted by as
    little as tells them apart. What is new for a line is counted as one number, its five bits
    together. No branch on the way of most rows depends on chance.
    """
    line, attempt, territory = calls.line, calls.attempt, calls.territory
    start, hold, outcome = calls.start, calls.hold, calls.outcome
    flags, live_bin, left_bin = lines.flags, lines.live_bin, lines.left_bin
    busy_ms, in_progress, moments = tables.busy_ms, tables.in_progress, tables.moments
    cutoff, bin_ms = progress.cutoff, progress.bin_ms
    track_left = left_bin.shape[0] > 0
    first_bin, held = progress.bin, np.int64(progress.held)
    edge = (first_bin + 1) * bin_ms
    near = np.int64(0)
    rows, attempts = np.uint64(line.shape[0]), np.uint64(tables.by_place.shape[1])
    cells = np.zeros((tables.by_place.shape[0] * tables.by_place.shape[1], 16), dtype=np.int64)
    newly = np.zeros((tables.by_place.shape[1], NEWLY), dtype=np.int64)
    live = np.empty(line.shape[0], dtype=np.int32)
    left = np.empty(line.shape[0] if track_left else 0, dtype=np.int32)
    begin = 0
    while begin < line.shape[0]:
        now = start[begin]
        while now >= edge:
            first_bin += 1
            edge += bin_ms
        changes = np.int64(edge)
        for place in range(clock.at.shape[0]):
            while clock.starts[clock.at[place] + 1] <= now:
                clock.at[place] += 1
            clock.now[place] = clock.hours[clock.at[place]]
            changes = min(changes, clock.starts[clock.at[place] + 1])
        stop = begin + int(np.searchsorted(start[begin:], changes))
        most, busy, lives, leaves = np.uint64(0), np.int64(0), np.uint64(0), np.uint64(0)
        for i in range(np.uint64(begin), np.uint64(stop)):
            if i % np.uint64(_AHEAD) == np.uint64(0):
                for j in range(i, min(i + np.uint64(_AHEAD), rows)):
                    near |= flags[line[j]]
            a, k, t = line[i], np.uint64(attempt[i]), np.uint64(territory[i])
            s, h, o = start[i], np.int64(hold[i]), np.uint64(outcome[i])
            end = s + h
            cells[t * attempts + k, o] += 1
            most = max(most, k)
            held += h
            if k == np.uint64(1):
                moments[t, 2] = s
            if moments[t, 0] < 0:
                moments[t, 0] = s
            moments[t, 1] = s

            # Channel time, bin by bin.
            if end <= edge:
                busy += h
            else:
                at, b, until = s, first_bin, edge
                while until < end:
                    busy_ms[b] += until - at
                    b += 1
                    in_progress[b] += 1
                    at = until
                    until += bin_ms
                busy_ms[b] += end - at
            if end > cutoff:
                progress.at_cutoff += 1 if s < cutoff else 0
                progress.after_cutoff += int(end - max(s, cutoff))

            # What is new for the line.
            had, mark = np.int64(flags[a]), marks[o]
            passed = max(had >> LIVE_SHIFT, mark >> LIVE_SHIFT) << LIVE_SHIFT
            flags[a] = (had | mark) & _HAPPENED | passed
            fresh = mark & ~had & (NEWLY - 1)
            newly[k, fresh] += 1
            live[lives] = a
            lives += np.uint64(fresh & DELIVERED > 0)
            if track_left:
                left[leaves] = a
                leaves += np.uint64(fresh & VOICEMAIL > 0)
        busy_ms[first_bin] += busy
        for n in range(lives):
            live_bin[live[n]] = first_bin
        for n in range(leaves):
            left_bin[left[n]] = first_bin
        _close(int(first_bin), int(most), cells, newly, clock, tables)
        begin = stop
    progress.bin, progress.held, progress.unused = first_bin, int(held), int(near)
    # The latest first attempt.
    for i in range(line.shape[0] - 1, -1, -1):
        if attempt[i] == 1:
            progress.first_row, progress.first_start = i, int(start[i])
            progress.first_held = int(held)
            break
        held -= hold[i]


@kernel
def beyond(start: I64, hold: I32, moment: int) -> int:
    """Time for which calls still hold channels at and after a moment, ms."""
    left = np.int64(0)
    for i in range(start.shape[0]):
        left += max(start[i] + hold[i] - moment, 0)
    return int(left)


@kernel
def note_heard(line: I32, at: I64, cutoff: int, bin_ms: int, lines: Lines) -> None:
    """Note messages heard, each (n,): that they are, whether by the cutoff, the first one's bin.

    ``at`` is when, ms, or -1 where a message never is.
    """
    for i in range(line.shape[0]):
        if at[i] >= 0:
            a = line[i]
            lines.flags[a] |= HEARD | HEARD_BY_CUTOFF if at[i] < cutoff else HEARD
            number = min(np.uint64(at[i]) // np.uint64(bin_ms), np.uint64(_LATEST_BIN))
            lines.heard_bin[a] = min(lines.heard_bin[a], np.int32(number))


# ── The last pass over the lines ─────────────────────────────────────────────────────────────────


class World(NamedTuple):
    """What the lines are, and what the engine knows of them at the end. Each (lines,)."""

    listed: Bools
    territory: U8
    voters: U8
    """Voters, people."""
    hearers: U8
    """Voters of the line who hear a message that is heard."""
    attempts: U8
    """Attempts made."""
    until: I64
    """From when on it was left alone, ms; (0,) where no line ever could be."""


class Rules(Fields):
    """When voicemail counts as reached."""

    voicemail: int
    """Bits that mean it."""
    in_time: int
    """Bits that mean it by the cutoff."""
    by_left: int
    """1 where its bin is that of the message left, 0 where that of the hearing."""


class ByTerritory(NamedTuple):
    """Counts of lines, each (territories,) unless said."""

    listed: I64
    dialled: I64
    connected: I64
    gate_passed: I64
    delivered_live: I64
    with_voicemail: I64
    voicemail_heard: I64
    voicemail_heard_before_cutoff: I64
    reached: I64
    people: I64
    """People reached."""
    people_live: I64
    """People reached live."""
    people_by_cutoff: I64
    """People reached by the cutoff."""
    live: Table
    """(territories, marks) Lines that heard the live message to each mark."""
    left_alone: I64
    """Lines never dialled that were to be left alone before calls to their territory ended."""


@kernel
def survey(
    world: World,
    lines: Lines,
    rules: Rules,
    ends: I64,
    live_levels: I64,
    counts: ByTerritory,
    newly: Table,
) -> int:
    """Count every line once; the number on which the log and the engine's final state disagree.

    Parameters
    ----------
    ends : (territories,)
        When calls to each territory ended, ms.
    live_levels : (marks,)
        Live thresholds passed that make up each mark.
    newly : (bins, 3)
        Lines first heard, lines first reached, people first reached in each bin.
    """
    dated = world.until.shape[0] > 0
    bins = newly.shape[0]
    strays = 0
    for i in range(world.territory.shape[0]):
        f = np.int64(lines.flags[i])
        dialled, listed = world.attempts[i] > 0, world.listed[i]
        if dialled != (f & DIALLED > 0) or (dialled and not listed):
            strays += 1
        if not listed:
            continue
        t = world.territory[i]
        counts.listed[t] += 1
        if not dialled:
            if dated and world.until[i] <= ends[t]:
                counts.left_alone[t] += 1
            continue
        counts.dialled[t] += 1
        counts.connected[t] += np.int64(f & CONNECTED > 0)
        counts.gate_passed[t] += np.int64(f & GATE_PASSED > 0)
        counts.delivered_live[t] += np.int64(f & DELIVERED > 0)
        counts.with_voicemail[t] += np.int64(f & VOICEMAIL > 0)
        counts.voicemail_heard[t] += np.int64(f & HEARD > 0)
        counts.voicemail_heard_before_cutoff[t] += np.int64(f & HEARD_BY_CUTOFF > 0)
        for k in range(live_levels.shape[0]):
            if f >> LIVE_SHIFT >= live_levels[k]:
                counts.live[t, k] += 1
        if lines.heard_bin[i] < bins:
            newly[lines.heard_bin[i], 0] += 1

        live = f & DELIVERED > 0
        voicemail = f & rules.voicemail > 0
        if not (live or voicemail):
            continue
        counts.reached[t] += 1
        voters = np.int64(world.voters[i])
        one, none = min(np.int64(1), voters), np.int64(0)
        by_live = one if live else none
        by_voicemail = none
        if voicemail:
            by_voicemail = np.int64(world.hearers[i])
        counts.people[t] += max(by_live, by_voicemail)
        counts.people_live[t] += by_live
        counts.people_by_cutoff[t] += max(by_live, by_voicemail if f & rules.in_time else none)

        first, second = lines.live_bin[i], np.int32(NO_BIN)
        if voicemail:
            second = lines.left_bin[i] if rules.by_left else lines.heard_bin[i]
        by_first, by_second = by_live, by_voicemail
        if second < first:
            first, second = second, first
            by_first, by_second = by_second, by_first
        if first < bins:
            newly[first, 1] += 1
            newly[first, 2] += by_first
        if second < bins and by_second > by_first:
            newly[second, 2] += by_second - by_first
    return strays
