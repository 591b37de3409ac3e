"""Our engines on the reduced model, and the list of calls that the rivals get."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.calls import write_calls
from benchmarks.jobs.engine import ignore
from benchmarks.memory import own_peak_mb
from benchmarks.plans import reduced_plan
from benchmarks.rivals import DISPOSITIONS
from benchmarks.sample import Sample, timed
from sim.engine import fast, reference
from sim.engine.plan.plan import Plan
from sim.record.log import DISPOSITION_OF_OUTCOME, LogChunk, concatenate

_ENGINES = {"fast": fast.run, "reference": reference.run}
_WARM_UP = 1_000
"""Calls of the reference engine; the fast one makes as many as are timed."""


def measure(
    *, engine: Literal["fast", "reference"], calls: int, shared: int, repeats: int, into: str = ""
) -> Sample:
    """Calls per second of an engine.

    Parameters
    ----------
    engine
        Which of our two.
    calls
        Calls that are timed.
    shared
        Calls that every contender makes: what comes of them is told, to be compared.
    repeats
        How often.
    into
        File to write these calls to, with what was drawn for each, in dialling order.
    """
    run = _ENGINES[engine]
    plan = reduced_plan(calls)
    run(plan if engine == "fast" else reduced_plan(_WARM_UP), ignore)
    seconds = timed(lambda: run(plan, ignore), repeats)
    peak_mb = own_peak_mb()
    log = log_of(engine, reduced_plan(shared))
    disposition = DISPOSITION_OF_OUTCOME[log.outcome]
    if into:
        write_calls(into, in_list_order(log, log.hold_ms), in_list_order(log, disposition))
    counts = np.bincount(disposition, minlength=DISPOSITIONS)
    facts = {
        "makespan_ms": int((log.start_ms + log.hold_ms).max()),
        **{f"disposition_{code}": int(count) for code, count in enumerate(counts)},
    }
    return Sample(calls, seconds, peak_mb, facts)


def log_of(engine: str, plan: Plan) -> LogChunk:
    """The whole log of a run."""
    chunks: list[LogChunk] = []
    _ENGINES[engine](plan, lambda chunk: chunks.append(chunk.copy()))
    return concatenate(chunks)


def in_list_order(log: LogChunk, column: NDArray[np.integer]) -> list[int]:
    """A column of the log by place in the list, which is in file order and dialled once."""
    out = np.empty(len(log), dtype=np.int64)
    out[log.line] = column
    values: list[int] = out.tolist()
    return values
