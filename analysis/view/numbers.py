"""How numbers are written: thousands apart, a true minus, units beside them.

``separator`` parts the thousands: a narrow no-break space on a page, a plain one in a console.
Where nothing is known, or a float is not a number, the text is an en dash.
"""

from __future__ import annotations

import math

NARROW = "\u202f"
"""Narrow no-break space, which parts thousands on a page."""
MINUS = "−"
MISSING = "–"


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def decimal(
    value: float | None, digits: int = 0, *, separator: str = NARROW, signed: bool = False
) -> str:
    """A number with ``digits`` decimals: 1 234 567 or −0.3."""
    if value is None or not _known(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}".replace(",", separator)
    if not any(c in "123456789" for c in text):
        return ("±" if signed else "") + text
    return (MINUS if value < 0 else "+" if signed else "") + text


def share(value: float | None, digits: int = 1, *, separator: str = NARROW) -> str:
    """A share of 0–1 in per cent: 33.4 %."""
    if value is None or not _known(value):
        return MISSING
    return f"{decimal(100 * value, digits, separator=separator)}{separator}%"


def small_share(value: float | None, *, separator: str = NARROW) -> str:
    """A share of 0–1 in per cent with at least two figures that say something: 33.4 %, 0.28 %."""
    if value is None or not _known(value):
        return MISSING
    digits = 1 if value == 0 or abs(value) >= 0.01 else 2 if abs(value) >= 0.0005 else 4
    return share(value, digits, separator=separator)


def quantity(value: float, unit: str) -> str:
    """A parameter's value in its unit: a share in per cent, a duration in seconds, or as it is."""
    if not math.isfinite(value):
        return MISSING
    if unit in {"share", "%"}:
        return f"{100 * value:.3g}{NARROW}%"
    if unit == "ms":
        return f"{value / 1000:,.4g}{NARROW}s".replace(",", NARROW)
    text = f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return text.replace(",", NARROW)


def several(names: list[str], most: int = 4) -> str:
    """A list in words: a, b and c; beyond ``most``, how many more."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
