"""Shares of days held against what a fit says of them: days that it has seen, and days held out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, ndtr

from sim.behaviour.hours import hour_odds
from sim.fitting.dials import HUMAN, I64, MACHINE, NO_ANSWER, Bools, Dials
from sim.fitting.fit import Fit
from sim.fitting.likelihood import F64, stretch
from sim.fitting.priors import PARTS, PARTS_OF_DAY, components_of, part_of_week
from sim.fitting.silent import Ends, chances, ends_of
from sim.scenario.world import World

_DRAWS = 24
_MOST_LINES = 4_000
LEAST = 50
"""Dials of which a share is worth holding against the fit."""
_Z95 = 1.6448536269514722
PERSON, VOICE, NOBODY = range(3)
_TOOK = (
    (PERSON, HUMAN, "a person"),
    (VOICE, MACHINE, "a machine"),
    (NOBODY, NO_ANSWER, "nobody"),
)


@dataclass(frozen=True)
class Check:
    """A share, and what a fit says of it."""

    line_type: str
    what: str
    seen: float
    low: float
    high: float
    """5 % and 95 % points of what the fit says."""
    dials: int
    held: bool
    """Whether it is of days that the fit has not seen."""

    @property
    def inside(self) -> bool:
        """Whether it lies there."""
        return self.low <= self.seen <= self.high


def last_quarter(day: I64) -> tuple[int, ...]:
    """The last days of calls, a quarter of all; none where there is but one."""
    days = np.unique(day)
    return (
        tuple(int(day) for day in days[len(days) - max(len(days) // 4, 1) :])
        if len(days) > 1
        else ()
    )


def until(dials: Dials, days: tuple[int, ...]) -> Dials:
    """Of each line its dials up to the first one on another day than some.

    Who is dialled again depends on what was seen before, so no dial is left out between two that
    stay.
    """
    other = ~np.isin(dials.day, days)
    return dials.of(~other & (dials.before(other.astype(np.float64)) == 0))


def hold(dials: Dials, days: tuple[int, ...], found: Fit, world: World, held: bool) -> list[Check]:
    """Shares of some days, line by line after what was seen of each before.

    Parameters
    ----------
    dials
        The whole log.
    days
        The days.
    found
        A fit.
    world
        The world of that fit.
    held
        Whether the fit has not seen them.
    """
    lines = np.unique(dials.line[np.isin(dials.day, days)])[:_MOST_LINES]
    some = dials.of(np.isin(dials.line, lines) & dials.rang)
    there = np.isin(some.day, days)
    if not there.any():
        return []
    n = len(found.people.points)
    pick = (np.arange(_DRAWS) * 2 + 1) * n // (2 * _DRAWS)
    other = pick[::-1] if found.rings else pick  # parts that are independent are turned
    draws = [
        _Draw(some, found, world, found.people.points[k], found.machines.points[m])
        for k, m in zip(pick, other, strict=True)
    ]
    whole = np.stack([draw.chances(found.timeout_ms)[:, there] for draw in draws])
    checks = [
        _check(found.line_type, what, whole[:, place][:, group], outcome[group] == code, held)
        for outcome in (some.outcome[there],)
        for what, group, place, code in _groups(some, there)
        if np.count_nonzero(group) >= LEAST
    ]
    return checks + (_rings(some, there, found, draws, held) if found.rings else [])


def _groups(dials: Dials, there: Bools) -> Iterator[tuple[str, Bools, int, int]]:
    """Dials by attempt and by part of the day, and what is counted of them."""
    level = np.minimum(dials.attempt[there], 3)
    for attempt, name in ((1, "first dials"), (2, "second dials"), (3, "later dials")):
        for place, code, what in _TOOK:
            yield f"{name}, answered by {what}", level == attempt, place, code
    hour = dials.quarter[there] // 4 % 24
    for begins, ends in pairwise(PARTS_OF_DAY):
        for place, code, what in _TOOK[:2]:
            among = (hour >= begins) & (hour < ends)
            yield f"from {begins} to {ends} h, answered by {what}", among, place, code


def _rings(dials: Dials, there: Bools, found: Fit, draws: list[_Draw], held: bool) -> list[Check]:
    """Pick-ups by a third and by two thirds of the time-out."""
    checks = []
    for part in (1, 2):
        seconds = round(found.timeout_ms * part / 3000)
        chance = np.stack([draw.chances(seconds * 1000)[:, there] for draw in draws])
        soon = dials.ring[there] <= seconds * 1000
        for place, code, what in _TOOK[:2]:
            seen = soon & (dials.outcome[there] == code)
            name = f"picked up by {what} within {seconds} s"
            checks.append(_check(found.line_type, name, chance[:, place], seen, held))
    return checks


def _check(line_type: str, what: str, chance: F64, seen: Bools, held: bool) -> Check:
    """A share held against the chances of its dials, (draws, n)."""
    n = len(seen)
    mean = chance.sum(axis=1)
    spread = np.sqrt((chance * (1 - chance)).sum(axis=1).mean() + mean.var())
    low, high = mean.mean() - _Z95 * spread - 0.5, mean.mean() + _Z95 * spread + 0.5
    low, high = (float(np.clip(x / n, 0.0, 1.0)) for x in (low, high))
    return Check(line_type, what, float(np.mean(seen)), low, high, n, held)


class _Draw:
    """What one draw of a fit says of dials."""

    def __init__(self, dials: Dials, found: Fit, world: World, human: F64, machine: F64) -> None:
        line_type = world.line_types[found.line_type]
        c = components_of(world, line_type)
        levels = len(human) - 4 - (PARTS if found.hours else 1)
        week = human[2 + levels : -2]
        table = np.log(hour_odds(line_type.answering.by_hour, world.hours))[dials.quarter]
        part = part_of_week()[dials.quarter]
        eta = human[0] * stretch(human[1]) + table + (week[part] if len(week) > 1 else 0.0)
        if levels:
            more = np.r_[human[2 : 2 + levels], 0.0]
            eta = eta + more[np.minimum(dials.attempt - 2, levels - 1)]
        chance = expit(eta[:, None] + c.offset + np.exp(human[1]) * c.z)
        self._human, self._machine = human, machine
        self._whole: NDArray[np.float64] | None = None
        if not found.rings:
            ends, share = self._ends(found.timeout_ms), float(expit(machine[0]))
            self._whole = chances(dials, chance, c.log_weight, share, ends)
            return
        log_x = np.log(dials.ring)
        hz = (log_x - human[-2]) / np.exp(human[-1])
        mz = (log_x - machine[1]) / np.exp(machine[2])
        yes = (dials.outcome == HUMAN)[:, None]
        term = np.where(yes, np.log(chance), np.log1p(-chance * ndtr(hz)[:, None]))
        took = dials.outcome == MACHINE
        before = dials.before(term) + c.log_weight
        before -= before.max(axis=1, keepdims=True)
        weight = np.exp(before)
        weight /= weight.sum(axis=1, keepdims=True)
        silent = dials.before(np.where(took, 0.0, log_ndtr(-mz)))
        seen = dials.before(took.astype(np.float64)) > 0
        self._has = np.where(seen, 1.0, expit(machine[0] + silent))
        self._would = (weight * chance).sum(axis=1)

    def _ends(self, by_ms: int) -> Ends:
        return ends_of(self._human[None, -2:], self._machine[None, -2:], by_ms)

    def chances(self, by_ms: int) -> F64:
        """(3, n) Chance of a person, a machine and nobody by some time of ringing."""
        if self._whole is not None:
            return self._whole
        ends = self._ends(by_ms)
        person = self._would * (ends.human - self._has * ends.machine_first)
        voice = self._has * (ends.machine - self._would * ends.human_first)
        return np.stack([person, voice, 1 - person - voice])
