"""Text for consoles that do not know every sign."""

from __future__ import annotations

import sys
from typing import TextIO

_PLAIN = str.maketrans(
    {
        "≈": "~",
        "−": "-",
        "–": "-",
        "≥": ">=",
        "±": "+/-",
        "×": "x",
        "─": "-",
        "·": "-",
        "…": "...",
        "“": '"',
        "”": '"',
    }
)
"""Signs for consoles that know no others."""


def written_for(stream: TextIO | None, text: str) -> str:
    """Text as a stream (standard output by default) can show it."""
    encoding = (sys.stdout if stream is None else stream).encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text
