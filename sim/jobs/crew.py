"""Who does a study's tasks: processes of this machine, or a cluster.

A task's result hangs on the task alone, so the study is the same bytes whoever did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sim.jobs.draws import Drawing
from sim.jobs.pool import each
from sim.store.study import Task

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that gave no result."""

    why: str
    """In a sentence."""


Did = tuple[Task, bytes | Failed]
"""A task, and its result as its file holds it."""


class Crew(Protocol):
    """Does tasks."""

    @property
    def size(self) -> int:
        """How many it does at the same time."""

    def do(self, drawing: Drawing, tasks: Sequence[Task], key: str) -> Iterator[Did]:
        """Do tasks of the study of that key, each told as it is done, in any order."""


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes of this machine. What a task raises is raised here: the other draws would too."""

    size: int

    def do(self, drawing: Drawing, tasks: Sequence[Task], key: str) -> Iterator[Did]:
        """Do tasks, in their order."""
        yield from zip(tasks, each(drawing.work, tasks, self.size), strict=True)


def side_by_side(work: Callable[[T], R], items: Sequence[T], size: int) -> Iterator[R]:
    """Do pieces of work that wait for a crew, so many at a time, their results in their order.

    What one raises is raised in its place; what was not begun by then is not begun.
    """
    pool = ThreadPoolExecutor(max(1, min(size, len(items))))
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
