"""Files that commands write: looked at before any work, whole or not there, replacing nothing.

An output never replaces an input of its command, a file of a run directory, what a link leads to,
a device, or any file that is no earlier output of the same kind. An earlier output of the same kind
is replaced where the user says so. Whatever goes wrong, what was there stays.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from sim.errors import OutputError, writing
from sim.partial import begin, end, is_partial, partial_path, remove_stale

MANIFEST = "manifest.json"
"""A folder that has one, and one of :data:`_BESIDE`, is a run directory; damaged or not."""
_BESIDE = ("scenario.resolved.yaml", "metrics.json")
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that commands write."""

    name: str
    """With its article: ``a report``."""
    mark: bytes
    """What the beginning of every such file contains."""
    is_one: Callable[[Path], bool] | None = None
    """Tells such a file where its beginning says nothing."""

    def known(self, path: Path) -> bool:
        """Whether a regular file is one of this kind."""
        try:
            if self.is_one is not None:
                return self.is_one(path)
            with path.open("rb") as file:
                return self.mark in file.read(_HEAD)
        except OSError:
            return False


REPORT = Kind("a report", b'<meta name="generator" content="Ringfence ')
SCHEMA = Kind("a schema of scenarios", b'"title": "Ringfence scenario"')
JUNIT = Kind("a JUnit file of ringfence check", b'<testsuite name="ringfence check"')
MARKDOWN = Kind("a Markdown table of ringfence check", b"**ringfence check**")
MARKDOWN_REPORT = Kind("a report in Markdown", b"<!-- ringfence report -->")
BASELINE = Kind("a baseline", b'"format": "ringfence-baseline"')
NOTHING = Kind("such a file", b"", lambda _: False)
"""For what is never replaced."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file that will be written, and may be."""

    path: Path
    """Where it goes, links resolved."""
    shown: str
    """As the user named it."""
    kind: Kind
    replace: bool
    """Whether an earlier output of the kind may be replaced."""
    private: bool
    """Whether nobody but its owner may read it."""
    note: str | None = None
    """What the user should know: that a link was followed."""

    @contextmanager
    def open(self) -> Iterator[FileIO]:
        """Open the file for writing; it is there, whole, when the block ends without error.

        What goes wrong in the block is the block's to tell: wrap its writing in
        :func:`sim.errors.writing`.

        Raises
        ------
        OutputError
            If the file cannot be made or take its name. What stood there before is still there.
        """
        with writing(self.shown):
            remove_stale(self.path.parent)
            beside = partial_path(self.path)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            begin(beside)
            handle = os.open(beside, flags, 0o600 if self.private else 0o666)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                yield file
                with writing(self.shown):
                    os.fsync(file.fileno())
            with writing(self.shown):
                self._publish(beside)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            end(beside)

    def write(self, content: str | bytes) -> None:
        """Write the whole file; errors as for :meth:`open`."""
        with self.open() as file, writing(self.shown):
            left = memoryview(content.encode() if isinstance(content, str) else content)
            while left:
                left = left[file.write(left) :]

    def _publish(self, beside: Path) -> None:
        """Give the file its name; what has appeared there meanwhile is looked at again."""
        _may_stand_at(self.path, self.shown, self.kind, replace=self.replace)
        if self.replace:
            beside.replace(self.path)
        else:
            try:
                os.link(beside, self.path)  # fails where a file is, which a rename would replace
            except FileExistsError:
                raise OutputError(f"cannot write {self.shown}: it has appeared meanwhile") from None
            except (OSError, NotImplementedError):  # a file system without links
                beside.rename(self.path)
        with contextlib.suppress(OSError):  # it is there; only a power cut could undo it
            sync_folder(self.path.parent)


def claim(
    path: str | os.PathLike[str],
    kind: Kind,
    *,
    inputs: Iterable[str | os.PathLike[str] | None] = (),
    force: bool = False,
    private: bool = False,
) -> Output:
    """See that a file may be written, before any work starts. Nothing is written yet.

    Parameters
    ----------
    path
        As the user named it.
    kind
        What will be written.
    inputs
        Files that the command reads; None is passed over.
    force
        Whether an earlier output of the same kind may be replaced.
    private
        Whether nobody but its owner shall be able to read it.

    Raises
    ------
    OutputError
        If it must not or cannot be written; in words.
    """
    shown = plain_path(path)
    try:
        named = Path(path)
        real = Path(os.path.realpath(named))
        note = None
        if named.is_symlink():
            if os.path.lexists(real):
                raise OutputError(
                    f"{shown} is a link to {real}, which exists; name a file that is no link"
                )
            note = f"{shown} is a link; written is {real}"
        outside_of_runs(real, shown)
        _is_no_input(real, shown, inputs)
        _may_stand_at(real, shown, kind, replace=force)
        if not real.parent.is_dir():  # a command makes no folders on the way
            raise OutputError(f"cannot write {shown}: {os.strerror(errno.ENOENT)}")
        if not os.access(real.parent, os.W_OK | os.X_OK):
            raise OutputError(f"cannot write {shown}: {os.strerror(errno.EACCES)}")
        with contextlib.suppress(FileNotFoundError):
            partial_path(real).lstat()  # fails where names are too long
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"cannot write {shown}: {reason or error}") from error
    return Output(real, shown, kind, force, private, note)


def plain_path(path: str | os.PathLike[str]) -> str:
    """A path to write to as text.

    Raises
    ------
    OutputError
        If it is empty, no text in UTF-8, or holds a NUL character.
    """
    text = os.fspath(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(text).decode("ascii", "backslashreplace")
        raise OutputError(
            f"cannot write {raw}: the path is no text in UTF-8; name another"
        ) from None
    if not text or "\0" in text:
        raise OutputError("cannot write to a path that is empty or holds a NUL character")
    return text


def outside_of_runs(real: Path, shown: str) -> None:
    """See that a path does not lie in a run directory: what is there is evidence.

    Raises
    ------
    OutputError
        If it does.
    """
    for folder in real.parents:
        whole = (folder / MANIFEST).is_file() and any((folder / n).is_file() for n in _BESIDE)
        if whole or is_partial(folder):
            raise OutputError(
                f"cannot write {shown}: {folder} is a run directory, which stays as its run left "
                "it; name a file elsewhere"
            )


def _is_no_input(real: Path, shown: str, inputs: Iterable[str | os.PathLike[str] | None]) -> None:
    for each in inputs:
        with contextlib.suppress(OSError, ValueError):
            if each is not None and real.samefile(each):
                raise OutputError(f"cannot write {shown}: it is an input of this command")


def _may_stand_at(real: Path, shown: str, kind: Kind, *, replace: bool) -> None:
    """See that nothing stands at a path that must stay."""
    try:
        mode = real.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise OutputError(f"cannot write {shown}: it is a folder; name a file")
    if not stat.S_ISREG(mode):
        what = "a link" if stat.S_ISLNK(mode) else "a device or a pipe"
        raise OutputError(f"cannot write {shown}: it is {what}; name a file")
    if kind is NOTHING:
        raise OutputError(f"{shown} exists already; nothing was written")
    if not kind.known(real):
        raise OutputError(
            f"cannot write {shown}: it exists already and is not {kind.name}; name another"
        )
    if not replace:
        raise OutputError(f"cannot write {shown}: it exists already; --force replaces it")


def sync_folder(folder: Path) -> None:
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
