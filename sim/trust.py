"""Which folders may hold what this process will execute: those where nobody else can write.

A kernel cache is code: what lies in it is loaded and run. So a folder serves only if it is ours
and closed to everybody else, and if nobody else can put another folder in its place: every folder
on the way to it belongs to us or to root, and is closed to others' writing or has the sticky bit,
which leaves entries to their owners. A link on the way belongs to us or to root too.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_MOST_LINKS = 40
_ROOT = 0


class UntrustedFolderError(OSError):
    """Somebody else could write into a folder; the text says how."""


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can enter, and see that nobody else can write there.

    Parents that are missing are made likewise. Where the system knows no owners as POSIX does, the
    folder is made and nothing is looked at.

    Raises
    ------
    UntrustedFolderError
        If the folder, or one on the way to it, can be changed by somebody else.
    OSError
        If it cannot be made.
    """
    missing = []
    for place in (folder, *folder.parents):
        if os.path.lexists(place):
            break
        missing.append(place)
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "geteuid") and (why := why_not_private(folder)) is not None:
        raise UntrustedFolderError(errno.EPERM, why, str(folder))


def why_not_private(folder: Path) -> str | None:
    """How somebody else could write into an existing folder; None where nobody could.

    Root is trusted: it can do everything anyway.
    """
    us = os.geteuid()
    last = folder
    for place, status in _way(folder):
        last = place
        if status.st_uid not in (us, _ROOT):
            return f"{place} belongs to another user"
        mode = status.st_mode
        if stat.S_ISLNK(mode):
            continue
        if not stat.S_ISDIR(mode):
            return f"{place} is no folder"
        if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
            return f"others can write into {place}"
    status = last.lstat()
    if status.st_uid != us:
        return f"{last} belongs to another user"
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"{last} is open to others"
    return None


def _way(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every folder and every link on the way to a folder, from the root to the folder itself."""
    whole = Path.cwd() / folder
    here = Path(whole.anchor)
    ahead = list(reversed(whole.parts[1:]))
    links = 0
    yield here, here.lstat()
    while ahead:
        name = ahead.pop()
        if name == "..":
            here = here.parent
            continue
        place = here / name
        status = place.lstat()
        yield place, status
        if not stat.S_ISLNK(status.st_mode):
            here = place
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))
        target = Path(place.readlink())
        if target.is_absolute():
            here = Path(target.anchor)
        ahead += reversed(target.parts[1:] if target.is_absolute() else target.parts)
