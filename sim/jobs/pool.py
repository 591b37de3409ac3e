"""Tasks done in several processes, their results in the order of the tasks.

Work is a function of a task that depends on nothing else, so its results do not depend on how many
processes there are. On Linux they are forked where nothing else runs in this process, and share all
that it holds by then, a :class:`~sim.engine.plan.stage.Stage` above all, without a copy; elsewhere
they start anew and are sent the work once, so that it must pickle.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

T = TypeVar("T")
R = TypeVar("R")
Tell = Callable[[Any], None]
"""Takes what a task tells while it is done, such as how far it is."""
Work = Callable[[T, Tell], R]
"""Does a task. It may tell something meanwhile; what it returns and tells must pickle."""
Method = Literal["fork", "spawn"]


def each(
    work: Work[T, R],
    tasks: Sequence[T],
    workers: int = 1,
    tell: Tell | None = None,
    *,
    method: Method | None = None,
) -> Iterator[R]:
    """Do tasks, several at a time.

    Parameters
    ----------
    work
        Does one.
    tasks
        To do; they are begun in this order.
    workers
        How many processes. With 1, or one task, all is done in this one.
    tell
        Told what tasks tell meanwhile, in this process; of one task in order, of several mixed.
    method
        How processes are started; default the one that is safe here.

    Yields
    ------
    R
        The result of each task, in the order of the tasks. What a task raises is raised in its
        place.

    Raises
    ------
    sim.errors.InterruptionError
        If somebody kills one of the processes.
    """
    size = min(workers, len(tasks))
    if size <= 1:
        for task in tasks:
            yield work(task, tell or unheard)
        return
    from sim.jobs.team import Team

    with Team(work, tasks, size, tell, method or safe_method()) as team:
        yield from team.results()


def safe_method() -> Method:
    """How processes can be started: forked only on Linux, and where no other thread runs."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def unheard(_: Any) -> None:
    """Nobody listens to what a task tells."""
