"""What is thought before a log is looked at: a world's ranges as normal laws of the parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from sim.behaviour.answering import cohorts_of, latent, strata
from sim.behaviour.hours import QUARTERS
from sim.behaviour.laws import table
from sim.document.laws import DurationLaw, LogNormal
from sim.fitting.likelihood import F64, Components
from sim.scenario.answering import Answering
from sim.scenario.world import LineType, World

PARTS_OF_DAY = (0, 12, 17, 20, 24)
DAY_GROUPS = ("mon-thu", "fri", "sat", "sun")
PARTS = (len(PARTS_OF_DAY) - 1) * len(DAY_GROUPS)
"""Parts of the week that answer alike: those of the published table."""
TAU = 0.3
"""How far, in log-odds, a part of the week may lie from the world's own table, by the prior."""
ALIKE = 0.4
"""Correlation, by the prior, of one part of the day in two groups of days."""
_SPREAD = 1.5
"""Of log-odds of people and machines: what a log tells soon outweighs it."""
_NEVER = -50.0
"""Log-odds, beside those of others, at which nobody answers."""
_Z90 = 1.2815515655446004
_Z95 = 1.6448536269514722


def part_of_week() -> NDArray[np.int64]:
    """(672,) The part of the week that each quarter-hour belongs to."""
    quarter = np.arange(QUARTERS)
    day, hour = quarter // 96, quarter // 4 % 24
    part = np.searchsorted(PARTS_OF_DAY[1:-1], hour, side="right")
    return np.maximum(day - 3, 0) * (len(PARTS_OF_DAY) - 1) + part


def people_prior(answering: Answering, levels: int, parts: int, hours: bool) -> tuple[F64, F64]:
    """Mean and precision of the parameters of the part on people.

    Parameters
    ----------
    answering
        What the world says.
    levels
        Later attempts that have odds of their own.
    parts
        Parts of the week.
    hours
        Whether these may move; else they are held.
    """
    size = 4 + levels + parts
    hidden = latent(answering, "answering")
    mean = np.zeros(size)
    spread = np.full(size, _SPREAD)
    mean[0] = logit(np.clip(hidden.would_answer, 0.02, 0.98))
    mean[1], spread[1] = _log_sd(answering)
    for level in range(levels):
        at = min(level + 1, len(answering.by_attempt) - 1)
        mean[2 + level] = np.log(answering.by_attempt[at].central)
        spread[2 + level] = 0.5
    mean[-2], mean[-1] = lognormal(answering.human_ring)
    spread[-2], spread[-1] = 1.0, 0.5
    precision = np.diag(spread**-2.0)
    week = slice(2 + levels, 2 + levels + parts)
    precision[week, week] = np.linalg.inv(_alike(parts)) if hours else 1e8
    return mean, precision


def machines_prior(answering: Answering) -> tuple[F64, F64]:
    """Mean and precision of the parameters of the part on machines."""
    hidden = latent(answering, "answering")
    median, sigma = lognormal(answering.machine_ring)
    mean = np.array([logit(np.clip(hidden.machine, 0.02, 0.98)), median, sigma])
    return mean, np.diag(np.array([_SPREAD, 1.0, 0.5]) ** -2.0)


def _log_sd(answering: Answering) -> tuple[float, float]:
    """Mean and spread of the prior of log frailty."""
    if answering.frailty is None:
        return 0.0, 0.5
    sd = answering.frailty.sd
    if sd.low is None or sd.high is None or not sd.low:
        return float(np.log(max(sd.central, 0.05))), 0.5
    return float(np.log(sd.central)), float(np.log(sd.high / sd.low) / (2 * _Z95))


def lognormal(law: DurationLaw) -> tuple[float, float]:
    """Log of the median and log of the sigma of a ring law; of another law, by two points of it."""
    if isinstance(law, LogNormal):
        median, p90 = law.median.central, law.p90.central
    else:
        words = (np.array([0.5, 0.9]) * 2**32).astype(np.uint32)
        median, p90 = np.maximum(table(law).uncompiled(words), 1.0).tolist()
    return float(np.log(median)), float(np.log(max(np.log(p90 / median) / _Z90, 0.05)))


def _alike(parts: int) -> F64:
    """(parts, parts) Prior covariance of parts of the week."""
    part = np.arange(parts) % (len(PARTS_OF_DAY) - 1)
    same = part[:, None] == part[None, :]
    covariance: F64 = TAU**2 * np.where(np.eye(parts) > 0, 1.0, np.where(same, ALIKE, 0.0))
    return covariance


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
