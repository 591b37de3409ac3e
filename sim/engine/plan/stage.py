"""A replication's world made once, and what the plans of its strategies share."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import Latent, thresholds
from sim.engine.plan import calendar
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.calling import Timetable
from sim.engine.plan.enforce import Enforcement
from sim.engine.plan.order import dialling_order
from sim.regimes.laws import NO_LAWS, Laws
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.streams import Replication
from sim.world.classes import class_of
from sim.world.synthesis import latents, synthesise


class Stage:
    """One replication of a scenario's world, with all that does not change between strategies.

    Whoever runs the strategies makes it, asks :func:`sim.engine.plan.build.plan_of` for each plan,
    and drops it with the last. Its arrays are shared by the plans and read-only.

    Parameters
    ----------
    scenario
        A checked scenario, already scaled (:mod:`sim.scenario.scale`).
    laws
        The law packs that it names.
    replication
        Which replication; by default the scenario's own seed, at its central values.
    almanac
        That of an earlier stage, so that no clock is read twice.
    hidden
        The latent shares of an earlier stage whose line types answer alike.
    timetables
        The calendars of an earlier stage of the same campaigns.

    Raises
    ------
    sim.behaviour.answering.UnreachableSharesError
        Where the answering shares cannot come from the ring laws.
    """

    def __init__(
        self,
        scenario: Scenario,
        laws: Laws = NO_LAWS,
        replication: Replication | None = None,
        *,
        almanac: Almanac | None = None,
        hidden: tuple[Latent, ...] | None = None,
        timetables: dict[str, Timetable] | None = None,
    ) -> None:
        self.scenario = scenario
        """The scenario, as simulated."""
        self.laws = laws
        """The law packs that it names."""
        self.replication = replication or Replication(scenario.seed)
        """Which replication this is."""
        self.almanac = almanac or Almanac()
        """What local clocks show, and public holidays."""
        self.hidden: tuple[Latent, ...] = hidden or latents(scenario)
        """By line type: what stands behind the answering shares."""
        self.population = synthesise(scenario, self.replication.key, self.hidden)
        """Who the lines are."""
        self.class_of: NDArray[np.uint16] = class_of(scenario.world, self.population)
        """(lines,) By line id: its class in the threshold rows."""
        self.class_of.flags.writeable = False
        self._orders: dict[tuple[object, ...], NDArray[np.int32]] = {}
        self._timetables: dict[str, Timetable] = {} if timetables is None else timetables

    @cached_property
    def rows(self) -> NDArray[np.uint32]:
        """Threshold rows of calls: :func:`sim.behaviour.answering.thresholds`."""
        return thresholds(self.scenario.world, self.hidden)

    def timetable(self, name: str) -> Timetable:
        """When a strategy of the scenario calls; the same for all draws."""
        if name not in self._timetables:
            self._timetables[name] = timetable_of(self, self.scenario.strategies[name])
        return self._timetables[name]

    @staticmethod
    def list_of(strategy: Strategy) -> tuple[object, ...]:
        """What of a strategy decides its list and the order in which it is dialled."""
        chosen = strategy.list
        return (
            chosen.territories,
            chosen.line_types,
            chosen.segments,
            chosen.without_registers,
            strategy.dialing.lead_order,
        )

    def order(self, strategy: Strategy) -> NDArray[np.int32]:
        """The list of a strategy in dialling order, line ids, (n,) int32; before enforcement.

        Strategies that choose the same lines in the same order share one array.
        """
        asked = self.list_of(strategy)
        if asked not in self._orders:
            key = self.replication.key
            found = dialling_order(self.scenario, strategy, self.population, key)
            found.flags.writeable = False
            self._orders[asked] = found
        return self._orders[asked]

    def again(self, replication: Replication, scenario: Scenario | None = None) -> Stage:
        """Another replication, which takes over what does not depend on it.

        Parameters
        ----------
        replication
            Which.
        scenario
            The scenario with the parameters of its draw; default the same as here.
        """
        drawn = scenario or self.scenario
        same = drawn.world.line_types == self.scenario.world.line_types
        same = same and drawn.world.lines_in_use == self.scenario.world.lines_in_use
        if any(t.answering.machine_correlation for t in drawn.world.line_types.values()):
            same = same and drawn.world == self.scenario.world
        return Stage(
            drawn,
            self.laws,
            replication,
            almanac=self.almanac,
            hidden=self.hidden if same else None,
            timetables=self._timetables,
        )


def timetable_of(stage: Stage, strategy: Strategy) -> Timetable:
    """When a strategy calls."""
    campaign = strategy.campaign
    start_utc = calendar.utc_ms(campaign.start, campaign.timezone)
    cutoff = calendar.utc_ms(campaign.cutoff, campaign.timezone) - start_utc
    enforced = Enforcement(stage.scenario, strategy, stage.laws, stage.almanac)
    return Timetable(stage.scenario, strategy, enforced, stage.almanac, start_utc, cutoff)
