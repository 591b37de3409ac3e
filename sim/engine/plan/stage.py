"""A replication's world made once, and what the plans of its strategies share."""

from __future__ import annotations

from dataclasses import dataclass, field
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
from sim.scenario.world import World
from sim.streams import Replication
from sim.world.classes import class_of
from sim.world.population import Population
from sim.world.synthesis import latents, synthesise

_ASIDE = frozenset(
    (
        *("electorate", "signalling", "listening", "press_1", "press_1_delay", "voicemail"),
        *("opting_out", "complaints", "regulator", "call_back", "reputation", "votes"),
    )
)
"""What of a world makes no line another one, nor the order in which lines are dialled; of
``voicemail`` all but ``shared``. Whatever else it holds is taken to."""


@dataclass(frozen=True, slots=True)
class People:
    """Who the lines of a replication are, and what hangs on that alone."""

    population: Population
    """Who they are."""
    class_of: NDArray[np.uint16]
    """(lines,) By line id: its class in the threshold rows."""
    orders: dict[tuple[object, ...], NDArray[np.int32]] = field(default_factory=dict)
    """Lists in dialling order, by what decides them: :meth:`Stage.list_of`."""

    @classmethod
    def of(cls, scenario: Scenario, replication: Replication, hidden: tuple[Latent, ...]) -> People:
        """Those of a scenario's world."""
        population = synthesise(scenario, replication.key, hidden)
        classes = class_of(scenario.world, population)
        classes.flags.writeable = False
        return cls(population, classes)


def same_people(one: World, other: World) -> bool:
    """Whether two worlds whose line types have the same latent shares have the same people."""
    parts = [name for name in World.model_fields if name not in _ASIDE]
    return one.voicemail.shared == other.voicemail.shared and all(
        getattr(one, name) == getattr(other, name) for name in parts
    )


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
    people
        Those of an earlier stage of the same replication, in whose world they are the same.

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
        people: People | None = None,
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
        self.people = people or People.of(scenario, self.replication, self.hidden)
        """Who the lines are, and what hangs on that alone."""
        self._timetables: dict[str, Timetable] = {} if timetables is None else timetables

    @property
    def population(self) -> Population:
        """Who the lines are."""
        return self.people.population

    @property
    def class_of(self) -> NDArray[np.uint16]:
        """(lines,) By line id: its class in the threshold rows."""
        return self.people.class_of

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
        if asked not in self.people.orders:
            key = self.replication.key
            found = dialling_order(self.scenario, strategy, self.population, key)
            found.flags.writeable = False
            self.people.orders[asked] = found
        return self.people.orders[asked]

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
        alike = same and replication == self.replication
        alike = alike and same_people(drawn.world, self.scenario.world)
        other = Stage(
            drawn,
            self.laws,
            replication,
            almanac=self.almanac,
            hidden=self.hidden if same else None,
            timetables=self._timetables,
            people=self.people if alike else None,
        )
        if alike and drawn.world.reputation == self.scenario.world.reputation:
            other.rows = self.rows
        return other


def timetable_of(stage: Stage, strategy: Strategy) -> Timetable:
    """When a strategy calls."""
    campaign = strategy.campaign
    start_utc = calendar.utc_ms(campaign.start, campaign.timezone)
    cutoff = calendar.utc_ms(campaign.cutoff, campaign.timezone) - start_utc
    enforced = Enforcement(stage.scenario, strategy, stage.laws, stage.almanac)
    return Timetable(stage.scenario, strategy, enforced, stage.almanac, start_utc, cutoff)
