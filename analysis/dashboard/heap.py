"""What the server does to stay small: memory that is free goes back to the system at once.

Many threads read large tables for a moment each. Left to themselves, Arrow and the threads' own
heaps keep 80 MB that nobody uses.
"""

from __future__ import annotations

import os
from typing import Final

from sim.heap import c_library

_ARENAS: Final = -8
"""The C library's name for how many heaps threads may have (``M_ARENA_MAX``)."""


def keep_small() -> None:
    """Share heaps, and let Arrow use them; it looks at the environment once, when it is loaded."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if (library := c_library()) is not None:
        library.mallopt(_ARENAS, 2)


def give_back() -> None:
    """Give the system what is free by now."""
    if (library := c_library()) is not None:
        library.malloc_trim(0)
