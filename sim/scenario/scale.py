"""A smaller copy of a scenario: lines, channels and calls per second shrink together.

Offered load per channel stays what it was, so ratios hold up to sampling noise; but a few channels
block more than many at the same load each, so a small scale is a pessimist about a tight cutoff.
Inbound lines and caller numbers shrink likewise. Counts are whole, so numbers are rounded, and the
rounding is said.

Complaints do not shrink. They are few: a hundredth of the calls would bring a hundredth of them, or
none. So each call is the likelier to bring one as there are fewer calls, and a scaled run shows
full-size counts, which reach the regulator's thresholds when the campaign would. A caller number,
which has as many calls as at full size, then gets more complaints, and each burdens it less.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sim.document.quantity import FactorRange, FrozenDict
from sim.errors import OptionError
from sim.scenario.dialing import Dialing
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.scenario.world import World


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
        With fewer lines, channels, calls per second, inbound lines and caller numbers, and likelier
        complaints. The electorate stays, since results are shown at full-size equivalent, and so do
        the regulator's thresholds.
    tuple of Rounding
        One entry per count and pace that changed: lines first, then by strategy.

    Raises
    ------
    sim.errors.OptionError
        If the scale is not above 0 and at most 1.
    """
    if not 0 < scale <= 1:
        raise OptionError(f"the scale is {scale}; it lies above 0 % and up to 100 %")
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

    lines = whole("world.lines", scenario.world.lines)
    world = _scale_world(scenario.world, lines)
    strategies: dict[str, Any] = {}
    for name, strategy in scenario.strategies.items():
        strategies[name] = _scale_strategy(strategy, f"strategies.{name}", world, whole, pace)
    scaled = scenario.model_copy(update={"world": world, "strategies": FrozenDict(strategies)})
    return scaled, tuple(notes)


def _scale_world(world: World, lines: int) -> World:
    """The world with so many lines, and as many complaints as it would have at full size."""
    # Of the lines that there are, not of those asked for: then counts are full-size exactly.
    factor = world.lines / lines
    update: dict[str, Any] = {"lines": lines}
    if world.complaints is not None:
        # Where that takes a call's chance beyond 1, the engine cuts it: such a run has too few
        # lines to hold the complaints of the full one, and shows fewer.
        per_million = _times(world.complaints.per_million, factor)
        update["complaints"] = world.complaints.model_copy(update={"per_million": per_million})
    if world.reputation is not None:
        report = _times(world.reputation.report, 1 / factor)
        update["reputation"] = world.reputation.model_copy(update={"report": report})
    return world.model_copy(update=update)


def _times(quantity: FactorRange, factor: float) -> FactorRange:
    """A number, and its range, times a factor."""
    ends = {"low": quantity.low, "central": quantity.central, "high": quantity.high}
    return quantity.model_copy(
        update={name: value * factor for name, value in ends.items() if value is not None}
    )


def _scale_strategy(strategy: Strategy, path: str, world: World, whole: Any, pace: Any) -> Strategy:
    """Scale what a strategy has of everything that calls hold or come from."""
    update: dict[str, Any] = {
        "dialing": _scale_dialing(strategy.dialing, f"{path}.dialing", whole, pace)
    }
    inbound, numbers = strategy.inbound, strategy.caller_numbers
    if inbound.lines:
        lines = whole(f"{path}.inbound.lines", inbound.lines)
        update["inbound"] = inbound.model_copy(update={"lines": lines})
    if world.reputation is not None:  # else how many there are means nothing
        used = whole(f"{path}.caller_numbers.numbers", numbers.numbers)
        update["caller_numbers"] = numbers.model_copy(update={"numbers": used})
    return strategy.model_copy(update=update)


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
