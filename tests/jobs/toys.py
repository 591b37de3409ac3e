"""Work for processes that start anew: each reads this file, so it asks for little."""

from __future__ import annotations

import os
import signal
import time

from sim.errors import UnknownNameError
from sim.jobs.pool import Tell


def square(task: int, tell: Tell) -> tuple[int, int]:
    """The later a task, the sooner it is done."""
    time.sleep(0.02 * (5 - task))
    tell(task)
    return task * task, os.getpid()


class ThreeError(Exception):
    """An error that cannot be made again from its words."""

    def __init__(self, one: int, two: int, three: int) -> None:
        super().__init__(f"{one} {two} {three}")


def failing(task: int, tell: Tell) -> object:
    if task == 1:
        raise UnknownNameError("there is none", nearest="one")
    if task == 2:
        raise ThreeError(1, 2, 3)
    return (lambda: 1) if task == 3 else task


def killed(task: int, tell: Tell) -> None:
    if task == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def ended(task: int, tell: Tell) -> None:
    os._exit(3)
