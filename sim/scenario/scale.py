"""A smaller copy of a scenario: lines, channels and calls per second shrink together.

A few channels block more than many at the same load each. So whoever knows how long calls hold
hands in a law for the pace that makes up for it (:mod:`sim.jobs.scaling` does); without it the pace
shrinks like the lines, and a small scale is a pessimist about a tight cutoff. Inbound lines and
caller numbers shrink likewise: of them, too, few block more than many, and nothing makes up for
that. Counts are whole, so numbers are rounded, and the rounding is said.

Complaints do not shrink. They are few: a hundredth of the calls would bring a hundredth of them, or
none. So each call is the likelier to bring one as there are fewer calls, and a scaled run shows
full-size counts, which reach the regulator's thresholds when the campaign would. A caller number,
which has as many calls as at full size, then gets more complaints, and each burdens it less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sim.document.quantity import FactorRange, Freeze, FrozenDict
from sim.errors import OptionError
from sim.scenario.dialing import Dialing, Outage
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


PaceLaw = Callable[[str, int, Fraction, int], Fraction]
"""From a strategy's name, its full channels and calls per second, and its channels here, the pace:
calls per second here."""


def scale_scenario(
    scenario: Scenario, scale: Fraction, pace_law: PaceLaw | None = None
) -> tuple[Scenario, tuple[Rounding, ...]]:
    """Shrink a scenario.

    Parameters
    ----------
    scenario
        At full size.
    scale
        Above 0, at most 1.
    pace_law
        Of the pace that places the same share of calls; default the pace times the scale.

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
    shrunk = _Shrunk(scale, pace_law)
    lines = shrunk.whole("world.lines", scenario.world.lines)
    world = _scale_world(scenario.world, lines)
    strategies: dict[str, Any] = {}
    for name, strategy in scenario.strategies.items():
        strategies[name] = _scale_strategy(strategy, name, world, shrunk)
    scaled = scenario.model_copy(update={"world": world, "strategies": FrozenDict(strategies)})
    return scaled, tuple(shrunk.notes)


class _Shrunk:
    """Shrinks numbers, and notes what became of each."""

    def __init__(self, scale: Fraction, pace_law: PaceLaw | None) -> None:
        self.scale, self.law = scale, pace_law
        self.notes: list[Rounding] = []

    def whole(self, path: str, full: int) -> int:
        """A count; at least 1 where there was any."""
        if full == 0:
            return 0
        exact = full * self.scale
        used = max(1, int(exact + Fraction(1, 2)))
        self.notes.append(Rounding(path, full, exact, used))
        return used

    def pace(self, path: str, full: Fraction, used: Fraction | None = None) -> Fraction:
        """Calls per second; those to use, where they are not the scale's share."""
        exact = full * self.scale
        used = (exact if used is None else used).limit_denominator(1_000_000)
        used = max(used, Fraction(1, 1_000_000))
        self.notes.append(Rounding(path, full, exact, used))
        return used


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


def _scale_strategy(strategy: Strategy, name: str, world: World, shrunk: _Shrunk) -> Strategy:
    """Scale what a strategy has of everything that calls hold or come from."""
    path = f"strategies.{name}"
    update: dict[str, Any] = {"dialing": _scale_dialing(strategy.dialing, name, shrunk)}
    inbound, numbers = strategy.inbound, strategy.caller_numbers
    if inbound.lines:
        lines = shrunk.whole(f"{path}.inbound.lines", inbound.lines)
        update["inbound"] = inbound.model_copy(update={"lines": lines})
    if world.reputation is not None:  # else how many there are means nothing
        used = shrunk.whole(f"{path}.caller_numbers.numbers", numbers.numbers)
        update["caller_numbers"] = numbers.model_copy(update={"numbers": used})
    return strategy.model_copy(update=update)


def _scale_dialing(dialing: Dialing, name: str, shrunk: _Shrunk) -> Dialing:
    """Scale one dialing block, its outages and its changes."""
    path = f"strategies.{name}.dialing"

    def pace(at: str, channels: int, full: Fraction, fewer: int) -> Fraction:
        lawful = shrunk.law and channels and shrunk.law(name, channels, full, fewer)
        return shrunk.pace(f"{at}.calls_per_second", full, lawful or None)

    channels, full = dialing.channels, Fraction(dialing.calls_per_second)
    fewer = shrunk.whole(f"{path}.channels", channels)
    update: dict[str, Any] = {
        "channels": fewer,
        "calls_per_second": pace(path, channels, full, fewer),
    }

    def lasting(of: str, each: Sequence[Outage]) -> tuple[Outage, ...]:
        outages = []
        for i, outage in enumerate(each):
            at = f"{of}.outages[{i}]"
            left = shrunk.whole(f"{at}.channels", outage.channels)
            part: dict[str, Any] = {"channels": left}
            if outage.calls_per_second is not None:
                lower = Fraction(outage.calls_per_second)
                part["calls_per_second"] = pace(at, outage.channels, lower, left)
            outages.append(outage.model_copy(update=part))
        return tuple(outages)

    update["outages"] = lasting(path, dialing.outages)
    if dialing.carriers:
        carriers = {}
        for carrier, of in dialing.carriers.items():
            at, lines = f"{path}.carriers.{carrier}", of.channels
            left = shrunk.whole(f"{at}.channels", lines)
            part = {"channels": left, "outages": lasting(at, of.outages)}
            part["calls_per_second"] = pace(at, lines, Fraction(of.calls_per_second), left)
            carriers[carrier] = of.model_copy(update=part)
        update["carriers"] = Freeze(carriers)
    changes = {}
    for i, change in sorted(enumerate(dialing.changes), key=lambda item: item[1].at):
        at, part = f"{path}.changes[{i}]", {}
        if change.channels is not None:
            channels, fewer = change.channels, shrunk.whole(f"{at}.channels", change.channels)
            part["channels"] = fewer
        if change.calls_per_second is not None:
            full = Fraction(change.calls_per_second)
        if change.calls_per_second is not None or shrunk.law:  # other channels, another pace
            part["calls_per_second"] = pace(at, channels, full, fewer)
        changes[i] = change.model_copy(update=part)
    ordered = tuple(changes[i] for i in sorted(changes))
    return dialing.model_copy(update={**update, "changes": ordered})
