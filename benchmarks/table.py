"""Tables of measurements."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.sample import Sample
from benchmarks.sizes import Sizes


def table(title: str, *columns: str) -> Table:
    """An empty table: names to the left, numbers to the right."""
    out = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for number, name in enumerate(columns):
        text = number == 0 or name in ("limit", "limits", "same work")
        out.add_column(name, justify="left" if text else "right")
    return out


def reached(limit: str, holds: bool, size: Sizes) -> str:
    """A limit and whether it is kept, said where it is measured at the size it is set for."""
    if not size.full:
        return f"({limit} at full size)"
    return f"{limit}: {'reached' if holds else 'NOT reached'}"


def spread(sample: Sample) -> str:
    """Slowest repeat less fastest, as a share of the median."""
    return f"{sample.spread:.0%}" if len(sample.seconds) > 1 else "one run"


def megabytes(sample: Sample) -> str:
    """Peak memory, 10**6 bytes."""
    return f"{sample.peak_mb:,.0f}"
