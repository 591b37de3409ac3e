"""Numbers as a verdict writes them: rounded to what is known, with their intervals."""

from __future__ import annotations

import math
import re

from analysis.view.numbers import MINUS, MISSING

NARROW_BY = 0.005
"""Width of an interval of ratios below which it is not worth its room."""
UNBROKEN = "\xa0"
"""A space at which no line breaks."""
_UNIT = re.compile(r"(\d) (%|[kMG]\b|min\b|h\b|s\b)")
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def with_units(text: str) -> str:
    """Text in which no line breaks between a number and its unit."""
    return _UNIT.sub(rf"\1{UNBROKEN}\2", text)


def rounded(value: float | None) -> str:
    """A number to two or three digits with a unit prefix: 1.47 M, 510, 0.7."""
    if value is None or not math.isfinite(value):
        return MISSING
    size, sign = abs(value), MINUS if value < 0 else ""
    for unit, letter in _UNITS:
        if float(f"{size:.3g}") >= unit:
            return f"{sign}{digits(size / unit)} {letter}"
    return sign + digits(size)


def digits(value: float) -> str:
    """Three digits, without zeros that say nothing."""
    if value == 0:
        return "0"
    after = max(0, 2 - math.floor(math.log10(value)))
    text = f"{value:.{min(after, 2)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def between(low: float, high: float) -> str:
    """Two ends, with their unit once where they share it: ``0.5–1.9 M``."""
    for unit, letter in _UNITS:
        if float(f"{abs(high):.3g}") >= unit:
            if abs(low) >= unit / 100 or low == 0:
                return f"{digits(low / unit)}–{digits(high / unit)} {letter}"
            break
    return f"{rounded(low)}–{rounded(high)}"


def percent(ratio: float) -> str:
    """A ratio as a difference: −47 %; the number alone is ``percent(ratio).removesuffix(" %")``."""
    change = 100 * (ratio - 1)
    text = f"{abs(change):.0f}" if abs(change) >= 9.5 else f"{abs(change):.1f}"
    sign = "±" if float(text) == 0 else MINUS if change < 0 else "+"
    return f"{sign}{text.removesuffix('.0')} %"


def more(ratio: float) -> str:
    """A ratio in words: 97 % fewer, 12 % more, 12 times as many."""
    if ratio >= 10:
        return f"{digits(ratio)} times as many"
    text = percent(ratio)
    return f"{text[1:]} {'fewer' if text[0] == MINUS else 'more'}"


def about(value: float) -> str:
    """A number in words, to two digits: 8.6, 12, 360."""
    return rounded(float(f"{value:.2g}"))


def times(ratio: float) -> str:
    """A ratio as a difference, from tenfold on as a factor: −47 %, ×12."""
    return f"×{digits(ratio)}" if ratio >= 10 else percent(ratio)


def compared(p5: float, p50: float, p95: float, *, within_noise: bool) -> str:
    """A ratio with its interval: ``−25 % [−26, −25 %]``.

    ``≈`` stands for its sign where noise hides it; an interval narrower than :data:`NARROW_BY` is
    left out.
    """
    middle = "≈" if within_noise else times(p50)
    if p95 - p5 < NARROW_BY:
        return middle
    low, high = times(p5), times(p95)
    if high.endswith(" %"):  # the unit once, where both have it
        low = low.removesuffix(" %")
    return f"{middle} [{low}, {high}]"


def chance(share: float) -> str:
    """A share or a chance in per cent, never 0 or 100 where it is not: 42 %, <1 %, >99 %."""
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def calls_text(calls: float, approx: str = "") -> str:
    """A number of calls with its noun, after a sign that it is about so many: ≈31.9 k calls."""
    return f"{approx}{rounded(calls)} {'call' if calls == 1 else 'calls'}"
