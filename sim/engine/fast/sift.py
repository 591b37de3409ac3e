"""Compiled passes over chunks of the call log, for what acts back on a campaign.

They find the few calls that matter; :mod:`sim.engine.fast.feedback` does the rest in plain Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled import kernel


@kernel("void(int32[::1], uint8[::1], int64[::1], int64[::1])")
def note_first(line: Any, attempt: Any, start: Any, first_call: Any) -> None:
    """Note when lines were called first."""
    for i in range(line.shape[0]):
        if attempt[i] == 1:
            first_call[line[i]] = start[i] + 1


@kernel(
    "int64("
    "int32[::1], uint8[::1], uint8[::1], int64[::1], int32[::1], uint8[::1], uint16[::1], "
    "uint32[::1], int64[::1], uint8[::1], int64[::1], uint8[::1], uint32[:, ::1], uint8[::1], "
    "int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64, uint8[::1], int64[::1], "
    "int32[::1], int64[::1], uint8[::1]"
    ")"
)
def sift(
    line: Any,
    attempt: Any,
    territory: Any,
    start: Any,
    hold: Any,
    outcome: Any,
    caller: Any,
    word: Any,
    heard_at: Any,
    standing: Any,
    consent_until: Any,
    kinds: Any,
    thresholds: Any,
    part: Any,
    row_from: Any,
    row_value: Any,
    row_at: Any,
    silence_at: Any,
    silence: Any,
    objection_first: Any,
    labelled: Any,
    weights: Any,
    found: Any,
    found_basis: Any,
    found_how: Any,
) -> Any:
    """Find the rows whose word may mean a complaint, and weigh all rows; how many were found.

    ``thresholds`` holds pairs: for a line that has not opted out, and for one that has. Found rows
    go into the last three arrays: their number in the chunk, the moment from which the complaint's
    delay counts, and the part of day with two bits above it: whether the line complains, and
    whether it would had it opted out before. Until a row is found, no branch depends on chance.
    Lines are looked up for 256 rows together, so that fetching them from memory overlaps.
    """
    some_silence = silence.shape[0] > 0
    count, left = np.uint64(0), np.uint64(0)
    weight = np.int64(0)
    ahead = np.empty(256, dtype=np.uint8)
    # By territory: the part of day, and the local quarter-hour's end.
    part_now = part[row_value[row_at]]
    changes_at = row_from[row_at + 1]
    for i in range(line.shape[0]):
        if i & 255 == 0:
            for j in range(min(256, line.shape[0] - i)):
                ahead[j] = standing[line[i + j]]
        t, s, stands = territory[i], start[i], ahead[i & 255]
        while s >= changes_at[t]:
            row_at[t] += 1
            part_now[t] = part[row_value[row_at[t]]]
            changes_at[t] = row_from[row_at[t] + 1]
        kind = kinds[outcome[i]]
        voicemail = kind == 1
        heard = heard_at[left]
        left += np.uint64(voicemail)
        basis = heard if voicemail else s + hold[i]
        kind = np.uint8(3) if basis < 0 else kind
        silent = np.uint64(0)
        if some_silence:
            first, last = silence_at[t], silence_at[t + 1]
            if first < last and silence[2 * first] <= basis < silence[2 * last - 1]:
                for k in range(first, last):
                    if silence[2 * k] <= basis < silence[2 * k + 1]:
                        silent = np.uint64(1)
        if stands & np.uint8(4):
            stands = np.uint8(stands & (1 if s >= consent_until[line[i]] else 3))
        when = part_now[t]
        case = np.uint64(kind) << np.uint64(2) | np.uint64(stands)
        case = case * np.uint64(3) + np.uint64(when)
        case = case << np.uint64(1) | np.uint64(attempt[i] > 1)
        case = case << np.uint64(1) | np.uint64(objection_first)
        case = case << np.uint64(1) | silent
        case = case << np.uint64(1) | np.uint64(labelled[caller[i]])
        plain, after = thresholds[case, np.uint64(0)], thresholds[case, np.uint64(1)]
        weight += np.int64(plain)
        if word[i] < max(plain, after):
            found[count], found_basis[count] = i, basis
            found_how[count] = (
                np.int64(when) | np.int64(word[i] < plain) << 2 | np.int64(word[i] < after) << 3
            )
            count += np.uint64(1)
    weights[0] = weight
    return count


@kernel(
    "int64("
    "int64[::1], int32[::1], uint8[::1], uint16[::1], boolean[::1], boolean[::1], int64[::1], "
    "int64, int64[:, :, ::1]"
    ")"
)
def count_numbers(
    start: Any,
    hold: Any,
    outcome: Any,
    caller: Any,
    short: Any,
    labelled: Any,
    updates: Any,
    done: Any,
    counts: Any,
) -> Any:
    """Count calls and short calls by number and update before which they end.

    ``counts`` begins with the update number ``done``. The number of calls from labelled numbers.
    """
    with_label = np.int64(0)
    first = done
    for i in range(start.shape[0]):
        c, end = caller[i], start[i] + hold[i]
        while start[i] >= updates[first]:
            first += 1
        update = first
        while end >= updates[update]:
            update += 1
        counts[update - done, c, 0] += 1
        counts[update - done, c, 1] += np.int64(short[outcome[i]])
        with_label += np.int64(labelled[c])
    return with_label
