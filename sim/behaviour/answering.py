"""Answering as competing risks: a person, a machine, and the ring time-out.

The scenario states shares of dials at a reference ring time-out. Behind them stand two latent
numbers that do not depend on any time-out: the chance that somebody would pick up if it rang for
ever, and the share of lines with a machine. Then

* a call meets a busy line, or it rings;
* a ringing call would be picked up by a person after ``human_ring``, and on a line with a machine
  by the machine after ``machine_ring``; the earlier one takes it, a tie goes to the person;
* nobody before the time-out is *no answer*.

So a shorter time-out gives fewer machines and more no-answers, as measured (source P4). Hour,
frailty, segment and attempt act on the odds that somebody would pick up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.hours import QUARTERS, hour_odds, reference_quarters
from sim.behaviour.laws import table
from sim.behaviour.quantiles import QuantileTable
from sim.errors import UnreachableSharesError
from sim.scenario.answering import Answering
from sim.scenario.world import LineType, World
from sim.threshold import threshold

Floats = NDArray[np.float64]
DISPOSITION_KEYS = ("invalid", "busy", "no_answer", "machine", "human")


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """What stands behind the shares of one line type."""

    invalid: float
    """Share of lines not in service."""
    busy: float
    """Share of dials to lines in service that meet a busy line."""
    would_answer: float
    """Mean chance that a person would pick up a ringing call, were there no time-out."""
    machine: float
    """Share of lines in service that have a machine."""
    machine_by_cohort: tuple[float, ...]
    """The same by frailty cohort, where that differs; empty where it does not."""
    human_ring: QuantileTable
    machine_ring: QuantileTable


def shares(answering: Answering) -> dict[str, float]:
    """The five shares of dials, with ``rest`` worked out."""
    stated = {
        key: share.central
        for key in DISPOSITION_KEYS
        if (share := getattr(answering, key)) != "rest"
    }
    rest = 1.0 - sum(stated.values())
    return {key: stated.get(key, rest) for key in DISPOSITION_KEYS}


def latent_of(world: World, name: str) -> Latent:
    """What stands behind the shares of a line type in its world.

    Having a machine may go with the propensity to answer; then the mean of their product is more
    than the product of their means, by what is found here by iteration.

    Raises
    ------
    UnreachableSharesError
        Where the shares cannot come from the ring laws, or not from the lines in use alone.
    """
    line_type, used = world.line_types[name], world.lines_in_use.central
    answering, path = line_type.answering, f"world.line_types.{name}.answering"
    hidden = latent(answering, path)
    _hold_to_lines_in_use(hidden, used, path)
    if not answering.machine_correlation:
        return hidden
    cohorts, quarters = cohorts_of(world), reference_quarters()
    excess = 0.0
    for _ in range(200):
        chance, weight = would_answer(line_type, hidden, world, cohorts)
        by_stratum = used * chance[0][quarters].mean(axis=0)
        answers = weight / weight.sum() @ by_stratum
        has = machine_by_cohort(hidden.machine, answering.machine_correlation, cohorts)
        before, excess = excess, float(np.mean(answers * has) - answers.mean() * has.mean())
        hidden = latent(answering, path, excess)
        _hold_to_lines_in_use(hidden, used, path)
        if abs(excess - before) < 1e-13:
            break
    has = machine_by_cohort(hidden.machine, answering.machine_correlation, cohorts)
    return replace(hidden, machine_by_cohort=tuple(has.tolist()))


def _hold_to_lines_in_use(hidden: Latent, used: float, path: str) -> None:
    """Refuse more people than the lines in use could have."""
    if hidden.would_answer >= used < 1.0:
        raise UnreachableSharesError(
            path,
            f"people would answer {hidden.would_answer:.1%} of ringing calls were there no "
            f"time-out, and world.lines_in_use leaves {used:.1%} of lines on which anybody can",
        )


def machine_by_cohort(mean: float, correlation: float, cohorts: int) -> Floats:
    """Share of lines with a machine by frailty cohort: (cohorts,) float64, lowest first.

    A line has a machine where a normal score, correlated with that of its propensity, is low
    enough; the bound is such that the mean over the cohorts is ``mean``.
    """
    normal = NormalDist()
    z = [normal.inv_cdf((k + 0.5) / cohorts) for k in range(cohorts)]
    rest = (1.0 - correlation**2) ** 0.5

    def shares_at(bound: float) -> Floats:
        return np.array([normal.cdf((bound + correlation * one) / rest) for one in z])

    if not 0.0 < mean < 1.0:
        return np.full(cohorts, mean)
    low, high = -40.0, 40.0
    for _ in range(100):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if shares_at(middle).mean() < mean else (low, middle)
    return shares_at(low)


def latent(answering: Answering, path: str, excess: float = 0.0) -> Latent:
    """Solve for what stands behind the shares.

    With h and m the human and machine shares of ringing calls at the reference time-out R, and
    independent ring times H and M, the chance Q that a person would answer and the share V of lines
    with a machine meet ::

        Q · P(H < R) - (Q · V + excess) · P(M < H < R) = h
        V · P(M < R) - (Q · V + excess) · P(H <= M < R) = m

    Parameters
    ----------
    answering
        The shares and the laws of ring times.
    path
        Where they stand, for errors.
    excess
        Mean over lines of the product of Q and V less the product of their means: 0 where having a
        machine says nothing of the propensity to answer.

    Raises
    ------
    UnreachableSharesError
        Where no Q and V of 0–1 do.
    """
    human_ring, machine_ring = table(answering.human_ring), table(answering.machine_ring)
    share = shares(answering)
    ringing = 1.0 - share["invalid"] - share["busy"]
    if ringing <= 0.0:
        return Latent(share["invalid"], 1.0, 0.0, 0.0, (), human_ring, machine_ring)
    human, machine = share["human"] / ringing, share["machine"] / ringing
    limit = answering.at_ring_timeout
    words = np.arange(1 << 14, dtype=np.uint32) * np.uint32(1 << 18) + np.uint32(1 << 17)
    h, m = human_ring.uncompiled(words), machine_ring.uncompiled(words)
    in_time = h[h < limit]
    human_in_time = len(in_time) / len(h)
    machine_in_time = float(np.mean(m < limit))
    machine_first = float(np.searchsorted(m, in_time, side="left").sum()) / len(h) / len(m)
    human_first = float(np.searchsorted(h, m[m < limit], side="right").sum()) / len(h) / len(m)

    would, has = 0.0, 0.0
    for _ in range(200):
        left_for_human = human_in_time - has * machine_first
        would = _part(human + excess * machine_first, left_for_human)
        left_for_machine = machine_in_time - would * human_first
        has = _part(machine + excess * human_first, left_for_machine)
        if not (would <= 1.0 and has <= 1.0):
            break
    if not (0.0 <= would < 1.0 and 0.0 <= has <= 1.0):
        raise UnreachableSharesError(
            path,
            f"found human {share['human']:.1%} and machine {share['machine']:.1%} of dials at a "
            f"ring time-out of {limit / 1000:g} s; human_ring ends by then in {human_in_time:.1%} "
            f"of pick-ups and machine_ring in {machine_in_time:.1%}, too few for these shares",
        )
    busy = share["busy"] / (1.0 - share["invalid"])
    return Latent(share["invalid"], busy, would, has, (), human_ring, machine_ring)


def _part(wanted: float, of: float) -> float:
    """What part of something is wanted; infinite where some of nothing is."""
    if not wanted:
        return 0.0
    return wanted / of if of > 0.0 else np.inf


def cohort_odds(answering: Answering, cohorts: int) -> Floats:
    """Odds multipliers of the frailty cohorts, (cohorts,) float64, lowest first.

    A normal law on the log-odds stands as equally likely cohorts at its mid-quantiles.
    """
    if answering.frailty is None:
        return np.ones(cohorts)
    normal = NormalDist()
    middle = [normal.inv_cdf((k + 0.5) / cohorts) for k in range(cohorts)]
    return np.exp(answering.frailty.sd.central * np.array(middle))


def cohorts_of(world: World) -> int:
    """Number of frailty cohorts in a world: the most that any line type asks for."""
    return max(
        t.answering.frailty.cohorts if t.answering.frailty else 1 for t in world.line_types.values()
    )


def would_answer(
    line_type: LineType, hidden: Latent, world: World, cohorts: int
) -> tuple[Floats, Floats]:
    """Chance that a person would pick up on a line in use, before any time-out.

    Returns
    -------
    (attempts, 672, strata, cohorts) float64
        Chances, with the last attempt level holding for all later attempts.
    (strata,) float64
        Shares of the strata, see :func:`strata`.
    """
    chance, weight = _chances(line_type, hidden, world, cohorts, 1.0)
    return chance, weight


def consent_counts(world: World) -> bool:
    """Whether lines that consented answer otherwise than the rest."""
    return world.consent is not None and world.consent.human_odds.central != 1.0


def some_idle(world: World) -> bool:
    """Whether some lines are used by nobody."""
    return world.lines_in_use.central < 1.0


def strata(world: World) -> tuple[Floats, Floats]:
    """Shares of the strata and their odds of a human pick-up: (strata,) float64 each.

    A stratum is a segment; where lines that consented answer otherwise, a segment without consent
    and the same with it, one after the other.
    """
    segments = list(world.segments.values()) if world.segments else []
    weight = np.array([s.share.central for s in segments] or [1.0])
    odds = np.array([s.human_odds.central for s in segments] or [1.0])
    if world.consent is not None and consent_counts(world):
        given = world.consent.share.central * world.consent.covers_calls.central
        weight = np.outer(weight, [1.0 - given, given]).ravel()
        odds = np.outer(odds, [1.0, world.consent.human_odds.central]).ravel()
    return weight, odds


def _chances(
    line_type: LineType, hidden: Latent, world: World, cohorts: int, odds_factor: float
) -> tuple[Floats, Floats]:
    """Chances as :func:`would_answer`, with all odds multiplied once the shares are met."""
    answering = line_type.answering
    weight, segment_odds = strata(world)
    relative = (
        hour_odds(answering.by_hour, world.hours)[:, None, None]
        * segment_odds[None, :, None]
        * cohort_odds(answering, cohorts)[None, None, :]
    )
    by_attempt = np.array([odds.central for odds in answering.by_attempt])[:, None, None, None]
    if hidden.would_answer == 0.0:
        return np.zeros((len(by_attempt), *relative.shape)), weight

    reference = relative[reference_quarters()]
    share = hidden.would_answer / world.lines_in_use.central  # the others never answer
    base = _log_odds(reference.tobytes(), weight.tobytes(), reference.shape, share)
    odds = np.exp(base) * relative[None] * by_attempt * odds_factor
    return odds / (1.0 + odds), weight


@lru_cache(maxsize=32)
def _log_odds(
    reference_bytes: bytes, weight_bytes: bytes, shape: tuple[int, ...], share: float
) -> float:
    """Log-odds at which the mean chance over relative odds is a share.

    Draws of what lies elsewhere ask for the same over and over.

    Parameters
    ----------
    reference_bytes
        Relative odds, (quarters, strata, cohorts) float64.
    weight_bytes
        Shares of the strata, (strata,) float64.
    shape
        That of the relative odds.
    share
        What to meet.
    """
    reference = np.frombuffer(reference_bytes).reshape(shape)
    weight = np.frombuffer(weight_bytes)

    def mean(log_odds: float) -> float:
        odds = np.exp(log_odds) * reference
        by_segment = (odds / (1.0 + odds)).mean(axis=(0, 2))
        return float(by_segment @ weight / weight.sum())

    low, high = -60.0, 60.0
    for _ in range(100):  # bisection to the last bit of a double
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if mean(middle) < share else (low, middle)
    return low


def thresholds(world: World, hidden: tuple[Latent, ...]) -> NDArray[np.uint32]:
    """Threshold rows that a call's disposition word is held against.

    Parameters
    ----------
    world
        The scenario's world.
    hidden
        By line type, from :func:`latent`.

    Returns
    -------
    (labels, attempts, 672, classes, 2) uint32
        A word below the first is busy; below the second, somebody would pick up. The first axis is
        1 long, or 2 where caller numbers may bear labels: without one, with one. A class is
        (line type, stratum, cohort), see :func:`class_of`; where some lines are used by nobody,
        these are one stratum more, the last.
    """
    factors = [1.0] if world.reputation is None else [1.0, world.reputation.labelled_odds.central]
    rows = np.stack([_threshold_rows(world, hidden, factor) for factor in factors])
    return np.ascontiguousarray(rows)


def _threshold_rows(
    world: World, hidden: tuple[Latent, ...], odds_factor: float
) -> NDArray[np.uint32]:
    """(attempts, 672, classes, 2) Threshold rows with all odds of a human multiplied."""
    cohorts = cohorts_of(world)
    levels = max(len(t.answering.by_attempt) for t in world.line_types.values())
    blocks = []
    for line_type, latent_ in zip(world.line_types.values(), hidden, strict=True):
        chance, _ = _chances(line_type, latent_, world, cohorts, odds_factor)
        last = np.minimum(np.arange(levels), len(chance) - 1)
        both = latent_.busy + (1.0 - latent_.busy) * chance[last]
        if some_idle(world):
            nobody = np.full((levels, QUARTERS, 1, cohorts), latent_.busy)
            both = np.concatenate([both, nobody], axis=2)
        blocks.append(both.reshape(levels, QUARTERS, -1))
    human = np.concatenate(blocks, axis=2)
    busy = np.concatenate(
        [
            np.full(block.shape[2], latent_.busy)
            for block, latent_ in zip(blocks, hidden, strict=True)
        ]
    )
    out = np.empty((*human.shape, 2), dtype=np.uint32)
    out[..., 0] = np.array([threshold(b) for b in busy], dtype=np.uint32)
    out[..., 1] = np.minimum(human * 2.0**32, 2.0**32 - 1).astype(np.uint32)
    return out
