"""What this process may still take of the machine: memory, processors, and room on a disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = 1 << 60
"""Control groups of the first version say so much where there is no limit."""


def free_memory() -> int | None:
    """Bytes that may still be taken: the least of what anything allows; None where nobody says.

    Asked are the system, the control groups of either version that hold this process and those
    above them, and the limits of the process on its address space and its data.
    """
    found = [*_of_system(), *_of_groups(), *_of_limits()]
    return max(0, min(found)) if found else None


def cores() -> int:
    """Processors that this process may keep busy: by the system, and by its control groups."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min([found or 1, *_cores_of_groups()]))


def free_disk(folder: Path) -> int | None:
    """Bytes free on the disk of a folder, or of the nearest above it that exists."""
    for place in (folder, *folder.absolute().parents):
        try:
            found = shutil.disk_usage(place)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return found.free if found.total else None  # a disk without a size is none, as /proc
    return None


def _of_system() -> Iterator[int]:
    for line in _lines(PROC / "meminfo"):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024


def _of_groups() -> Iterator[int]:
    """What control groups leave. What is only cached of files can be given up."""
    for line in _lines(PROC / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            names, top = ("memory.max", "memory.current", "inactive_file"), CGROUPS
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            top = CGROUPS / "memory"
        else:
            continue
        folder = top / path.strip().lstrip("/")
        for place in (folder, *folder.parents):
            if not place.is_relative_to(top):
                break
            yield from _of_group(place, *names)


def _cores_of_groups() -> Iterator[int]:
    """Whole processors that control groups of the second version allow; a rest counts as one."""
    for line in _lines(PROC / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        folder = CGROUPS / path.strip().lstrip("/")
        for place in (folder, *folder.parents) if controllers == "" else ():
            if not place.is_relative_to(CGROUPS):
                break
            for said in _lines(place / "cpu.max"):
                most, _, period = said.partition(" ")
                if most.isdecimal() and period.strip().isdecimal():
                    yield -(-int(most) // int(period))


def _of_group(folder: Path, limit: str, usage: str, cached: str) -> Iterator[int]:
    most, used = _number(folder / limit), _number(folder / usage)
    if most is None or used is None or most >= _NO_LIMIT:
        return
    for line in _lines(folder / "memory.stat"):
        if line.startswith(f"{cached} "):
            used -= int(line.split()[1])
    yield most - used


def _of_limits() -> Iterator[int]:
    """What the limits of this process leave of its address space, and of its data."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    pages = next(iter(_lines(PROC / "self" / "statm")), "").split()
    size = resource.getpagesize()
    for limit, used in ((resource.RLIMIT_AS, 0), (resource.RLIMIT_DATA, 5)):
        most = resource.getrlimit(limit)[0]
        if most != resource.RLIM_INFINITY and len(pages) > used:
            yield most - int(pages[used]) * size


def _number(file: Path) -> int | None:
    text = "".join(_lines(file))
    return int(text) if text.isdecimal() else None


def _lines(file: Path) -> list[str]:
    """Lines of a file of the system; none where it cannot be read."""
    try:
        return file.read_text("ascii", "replace").splitlines()
    except OSError:
        return []
