"""Nanoseconds a call by component: a clock around each of them while the engine runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from benchmarks.memory import own_peak_mb
from benchmarks.plans import france_plan
from benchmarks.sample import Sample
from sim.behaviour.drawing import Drawer
from sim.engine import fast
from sim.engine.fast import kernel
from sim.measure.tally import Tally

P = ParamSpec("P")
R = TypeVar("R")


class Clock:
    """Adds up the time spent in functions, by name, ns."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = {}

    def around(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """The same function, timed."""

        def clocked(*args: P.args, **kwargs: P.kwargs) -> R:
            began = time.perf_counter_ns()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter_ns() - began
                self.spent[name] = self.spent.get(name, 0) + took

        return clocked


@contextmanager
def clocked_engine(clock: Clock) -> Iterator[None]:
    """Time what the fast engine calls, for as long as the block lasts."""
    with (
        patch.object(Drawer, "draw", clock.around("draw", Drawer.draw)),
        patch.object(kernel, "place", clock.around("placing kernel", kernel.place)),
        patch.object(kernel, "unload", clock.around("retries unloaded", kernel.unload)),
    ):
        yield


def measure(*, lines: int, strategy: str, sets: Sequence[str], repeats: int) -> Sample:
    """Parts of the engine with the tally behind it. Warm-up: one whole run."""
    plan = france_plan(lines, strategy, sets)
    fast.run(plan, Tally(plan).add)
    seconds: list[float] = []
    parts: dict[str, list[float]] = {}
    calls = 0
    for _ in range(repeats):
        clock = Clock()
        with clocked_engine(clock):
            began = time.perf_counter_ns()
            calls = fast.run(plan, clock.around("tally", Tally(plan).add)).calls
            whole = time.perf_counter_ns() - began
        clock.spent["rest"] = whole - sum(clock.spent.values())
        seconds.append(whole / 1e9)
        for name, took in clock.spent.items():
            parts.setdefault(name, []).append(took / calls)
    by_name = {name: tuple(values) for name, values in parts.items()}
    return Sample(calls, tuple(seconds), own_peak_mb(), parts=by_name)
