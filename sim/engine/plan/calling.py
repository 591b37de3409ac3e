"""When a strategy may call: the calendar of each territory, and groups of lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import calendar
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.enforce import Enforcement
from sim.engine.plan.plan import Calling, Group
from sim.scenario.call_times import in_force
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.world.population import Population
from sim.world.slots import ConsentSlot, consent_slots


@dataclass(frozen=True)
class Timetable:
    """What the calendars of one strategy are made from.

    No number of a scenario that may be a range decides what a clock shows, so one timetable serves
    all draws of a strategy.
    """

    scenario: Scenario
    strategy: Strategy
    enforced: Enforcement
    """The rules that it keeps."""
    almanac: Almanac
    start_utc_ms: int
    """The campaign's start, ms since 1970 UTC."""
    cutoff_ms: int
    """Its cutoff, ms since the start."""

    @property
    def _minutes(self) -> tuple[int, int]:
        """First UTC minute of the campaign since 1970, and number of minutes."""
        return self.start_utc_ms // calendar.MINUTE_MS, self.cutoff_ms // calendar.MINUTE_MS

    @cached_property
    def calling(self) -> tuple[Calling, ...]:
        """The calendars of all territories."""
        return tuple(self._of(name, narrow=False) for name in self.scenario.world.territories)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Groups of lines by when they may be dialled."""
        return self._groups(self.calling)

    @cached_property
    def narrow_groups(self) -> tuple[Group, ...]:
        """The same groups, cut to the windows that a reaction leaves."""
        names = self.scenario.world.territories
        return self._groups(tuple(self._of(name, narrow=True) for name in names))

    def _of(self, territory: str, *, narrow: bool) -> Calling:
        """The calendar of one territory."""
        place, dialing = self.scenario.world.territories[territory], self.strategy.dialing
        first, count = self._minutes
        local = self.almanac.local_minutes(place.timezone, first, count)
        cutoff = self.cutoff_ms
        own = self.strategy.campaign.territory_cutoffs.get(territory)
        if own is not None:
            cutoff = min(cutoff, calendar.utc_ms(own, place.timezone) - self.start_utc_ms)
        zone = ZoneInfo(place.timezone)
        days = [
            dt.datetime.fromtimestamp((first + minute) * 60, tz=zone).date()
            for minute in (0, count)
        ]
        holidays = (
            self.almanac.public_holidays(place.holidays, days[0], days[1])
            if dialing.on_holidays != "normal"
            else frozenset()
        )
        inside = np.zeros(count, dtype=np.bool_)
        for times in in_force(dialing, territory):
            # Each holds from its moment on; the next takes its place.
            since = self._minute_of(times.since)
            rest = local[since:]
            inside[since:] = calendar.open_minutes(
                rest, times.windows, holidays, dialing.on_holidays
            )
        left = self.strategy.reactions.narrow_call_times
        if narrow and left is not None:
            inside &= calendar.open_minutes(local, left, holidays, dialing.on_holidays)
        inside &= self.enforced.open_minutes(territory, local)
        inside &= np.arange(count) * calendar.MINUTE_MS < cutoff
        quarter = calendar.quarter_of_week(local)
        changes = np.flatnonzero(np.diff(quarter, prepend=quarter[:1] - 1))
        return Calling(
            open_ms=calendar.intervals(inside),
            cutoff_ms=cutoff,
            row_from_ms=changes.astype(np.int64) * calendar.MINUTE_MS,
            row=quarter[changes],
        )

    def _minute_of(self, moment: dt.datetime | None) -> int:
        """Minute of the campaign, from 0 to all of them, of a local moment; None is its start."""
        first, count = self._minutes
        if moment is None:
            return 0
        utc = calendar.utc_ms(moment, self.strategy.campaign.timezone) // calendar.MINUTE_MS
        return min(max(utc - first, 0), count)

    def _groups(self, calling: Sequence[Calling]) -> tuple[Group, ...]:
        """Groups of lines by the calendars of their territories.

        A group is a territory; where consented times are enforced, a territory and such a time.
        There a line without consent, which only a partial enforcement leaves on the list, has its
        own group.
        """
        slots = self._slots
        if not slots:
            return tuple(Group(t, place.open_ms) for t, place in enumerate(calling))
        first, count = self._minutes
        groups: list[Group] = []
        places = self.scenario.world.territories.values()
        for t, (place, times) in enumerate(zip(places, calling, strict=True)):
            local = self.almanac.local_minutes(place.timezone, first, count)
            inside = calendar.flags(times.open_ms, count)
            for slot in slots:
                named = calendar.open_minutes(local, [slot.window], frozenset(), "normal")
                groups.append(Group(t, calendar.intervals(inside & named)))
            groups.append(Group(t, times.open_ms))
        return tuple(groups)

    def group_of(self, population: Population) -> NDArray[np.uint16]:
        """The group of each line, (lines,) uint16."""
        territory = population.territory.astype(np.uint16)
        slots = self._slots
        if not slots:
            return territory
        within = np.where(population.consent != 0, population.slot, len(slots))
        return territory * np.uint16(len(slots) + 1) + within.astype(np.uint16)

    @property
    def _slots(self) -> tuple[ConsentSlot, ...]:
        """The times that consents name, where lines are dialled in these and in no other."""
        return consent_slots(self.scenario.world) if self.enforced.slots else ()
