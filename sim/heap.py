"""How a process that simulates takes memory for large arrays, which come and go.

For each that is made anew the system finds, clears and maps pages, which on a virtual machine takes
up to a millisecond a megabyte where it has to find them two megabytes at a time: a tenth of a run,
for arrays that are gone through once or twice. So what is freed is kept for the next array, and
pages are small. The environment may say otherwise, as for any program:
``NUMPY_MADVISE_HUGEPAGE=1``, ``MALLOC_MMAP_THRESHOLD_`` and the like.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

_HUGE_PAGES = "NUMPY_MADVISE_HUGEPAGE"
_MMAP_MAX, _TRIM_THRESHOLD = -4, -1
"""Parameters of ``mallopt(3)`` in glibc."""
_ALWAYS = (1 << 31) - 1


def ask_for_small_pages() -> None:
    """Have numpy ask for no huge pages; before numpy is imported."""
    os.environ.setdefault(_HUGE_PAGES, "0")


def keep_what_is_freed() -> None:
    """Have the allocator keep freed memory for the next array; does nothing but with glibc."""
    if any(name.startswith("MALLOC_") for name in os.environ):
        return
    if (library := c_library()) is not None:
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, _ALWAYS)


@cache
def c_library() -> Any:
    """The C library, where it is GNU's; else None."""
    if sys.platform != "linux":
        return None
    import ctypes  # here: it takes some milliseconds

    found = ctypes.CDLL(None)
    return found if hasattr(found, "mallopt") and hasattr(found, "malloc_trim") else None
