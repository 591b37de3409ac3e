"""The fast engine on the six-million scenario: from a plan to the last call, nobody listening."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.memory import own_peak_mb
from benchmarks.plans import france_plan
from benchmarks.sample import Sample, timed
from sim.engine import fast
from sim.record.log import LogChunk


def ignore(chunk: LogChunk) -> None:
    """Take rows of the log and forget them."""


def measure(
    *, lines: int, strategy: str, sets: Sequence[str], repeats: int, scaled: bool = False
) -> Sample:
    """Calls per second of one strategy. Warm-up: one whole run."""
    plan = france_plan(lines, strategy, sets, scaled=scaled)
    calls = fast.run(plan, ignore).calls
    seconds = timed(lambda: fast.run(plan, ignore), repeats)
    return Sample(calls, seconds, own_peak_mb())
