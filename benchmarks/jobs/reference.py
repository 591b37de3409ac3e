"""The reference engine on the six-million scenario, scaled down."""

from __future__ import annotations

from benchmarks.jobs.engine import ignore
from benchmarks.memory import own_peak_mb
from benchmarks.plans import france_plan
from benchmarks.sample import Sample, timed
from sim.engine import reference

_WARM_UP = 1_000
"""Lines."""


def measure(*, lines: int, strategy: str, repeats: int) -> Sample:
    """Calls per second of one strategy. Warm-up: a thousand lines."""
    reference.run(france_plan(_WARM_UP, strategy, scaled=True), ignore)
    plan = france_plan(lines, strategy, scaled=True)
    calls = 0

    def run() -> None:
        nonlocal calls
        calls = reference.run(plan, ignore).calls

    seconds = timed(run, repeats)
    return Sample(calls, seconds, own_peak_mb())
