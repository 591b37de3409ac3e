"""A directory that is whole or not there.

Files are written into a hidden directory beside the target (:mod:`sim.partial`) and synced; the
rename to the final name comes last. Whatever goes wrong before, the hidden directory is removed and
nothing else was touched.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sim.errors import OutputError, RunDirectoryError
from sim.outputs import outside_of_runs, plain_path, sync_folder
from sim.partial import begin, end, partial_path, remove_stale

_OF_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ENODEV}
"""What the system says of a file that is open and takes no more."""


def open_for_writing(path: Path, *, private: bool = False) -> IO[bytes]:
    """Open a new file. All that a run writes goes through here."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600 if private else 0o666), "wb")


def put(file: Path, content: bytes) -> None:
    """Give a file its content, at once and for good; errors are the system's."""
    beside = partial_path(file)
    begin(beside)
    try:
        with open_for_writing(beside) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        sync_folder(file.parent)
    finally:
        beside.unlink(missing_ok=True)
        end(beside)


class PartialDirectory:
    """A directory in the making, used in a ``with`` block.

    Leaving the block without :meth:`publish`, or by any exception, removes it. An ``OSError`` that
    speaks of it becomes a :class:`RunDirectoryError` of one line.

    Parameters
    ----------
    target
        The final path; must not exist. Missing parents are made.
    or_next
        Whether the next free name will do where the target exists: ``NAME-2``, ``NAME-3``, …

    Raises
    ------
    RunDirectoryError
        If nothing can be written there; before anything is.
    """

    def __init__(self, target: Path, *, or_next: bool = False) -> None:
        try:
            self.shown = plain_path(target)
            self.target = Path(os.path.abspath(target))
            outside_of_runs(Path(os.path.realpath(target)), self.shown)
        except OutputError as error:
            raise RunDirectoryError(str(error)) from None
        except ValueError as error:
            raise RunDirectoryError(f"cannot write {target}: {error}") from None
        self._or_next = or_next
        self.path = partial_path(self.target) if self.target.name else self.target
        self._made: list[Path] = []
        self._folders: list[Path] = []
        self._open: dict[str, IO[bytes]] = {}
        self._published = False

    def __enter__(self) -> Self:
        if os.path.lexists(self.target) and not self._or_next:
            raise RunDirectoryError(
                f"cannot write {self.shown}: it exists already; name another, or remove it"
            )
        try:
            self._make_parents()
            remove_stale(self.target.parent)
            begin(self.path, self._made)
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
        if isinstance(error, OSError) and self._is_ours(error):
            raise self._failure(error) from error

    def _is_ours(self, error: OSError) -> bool:
        """Whether the system spoke of this directory: of a file in it, or of one that is open.

        Whatever else is raised in the block is no matter of writing, and is not told as one.
        """
        if error.errno is None:
            return False
        if error.filename is None:
            return error.errno in _OF_WRITING
        return Path(os.fsdecode(error.filename)).is_relative_to(self.path)

    def _failure(self, error: OSError) -> RunDirectoryError:
        reason = error.strerror or str(error) or type(error).__name__
        return RunDirectoryError(f"cannot write {self.shown}: {reason}; nothing was left behind")

    def _discard(self) -> None:
        """Remove the directory, and parents made for it if nobody has used them since."""
        for file in self._open.values():
            with contextlib.suppress(OSError):
                file.close()
        shutil.rmtree(self.path, ignore_errors=True)
        end(self.path)
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:
                break

    # ── Files ────────────────────────────────────────────────────────────────────────────────

    def open(self, name: str, *, private: bool = False) -> IO[bytes]:
        """Open a new file of the directory, or of a folder in it; :meth:`close` ends it.

        A private one can be read by its owner alone.
        """
        path = self.path / name
        if path.parent != self.path and path.parent not in self._folders:
            path.parent.mkdir()
            self._folders.append(path.parent)
        self._open[name] = open_for_writing(path, private=private)
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

    def digest(self, name: str) -> str:
        """SHA-256 of the bytes of a file that has been closed."""
        with (self.path / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def write(self, name: str, content: bytes) -> int:
        """Write a whole file; its size in bytes."""
        self.open(name).write(content)
        return self.close(name)

    def publish(self) -> Path:
        """Give the directory its final name."""
        for folder in (*self._folders, self.path):
            sync_folder(folder)
        for number in itertools.count(1):
            name = self.target.name if number == 1 else f"{self.target.name}-{number}"
            target = self.target.with_name(name)
            try:
                if not os.path.lexists(target):
                    self.path.rename(target)
                    break
            except OSError as error:
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise
            if not self._or_next:
                raise RunDirectoryError(f"cannot write {self.shown}: it has appeared meanwhile")
        self.target = target
        self._published = True
        end(self.path)
        with contextlib.suppress(OSError):  # it is there; only a power cut could undo it
            sync_folder(self.target.parent)
        return self.target
