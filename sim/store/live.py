"""How far a command is, for others to read: lines of JSON, and a small hidden file.

The file stands beside what the command makes, hidden, under a name of :mod:`sim.partial`: it goes
when the command ends, however it is stopped, and what a killed process left is no live command and
is removed by whoever next writes there. That it cannot be written is nobody's fault and stops
nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sim.errors import RunDirectoryError
from sim.partial import begin, end, is_left, is_partial, partial_path, remove_stale
from sim.store.checked import Checked, checked, read_json

SCHEMA: Final = "ringfence-progress/1"
"""Of a line and of the file; its number goes up when a key goes or changes its meaning."""
PAUSE: Final = 0.5
"""Between two lines, and two states of the file, s; a new step is told at once in a line."""
BELIEVED_S: Final = 60.0
"""How long a file of another machine is believed, s: whether its process runs cannot be told."""
_MARK: Final = "live."
"""What the name of the file has before that of what is made."""


class At(Checked):
    """How far a command is."""

    state: str
    """``running``; in the last line ``done`` or ``stopped``."""
    command: str
    scenario: str
    """Its name; of several, none."""
    target: str | None
    """Name of the run directory or folder that is being made; None where there is none."""
    begun_utc: str
    at_utc: str
    share: float
    """Of the work, 0–1."""
    step: str
    """What is being done: a strategy, a draw, a point, a file."""
    number: int
    """Which step it is, from 1; of several at a time, the last that was begun."""
    of: int
    """How many there are."""
    unit: str
    """What is counted."""
    count: int
    """So many so far."""
    rate: float | None
    """So many a second, since it began; None until there is one."""
    seconds_left: float | None
    """About, at the pace so far; None at its beginning."""


class Live:
    """Tells others how far a command is, in a ``with`` block.

    Parameters
    ----------
    command
        Its name.
    scenario
        The scenario's.
    line
        Takes each line of JSON; None where nobody asked for them.
    """

    def __init__(
        self, command: str, scenario: str, line: Callable[[str], None] | None = None
    ) -> None:
        self._told: dict[str, Any] = {
            "schema": SCHEMA,
            "state": "running",
            "command": command,
            "scenario": scenario,
            "target": None,
            "begun_utc": _now(),
        }
        self._line = line
        self._file: Path | None = None
        self._missing: list[Path] = []
        self._began, self._first = time.monotonic(), (0.0, 0)
        self._last, self._written = float("-inf"), float("-inf")
        self._number = 0

    def beside(self, target: Path) -> None:
        """What is being made: the file stands beside it, as soon as its folder is there."""
        target = Path(os.path.abspath(target))
        if not target.name:
            return  # the root of all: nothing stands beside it, and nothing will be made
        self._told["target"] = target.name
        self._file = partial_path(target.with_name(_MARK + target.name))
        folders = (target.parent, *target.parent.parents)
        self._missing = [folder for folder in folders if not folder.exists()]
        if not self._missing:
            with contextlib.suppress(OSError):
                remove_stale(target.parent)

    def tell(self, share: float, step: str, number: int, of: int, count: int, unit: str) -> None:
        """Say how far it is; more often than somebody can read it does no harm."""
        now = time.monotonic()
        fresh = "share" not in self._told
        if fresh:
            self._began, self._first = now, (share, count)
        seconds, (at, had) = now - self._began, self._first
        told = seconds > 0 and share > at
        self._told |= {
            "share": round(min(1.0, share), 4),
            "step": step,
            "number": number,
            "of": of,
            "unit": unit,
            "count": count,
            "rate": round((count - had) / seconds, 3) if told and count > had else None,
            "seconds_left": (
                round(seconds * max(0.0, 1 - share) / (share - at), 1) if told else None
            ),
        }
        if number != self._number or now - self._last >= PAUSE:
            self._number, self._last = number, now
            self._say()
        if now - self._written >= PAUSE and self._write():
            self._written = now

    def _say(self) -> None:
        if self._line is not None:
            self._line(json.dumps({**self._told, "at_utc": _now()}))

    def _write(self) -> bool:
        """Give the file its content, whole; nothing where its folder is not there yet."""
        if self._file is None or not self._file.parent.is_dir():
            return False
        beside = partial_path(self._file.with_name(_MARK + str(self._told["target"])))
        begin(beside)
        begin(self._file)
        try:
            beside.write_text(json.dumps({**self._told, "at_utc": _now()}), encoding="utf-8")
            beside.replace(self._file)
        except OSError:  # nobody can look on, then
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        end(beside)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
            end(self._file)
            for folder in self._missing:  # where nothing came of it
                with contextlib.suppress(OSError):
                    folder.rmdir()
        if "share" in self._told:
            self._told["state"] = "done" if kind is None else "stopped"
            if kind is None:
                self._told |= {"share": 1.0, "seconds_left": 0.0}
            self._say()


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────


def is_live(path: Path) -> bool:
    """Whether a path has the name of a live command's file."""
    return path.name.startswith("." + _MARK) and is_partial(path)


def read_live(path: Path) -> At | None:
    """How far a command is, by its file; None where its process is gone, or it cannot be told."""
    left = is_left(path)
    if left or path.is_symlink():
        return None
    try:
        if left is None and time.time() - path.stat().st_mtime > BELIEVED_S:
            return None
        content = read_json(path, RunDirectoryError)
        if content.pop("schema", None) != SCHEMA:
            return None
        return checked(At, content, path, RunDirectoryError)
    except (OSError, RunDirectoryError):
        return None
