"""A scenario at a scale, with the pace that places the same share of calls.

Few channels block more than many at the same load each. By how much depends on how long calls
hold, and that on everything in a scenario; so a small pilot is run of each strategy, with pace and
channels simply shrunk, and its holding times go into the formula of
:mod:`sim.engine.plan.throughput`.

Two things stay biased: how many callers back get through, since few inbound lines block more than
many, and what a strategy does when single caller numbers are labelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.engine import fast
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.build import plan_of
from sim.engine.plan.plan import Plan
from sim.engine.plan.stage import Stage
from sim.engine.plan.throughput import Holding, equal_pace, holding_of
from sim.errors import OptionError
from sim.jobs.pool import Tell, each
from sim.record.log import LogChunk
from sim.regimes.laws import Laws
from sim.scenario.scale import Rounding, scale_scenario
from sim.scenario.scenario import Scenario

PILOT_LINES = 50_000
"""Lines of a pilot at most: its calls' mean holding time is then known to about 0.2 %."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scenario at a scale."""

    scenario: Scenario
    effective: Fraction
    """Its lines ÷ lines at full size."""
    rounding: tuple[Rounding, ...]
    """What scaling made of counts and paces; empty at full size."""


def scaled_down(
    full: Scenario,
    asked: Fraction,
    laws: Laws,
    strategies: Sequence[str],
    almanac: Almanac | None = None,
    workers: int = 1,
) -> Scaled:
    """A scenario at a scale.

    Parameters
    ----------
    full
        At full size.
    asked
        Share of lines, channels and calls per second, above 0 and at most 1.
    laws
        The law packs that it names.
    strategies
        Names of those that will run: of the others the pace is simply shrunk.
    almanac
        What local clocks show, where that was read before.
    workers
        Processes that run pilots at the same time.

    Raises
    ------
    sim.errors.OptionError
        For a scale out of range, or one that leaves no line.
    """
    if 0 < asked * full.world.lines < 1:
        raise OptionError(f"the scale {float(asked):.2g} leaves none of {full.world.lines:,} lines")
    if asked == 1:
        return Scaled(full, Fraction(1), ())
    plain, _ = scale_scenario(full, asked)
    if plain.world.lines > PILOT_LINES:
        plain, _ = scale_scenario(full, Fraction(PILOT_LINES, full.world.lines))
    holding = pilots(plain, laws, strategies, almanac, workers)

    def pace(name: str, channels: int, calls_per_second: Fraction, fewer: int) -> Fraction:
        if (law := holding.get(name)) is None:
            return calls_per_second * asked
        return equal_pace(channels, calls_per_second, asked, fewer, law)

    scenario, rounding = scale_scenario(full, asked, pace)
    return Scaled(scenario, Fraction(scenario.world.lines, full.world.lines), rounding)


def pilots(
    scenario: Scenario,
    laws: Laws,
    strategies: Sequence[str],
    almanac: Almanac | None = None,
    workers: int = 1,
) -> dict[str, Holding | None]:
    """How long the calls of each strategy hold, in a run; None where it places none."""
    pilot = _Pilot(Stage(scenario, laws, almanac=almanac))
    found = each(pilot, tuple(strategies), workers)
    return dict(zip(strategies, found, strict=True))


@dataclass(frozen=True)
class _Pilot:
    """Runs a strategy of a stage; the work of a pool."""

    stage: Stage

    def __call__(self, strategy: str, _tell: Tell) -> Holding | None:
        return _held(plan_of(self.stage, strategy))


def _held(plan: Plan) -> Holding | None:
    """How long the calls of one plan hold."""
    holds: list[NDArray[np.int32]] = []

    def keep(chunk: LogChunk) -> None:
        holds.append(chunk.hold_ms.copy())  # the arrays are used again

    fast.run(plan, keep)
    return holding_of(np.concatenate(holds)) if any(map(len, holds)) else None
