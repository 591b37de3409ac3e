"""Peak memory of processes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def in_mb(usage: resource.struct_rusage) -> float:
    """Peak resident memory of a process that has ended, 10**6 bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e6


def own_peak_mb() -> float:
    """Peak resident memory of this process, 10**6 bytes.

    Linux counts a parent's peak into the usage of the process that it starts, up to the moment that
    the new program is loaded. The status file tells the program's own.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return in_mb(resource.getrusage(resource.RUSAGE_SELF))
