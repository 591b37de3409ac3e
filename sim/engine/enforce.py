"""Rules of a regime that a dialer keeps by itself: who is on the list, and when it may be dialled.

This is the caller's side of the law. The auditor (:mod:`sim.audit`) shares no code with it: it
holds the log against the same rules without knowing what was enforced.

Rules about the message, the caller's identity and the campaign are met by what the strategy says,
or not at all: :func:`sim.regimes.enforcement.problems` tells which.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from sim.engine import calendar
from sim.regimes.enforcement import enforced_rules
from sim.regimes.model import (
    ConsentRule,
    ConsentSlotRule,
    HoursRule,
    OppositionRule,
    RegisterRule,
    Rule,
    SilenceRule,
)
from sim.scenario.model import Scenario, Strategy
from sim.world.population import Population

Bools = NDArray[np.bool_]
_EPOCH = dt.date(1970, 1, 1).toordinal()


class Enforcement:
    """The rules that one strategy enforces.

    Parameters
    ----------
    scenario, strategy
        A checked scenario, and the strategy.
    """

    def __init__(self, scenario: Scenario, strategy: Strategy) -> None:
        self._world = scenario.world
        campaign = strategy.campaign
        self.rules: tuple[Rule, ...] = enforced_rules(
            strategy.enforce, campaign.start.date(), campaign.cutoff.date()
        )

    @property
    def slots(self) -> bool:
        """Whether lines are dialled in the times that their consents name, and in no other."""
        return any(isinstance(rule, ConsentSlotRule) for rule in self.rules)

    def listed(self, people: Population) -> Bools:
        """Which lines may be dialled at all, (lines,) bool."""
        allowed = np.ones(people.lines, dtype=np.bool_)
        consent = people.consent != 0
        for rule in self.rules:
            if isinstance(rule, ConsentRule) and rule.press_1_counts:
                continue  # the gate sees to it: nobody hears the message without pressing
            if isinstance(rule, ConsentRule):
                forbidden = ~consent
            elif isinstance(rule, RegisterRule):
                forbidden = self._in_register(people, rule.name)
            elif isinstance(rule, OppositionRule):
                forbidden = people.opposed != 0
            else:
                continue
            if rule.lifted_by_consent:
                forbidden = forbidden & ~consent
            allowed &= ~(forbidden & self._applies(people, rule))
        return allowed

    def open_minutes(self, territory: str, local: NDArray[np.int64]) -> Bools:
        """Minutes in which the rules let a territory's lines be dialled.

        Parameters
        ----------
        territory
            Its name.
        local : (n,) int64
            Local minutes since 1970, from :func:`sim.engine.calendar.local_minutes`.
        """
        place = self._world.territories[territory]
        inside = np.ones(len(local), dtype=np.bool_)
        for rule in self.rules:
            if isinstance(rule, HoursRule):
                days = (int(local[0]) // 1440, int(local[-1]) // 1440)
                holidays = calendar.public_holidays(
                    rule.holidays_code,
                    dt.date.fromordinal(_EPOCH + days[0]),
                    dt.date.fromordinal(_EPOCH + days[1]),
                )
                inside &= calendar.open_minutes(local, rule.windows, holidays, rule.holidays)
            elif isinstance(rule, SilenceRule):
                for poll in rule.polls:
                    day = poll.date_in(territory, place.timezone).toordinal() - _EPOCH
                    starts = (day - rule.days_before) * 1440 + rule.starts
                    inside &= (local < starts) | (local >= day * 1440 + rule.ends)
        return inside

    def _in_register(self, people: Population, name: str) -> Bools:
        names = list(self._world.registers)
        if name not in names:
            return np.zeros(people.lines, dtype=np.bool_)
        found: Bools = (people.registers >> np.uint8(names.index(name))) & 1 != 0
        return found

    def _applies(self, people: Population, rule: Rule) -> Bools:
        """Lines whose type the rule binds."""
        types = rule.applies.line_types
        if types is None:
            return np.ones(people.lines, dtype=np.bool_)
        known = list(self._world.line_types)
        return np.isin(people.line_type, [known.index(name) for name in types if name in known])
