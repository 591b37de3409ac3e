"""A line type's answering, fitted to dials: each share and law, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri
from scipy.stats import beta as beta_law

from sim.behaviour.answering import cohorts_of, strata
from sim.behaviour.hours import HOUR_TABLES, hour_odds, reference_quarters
from sim.fitting.dials import BUSY, HUMAN, INVALID, MACHINE, Dials
from sim.fitting.likelihood import F64, Components, machines, people
from sim.fitting.posterior import Posterior, points_of, posterior
from sim.fitting.priors import (
    PARTS,
    machines_prior,
    part_of_week,
    people_prior,
)
from sim.scenario.answering import Answering
from sim.scenario.world import LineType, World

Status = Literal["fitted", "part prior", "prior"]
ORDERED = 4.0
"""Beyond this, the place in the list tells more of answering than chance does."""
_NEVER = -50.0
"""Log-odds, beside those of others, at which nobody answers."""
_Z90 = 1.2815515655446004
_SEEN = 200
"""Dials in a part of the week, for it to be called fitted."""
_AGAIN = 500
"""Dials at a later attempt, likewise."""
_PIECES = 512


@dataclass(frozen=True)
class Estimate:
    """A parameter as it came out."""

    path: str
    """Key in the scenario."""
    low: float
    central: float
    high: float
    """5 %, 50 % and 95 % points."""
    status: Status
    draws: F64
    """(draws,) By which it is correlated with others; those of all have one order."""
    unit: str = ""


@dataclass(frozen=True)
class Fit:
    """What was fitted of a line type."""

    line_type: str
    estimates: tuple[Estimate, ...]
    hours: bool
    """Whether the parts of the week were fitted."""
    order_z: float
    """How far answering leans on the place in the list inside hours."""
    effective: float
    """Effective share of draws of the normal law, the smaller of both parts."""
    timeout_ms: int
    """Ring time-out of the log, at which its shares are."""
    people: Posterior
    machines: Posterior
    dials: int
    lines: int
    again: int
    """Dials after the first."""


def fit(dials: Dials, world: World, name: str) -> Fit:
    """Fit a line type of a world to dials.

    Parameters
    ----------
    dials
        Those of such lines.
    world
        The world whose ranges are the prior.
    name
        The line type.
    """
    line_type = world.line_types[name]
    answering = line_type.answering
    rang = dials.of(dials.rang)
    z = order_z(dials)
    levels = max(len(answering.by_attempt) - 1, min(int(dials.attempt.max()) - 1, 2), 0)
    free_hours = _can_move(answering) and abs(z) <= ORDERED
    again = _held_again(rang)
    human = _people(rang, world, line_type, levels, free_hours, again)
    machine = _machines(rang, answering)
    timeout = _timeout(rang)
    draws = _Draws(dials, world, line_type, levels, human, machine, timeout)
    base = f"world.line_types.{name}.answering"
    return Fit(
        line_type=name,
        estimates=tuple(draws.estimates(base, free_hours, again)),
        hours=free_hours,
        order_z=z,
        effective=min(human.effective, machine.effective),
        timeout_ms=timeout,
        people=human,
        machines=machine,
        dials=len(dials.line),
        lines=dials.lines,
        again=again,
    )


# ── The two posteriors ───────────────────────────────────────────────────────────────────────────


def components_of(world: World, line_type: LineType) -> Components:
    """The propensities that the engine gives such lines."""
    weight, odds = strata(world)
    cohorts = cohorts_used(world, line_type)
    middle = ndtri((np.arange(cohorts) + 0.5) / cohorts)
    log_weight = np.log(np.repeat(weight / weight.sum(), cohorts) / cohorts)
    offset, z = np.repeat(np.log(odds), cohorts), np.tile(middle, len(weight))
    used = world.lines_in_use.central
    if used < 1.0:  # and those that nobody uses, who never answer
        log_weight = np.append(log_weight + np.log(used), np.log1p(-used))
        offset, z = np.append(offset, _NEVER), np.append(z, 0.0)
    return Components(log_weight=log_weight, offset=offset, z=z)


def cohorts_used(world: World, line_type: LineType) -> int:
    """How many propensities stand for the normal law."""
    return cohorts_of(world) if line_type.answering.frailty is not None else 16


def _people(
    rang: Dials, world: World, line_type: LineType, levels: int, hours: bool, again: int
) -> Posterior:
    """The posterior of the part on people, from the world's ranges as prior."""
    answering = line_type.answering
    table = hour_odds(answering.by_hour, world.hours)
    parts = PARTS if hours else 1
    part = part_of_week()[rang.quarter] if hours else np.zeros(len(rang.line), dtype=np.int64)
    data = people(
        rang, components_of(world, line_type), levels, part, parts, np.log(table)[rang.quarter]
    )
    mean, precision = people_prior(answering, levels, parts, hours)
    spread = precision[1, 1] ** -0.5
    start = mean.copy()
    start[0] += 0.5 * (np.mean(data.human) / expit(mean[0]) - 1)
    if again >= _AGAIN:
        return posterior(data.scores, start, mean, precision)
    # One attempt tells nothing of what stays with a line: taken at its prior's points, and pooled.
    held = [
        posterior(data.scores, start, mean, precision, {1: mean[1] + spread * point})
        for point in (-1.2247448713915892, 0.0, 1.2247448713915892)
    ]
    return _pooled(held, mean[1], spread)


def _pooled(held: list[Posterior], middle: float, spread: float) -> Posterior:
    """Posteriors at three points of a prior as one: Gauss and Hermite's weights 1, 4, 1."""
    size = len(held[0].points)
    place = np.repeat([0, 1, 2], [size // 6, size - 2 * (size // 6), size // 6])
    points = np.concatenate([held[k].points[: np.count_nonzero(place == k)] for k in range(3)])
    scores = ndtri((np.arange(size) + 0.5) / size)  # the parameter itself: its prior, in order
    points[:, 1] = middle + spread * scores
    mode = held[1].mode
    return Posterior(
        mode, np.cov(points, rowvar=False), points, min(each.effective for each in held)
    )


def _machines(rang: Dials, answering: Answering) -> Posterior:
    mean, precision = machines_prior(answering)
    data = machines(rang)
    return posterior(data.scores, mean.copy(), mean, precision)


def _can_move(answering: Answering) -> bool:
    """Whether parts of the week can be fitted: a table of one's own is left as it is."""
    return answering.by_hour is None or answering.by_hour in HOUR_TABLES


def _held_again(rang: Dials) -> int:
    return int(np.count_nonzero(rang.line[1:] == rang.line[:-1]))


def _timeout(rang: Dials) -> int:
    """The ring time-out of a log: what most calls that nobody took rang for, in whole seconds."""
    none = rang.ring[rang.outcome < MACHINE]
    if not len(none):
        return int(np.ceil(rang.ring.max() / 1000)) * 1000
    values, counts = np.unique(np.round(none / 1000), return_counts=True)
    return max(int(values[np.argmax(counts)]) * 1000, 1000)


def order_z(dials: Dials) -> float:
    """How far a person's answer leans on a line's place in the list, inside hours: a normal score.

    A list in the order of some segment looks like an effect of the hour, as each hour has another
    part of the list.
    """
    first = np.flatnonzero((dials.attempt == 1) & dials.rang)
    if len(first) < 2:
        return 0.0
    place = np.empty(len(first))
    place[np.argsort(dials.start[first], kind="stable")] = np.arange(len(first))
    cell = np.unique(dials.day[first] * 24 + dials.quarter[first] // 4 % 24, return_inverse=True)[1]
    human = (dials.outcome[first] == HUMAN).astype(np.float64)
    size = np.bincount(cell)
    away = place - (np.bincount(cell, place) / size)[cell]
    chance = (np.bincount(cell, human) / size)[cell]
    total = float((away * (human - chance)).sum())
    spread = float((away**2 * chance * (1 - chance)).sum())
    return total / np.sqrt(spread) if spread > 0 else 0.0


# ── From parameters to what a scenario states ────────────────────────────────────────────────────


class _Draws:
    """Draws of both posteriors as what a scenario states."""

    def __init__(
        self,
        dials: Dials,
        world: World,
        line_type: LineType,
        levels: int,
        human: Posterior,
        machine: Posterior,
        timeout: int,
    ) -> None:
        self._dials, self._world, self._type = dials, world, line_type
        self._levels, self._timeout = levels, timeout
        n = min(len(human.points), 2048)
        pick = np.arange(n) * len(human.points) // n
        self._h = human.points[pick]
        turned = np.argsort(points_of(n, 3)[:, 2])  # the two parts are independent
        self._m = machine.points[turned * len(machine.points) // n]
        self._n = n
        first = np.unique(dials.line[dials.outcome == INVALID])
        self._invalid = (len(first), dials.lines)
        in_service = ~np.isin(dials.line, first)
        self._busy = (
            int(np.count_nonzero(in_service & (dials.outcome == BUSY))),
            int(np.count_nonzero(in_service)),
        )
        even = points_of(n, 2)
        self.invalid = _beta(*self._invalid, even[:, 0])
        busy = _beta(*self._busy, even[:, 1])
        self.busy = (1 - self.invalid) * busy
        self.human, self.machine = self._shares()

    def _shares(self) -> tuple[F64, F64]:
        """Shares of dials that people and machines take, over the reference week."""
        world, answering = self._world, self._type.answering
        c = components_of(world, self._type)
        quarters = reference_quarters()
        table = np.log(hour_odds(answering.by_hour, world.hours))[quarters]
        part = part_of_week()[quarters]
        parts = self._h.shape[1] - 4 - self._levels
        # Quarter-hours of one part of the week and one odds by the world's table answer alike.
        alike, counts = np.unique(np.stack([table, part]), axis=1, return_counts=True)
        odds, which = alike[0], alike[1].astype(np.int64) if parts > 1 else 0
        weight, share = np.exp(c.log_weight), counts / counts.sum()
        would = np.empty(self._n)
        for k, each in enumerate(self._h):
            eta = each[0] + (odds + each[2 + self._levels : -2][which])[:, None] + c.offset
            would[k] = share @ (expit(eta + np.exp(each[1]) * c.z) @ weight)
        ringing = 1 - self.invalid - self.busy
        has = expit(self._m[:, 0])
        edges = np.log(np.arange(1, _PIECES + 1) / _PIECES * self._timeout)
        middle = np.log((np.arange(_PIECES) + 0.5) / _PIECES * self._timeout)

        def by_then(points: F64, log: F64) -> F64:
            found: F64 = ndtr((log[None, :] - points[:, -2:-1]) / np.exp(points[:, -1:]))
            return found

        picked = np.diff(by_then(self._h, edges), prepend=0.0, axis=1)
        machine_first = (picked * by_then(self._m, middle)).sum(axis=1)
        end_h, end_m = by_then(self._h, edges[-1:])[:, 0], by_then(self._m, edges[-1:])[:, 0]
        human_first = end_h * end_m - machine_first
        human = would * (end_h - has * machine_first)
        machine = has * (end_m - would * human_first)
        return ringing * human, ringing * machine

    def estimates(self, base: str, hours: bool, again: int) -> list[Estimate]:
        """Every parameter."""
        attempts = np.bincount(np.minimum(self._dials.attempt, self._levels + 1))
        rang = self._dials.rang
        picked = {k: int(np.count_nonzero(self._dials.outcome == k)) for k in (MACHINE, HUMAN)}
        called = np.unique(part_of_week()[self._dials.quarter[rang]])
        week = set(part_of_week()[reference_quarters()].tolist())
        whole = week <= set(called.tolist())
        share: Status = "fitted" if whole else "part prior"
        persists: Status = "fitted" if again >= _AGAIN else "prior"
        out = [
            _estimate(f"{base}.invalid", self.invalid, "fitted", "share"),
            _estimate(f"{base}.busy", self.busy, "fitted", "share"),
            _estimate(f"{base}.machine", self.machine, share, "share"),
            _estimate(f"{base}.human", self.human, share, "share"),
            _estimate(f"{base}.frailty.sd", np.exp(self._h[:, 1]), persists),
        ]
        for level in range(self._levels):
            seen = attempts[level + 2] if level + 2 < len(attempts) else 0
            status: Status = "fitted" if seen >= _AGAIN else "part prior" if seen else "prior"
            odds = np.exp(self._h[:, 2 + level])
            out.append(_estimate(f"{base}.by_attempt.{level + 1}", odds, status))
        for name, points, count in (
            ("human_ring", self._h, picked[HUMAN]),
            ("machine_ring", self._m, picked[MACHINE]),
        ):
            status = "fitted" if count >= _SEEN else "part prior"
            if name == "machine_ring" and np.exp(np.median(points[:, -2])) > 0.9 * self._timeout:
                status = "part prior"  # most would pick up when the ringing has stopped
            median = np.exp(points[:, -2])
            p90 = np.exp(points[:, -2] + _Z90 * np.exp(points[:, -1]))
            out.append(_estimate(f"{base}.{name}.median", median, status, "ms"))
            out.append(_estimate(f"{base}.{name}.p90", p90, status, "ms"))
        if self._dials.failed:
            out.append(_estimate(f"{base}.failed", self._failed(), "fitted", "share"))
        if hours:
            part = part_of_week()[self._dials.quarter[rang]]
            out += self._hours(np.bincount(part, minlength=PARTS))
        return out

    def _failed(self) -> F64:
        """Share of calls that fail on the way, whatever they would have met."""
        scores = points_of(self._n, 4)[:, 3]  # told apart from all else
        return _beta(self._dials.failed, self._dials.told, scores)

    def _hours(self, seen: NDArray[np.int64]) -> list[Estimate]:
        """Odds by part of the week, those of Monday to Thursday at noon being 1."""
        table = hour_odds(self._type.answering.by_hour, self._world.hours)
        part = part_of_week()
        moved = self._h[:, 2 + self._levels : -2]
        own = np.array([table[part == k].mean() for k in range(PARTS)])
        odds = own[None, :] * np.exp(moved)
        odds /= odds[:, [1]]
        out = []
        for k in range(PARTS):
            status: Status = "fitted" if min(seen[k], seen[1]) >= _SEEN else "part prior"
            if not seen[k]:
                status = "prior"
            if k == 1:
                status = "fitted"  # 1, by definition
            out.append(_estimate(f"world.hours.fitted.{k}.odds", odds[:, k], status))
        return out


def _beta(k: int, n: int, scores: F64) -> F64:
    """Draws of a share of which k of n were seen, the prior being Jeffreys'."""
    found: F64 = beta_law.ppf(ndtr(scores), k + 0.5, n - k + 0.5)
    return found


def _estimate(path: str, draws: F64, status: Status, unit: str = "") -> Estimate:
    low, central, high = np.quantile(draws, (0.05, 0.5, 0.95))
    return Estimate(path, float(low), float(central), float(high), status, draws, unit)
