"""What a figure function gives back: what was found, the drawing of it, and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.figures.drawing import Drawing
from analysis.view import RunView


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing. Several stand beside each other where there is room, else below."""

    figure: Drawing
    title: str | None = None
    """What this panel shows, where a chart has several."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers behind a chart, as a table for those who cannot see it or want to copy them."""

    header: tuple[str, ...]
    """Column titles, each with its unit."""
    rows: tuple[tuple[str, ...], ...]
    """Cells, written for people; the first of a row names it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A finding with its drawing and its numbers. All words are plain text, not HTML."""

    key: str
    """Short name, unique on the page: its anchor."""
    title: str
    """What is shown."""
    finding: str
    """What it says, in sentences computed from the data."""
    panels: tuple[Panel, ...]
    """The drawings; none where the scenario does not model what the chart would show."""
    numbers: Numbers
    note: str | None = None
    """How to read it, and what it leaves out."""


def left_out(key: str, title: str, why: str) -> Chart:
    """A chart that has nothing to show: the page says why in a sentence and draws nothing."""
    return Chart(key, title, why, (), Numbers(("Strategy",), ()))


Parts = tuple[Callable[[RunView], str], Callable[[RunView], Drawing], Callable[[RunView], Numbers]]
"""What makes a finding, a drawing and its numbers of a run."""


def one_panel(
    run: RunView,
    key: str,
    title: str,
    parts: Parts,
    *,
    note: str,
) -> Chart:
    """A chart of one drawing, from the functions that read a run for its parts."""
    finding, figure, numbers = parts
    return Chart(key, title, finding(run), (Panel(figure(run)),), numbers(run), note)


Draw = Callable[[RunView], Chart]
"""A figure function: tables to chart, nothing else read and nothing written."""
