"""How the page is written: paragraphs, points, tables, and numbers in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from analysis.validation.casebook import Reports
from sim.document.quantity import FactorRange
from sim.scenario.scenario import Scenario

_WIDTH = 104
_TIED = "\u00a0"
"""Stands for a space at which no line may end."""


def prose(text: str) -> str:
    """A paragraph, or a point of a list, wrapped."""
    indent = "  " if text.startswith("* ") else ""
    return textwrap.fill(
        " ".join(text.split()).replace(" %", _TIED + "%"),
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(_TIED, " ")


def points(*texts: str) -> str:
    """A list, a point a text."""
    return "\n".join(prose(f"* {text}") for text in texts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns whose heading ends with ``:`` are numbers, to the right."""
    rule = ["---:" if name.endswith(":") else "---" for name in head]
    lines = [[name.removesuffix(":") for name in head], rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figures(value: float) -> str:
    """A number with two or three figures: 0.6, 16.9, 438."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2g}"


def per_cent(part: float, digits: int = 0) -> str:
    """A share of 0–1 in per cent."""
    return f"{100 * part:.{digits}f} %"


def share(value: float) -> str:
    """A chance of 0–1 with two decimals, or three near the ends."""
    return f"{value:.2f}" if 0.01 <= value < 0.995 else f"{value:.3f}"


def band(ends: tuple[int, int]) -> str:
    """A band of counts, both ends in it."""
    return f"{ends[0]:,}–{ends[1]:,}"


def known(reports: Reports) -> str:
    """A number of complaints as it is known: exactly, or as a limit."""
    words = {"exactly": "", "more than": "> ", "fewer than": "< ", "at most": "≤ "}
    return f"{words[reports.means]}{reports.count:,}"


def per_million(scenario: Scenario) -> FactorRange:
    """The level of complaints that a scenario has.

    Raises
    ------
    ValueError
        If its world has no complaints.
    """
    if scenario.world.complaints is None:
        raise ValueError(f"{scenario.name}: the world has no complaints")
    return scenario.world.complaints.per_million
