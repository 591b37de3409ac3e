"""What screens of experiments are made of: tables, labelled lines, wrapped words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 80
"""Columns of the screen."""
MOST_NAME: Final = 40
"""Most columns of the first of a table."""


def wrapped(text: str) -> list[str]:
    """Words in lines."""
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def labelled(label: str, text: str, room: int = 14) -> list[str]:
    """Words in lines, beside a label that stands on the first; a long label has its own line."""
    lines = textwrap.wrap(text, WIDTH - room, break_on_hyphens=False) or [""]
    if len(label) >= room:
        return [label, *(" " * room + line for line in lines)]
    return [(label if at == 0 else "").ljust(room) + line for at, line in enumerate(lines)]


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows in columns, the first to the left and the others to the right; the first is the head.

    What is too long in the first column loses its beginning.
    """
    others = [max(len(row[at]) for row in rows) for at in range(1, len(rows[0]))]
    room = min(MOST_NAME, WIDTH - sum(others) - 2 * len(others))
    first = min(room, max(len(row[0]) for row in rows))
    return [
        "  ".join(
            [
                cut(row[0], first).ljust(first),
                *(cell.rjust(size) for cell, size in zip(row[1:], others, strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]


def cut(name: str, room: int) -> str:
    """A name that fits, without its beginning where it is too long."""
    if len(name) <= room:
        return name
    lead = len(name) - len(name.lstrip())
    return " " * lead + "…" + name[len(name) - room + lead + 1 :]
