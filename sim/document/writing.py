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


def written_quickly(data: Any) -> str | None:
    """The data as YAML in blocks, texts with a colon in double quotes; None where it is not sure.

    It is sure of maps and lists of each other, none of them met twice, which hold whole and finite
    numbers, truth values, nothing, and texts on one line that cannot be taken for anything else.
    """
    if type(data) is not dict or not data:
        return None
    lines: list[str] = []
    if not _write_map(lines, data, 0, {id(data)}):
        return None
    lines.append("")
    return "\n".join(lines)


def _write_map(lines: list[str], data: dict[Any, Any], indent: int, met: set[int]) -> bool:
    """Append a map's lines; whether it is sure of them."""
    for key, value in data.items():
        name = _text(key) if type(key) is str and len(key) <= _LONGEST_KEY else None
        if name is None:
            return False
        begin = f"{' ' * indent}{name}:"
        if type(value) is dict:
            lines.append(begin if value else f"{begin} {{}}")
            if not (_meet(value, met) and _write_map(lines, value, indent + 2, met)):
                return False
        elif type(value) is list:
            lines.append(begin if value else f"{begin} []")
            if not (_meet(value, met) and _write_list(lines, value, indent, met)):
                return False
        else:
            text = _value(value)
            if text is None:
                return False
            lines.append(f"{begin} {text}")
    return True


def _write_list(lines: list[str], data: list[Any], indent: int, met: set[int]) -> bool:
    """Append a list's lines; whether it is sure of them, which of lists in lists it is not."""
    dash = " " * indent + "- "
    for value in data:
        if type(value) is dict and value:
            first = len(lines)
            if not (_meet(value, met) and _write_map(lines, value, indent + 2, met)):
                return False
            lines[first] = dash + lines[first][len(dash) :]
        else:
            text = _value(value)
            if text is None:
                return False
            lines.append(dash + text)
    return True


def _meet(value: Any, met: set[int]) -> bool:
    """Note a map or list; whether it is met for the first time: else it would be an alias."""
    first = id(value) not in met
    met.add(id(value))
    return first


def _value(value: Any) -> str | None:
    """A value on one line; None where it is not sure."""
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or (kind is float and math.isfinite(value)):
        return repr(value)
    return "null" if value is None else None


def _text(text: str) -> str | None:
    """A text, in quotes where it holds a colon or else would be a number; None where unsure."""
    if len(text) > _LONGEST_TEXT or _SIGNS.fullmatch(text) is None:
        return None
    if ":" in text:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if _FIGURES.fullmatch(text) is not None:
        return f"'{text}'"
    if _PLAIN.match(text) is None or text.lower() in _WORDS or " #" in text or text[-1] == " ":
        return None
    return text
