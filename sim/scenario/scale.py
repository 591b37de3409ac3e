"""A smaller copy of a scenario: lines, channels and calls per second shrink together.

Offered load per channel stays what it was, so ratios hold up to sampling noise; but a few channels
block more than many at the same load each, so a small scale is a pessimist about a tight cutoff.
Counts are whole, so numbers are rounded, and the rounding is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sim.scenario.model import Dialing, Scenario
from sim.scenario.quantity import FrozenDict


@dataclass(frozen=True, slots=True)
class Rounding:
    """What scaling made of one number."""

    path: str
    full: int | Fraction
    """At full size."""
    exact: Fraction
    """Full size times the scale asked for."""
    used: int | Fraction
    """What runs."""


def scale_scenario(scenario: Scenario, scale: Fraction) -> tuple[Scenario, tuple[Rounding, ...]]:
    """Shrink a scenario.

    Parameters
    ----------
    scenario
        At full size.
    scale
        Above 0, at most 1.

    Returns
    -------
    Scenario
        With fewer lines, channels and calls per second. The electorate stays, since results are
        shown at full-size equivalent.
    tuple of Rounding
        One entry per number that changed: lines first, then by strategy.

    Raises
    ------
    ValueError
        If the scale is not above 0 and at most 1.
    """
    if not 0 < scale <= 1:
        raise ValueError(f"the scale is {scale}; it lies above 0 % and up to 100 %")
    if scale == 1:
        return scenario, ()
    notes: list[Rounding] = []

    def whole(path: str, full: int) -> int:
        if full == 0:
            return 0
        exact = full * scale
        used = max(1, int(exact + Fraction(1, 2)))
        notes.append(Rounding(path, full, exact, used))
        return used

    def pace(path: str, full: Fraction) -> Fraction:
        exact = full * scale
        used = exact.limit_denominator(1_000_000)
        used = max(used, Fraction(1, 1_000_000))
        notes.append(Rounding(path, full, exact, used))
        return used

    world = scenario.world.model_copy(update={"lines": whole("world.lines", scenario.world.lines)})
    strategies: dict[str, Any] = {}
    for name, strategy in scenario.strategies.items():
        dialing = _scale_dialing(strategy.dialing, f"strategies.{name}.dialing", whole, pace)
        strategies[name] = strategy.model_copy(update={"dialing": dialing})
    scaled = scenario.model_copy(update={"world": world, "strategies": FrozenDict(strategies)})
    return scaled, tuple(notes)


def _scale_dialing(dialing: Dialing, path: str, whole: Any, pace: Any) -> Dialing:
    """Scale one dialing block, its outages and its changes."""

    def part(item: Any, at: str) -> Any:
        update: dict[str, Any] = {}
        if item.channels is not None:
            update["channels"] = whole(f"{at}.channels", item.channels)
        if item.calls_per_second is not None:
            update["calls_per_second"] = pace(f"{at}.calls_per_second", item.calls_per_second)
        return item.model_copy(update=update)

    scaled: Dialing = part(dialing, path)
    return scaled.model_copy(
        update={
            kind: tuple(
                part(item, f"{path}.{kind}[{i}]") for i, item in enumerate(getattr(dialing, kind))
            )
            for kind in ("outages", "changes")
        }
    )
