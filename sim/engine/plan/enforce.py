"""Rules of a regime that a dialer keeps by itself: whom it may dial, when, and how often.

This is the caller's side of the law. The auditor (:mod:`sim.audit`) shares no code with it: it
holds the log against the same rules without knowing what was enforced.

Rules about the message, the caller's identity and the campaign are met by what the strategy says,
or not at all: :func:`sim.regimes.enforcement.problems` tells which. Rules on those who object are
kept by the dialer's suppression, whoever enforces them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import calendar
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.plan import Cap
from sim.record.never import NEVER
from sim.regimes.enforcement import enforced_rules
from sim.regimes.laws import Laws
from sim.regimes.model import (
    ConsentRule,
    ConsentSlotRule,
    FrequencyCapRule,
    HoursRule,
    OppositionRule,
    RegisterRule,
    Rule,
    SilenceRule,
)
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.world.population import Population

Bools = NDArray[np.bool_]
_EPOCH = dt.date(1970, 1, 1).toordinal()


class Enforcement:
    """The rules that one strategy enforces.

    Parameters
    ----------
    scenario, strategy
        A checked scenario, and the strategy.
    laws
        The law packs that it enforces rules of.
    almanac
        Tells public holidays.
    """

    def __init__(
        self,
        scenario: Scenario,
        strategy: Strategy,
        laws: Laws,
        almanac: Almanac | None = None,
    ) -> None:
        self._almanac = almanac or Almanac()
        self._world = scenario.world
        campaign = strategy.campaign
        self._start_utc_ms = calendar.utc_ms(campaign.start, campaign.timezone)
        self._lifetime = strategy.attempts.lifetime
        self.rules: tuple[Rule, ...] = enforced_rules(
            laws, strategy.enforce, campaign.start.date(), campaign.cutoff.date()
        )

    @property
    def slots(self) -> bool:
        """Whether lines are dialled in the times that their consents name, and in no other."""
        return any(isinstance(rule, ConsentSlotRule) for rule in self.rules)

    # ── Whom ─────────────────────────────────────────────────────────────────────────────────

    def listed(self, people: Population) -> Bools:
        """Which lines may be dialled at all, (lines,) bool.

        A consent counts if it holds when the campaign starts.
        """
        return self._allowed(people, _consent_holds(people, self._start_utc_ms))

    def until_ms(self, people: Population, start_utc_ms: int) -> NDArray[np.int64] | None:
        """From when on a line may not be dialled because its consent has been withdrawn.

        That is so for lines that are on the list thanks to their consent alone: a rule on consent
        demands it, or it lifts a rule on registers or opposition. Consented times need nothing
        here: they bind only while the consent holds.

        Parameters
        ----------
        people
            The population.
        start_utc_ms
            The campaign's start, ms since 1970 UTC.

        Returns
        -------
        (lines,) int64, or None
            ms since the campaign's start, ``NEVER`` for most; None where it is never for all.
        """
        withdrawn = people.consent_until_ms
        if withdrawn is None or not self.rules:
            return None
        only_by_consent = self.listed(people)
        only_by_consent &= ~self._allowed(people, np.zeros(people.lines, dtype=np.bool_))
        if only_by_consent.any():
            only_by_consent &= withdrawn != NEVER
        if not only_by_consent.any():
            return None
        return np.where(only_by_consent, withdrawn - start_utc_ms, NEVER)

    def _allowed(self, people: Population, consent: Bools) -> Bools:
        """Lines that may be dialled if just these have consented."""
        allowed = np.ones(people.lines, dtype=np.bool_)
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

    # ── How often ────────────────────────────────────────────────────────────────────────────

    def caps(self, people: Population, cutoff_utc_ms: int) -> tuple[Cap, ...]:
        """The rolling caps that the dialer keeps.

        A cap that consent lifts binds all lines but those whose consent holds for the whole
        campaign. Windows of a rule that does not roll lie one after the other: no more calls than
        it allows in any window keeps it too. Of days of the calendar the dialer knows nothing: it
        takes each for 24 h and adds what a clock may be put back meanwhile, which keeps such a rule
        and is stricter by less than a day. A cap that allows a line's whole lifetime of attempts
        binds nobody and is left out.

        Parameters
        ----------
        people
            The population.
        cutoff_utc_ms
            The campaign's cutoff, ms since 1970 UTC.
        """
        caps = []
        for rule in self.rules:
            if not isinstance(rule, FrequencyCapRule) or rule.calls >= self._lifetime:
                continue
            lines = self._applies(people, rule)
            if rule.lifted_by_consent:
                throughout = _consent_holds(people, self._start_utc_ms)
                lines &= ~(throughout & _consent_holds(people, cutoff_utc_ms - 1))
            window = rule.window
            if rule.day == "calendar":
                window += self._put_back_ms(cutoff_utc_ms)
            caps.append(Cap(rule.calls, window, lines))
        return tuple(caps)

    def _put_back_ms(self, cutoff_utc_ms: int) -> int:
        """Longest time by which a clock of the world is put back during the campaign, ms."""
        zones = {place.timezone for place in self._world.territories.values()}
        return max(calendar.put_back_ms(zone, self._start_utc_ms, cutoff_utc_ms) for zone in zones)

    # ── When ─────────────────────────────────────────────────────────────────────────────────

    def open_minutes(self, territory: str, local: NDArray[np.int64]) -> Bools:
        """Minutes in which the rules let a territory's lines be dialled.

        Parameters
        ----------
        territory
            Its name.
        local : (n,) int64
            Local minutes since 1970, from :func:`sim.engine.plan.calendar.local_minutes`.
        """
        place = self._world.territories[territory]
        inside = np.ones(len(local), dtype=np.bool_)
        for rule in self.rules:
            if isinstance(rule, HoursRule):
                days = (int(local[0]) // 1440, int(local[-1]) // 1440)
                holidays = self._almanac.public_holidays(
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


def _consent_holds(people: Population, at_utc_ms: int) -> Bools:
    """Lines whose consent holds at a moment, (lines,) bool."""
    holds: Bools = people.consent != 0
    since, until = people.consent_from_ms, people.consent_until_ms
    if since is not None or until is not None:
        gave = np.flatnonzero(holds)  # few: moments are looked up for these alone
        if since is not None:
            gave = gave[since[gave] <= at_utc_ms]
        if until is not None:
            gave = gave[at_utc_ms < until[gave]]
        holds[:] = False
        holds[gave] = True
    return holds
