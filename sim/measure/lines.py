"""The last pass over the lines: what became of each, by territory and along the timeline.

Nothing here is counted by removal. Whether a line was dialled is read from the engine's final state
of the recipient; the rest from what the tally noted of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan.plan import Plan
from sim.measure import counting
from sim.measure.counting import HEARD, HEARD_BY_CUTOFF, VOICEMAIL, ByTerritory, Rules, World
from sim.measure.marks import LIVE_MARKS_S
from sim.measure.tally import Tally
from sim.record.never import NEVER

Int64s = NDArray[np.int64]
VoicemailRule = Literal["heard", "left", "never"]
"""When voicemail counts as reached."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What became of the lines."""

    by_territory: dict[str, Int64s]
    """Counts by name, each (territories,): those of :class:`sim.measure.counting.ByTerritory`, with
    ``live_6s`` and so on for lines that heard the live message for so long."""
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
    if rule == "left" and not len(tally.lines.left_bin):
        raise ValueError("the tally did not track when messages were left")
    rules = Rules.zeros()
    rules.voicemail, rules.in_time = {
        "heard": (HEARD, HEARD_BY_CUTOFF),
        "left": (VOICEMAIL, VOICEMAIL),
        "never": (0, 0),
    }[rule]
    rules.by_left = int(rule == "left")
    marks = np.array(
        [plan.live_thresholds_ms.index(1000 * mark) + 1 for mark in LIVE_MARKS_S], dtype=np.int64
    )
    last = NEVER if stopped_ms is None else stopped_ms
    counts = _nothing(len(plan.calling))
    newly = np.zeros((tally.bins, 3), dtype=np.int64)
    strays = counting.survey(
        World(
            listed=plan.listed(),
            territory=population.territory.copy(),  # a kernel takes arrays that can be written
            voters=population.voters.copy(),
            hearers=population.hearers.copy(),
            attempts=attempts,
            until=np.empty(0, dtype=np.int64) if until_ms is None else until_ms,
        ),
        tally.lines,
        rules,
        np.array([min(c.cutoff_ms, last) for c in plan.calling], dtype=np.int64),
        marks,
        counts,
        newly,
    )
    by_territory = counts._asdict()
    live = by_territory.pop("live")
    by_territory |= {f"live_{mark}s": live[:, k] for k, mark in enumerate(LIVE_MARKS_S)}
    return Survey(
        by_territory=by_territory,
        newly_heard=newly[:, 0],
        newly_reached=newly[:, 1],
        newly_people=newly[:, 2],
        strays=strays,
    )


def _nothing(territories: int) -> ByTerritory:
    """Counts that are all 0."""
    columns = {name: np.zeros(territories, dtype=np.int64) for name in ByTerritory._fields}
    return ByTerritory(
        **columns | {"live": np.zeros((territories, len(LIVE_MARKS_S)), dtype=np.int64)}
    )
