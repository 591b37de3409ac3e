"""A law as text: its points in a line, and its density in a row of blocks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.document.written import share_text
from sim.study.law import Law

Floats = NDArray[np.float64]
BLOCKS: Final = "▁▂▃▄▅▆▇█"
COLUMNS: Final = 48
_UNITS: Final = (
    ("ms", 1, 1_000),
    ("s", 1_000, 90_000),
    ("min", 60_000, 5_400_000),
    ("h", 3_600_000, 172_800_000),
    ("d", 86_400_000, 0),
)
"""Units of durations, in ms, and up to where each is used."""
_POINTS: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def law_lines(law: Law) -> tuple[str, ...]:
    """The law in words, its quantiles, and its picture: three lines below 80 columns."""
    scale = {"share": "on log-odds, ", "signed": ""}.get(law.scale, "on logarithms, ")
    shapes = {
        "two-piece": f"two half-normals {scale}joined at the median",
        "uniform": "flat",
        "log-uniform": "flat on logarithms",
    }
    values = law(np.array(_POINTS))
    told = "  ".join(
        f"P{round(100 * share)} {value_text(law, value)}"
        for share, value in zip(_POINTS, values.tolist(), strict=True)
    )
    first, last = value_text(law, float(values[0])), value_text(law, float(values[-1]))
    return shapes[law.shape], told, f"{first} {picture(law)} {last}"


def picture(law: Law, columns: int = COLUMNS) -> str:
    """The density between the 1 % and the 99 % point, evenly on the law's own scale.

    The highest column is full; a column in which hardly anything lies is a space.
    """
    points = law((np.arange(1 << 14) + 0.5) / (1 << 14))
    log = law.shape != "uniform" and law.low > 0
    values = np.log(points) if log else points
    low, high = np.quantile(values, (0.01, 0.99)).tolist()
    if low >= high:
        return BLOCKS[-1]
    count, _ = np.histogram(values, bins=columns, range=(low, high))
    height = np.ceil(count / count.max() * len(BLOCKS)).astype(int)
    return "".join(" " if h == 0 else BLOCKS[h - 1] for h in height)


def value_text(law: Law, value: float) -> str:
    """A value as people write it, to three digits."""
    short = float(f"{value:.3g}")
    if law.scale == "share":
        return share_text(short)
    if law.scale in {"number", "signed"}:
        return f"{short:g}"
    unit, size = next(
        (unit, size) for unit, size, most in _UNITS if value < most or unit == _UNITS[-1][0]
    )
    return f"{float(f'{value / size:.3g}'):g} {unit}"
