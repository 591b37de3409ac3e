"""Names of what is being written, and what killed processes left of it.

Whatever is written takes its final name last. Until then it stands beside, hidden, under
``.NAME.partial-HOST-PID-NUMBER``, which no two living processes share. After a kill it stays
behind: nothing takes it for a result, and whoever next writes beside it on the same machine removes
it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
import shutil
import socket
from pathlib import Path

_PARTIAL = re.compile(r"\.(?P<name>.+)\.partial-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]+", re.S)
_NUMBERS = itertools.count()
_LIVING: dict[Path, tuple[int, list[Path]]] = {}
"""What is being written, to the process that does and the folders made for it."""
_MOST_BYTES = 150
"""Of a final name, as many go into the hidden one: names have at most 255."""


def partial_path(target: Path) -> Path:
    """A new hidden name beside a target."""
    short = os.fsdecode(os.fsencode(target.name)[:_MOST_BYTES])
    return target.with_name(f".{short}.partial-{host()}-{os.getpid()}-{next(_NUMBERS):x}")


def is_partial(path: Path) -> bool:
    """Whether a path has the name of something that was never finished."""
    return _PARTIAL.fullmatch(path.name) is not None


def is_left(path: Path) -> bool | None:
    """Whether the process of something unfinished is gone; None if it was another machine's."""
    found = _PARTIAL.fullmatch(path.name)
    if found is None or found["host"] != host():
        return None
    return not alive(int(found["pid"]))


def host() -> str:
    """Eight hex digits for the machine, and for the set of process numbers on it."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return hashlib.sha256(f"{socket.gethostname()}\n{space}".encode()).hexdigest()[:8]


def alive(pid: int) -> bool:
    """Whether a process runs; in doubt, yes."""
    if os.name != "posix":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def begin(path: Path, made: list[Path] | None = None) -> None:
    """Take down that something is being written.

    Parameters
    ----------
    path
        Its hidden name.
    made
        Folders made for it, outermost first; looked at when it comes to removing.
    """
    _LIVING[path] = os.getpid(), [] if made is None else made


def end(path: Path) -> None:
    """Take down that it has its name, or is no more."""
    _LIVING.pop(path, None)


def remove_living() -> None:
    """Remove what this process is writing, and folders made for it that nobody else has used."""
    # What the process that this one was forked from has begun is that one's.
    ours = [(path, made) for path, (pid, made) in list(_LIVING.items()) if pid == os.getpid()]
    for path, _ in ours:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    for _, made in ours:  # when all is gone: several may stand in one folder
        with contextlib.suppress(OSError):
            for folder in reversed(made):
                folder.rmdir()


def remove_stale(parent: Path) -> list[Path]:
    """Remove what killed processes left in a directory; what belongs to living ones stays.

    Returns
    -------
    list of Path
        What was removed.
    """
    removed = []
    for entry in parent.iterdir():
        if not is_left(entry):
            continue
        if entry.is_symlink():  # we make none
            continue
        try:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        except OSError:  # somebody else's, or gone meanwhile
            continue
        removed.append(entry)
    return removed
