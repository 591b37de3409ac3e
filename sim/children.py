"""Processes that this one has started to work for it, so that whoever ends it ends them first."""

from __future__ import annotations

import contextlib
import os
import signal

_LIVING: dict[int, tuple[int, bool]] = {}
"""Number of a process that works for us, to the number of the one that started it, and whether it
leads a group whose processes all work for us."""


def begin(pid: int, *, group: bool = False) -> None:
    """Take down that a process works for this one; perhaps with all of a group that it leads."""
    _LIVING[pid] = os.getpid(), group


def end(pid: int) -> None:
    """Take down that it has ended."""
    _LIVING.pop(pid, None)


def kill_living() -> None:
    """End what works for this process, at once, and wait until it is gone.

    After that none of them writes any more, so what they have half written can be removed.
    """
    ours = [(pid, group) for pid, (starter, group) in _LIVING.items() if starter == os.getpid()]
    number = getattr(signal, "SIGKILL", signal.SIGTERM)
    for pid, group in ours:
        kill = os.killpg if group and hasattr(os, "killpg") else os.kill
        with contextlib.suppress(OSError):
            kill(pid, number)
    if hasattr(os, "waitpid") and os.name == "posix":
        for pid, _ in ours:
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)
