"""The scenarios that are measured, as plans for the engines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from benchmarks.files import FRANCE, REDUCED
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.loading.packs import packs_of
from sim.scenario.load import load_scenario
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario


def france(lines: int, sets: Sequence[str] = (), *, scaled: bool = False) -> Scenario:
    """The six-million scenario with a number of lines.

    Parameters
    ----------
    lines
        Lines.
    sets
        Settings, as of the console command.
    scaled
        Whether channels and pace shrink as the lines do. Otherwise the list is shorter and all else
        stays, and so does the time a call takes.
    """
    if not scaled:
        return load_scenario(FRANCE, [f"world.lines={lines}", *sets]).scenario
    full = load_scenario(FRANCE, sets).scenario
    return scale_scenario(full, Fraction(lines, full.world.lines))[0]


def france_plan(
    lines: int, strategy: str, sets: Sequence[str] = (), *, scaled: bool = False
) -> Plan:
    """One strategy of it."""
    scenario = france(lines, sets, scaled=scaled)
    return build_plan(scenario, strategy, laws=packs_of(scenario))


def reduced_plan(lines: int) -> Plan:
    """The reduced model with a number of lines, and so of calls. Channels stay as they are."""
    scenario = load_scenario(REDUCED, [f"world.lines={lines}"]).scenario
    return build_plan(scenario, "plain")
