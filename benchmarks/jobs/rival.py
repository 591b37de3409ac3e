"""Another simulator on the reduced model."""

from __future__ import annotations

from importlib import import_module

from benchmarks.calls import read_calls
from benchmarks.memory import own_peak_mb
from benchmarks.rivals import Finished, Simulate
from benchmarks.sample import Sample, timed


def measure(*, rival: str, calls_file: str, channels: int, repeats: int) -> Sample:
    """Calls per second of a module of :mod:`benchmarks.rivals`. Warm-up: two calls a channel."""
    simulate: Simulate = import_module(f"benchmarks.rivals.{rival}").simulate
    calls = read_calls(calls_file)
    simulate(calls[: 2 * channels], channels)
    finished = Finished(0, ())

    def run() -> None:
        nonlocal finished
        finished = simulate(calls, channels)

    seconds = timed(run, repeats)
    facts = {
        "makespan_ms": float(finished.makespan_ms),
        **{f"disposition_{code}": n for code, n in enumerate(finished.by_disposition)},
    }
    return Sample(sum(finished.by_disposition), seconds, own_peak_mb(), facts)
