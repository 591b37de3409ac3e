"""The two parts into which the model's likelihood falls: people who answer, and machines.

Given a line's propensity and whether it has a machine, a dial that rang to x tells: a person
picked up at x, or had not by then; a machine picked up at x, or had not by then. Propensity and
machine are independent, so the likelihood of a line is the product of a part for people, a mixture
over the propensities that the engine has, and a part for machines, a mixture of lines with one and
without. Who is dialled again depends on what was seen alone, so that whole histories need no
correction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, ndtr

from sim.fitting.dials import HUMAN, MACHINE, Dials

F64 = NDArray[np.float64]
_LOG_2PI = float(np.log(2 * np.pi))
_LOGISTIC = (16 * np.sqrt(3) / (15 * np.pi)) ** 2
"""A logistic law is nearly a normal one of this inverse variance."""


def stretch(log_sd: float | F64) -> F64:
    """By how much log-odds of a middle line lie further out than those of the mean chance.

    The mean chance is what a log tells; so the first parameter of the part on people is its
    log-odds, and how far lines differ hardly moves it.
    """
    found: F64 = np.sqrt(1.0 + _LOGISTIC * np.exp(2.0 * np.asarray(log_sd)))
    return found


@dataclass(frozen=True)
class Components:
    """The propensities of the engine's lines: strata times cohorts."""

    log_weight: F64
    """(c,) Log of their shares."""
    offset: F64
    """(c,) Log-odds of their stratum."""
    z: F64
    """(c,) Place of their cohort, in standard deviations."""


@dataclass(frozen=True)
class People:
    """Dials that rang, for the part on people.

    The parameters are: log-odds of the mean chance; log of the frailty's standard deviation;
    log-odds of each later attempt; log-odds of each part of the week; log of the median ring time;
    log of its sigma.
    """

    line: NDArray[np.int64]
    """(n,) Lines, rising."""
    lines: int
    level: NDArray[np.int64]
    """(n,) Place among the attempts' log-odds; -1 for the first."""
    levels: int
    part: NDArray[np.int64]
    """(n,) Part of the week."""
    parts: int
    offset: F64
    """(n,) Log-odds that the world's own table gives the moment."""
    log_x: F64
    """(n,) Log of ms that it rang."""
    human: NDArray[np.bool_]
    components: Components

    @property
    def size(self) -> int:
        """Number of parameters."""
        return 4 + self.levels + self.parts

    def scores(self, at: F64, slopes: bool = True) -> tuple[F64, F64]:
        """Log-likelihood of each line, and its derivatives: (lines,) and (lines, parameters).

        Parameters
        ----------
        at
            The parameters.
        slopes
            Whether derivatives are wanted; else they are empty.
        """
        size, c = self.size, self.components
        spread = np.exp(at[1])
        mu, log_sigma = at[-2], at[-1]
        sigma = np.exp(log_sigma)
        chance = expit(self.eta(at))
        z = (self.log_x - mu) / sigma
        by_then, density = ndtr(z), np.exp(-0.5 * (z * z + _LOG_2PI))
        yes = self.human[:, None]
        not_yet = 1.0 - chance * by_then[:, None]
        log_picked = np.log(chance) + (-0.5 * (z * z + _LOG_2PI) - log_sigma - self.log_x)[:, None]
        term = np.where(yes, log_picked, np.log(not_yet))
        whole = self.by_line(term) + c.log_weight
        most = whole.max(axis=1)
        log_likelihood: F64 = most + np.log(np.exp(whole - most[:, None]).sum(axis=1))
        if not slopes:
            return log_likelihood, np.empty(0)
        weight = np.exp(whole - log_likelihood[:, None])[self.line]
        slope = np.where(yes, 1.0 - chance, -by_then[:, None] * chance * (1.0 - chance) / not_yet)
        slope *= weight
        d_eta = slope.sum(axis=1)
        d_spread = (slope * (spread * c.z)[None, :]).sum(axis=1)
        hazard = (weight * np.where(yes, 0.0, chance / not_yet)).sum(axis=1)
        d_mu = np.where(self.human, z / sigma, hazard * density / sigma)
        d_sigma = np.where(self.human, z * z - 1.0, hazard * density * z)
        out = np.zeros((self.lines, size))
        self.into(out, at, d_eta, d_spread)
        for place, values in ((size - 2, d_mu), (size - 1, d_sigma)):
            out[:, place] = np.bincount(self.line, values, self.lines)
        return log_likelihood, out

    def eta(self, at: F64) -> F64:
        """(n, c) Log-odds that a person would answer, by propensity."""
        c = self.components
        own: F64 = at[0] * stretch(at[1]) + self.offset + self._level(at) + at[self._part_of]
        whole: F64 = own[:, None] + (c.offset + np.exp(at[1]) * c.z)[None, :]
        return whole

    def by_line(self, term: F64) -> F64:
        """(lines, c) Sums over the dials of each line."""
        found = np.zeros((self.lines, term.shape[1]))
        first = np.flatnonzero(np.r_[True, self.line[1:] != self.line[:-1]])
        found[self.line[first]] = np.add.reduceat(term, first, axis=0)
        return found

    def into(self, out: F64, at: F64, d_eta: F64, d_spread: F64) -> None:
        """Add up derivatives of dials by what their log-odds are made of; in place."""
        far = float(stretch(at[1]))
        more = at[0] * (far - 1.0 / far)  # the stretch's own derivative by the log of the sd
        for place, values in ((0, far * d_eta), (1, d_spread + more * d_eta)):
            out[:, place] = np.bincount(self.line, values, self.lines)
        for level in range(self.levels):
            there = self.level == level
            out[:, 2 + level] = np.bincount(self.line[there], d_eta[there], self.lines)
        for part in range(self.parts):
            there = self.part == part
            place = 2 + self.levels + part
            out[:, place] = np.bincount(self.line[there], d_eta[there], self.lines)

    def _level(self, at: F64) -> F64:
        levels = np.r_[at[2 : 2 + self.levels], 0.0]
        found: F64 = levels[self.level]
        return found

    @property
    def _part_of(self) -> NDArray[np.int64]:
        return 2 + self.levels + self.part


@dataclass(frozen=True)
class Machines:
    """Dials that rang, for the part on machines.

    The parameters are: log-odds that a line has one; log of the median ring time; log of its sigma.
    """

    line: NDArray[np.int64]
    lines: int
    log_x: F64
    machine: NDArray[np.bool_]
    size: int = 3

    def scores(self, at: F64, slopes: bool = True) -> tuple[F64, F64]:
        """Log-likelihood of each line, and its derivatives: (lines,) and (lines, 3)."""
        share, mu, log_sigma = expit(at[0]), at[1], at[2]
        sigma = np.exp(log_sigma)
        z = (self.log_x - mu) / sigma
        left = log_ndtr(-z)
        log_density = -0.5 * (z * z + _LOG_2PI)
        hazard = np.exp(log_density - left)
        term = np.where(self.machine, log_density - log_sigma - self.log_x, left)
        with_one = np.log(share) + np.bincount(self.line, term, self.lines)
        seen = np.bincount(self.line, self.machine, self.lines) > 0
        without = np.where(seen, -np.inf, np.log1p(-share))
        log_likelihood = np.logaddexp(with_one, without)
        if not slopes:
            return log_likelihood, np.empty(0)
        weight = np.exp(with_one - log_likelihood)
        of = weight[self.line]
        d_mu = of * np.where(self.machine, z / sigma, hazard / sigma)
        d_sigma = of * np.where(self.machine, z * z - 1.0, hazard * z)
        columns = (
            weight - share,
            np.bincount(self.line, d_mu, self.lines),
            np.bincount(self.line, d_sigma, self.lines),
        )
        return log_likelihood, np.stack(columns, axis=1)


def people(
    dials: Dials,
    components: Components,
    levels: int,
    part: NDArray[np.int64],
    parts: int,
    offset: F64,
) -> People:
    """The part on people of some dials, all of which rang."""
    level = np.minimum(dials.attempt - 2, levels - 1) if levels else np.full(len(dials.line), -1)
    return People(
        line=dials.line,
        lines=dials.lines,
        level=level,
        levels=levels,
        part=part,
        parts=parts,
        offset=offset,
        log_x=np.log(dials.ring),
        human=dials.outcome == HUMAN,
        components=components,
    )


def machines(dials: Dials) -> Machines:
    """The part on machines of some dials, all of which rang."""
    return Machines(dials.line, dials.lines, np.log(dials.ring), dials.outcome == MACHINE)
