"""Nanoseconds of what is done before the first call and after the last."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from benchmarks.memory import own_peak_mb
from benchmarks.plans import france
from benchmarks.sample import Sample, timed
from sim.engine import fast
from sim.engine.plan.build import plan_of
from sim.engine.plan.order import dialling_order
from sim.engine.plan.stage import Stage
from sim.loading.packs import packs_of
from sim.record.log import LogChunk
from sim.store.calls import CallWriter
from sim.world.synthesis import synthesise


def measure(*, lines: int, strategy: str, repeats: int) -> Sample:
    """Population and dialling order a line, the written call log a row. Warm-up: once each."""
    scenario = france(lines)
    stage = Stage(scenario, packs_of(scenario))
    key, hidden, population = stage.replication.key, stage.hidden, stage.population
    plan = plan_of(stage, strategy)
    chunks: list[LogChunk] = []
    calls = fast.run(plan, lambda chunk: chunks.append(chunk.copy())).calls

    def write() -> None:
        with tempfile.TemporaryFile() as file:
            writer = CallWriter(file, scenario)
            writer.begin(strategy, plan)
            for chunk in chunks:
                writer.add(chunk)
            writer.finish()

    def order() -> None:
        dialling_order(scenario, scenario.strategies[strategy], population, key)

    parts: dict[str, tuple[float, ...]] = {}

    def take(name: str, action: Callable[[], object], units: int) -> None:
        action()
        parts[name] = tuple(s / units * 1e9 for s in timed(action, repeats))

    take("population, a line", lambda: synthesise(scenario, key, hidden), lines)
    take("dialling order, a line", order, len(plan.order))
    take("call log written, a row", write, calls)
    return Sample(calls, (), own_peak_mb(), parts=parts)
