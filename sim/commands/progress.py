"""Progress of a run: a bar on a terminal, plain lines elsewhere. Always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sim.jobs.simulate import Advance, ProgressHook
from sim.printed import escaped

PAUSE = 0.1
"""Seconds between two drawings of the bars."""


@contextmanager
def progress() -> Iterator[ProgressHook]:
    """A hook for :func:`sim.jobs.run.run_scenario`."""
    if sys.stderr.isatty():
        with _bars() as hook:
            yield hook
    else:
        yield _Lines()


class _Lines:
    """One line when a strategy is done."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def __call__(self, step: Advance) -> None:
        now = time.perf_counter()
        began = self._began.setdefault(step.strategy, now)
        if step.done:
            seconds = max(now - began, 1e-9)
            click.echo(
                f"[{step.number}/{step.of}] {step.strategy}: {step.calls:,} calls simulated in "
                f"{seconds:.1f} s ({_rate(step.calls / seconds)} a second)",
                err=True,
            )


def _rate(rate: float) -> str:
    """A rate to read at a glance: ``5.8 million`` or ``58,213``."""
    return f"{rate / 1e6:.1f} million" if rate >= 1e6 else f"{rate:,.0f}"


@contextmanager
def _bars() -> Iterator[ProgressHook]:
    """One bar per strategy, over simulated time, with the rate and the time left.

    They are drawn as steps are told and not by a thread, so that processes can be forked meanwhile.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    tasks: dict[str, TaskID] = {}
    began: dict[str, float] = {}
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[calls]}"),
        TimeRemainingColumn(compact=True),
        console=Console(file=sys.__stderr__),
        auto_refresh=False,
    )
    drawn = float("-inf")

    def advance(step: Advance) -> None:
        nonlocal drawn
        now = time.perf_counter()
        if step.strategy not in tasks:
            tasks[step.strategy] = bars.add_task(
                escape(escaped(step.strategy)), total=step.cutoff_ms, calls=""
            )
            began[step.strategy] = now
        seconds = max(now - began[step.strategy], 1e-9)
        calls = f"{step.calls:,} calls, {_rate(step.calls / seconds)}/s"
        bars.update(tasks[step.strategy], completed=step.now_ms, calls=calls)
        if step.done or now - drawn >= PAUSE:
            bars.refresh()
            drawn = now

    with bars:
        yield advance
