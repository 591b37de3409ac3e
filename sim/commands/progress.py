"""Progress of a command: a bar on a terminal, plain lines elsewhere, JSON lines where asked for.

Always on standard error. Whoever looks at the folder that results go to sees it, too
(:mod:`sim.store.live`): the dashboard does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from sim.printed import escaped

if TYPE_CHECKING:
    from sim.jobs.simulate import Advance, ProgressHook
    from sim.store.live import Live

PAUSE = 0.1
"""Seconds between two drawings of the bars."""
_OPTION: Final = click.option(
    "--progress",
    "far",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How far it is, on standard error: for people, or a line of JSON now and then.",
)


def PROGRESS(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802
    """The option that says how progress is told: ``far``."""
    return _OPTION(command)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells how far a command is."""

    live: Live
    """To others, by a file and by lines of JSON."""
    people: bool
    """Whether it is told in words, too."""

    def say(self, text: str) -> None:
        """Tell people something."""
        if self.people and text:
            click.echo(text, err=True)

    @contextmanager
    def strategies(self) -> Iterator[ProgressHook]:
        """A hook for :func:`sim.jobs.run.run_scenario`."""
        from sim.jobs.telling import by_strategy

        shown: AbstractContextManager[ProgressHook | None] = nullcontext()
        if self.people:
            shown = _bars() if sys.stderr.isatty() else nullcontext(_Lines())
        with shown as hook:
            yield by_strategy(self.live, hook)


@contextmanager
def telling(command: str, scenario: str, far: str) -> Iterator[Telling]:
    """Tell how far a command is while the block runs.

    Parameters
    ----------
    command
        Its name.
    scenario
        The scenario's.
    far
        ``text`` or ``json``.
    """
    from sim.store.live import Live

    line = (lambda text: click.echo(text, err=True)) if far == "json" else None
    with Live(command, scenario, line) as live:
        yield Telling(live, line is None)


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
