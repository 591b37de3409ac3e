"""A directory that is whole or not there.

Files are written into a hidden directory beside the target, ``.NAME.partial-HOST-PID-TIME``, and
synced; the rename to the final name comes last. Whatever goes wrong before, the hidden directory is
removed and nothing else was touched. After a kill it stays behind: nothing takes it for a run, and
a later run on the same machine removes it once its process is dead.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sim.errors import RunDirectoryError

_PARTIAL = re.compile(r"\.(?P<name>.+)\.partial-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]+")


def open_for_writing(path: Path) -> IO[bytes]:
    """Open a new file. All that a run writes goes through here."""
    return path.open("xb")


def is_partial(path: Path) -> bool:
    """Whether a path has the name of a directory that was never finished."""
    return _PARTIAL.fullmatch(path.name) is not None


def _host() -> str:
    """Eight hex digits for the machine, and for the set of process numbers on it."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return hashlib.sha256(f"{socket.gethostname()}\n{space}".encode()).hexdigest()[:8]


def _alive(pid: int) -> bool:
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


def remove_stale(parent: Path) -> list[Path]:
    """Remove what killed runs left in a directory; those of living processes stay.

    Returns
    -------
    list of Path
        What was removed.
    """
    removed = []
    for entry in parent.iterdir():
        found = _PARTIAL.fullmatch(entry.name)
        stale = found and found["host"] == _host() and not _alive(int(found["pid"]))
        if stale and entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
            removed.append(entry)
    return removed


class PartialDirectory:
    """A directory in the making, used in a ``with`` block.

    Leaving the block without :meth:`publish`, or by any exception, removes it. An ``OSError`` in
    the block becomes a :class:`RunDirectoryError` of one line.

    Parameters
    ----------
    target
        The final path; must not exist. Missing parents are made.
    """

    def __init__(self, target: Path) -> None:
        self.target = Path(os.path.abspath(target))
        unique = f"{_host()}-{os.getpid()}-{time.time_ns():x}"
        self.path = self.target.with_name(f".{self.target.name}.partial-{unique}")
        self.shown = str(target)
        self._made: list[Path] = []
        self._open: dict[str, IO[bytes]] = {}
        self._published = False

    def __enter__(self) -> Self:
        if os.path.lexists(self.target):
            raise RunDirectoryError(
                f"cannot write {self.shown}: it exists already; name another, or remove it"
            )
        try:
            self._make_parents()
            remove_stale(self.target.parent)
            self.path.mkdir()
        except OSError as error:
            self._discard()
            raise self._failure(error) from error
        return self

    def _make_parents(self) -> None:
        parent = self.target.parent
        missing = []
        while not parent.exists():
            missing.append(parent)
            parent = parent.parent
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            self._made.append(folder)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._published:
            self._discard()
        if isinstance(error, OSError):
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> RunDirectoryError:
        reason = error.strerror or str(error) or type(error).__name__
        return RunDirectoryError(f"cannot write {self.shown}: {reason}; nothing was left behind")

    def _discard(self) -> None:
        """Remove the directory, and parents made for it if nobody has used them since."""
        for file in self._open.values():
            with contextlib.suppress(OSError):
                file.close()
        shutil.rmtree(self.path, ignore_errors=True)
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:
                break

    # ── Files ────────────────────────────────────────────────────────────────────────────────

    def open(self, name: str) -> IO[bytes]:
        """Open a new file of the directory; :meth:`close` ends it."""
        self._open[name] = open_for_writing(self.path / name)
        return self._open[name]

    def close(self, name: str) -> int:
        """Sync and close a file; its size in bytes."""
        file = self._open.pop(name)
        try:
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
        finally:
            file.close()

    def write(self, name: str, content: bytes) -> int:
        """Write a whole file; its size in bytes."""
        self.open(name).write(content)
        return self.close(name)

    def publish(self) -> Path:
        """Give the directory its final name."""
        _sync_folder(self.path)
        if os.path.lexists(self.target):
            raise RunDirectoryError(f"cannot write {self.shown}: it has appeared meanwhile")
        self.path.rename(self.target)
        self._published = True
        with contextlib.suppress(OSError):  # it is there; only a power cut could undo it
            _sync_folder(self.target.parent)
        return self.target


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)
