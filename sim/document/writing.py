"""Plain data as a YAML text, a hundred times as fast as the library that can write anything.

It writes only what that library surely writes in the same signs, as :mod:`sim.document.quick` reads
only what it surely reads alike; what it leaves is the library's to write.
"""

from __future__ import annotations

import math
import re
from typing import Any

_LONGEST_KEY = 100
"""Signs of a key; the library writes long ones in another way."""
_LONGEST_TEXT = 10_000
"""Signs of a text, so that no line is as long as where the library breaks it."""
_SIGNS = re.compile("[ -~\xa0-\u2027\u202a-\ud7ff]+")
"""Signs that need no escape, without line breaks and tabs."""
_PLAIN = re.compile("[A-Za-z(]|[0-9].*[^-+.0-9_A-Fa-fOoTtXxZ]")
"""How a text begins that surely is a text without quotes: with a letter, or with a figure if it
holds a sign that no number and no date without a clock has."""
_FIGURES = re.compile(r"[0-9]+(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Texts that surely are a number or a date but for their quotes."""
_WORDS = frozenset({"true", "false", "null"})


class _UnsureError(Exception):
    """Something that the library may write in another way."""


def written_quickly(data: Any) -> str | None:
    """The data as YAML in blocks, texts with a colon in double quotes; None where it is not sure.

    It is sure of maps and lists of each other, none of them met twice, which hold whole and finite
    numbers, truth values, nothing, and texts on one line that cannot be taken for anything else.
    """
    if type(data) is not dict or not data:
        return None
    lines: list[str] = []
    try:
        _write_map(lines, data, 0, {id(data)})
    except _UnsureError:
        return None
    lines.append("")
    return "\n".join(lines)


def _write_map(lines: list[str], data: dict[Any, Any], indent: int, met: set[int]) -> None:
    """Append a map's lines."""
    for key, value in data.items():
        if type(key) is not str or len(key) > _LONGEST_KEY:
            raise _UnsureError
        begin = f"{' ' * indent}{_text(key)}:"
        if type(value) is dict:
            _meet(value, met)
            lines.append(begin if value else f"{begin} {{}}")
            _write_map(lines, value, indent + 2, met)
        elif type(value) is list:
            _meet(value, met)
            lines.append(begin if value else f"{begin} []")
            _write_list(lines, value, indent, met)
        else:
            lines.append(f"{begin} {_value(value)}")


def _write_list(lines: list[str], data: list[Any], indent: int, met: set[int]) -> None:
    """Append a list's lines; of lists in lists it is not sure."""
    dash = " " * indent + "- "
    for value in data:
        if type(value) is dict and value:
            _meet(value, met)
            first = len(lines)
            _write_map(lines, value, indent + 2, met)
            lines[first] = dash + lines[first][len(dash) :]
        else:
            lines.append(dash + _value(value))


def _meet(value: Any, met: set[int]) -> None:
    """Note a map or list; met again, the library writes an alias."""
    if id(value) in met:
        raise _UnsureError
    met.add(id(value))


def _value(value: Any) -> str:
    """A value on one line."""
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or (kind is float and math.isfinite(value)):
        return repr(value)
    if value is None:
        return "null"
    raise _UnsureError


def _text(text: str) -> str:
    """A text; in quotes where it holds a colon, or else would be a number."""
    if len(text) > _LONGEST_TEXT or _SIGNS.fullmatch(text) is None:
        raise _UnsureError
    if ":" in text:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if _FIGURES.fullmatch(text) is not None:
        return f"'{text}'"
    if _PLAIN.match(text) is None or text.lower() in _WORDS or " #" in text or text[-1] == " ":
        raise _UnsureError
    return text
