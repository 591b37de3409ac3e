r"""Text as a terminal may be given it: what moves a terminal is written out, not done.

Names, values and paths come from files of others. A control character in one of them could move
the cursor, hide what stands there, or give a command; a mark of writing direction could turn a
line round. They are printed as escapes: ``\x1b``.
"""

from __future__ import annotations

import re

_MOVES = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escaped(text: str, keep: str = "") -> str:
    r"""A text without anything that moves a terminal.

    Parameters
    ----------
    text
        Of anybody.
    keep
        Characters to leave as they are: line breaks, of a text with lines of our own.

    Returns
    -------
    str
        The same, with ``\x1b`` for ESC, and so on. Above the first 127 characters escapes have the
        form that JSON has, so that a JSON document stays one, and says the same.
    """
    return _MOVES.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def _escape(sign: str) -> str:
    if sign in _SHORT:
        return _SHORT[sign]
    number = ord(sign)
    if number < 0x7F:
        return f"\\x{number:02x}"
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
