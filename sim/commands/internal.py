"""An internal error in one line, with the traceback in a private file that the line names."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator

from sim import __version__
from sim.errors import RingfenceError

LONGEST = 200
"""Characters of an exception's own words that are shown."""


def explained(error: BaseException, *, whole: bool = False) -> Iterator[str]:
    """What a console says of a fault of the program.

    Parameters
    ----------
    error
        Whatever was raised.
    whole
        Whether to give the traceback, too.

    Yields
    ------
    str
        The traceback where it was asked for; then one line: what happened, that it is a fault of
        the program, and which new file, readable by its owner only, holds the traceback.
    """
    try:
        text = "".join(traceback.format_exception(error))
    except (MemoryError, RecursionError) as further:
        text = f"no traceback could be made: {further!r}\n"
    if whole:
        yield text.rstrip("\n")
    try:
        kept = f"the traceback is in {_keep(text)}"
    except OSError as further:
        kept = f"the traceback could not be kept ({further.strerror}); --traceback shows it"
    yield (
        f"internal error: {summary(error)}. This is a fault of Ringfence, not of your input; {kept}"
    )


def summary(error: BaseException) -> str:
    """The kind of an exception and its words, on one line, without control characters."""
    if isinstance(error, MemoryError):
        words = "out of memory"
    elif isinstance(error, RecursionError):
        words = "calls nested too deep"
    else:
        words = str(error)
    words = " ".join(words.split())
    words = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)
    if len(words) > LONGEST:
        words = words[: LONGEST - 1] + "…"
    if isinstance(error, RingfenceError):
        return words
    kind = type(error).__name__
    return f"{words} ({kind})" if words else kind


def _keep(text: str) -> str:
    """Write a traceback into a new file in the folder for temporary files; its path."""
    handle, path = tempfile.mkstemp(prefix="ringfence-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(
            f"ringfence {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
            f"{sys.argv!r}\n\n{text}"
        )
    return path
