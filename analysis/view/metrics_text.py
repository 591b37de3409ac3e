"""Metrics as text, for the console and the page: values in their units, and differences."""

from __future__ import annotations

from analysis.view import RunView
from analysis.view.luck import NOISE, within_noise
from analysis.view.numbers import MISSING, NARROW, decimal, share
from sim.measure.metrics import METRICS

FULL_SIZE_ONLY = "full size only"
"""Stands for a metric that a scaled run cannot tell."""

STAGE_NAMES = ("none", "contact", "reminder", "order")
"""The regulator's stages in words."""


def _digits(run: RunView, name: str, value: float) -> int:
    unit = METRICS[name].unit
    if METRICS[name].is_count:
        return 0
    if name == "cost" or "erlang" in unit or "hours" in unit:
        return 0 if abs(value) >= 100 else 2
    if "per 1,000" in unit:
        return 3 if abs(value) < 1 else 2
    return 3 if "per person" in unit else 2 if "per line" in unit else 1


def _amount(run: RunView, name: str, value: float, separator: str, *, signed: bool) -> str:
    if METRICS[name].unit == "share":
        digits = 1 if abs(value) >= 0.01 or value == 0 else 2
        if signed:
            return f"{decimal(100 * value, digits, separator=separator, signed=True)}{separator}pt"
        return share(value, digits, separator=separator)
    return decimal(value, _digits(run, name, value), separator=separator, signed=signed)


def value_text(run: RunView, strategy: str, name: str, *, separator: str = NARROW) -> str:
    """A metric at full size, without its unit unless that is a share; ≈ marks an equivalent."""
    value = run.shown(strategy, name)
    if value is None:
        # A list that is not done has no moment either; what is not modelled has nothing to hide.
        known = name == "list_done_hours" or run.metric(strategy, name) is not None
        withheld = METRICS[name].kind == "not_scalable" and run.scaled and known
        return FULL_SIZE_ONLY if withheld else MISSING
    if METRICS[name].unit == "stage":
        return STAGE_NAMES[round(value)]
    mark = run.approx if value and METRICS[name].kind == "additive" else ""
    return mark + _amount(run, name, value, separator, signed=False)


def difference_text(run: RunView, strategy: str, name: str, *, separator: str = NARROW) -> str:
    """How a metric differs from the base strategy's: signed, shares in points.

    Empty if unknown; a difference that the chance of one run explains is called so.
    """
    value, base = run.shown(strategy, name), run.shown(run.base, name)
    if value is None or base is None or METRICS[name].unit == "stage":
        return ""
    if value == base:
        return "="
    if within_noise(run, strategy, name):
        return NOISE
    return _amount(run, name, value - base, separator, signed=True)


def relative_text(run: RunView, strategy: str, name: str, *, separator: str = NARROW) -> str:
    """The difference in per cent of the base strategy's value, from tenfold on as a factor.

    Empty where that says nothing.
    """
    value, base = run.shown(strategy, name), run.shown(run.base, name)
    if value is None or not base or value == base or METRICS[name].unit in {"share", "stage"}:
        return ""
    if within_noise(run, strategy, name):
        return ""
    if value / base >= 10:
        return f"×{decimal(value / base, separator=separator)}"
    return f"{decimal(100 * (value / base - 1), 1, separator=separator, signed=True)}{separator}%"


def label_text(run: RunView, name: str) -> str:
    """Label of a metric with its unit, where the value does not carry it."""
    unit = run.unit(name)
    label = METRICS[name].label
    words = label.lower().replace(":", " ").split()
    said = unit in words or (len(unit) > 2 and unit in label.lower())
    said = said or unit.startswith("complaints per ")
    return label if said or unit in {"share", "stage"} else f"{label} ({unit})"
