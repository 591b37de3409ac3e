"""What acts back on a campaign, on and off in turn: the engine with the tally behind it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.memory import own_peak_mb
from benchmarks.plans import france_plan
from benchmarks.sample import Sample, timed
from sim.engine import fast
from sim.engine.plan.plan import Plan
from sim.measure.tally import Tally


def measure(
    *, lines: int, strategy: str, on: Sequence[str], off: Sequence[str], repeats: int
) -> Sample:
    """One strategy with all feedback, in turn with the same without. Warm-up: one run of each."""
    plans = [france_plan(lines, strategy, sets) for sets in (off, on)]
    plans[1] = replace(plans[1], population=plans[0].population)  # one world is enough for both
    calls = [fast.run(plan, Tally(plan).add).calls for plan in plans]

    def run(plan: Plan) -> None:
        fast.run(plan, Tally(plan).add)

    quiet: list[float] = []
    lively: list[float] = []
    for _ in range(repeats):
        quiet += timed(lambda: run(plans[0]), 1)
        lively += timed(lambda: run(plans[1]), 1)
    facts = {
        "calls without": float(calls[0]),
        "seconds without": statistics.median(quiet),
        "seconds with": statistics.median(lively),
    }
    return Sample(calls[1], tuple(lively), own_peak_mb(), facts=facts)
