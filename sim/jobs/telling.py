"""How far a job is, told to whoever reads it elsewhere (:mod:`sim.store.live`)."""

from __future__ import annotations

from sim.jobs.simulate import Advance, ProgressHook
from sim.store.live import Live


def by_strategy(live: Live, then: ProgressHook | None = None) -> ProgressHook:
    """A hook of a run: each strategy is as far as its clock is, and all count alike.

    Parameters
    ----------
    live
        Is told.
    then
        Is told each step afterwards.
    """
    far: dict[str, tuple[float, int]] = {}

    def advance(step: Advance) -> None:
        share = 1.0 if step.done else min(1.0, step.now_ms / max(step.cutoff_ms, 1))
        far[step.strategy] = share, step.calls
        live.tell(
            sum(share for share, _ in far.values()) / step.of,
            step.strategy,
            step.number,
            step.of,
            sum(calls for _, calls in far.values()),
            "calls",
        )
        if then is not None:
            then(step)

    return advance
