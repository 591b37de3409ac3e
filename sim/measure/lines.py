"""The last pass over the lines: what became of each, by territory and along the timeline.

Nothing here is counted by removal. Whether a line was dialled is read from the engine's final state
of the recipient; the rest from what the tally noted of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.engine.plan.plan import Plan
from sim.measure.marks import LIVE_MARKS_S
from sim.measure.tally import NO_BIN, Tally
from sim.record.never import NEVER

Int64s = NDArray[np.int64]
VoicemailRule = Literal["heard", "left", "never"]
"""When voicemail counts as reached."""

COUNTS = (
    "listed",
    "dialled",
    "connected",
    "gate_passed",
    "delivered_live",
    "with_voicemail",
    "voicemail_heard",
    "voicemail_heard_before_cutoff",
    "reached",
    "people",
    "people_live",
    "people_by_cutoff",
    *(f"live_{mark}s" for mark in LIVE_MARKS_S),
    "left_alone",
)
"""What is counted for each territory, in the order of the kernel's columns."""


@kernel(
    "void("
    "boolean[::1], uint8[::1], uint8[::1], uint8[::1], uint8[::1], int64[::1], int64[::1], "
    "uint16[::1], int32[::1], int32[::1], int32[::1], int64, int64, int64, int64[::1], "
    "int64[:, ::1], int64[:, ::1], int64[::1]"
    ")"
)
def _survey(
    listed: Any,
    territory: Any,
    voters: Any,
    shared: Any,
    attempts: Any,
    until: Any,
    ends: Any,
    flags: Any,
    live_bin: Any,
    voicemail_bin: Any,
    heard_bin: Any,
    voicemail_bit: Any,
    no_bin: Any,
    in_time_bit: Any,
    live_levels: Any,
    counts: Any,
    newly: Any,
    strays: Any,
) -> None:
    """Count every line once. `newly` by bin: lines heard, lines reached, people reached.

    A line that was never dialled counts as left alone where it was to be left alone, from a moment
    in ``until``, no later than calls to its territory ended.
    """
    dated = until.shape[0] > 0
    bins = newly.shape[0]
    for i in range(territory.shape[0]):
        f = flags[i]
        if (attempts[i] > 0) != (f & 1 > 0) or (attempts[i] > 0 and not listed[i]):
            strays[0] += 1
        if not listed[i]:
            continue
        t = territory[i]
        counts[t, 0] += 1
        if attempts[i] == 0:
            if dated and until[i] <= ends[t]:
                counts[t, 12 + live_levels.shape[0]] += 1
            continue
        counts[t, 1] += 1
        for bit in range(1, 7):
            if f >> bit & 1:
                counts[t, 1 + bit] += 1
        for k in range(live_levels.shape[0]):
            if f >> 8 >= live_levels[k]:
                counts[t, 12 + k] += 1
        if heard_bin[i] < bins:
            newly[heard_bin[i], 0] += 1

        live = f & 8 > 0
        voicemail = f & voicemail_bit > 0
        if not (live or voicemail):
            continue
        counts[t, 8] += 1
        by_live = min(1, voters[i]) if live else 0
        by_voicemail = 0
        if voicemail:
            by_voicemail = voters[i] if shared[i] else min(1, voters[i])
        counts[t, 9] += max(by_live, by_voicemail)
        counts[t, 10] += by_live
        counts[t, 11] += max(by_live, by_voicemail if f & in_time_bit else 0)

        first = live_bin[i]
        second = voicemail_bin[i] if voicemail else no_bin
        by_first, by_second = by_live, by_voicemail
        if second < first:
            first, second = second, first
            by_first, by_second = by_second, by_first
        if first < bins:
            newly[first, 1] += 1
            newly[first, 2] += by_first
        if second < bins and by_second > by_first:
            newly[second, 2] += by_second - by_first


@dataclass(frozen=True, slots=True)
class Survey:
    """What became of the lines."""

    by_territory: dict[str, Int64s]
    """Counts by name of :data:`COUNTS`, each (territories,): lines, or people."""
    newly_heard: Int64s
    """(bins,) Lines on which a message was first heard in each bin."""
    newly_reached: Int64s
    """(bins,) Lines first reached in each bin."""
    newly_people: Int64s
    """(bins,) People first reached in each bin."""
    strays: int
    """Lines on which engine and log disagree, or dialled without being listed; 0 if all is well."""

    def total(self, name: str) -> int:
        """A count over all territories."""
        return int(self.by_territory[name].sum())


def survey(
    tally: Tally,
    attempts: NDArray[np.uint8],
    rule: VoicemailRule,
    until_ms: Int64s | None = None,
    stopped_ms: int | None = None,
) -> Survey:
    """Count the lines after a run.

    Parameters
    ----------
    tally
        The tally of the whole log.
    attempts : (lines,) uint8
        Attempts made to each line: the engine's final state.
    rule
        When voicemail counts as reached.
    until_ms : (lines,) int64, or None
        From when on each line was left alone, likewise.
    stopped_ms
        When a reaction to the regulator stopped the campaign.
    """
    plan: Plan = tally.plan
    population = plan.population
    listed = np.zeros(population.lines, dtype=np.bool_)
    listed[plan.order] = True
    voicemail_bit, in_time_bit, voicemail_bin = {
        "heard": (32, 64, tally.heard_bin),
        "left": (16, 16, tally.left_bin),
        "never": (0, 0, tally.heard_bin),
    }[rule]
    if rule == "left" and not len(tally.left_bin):
        raise ValueError("the tally did not track when messages were left")
    marks = np.array(
        [plan.live_thresholds_ms.index(1000 * mark) + 1 for mark in LIVE_MARKS_S], dtype=np.int64
    )
    last = NEVER if stopped_ms is None else stopped_ms
    counts = np.zeros((len(plan.calling), len(COUNTS)), dtype=np.int64)
    newly = np.zeros((tally.bins, 3), dtype=np.int64)
    strays = np.zeros(1, dtype=np.int64)
    _survey(
        listed,
        population.territory.copy(),  # a kernel takes arrays that can be written
        population.voters.copy(),
        population.shared_voicemail.copy(),
        attempts,
        np.empty(0, dtype=np.int64) if until_ms is None else until_ms,
        np.array([min(c.cutoff_ms, last) for c in plan.calling], dtype=np.int64),
        tally.flags,
        tally.live_bin,
        voicemail_bin,
        tally.heard_bin,
        voicemail_bit,
        NO_BIN,
        in_time_bit,
        marks,
        counts,
        newly,
        strays,
    )
    return Survey(
        by_territory={name: counts[:, column] for column, name in enumerate(COUNTS)},
        newly_heard=newly[:, 0],
        newly_reached=newly[:, 1],
        newly_people=newly[:, 2],
        strays=int(strays[0]),
    )
