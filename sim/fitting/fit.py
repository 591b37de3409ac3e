"""A line type's answering, fitted to dials: each share and law, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr
from scipy.stats import beta as beta_law

from sim.behaviour.answering import latent
from sim.behaviour.hours import HOUR_TABLES, hour_odds, reference_quarters
from sim.fitting.dials import BUSY, HUMAN, INVALID, MACHINE, Dials
from sim.fitting.likelihood import F64, People, machines, people, stretch
from sim.fitting.order import ORDERED, order_z
from sim.fitting.posterior import Posterior, points_of, pooled, posterior
from sim.fitting.priors import (
    PARTS,
    components_of,
    machines_prior,
    part_of_week,
    people_prior,
)
from sim.fitting.silent import Silent, ends_of
from sim.scenario.answering import Answering
from sim.scenario.world import LineType, World

Status = Literal["fitted", "part prior", "prior"]
_Z90 = 1.2815515655446004
_SEEN = 200
"""Dials in a part of the week, for it to be called fitted."""
_AGAIN = 500
"""Dials at a later attempt, likewise."""
_APART = 48
"""Dimensions of points that posteriors may take, at most."""
_IN_TIME = {"human_ring": 0.5, "machine_ring": 0.9}
"""By how much of the time-out half of the pick-ups lie, at most, where a ring law is told. Who has
not picked up by then is a person who rings longer, or nobody: beyond this, that is a guess."""


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
    rings: bool = True
    """Whether the log tells for how long calls rang; else both posteriors are one, row by row."""
    timeout_told: bool = True
    """Whether the time-out is the log's, or was said; else it is the world's."""


def fit(dials: Dials, world: World, name: str, timeout_ms: int | None = None) -> Fit:
    """Fit a line type of a world to dials.

    Parameters
    ----------
    dials
        Those of such lines.
    world
        The world whose ranges are the prior.
    name
        The line type.
    timeout_ms
        For how long calls rang that nobody took, where the log does not tell; default the world's.
    """
    line_type = world.line_types[name]
    answering = line_type.answering
    rang = dials.of(dials.rang)
    z = order_z(dials)
    levels = max(len(answering.by_attempt) - 1, min(int(dials.attempt.max()) - 1, 2), 0)
    free_hours = _can_move(answering) and abs(z) <= ORDERED
    again = _held_again(rang)
    data = _data(rang, world, line_type, levels, free_hours)
    if dials.rings:
        timeout = _timeout(rang)
        human, machine = _people(data, answering, again), _machines(rang, answering)
    else:
        timeout = timeout_ms or answering.at_ring_timeout
        human, machine = _together(data, rang, answering, again, timeout)
    found = Fit(
        line_type=name,
        estimates=(),
        hours=free_hours,
        order_z=z,
        effective=min(human.effective, machine.effective),
        timeout_ms=timeout,
        people=human,
        machines=machine,
        dials=len(dials.line),
        lines=dials.lines,
        again=again,
        rings=dials.rings,
        timeout_told=dials.rings or timeout_ms is not None,
    )
    return replace(found, estimates=tuple(_Draws(dials, world, line_type, levels, found).all()))


# ── The two posteriors ───────────────────────────────────────────────────────────────────────────


def _data(rang: Dials, world: World, line_type: LineType, levels: int, hours: bool) -> People:
    """The dials that rang, for the part on people."""
    table = hour_odds(line_type.answering.by_hour, world.hours)
    part = part_of_week()[rang.quarter] if hours else np.zeros(len(rang.line), dtype=np.int64)
    return people(
        rang,
        components_of(world, line_type),
        levels,
        part,
        PARTS if hours else 1,
        np.log(table)[rang.quarter],
    )


def _people(data: People, answering: Answering, again: int) -> Posterior:
    """The posterior of the part on people, from the world's ranges as prior."""
    mean, precision = people_prior(answering, data.levels, data.parts, data.parts > 1)
    start = _begin(mean, data, answering)
    if again >= _AGAIN:
        return posterior(data.scores, start, mean, precision)
    return pooled(data.scores, start, mean, precision, 1)  # one attempt tells nothing of the sd


def _begin(mean: F64, data: People, answering: Answering) -> F64:
    """Where to begin: the prior's mean, moved by how many were answered by people."""
    would = max(latent(answering, "answering").would_answer, 0.02)
    start = mean.copy()
    start[0] += 0.5 * (np.mean(data.human) / would - 1)
    _begin_ring(start, data.log_x[data.human])
    return start


def _begin_ring(start: F64, log_x: F64) -> None:
    """Where to begin with a ring law, the last two parameters: at the pick-ups that were seen."""
    if len(log_x) > 2:
        start[-2] = np.mean(log_x)
        start[-1] = np.log(np.clip(np.std(log_x), 0.05, 2.0))


def _together(
    data: People, rang: Dials, answering: Answering, again: int, timeout: int
) -> tuple[Posterior, Posterior]:
    """Both posteriors, row by row one, of a log without ring times: ring laws are the world's."""
    size = data.size
    mean, precision = people_prior(answering, data.levels, data.parts, data.parts > 1)
    other, its_precision = machines_prior(answering)
    start = np.r_[_begin(mean, data, answering), other]
    start[size - 2 : size] = mean[-2:]
    mean = np.r_[mean, other]
    whole = np.zeros((size + 3, size + 3))
    whole[:size, :size], whole[size:, size:] = precision, its_precision
    ends = ends_of(mean[None, size - 2 : size], mean[None, size + 1 :], timeout)
    scores = Silent(data, rang.outcome == MACHINE, ends).scores
    held = {place: float(mean[place]) for place in (size - 2, size - 1, size + 1, size + 2)}
    if again >= _AGAIN:
        found = posterior(scores, start, mean, whole, held)
    else:
        found = pooled(scores, start, mean, whole, 1, held)

    def part(places: slice) -> Posterior:
        return Posterior(
            found.mode[places],
            found.covariance[places, places],
            found.points[:, places],
            found.effective,
        )

    return part(slice(0, size)), part(slice(size, size + 3))


def _machines(rang: Dials, answering: Answering) -> Posterior:
    mean, precision = machines_prior(answering)
    data = machines(rang)
    start = mean.copy()
    _begin_ring(start, data.log_x[data.machine])
    return posterior(data.scores, start, mean, precision)


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


# ── From parameters to what a scenario states ────────────────────────────────────────────────────


class _Draws:
    """Draws of both posteriors as what a scenario states."""

    def __init__(
        self, dials: Dials, world: World, line_type: LineType, levels: int, found: Fit
    ) -> None:
        self._dials, self._world, self._type = dials, world, line_type
        self._levels, self._found = levels, found
        human, machine = found.people, found.machines
        n = min(len(human.points), 2048)
        pick = np.arange(n) * len(human.points) // n
        self._h = human.points[pick]
        # What is told apart has points of its own, in no order that the others have.
        self._apart = points_of(len(human.points), _APART + 4)[pick, _APART:]
        turned = np.argsort(self._apart[:, 0])
        self._m = machine.points[turned * len(machine.points) // n if found.rings else pick]
        self._n = n
        first = np.unique(dials.line[dials.outcome == INVALID])
        self._invalid = (len(first), dials.lines)
        in_service = ~np.isin(dials.line, first)
        self._busy = (
            int(np.count_nonzero(in_service & (dials.outcome == BUSY))),
            int(np.count_nonzero(in_service)),
        )
        self.invalid = _beta(*self._invalid, self._apart[:, 1])
        busy = _beta(*self._busy, self._apart[:, 2])
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
            eta = (
                each[0] * stretch(each[1])
                + (odds + each[2 + self._levels : -2][which])[:, None]
                + c.offset
            )
            would[k] = share @ (expit(eta + np.exp(each[1]) * c.z) @ weight)
        ringing = 1 - self.invalid - self.busy
        has = expit(self._m[:, 0])
        ends = ends_of(self._h[:, -2:], self._m[:, -2:], self._found.timeout_ms)
        human = would * (ends.human - has * ends.machine_first)
        machine = has * (ends.machine - would * ends.human_first)
        return ringing * human, ringing * machine

    def all(self) -> list[Estimate]:
        """Every parameter."""
        found = self._found
        base = f"world.line_types.{found.line_type}.answering"
        seen = part_of_week()[self._dials.quarter[self._dials.rang]]
        week = set(part_of_week()[reference_quarters()].tolist())
        share: Status = "fitted" if week <= set(seen.tolist()) else "part prior"
        if not found.timeout_told:
            share = "part prior"
        persists = self._of_lines(found.again >= _AGAIN)
        out = [
            _estimate(f"{base}.invalid", self.invalid, "fitted", "share"),
            _estimate(f"{base}.busy", self.busy, "fitted", "share"),
            _estimate(f"{base}.machine", self.machine, share, "share"),
            _estimate(f"{base}.human", self.human, share, "share"),
            _estimate(f"{base}.frailty.sd", np.exp(self._h[:, 1]), persists),
        ]
        attempts = np.bincount(np.minimum(self._dials.attempt, self._levels + 1))
        for level in range(self._levels):
            n = attempts[level + 2] if level + 2 < len(attempts) else 0
            status: Status = self._of_lines(n >= _AGAIN)
            if 0 < n < _AGAIN:
                status = "part prior"
            odds = np.exp(self._h[:, 2 + level])
            out.append(_estimate(f"{base}.by_attempt.{level + 1}", odds, status))
        out += self._rings(base)
        if self._dials.failed:
            out.append(_estimate(f"{base}.failed", self._failed(), "fitted", "share"))
        if found.hours:
            out += self._hours(np.bincount(seen, minlength=PARTS))
        return out

    def _of_lines(self, enough: bool) -> Status:
        """Of what the calls to one line tell; without ring times the world's laws bear on it."""
        if not enough:
            return "prior"
        return "fitted" if self._found.rings else "part prior"

    def _rings(self, base: str) -> list[Estimate]:
        """Both ring laws."""
        out = []
        outcome, timeout = self._dials.outcome, self._found.timeout_ms
        for name, points, code in (
            ("human_ring", self._h, HUMAN),
            ("machine_ring", self._m, MACHINE),
        ):
            status: Status = (
                "fitted" if np.count_nonzero(outcome == code) >= _SEEN else "part prior"
            )
            if np.exp(np.median(points[:, -2])) > _IN_TIME[name] * timeout:
                status = "part prior"  # too many would pick up when the ringing has stopped
            if not self._found.rings:
                status = "prior"
            median = np.exp(points[:, -2])
            p90 = np.exp(points[:, -2] + _Z90 * np.exp(points[:, -1]))
            out.append(_estimate(f"{base}.{name}.median", median, status, "ms"))
            out.append(_estimate(f"{base}.{name}.p90", p90, status, "ms"))
        return out

    def _failed(self) -> F64:
        """Share of calls that fail on the way, whatever they would have met."""
        return _beta(self._dials.failed, self._dials.told, self._apart[:, 3])

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
