"""Days that a fit has not seen: how many of their shares lie where it says they should."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr, ndtr

from sim.behaviour.hours import hour_odds
from sim.fitting.dials import BUSY, HUMAN, MACHINE, NO_ANSWER, Dials
from sim.fitting.fit import Fit, components_of
from sim.fitting.likelihood import F64
from sim.fitting.priors import PARTS, part_of_week
from sim.scenario.world import World

_DRAWS = 24
_MOST_LINES = 4_000
_LEAST = 50
"""Dials of which a share is worth holding against the fit."""
_Z95 = 1.6448536269514722
_PIECES = 200


@dataclass(frozen=True)
class Check:
    """A share of the days held out."""

    what: str
    seen: float
    low: float
    high: float
    """5 % and 95 % points of what the fit says."""
    dials: int

    @property
    def inside(self) -> bool:
        """Whether it lies there."""
        return self.low <= self.seen <= self.high


def days_apart(dials: Dials) -> tuple[int, ...]:
    """The last days of a log, a quarter of all; none where it has but one."""
    days = np.unique(dials.day)
    return (
        tuple(int(day) for day in days[len(days) - max(len(days) // 4, 1) :])
        if len(days) > 1
        else ()
    )


def hold(dials: Dials, days: tuple[int, ...], found: Fit, world: World) -> list[Check]:
    """Shares of days that a fit has not seen, line by line after what was seen of each before.

    Parameters
    ----------
    dials
        The whole log.
    days
        The days.
    found
        A fit to all the others.
    world
        The world of that fit.
    """
    later = np.isin(dials.day, days)
    lines = np.unique(dials.line[later])[:_MOST_LINES]
    some = dials.of(np.isin(dials.line, lines) & dials.rang)
    held = np.isin(some.day, days)
    if not held.any():
        return []
    n = len(found.people.points)
    pick = (np.arange(_DRAWS) * 2 + 1) * n // (2 * _DRAWS)
    chances = np.stack(
        [
            _chances(some, found, world, human, machine)[:, held]
            for human, machine in zip(
                found.people.points[pick],
                found.machines.points[pick[::-1]],
                strict=True,
            )
        ]
    )
    level = np.minimum(some.attempt[held], 3)
    outcome = some.outcome[held]
    checks = []
    for attempt in (1, 2, 3):
        there = level == attempt
        dials_here = int(np.count_nonzero(there))
        if dials_here < _LEAST:
            continue
        name = {1: "first dials", 2: "second dials", 3: "later dials"}[attempt]
        for place, code, what in (
            (0, HUMAN, "a person"),
            (1, MACHINE, "a machine"),
            (2, NO_ANSWER, "nobody"),
        ):
            p = chances[:, place, :][:, there]
            mean = p.sum(axis=1)
            spread = np.sqrt((p * (1 - p)).sum(axis=1).mean() + mean.var())
            low, high = mean.mean() - _Z95 * spread - 0.5, mean.mean() + _Z95 * spread + 0.5
            checks.append(
                Check(
                    f"{name}, answered by {what}",
                    float(np.mean(outcome[there] == code)),
                    low / dials_here,
                    high / dials_here,
                    dials_here,
                )
            )
    return checks


def _chances(dials: Dials, found: Fit, world: World, human: F64, machine: F64) -> F64:
    """(3, n) Chance of a person, a machine and nobody, given what was seen of the line before."""
    line_type = world.line_types[found.line_type]
    c = components_of(world, line_type)
    levels = len(human) - 4 - _parts(found)
    week = human[2 + levels : -2]
    table = np.log(hour_odds(line_type.answering.by_hour, world.hours))[dials.quarter]
    part = part_of_week()[dials.quarter]
    eta = human[0] + table + (week[part] if len(week) > 1 else 0.0)
    if levels:
        more = np.r_[human[2 : 2 + levels], 0.0]
        eta = eta + more[np.minimum(dials.attempt - 2, levels - 1)]
    chance = expit(eta[:, None] + c.offset + np.exp(human[1]) * c.z)
    log_x = np.log(dials.ring)
    hz = (log_x - human[-2]) / np.exp(human[-1])
    mz = (log_x - machine[1]) / np.exp(machine[2])
    yes = (dials.outcome == HUMAN)[:, None]
    term = np.where(yes, np.log(chance), np.log1p(-chance * ndtr(hz)[:, None]))
    took = dials.outcome == MACHINE
    before = _before(dials, term) + c.log_weight
    before -= before.max(axis=1, keepdims=True)
    weight = np.exp(before)
    weight /= weight.sum(axis=1, keepdims=True)
    silent = _before(dials, np.where(took, 0.0, log_ndtr(-mz))[:, None])[:, 0]
    seen = _before(dials, took[:, None].astype(np.float64))[:, 0] > 0
    has = np.where(seen, 1.0, expit(machine[0] + silent))
    would = (weight * chance).sum(axis=1)
    end_h, end_m, machine_first = _first(found.timeout_ms, human, machine)
    person = would * (end_h - has * machine_first)
    voice = has * (end_m - would * (end_h * end_m - machine_first))
    return np.stack([person, voice, 1 - person - voice])


def _parts(found: Fit) -> int:
    return PARTS if found.hours else 1


def _before(dials: Dials, term: F64) -> F64:
    """(n, …) Sums over the earlier dials of each line."""
    whole = np.cumsum(term, axis=0)
    first = np.flatnonzero(np.r_[True, dials.line[1:] != dials.line[:-1]])
    start = np.zeros_like(term)
    start[1:] = whole[:-1]
    base = np.repeat(start[first], np.diff(np.r_[first, len(term)]), axis=0)
    out: F64 = start - base
    return out


def _first(timeout_ms: int, human: F64, machine: F64) -> tuple[float, float, float]:
    """Chances that a person, and that a machine, picks up in time; and that both do, it first."""
    edges = np.log(np.arange(1, _PIECES + 1) / _PIECES * timeout_ms)
    middle = np.log((np.arange(_PIECES) + 0.5) / _PIECES * timeout_ms)
    by_h = ndtr((edges - human[-2]) / np.exp(human[-1]))
    by_m = ndtr((middle - machine[1]) / np.exp(machine[2]))
    end_m = float(ndtr((edges[-1] - machine[1]) / np.exp(machine[2])))
    return float(by_h[-1]), end_m, float((np.diff(by_h, prepend=0.0) * by_m).sum())


def busy_seen(dials: Dials) -> float:
    """Share of dials that met a busy line."""
    return float(np.mean(dials.outcome == BUSY))
