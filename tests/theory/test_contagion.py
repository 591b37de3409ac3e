"""Complaints against closed forms: thinning, branching clusters, the Hawkes process.

Complaints that breed complaints are a Hawkes process told by its clusters (Hawkes and Oakes 1974).
Calls are laid out by hand here, so that baseline and kernel are the textbook's. False-alarm rates
are 1e-4 each; each test sees a planted bias of 5 %, or is told what it would miss.
"""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.behaviour.complaining import Shock
from sim.engine.fast.feedback import Feedback
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    PartOfDay,
)
from sim.record.log import LogChunk, Outcome
from sim.scenario.complaints import ComplaintEffects
from tests.statistics import BIAS, FALSE_ALARM, Z
from tests.worlds import merge, plain

HOUR = 3_600_000
ALIKE = dict.fromkeys(ComplaintEffects.model_fields, 1.0)
COMPLAINTS: dict[str, Any] = {
    "per_million": 100_000,
    "casebook_effect": 1.0,
    "effects": ALIKE,
    "night": {"from": "21:00", "to": "07:00"},
    "delay": "1 s",
    "channels": {"regulator": 1.0, "operator": 0.0, "social": 0.0, "press": 0.0},
    "opts_out": 0.0,
}
LIVE = int(Outcome.HEARD)


def planned(lines: int, seed: int = 2017, horizon_ms: int = 1 << 50, **changes: Any) -> Plan:
    """A world whose lines complain alike, but for the changes; horizon without end unless said."""
    document = merge(copy.deepcopy(COMPLAINTS), changes)
    plan = build_plan(plain(world={"lines": lines, "complaints": document}, seed=seed), "only")
    assert plan.feedback is not None
    assert plan.feedback.complaints is not None
    complaints = replace(plan.feedback.complaints, horizon_ms=horizon_ms)
    return replace(plan, feedback=replace(plan.feedback, complaints=complaints))


def contagion(n: float, delay: Any = "1 s", **others: float) -> dict[str, Any]:
    """Complaints, all of them to the regulator, breed n further ones in the mean."""
    alone = {"regulator": n, "operator": 0.0, "social": 0.0, "press": 0.0}
    return {**alone, "delay": delay, **others}


def follow(
    plan: Plan,
    line: NDArray[np.integer],
    start: NDArray[np.integer],
    attempt: NDArray[np.integer] | int = 1,
    outcome: NDArray[np.integer] | int = LIVE,
) -> FeedbackResult:
    """What follows from calls of one second each."""
    n = len(line)
    chunk = LogChunk(
        0,
        line=line.astype(np.int32),
        attempt=np.broadcast_to(np.asarray(attempt, dtype=np.uint8), n).copy(),
        territory=np.zeros(n, dtype=np.uint8),
        start_ms=start.astype(np.int64),
        hold_ms=np.full(n, 1_000, dtype=np.int32),
        outcome=np.broadcast_to(np.asarray(outcome, dtype=np.uint8), n).copy(),
        opted_out=np.zeros(n, dtype=np.uint8),
        caller=np.zeros(n, dtype=np.uint16),
    )
    feedback = Feedback(plan)
    feedback.add(chunk, 0)
    return feedback.finish()


def follow_after_all_were_called(
    plan: Plan, line: NDArray[np.integer], start: NDArray[np.integer]
) -> FeedbackResult:
    """Everybody is called at 0, to a number that is not in service: nobody complains of that.

    Then the calls whose complaints matter: second attempts.
    """
    everybody = np.arange(plan.population.lines)
    first = np.ones(len(everybody), dtype=np.int64)
    return follow(
        plan,
        np.concatenate([everybody, line]),
        np.concatenate([0 * first, start]),
        np.concatenate([first, np.full(len(line), 2)]),
        np.concatenate([Outcome.INVALID * first, np.full(len(line), LIVE)]),
    )


# ── Without contagion ────────────────────────────────────────────────────────────────────────────


def test_complaints_are_a_thinned_binomial_of_the_reference_weight() -> None:
    """Mixed kinds, hours and lines: Σ p complaints in the mean, with variance Σ p (1 - p) < Σ p."""
    effects = {"unanswered": 0.3, "night": 2.0, "opposed": 1.5, "voicemail": 0.7}
    plan = planned(400_000, effects=effects)
    lines = np.arange(400_000)
    people = replace(plan.population, opposed=(lines % 3 == 0).astype(np.uint8))
    plan = replace(plan, population=people)
    outcome = np.array([LIVE, Outcome.NO_ANSWER, Outcome.MACHINE_VOICEMAIL, Outcome.BUSY])
    found = follow(plan, lines, lines * 1_000, outcome=outcome[lines % 4])
    mean, count = found.reference_weight / 2**32, len(found.complaint_ms)
    # Live, unanswered, and half of the messages left are heard; a third of lines is opposed.
    by_hand = 0.1 * 100_000 * (1 + 0.3 + 0.7 * 0.5) * (1 + 0.5 / 3)
    night = (np.arange(400_000) * 1_000 // HOUR % 24 >= 21) | (
        np.arange(400_000) * 1_000 // HOUR % 24 < 7
    )
    assert abs(mean / (by_hand * (1 + night.mean())) - 1) < 0.01
    assert abs(count - mean) < Z * math.sqrt(mean)
    assert abs(count - mean * BIAS) > Z * math.sqrt(mean)


def test_hourly_complaints_follow_the_night() -> None:
    """Calls at a constant pace, five days: complaints by hour are multinomial, the night's 3:1."""
    plan = planned(432_000, effects={"night": 3.0})
    lines = np.arange(432_000)
    found = follow(plan, lines, lines * 1_000)
    hour = found.complaint_call_ms // HOUR % 24
    night = (np.arange(24) >= 21) | (np.arange(24) < 7)
    counts = np.bincount(hour, minlength=24)
    weight = np.where(night, 3.0, 1.0)

    def chance(weight: NDArray[np.float64]) -> float:
        return float(stats.chisquare(counts, counts.sum() * weight / weight.sum()).pvalue)

    assert chance(weight) > FALSE_ALARM
    assert chance(np.where(night, 3.0 * BIAS, 1.0)) < FALSE_ALARM
    assert (found.complaint_part == np.where(night[hour], PartOfDay.NIGHT, PartOfDay.DAY)).all()
    assert (found.complaint_kind == Kind.LIVE).all()


# ── Clusters ─────────────────────────────────────────────────────────────────────────────────────

RATIO = 0.5
APART_MS = 2_000_000
"""Time between the first complaints of clusters: members come a second apart, so none meet."""


def clusters(n: float, count: int = 40_000) -> NDArray[np.int64]:
    """Sizes of clusters that direct complaints started, told apart by time."""
    # The chance of a direct complaint is multiplied by 1 - n; here it comes to one in two.
    plan = planned(count, per_million=500_000 / (1 - n), contagion=contagion(n))
    found = follow_after_all_were_called(plan, np.arange(count), 1 + np.arange(count) * APART_MS)
    direct = found.complaint_kind == Kind.LIVE
    assert (found.complaint_generation == 0).tolist() == direct.tolist()
    which = found.complaint_ms // APART_MS
    sizes = np.bincount(which)[which[direct]]
    assert sizes.sum() == len(found.complaint_ms)
    return sizes


def test_a_story_founds_clusters_and_is_no_complaint() -> None:
    """Poisson(m) complaints with a Borel(n) cluster each: m / (1 - n), with variance m / (1 - n)³.

    Nobody complains of a call. With somebody called in two, each complaint joins in with chance
    one half: m / 2 clusters of branching n / 2.
    """
    m, stories = 6.0, 4_000
    for called, thin in ((1.0, 1.0), (0.5, 0.5)):
        plan = planned(20_000, per_million=1e-9, contagion=contagion(RATIO, press=m))
        assert plan.feedback is not None
        assert plan.feedback.complaints is not None
        at = tuple(Shock(i, 1 + i * APART_MS, int(Channel.PRESS)) for i in range(stories))
        told = replace(plan.feedback.complaints, shocks=at)
        plan = replace(plan, feedback=replace(plan.feedback, complaints=told))
        who = np.arange(int(20_000 * called))
        found = follow(plan, who, 0 * who, outcome=Outcome.INVALID)
        assert (found.complaint_kind == Kind.CONTAGION).all()
        assert found.complaint_generation.min() == 1
        sizes = np.bincount(found.complaint_ms // APART_MS, minlength=stories)
        assert len(sizes) == stories
        n, mean = RATIO * thin, m * thin / (1 - RATIO * thin)
        error = math.sqrt(m * thin / (1 - n) ** 3 / stories)
        assert abs(sizes.mean() - mean) < Z * error
        assert abs(sizes.mean() - mean * BIAS) > Z * error
        assert sizes.var() == pytest.approx(m * thin / (1 - n) ** 3, rel=0.15)
        # First ones come a second after their story.
        first = found.complaint_ms[found.complaint_generation == 1]
        assert (first % APART_MS == 1_001).all()


def test_a_story_has_its_own_luck_whatever_broke_before_the_start() -> None:
    """So strategies that begin at other times are compared under the same stories."""
    start = plain().strategies["only"].campaign.start
    times = [f"{start + timedelta(hours=hours):%Y-%m-%d %H:%M}" for hours in (-5, 2, -1, 30)]
    shocks = [{"at": at, "channel": "social"} for at in times]
    plan = planned(10, contagion=contagion(RATIO), shocks=shocks)
    assert plan.feedback is not None
    assert plan.feedback.complaints is not None
    social = int(Channel.SOCIAL)
    assert plan.feedback.complaints.shocks == (
        Shock(1, 2 * HOUR, social),
        Shock(3, 30 * HOUR, social),
    )


def test_cluster_sizes_follow_borel() -> None:
    """A Poisson(n) branching process has a Borel(n) total (Otter 1949), of mean 1 / (1 - n)."""
    sizes = clusters(RATIO)
    assert len(sizes) > 19_000
    counts = np.bincount(np.minimum(sizes, 12), minlength=13)[1:]

    def chance(n: float) -> float:
        k = np.arange(1, 12)
        log = -n * k + (k - 1) * np.log(n * k) - np.array([math.lgamma(j + 1) for j in k])
        share = np.append(np.exp(log), 1 - np.exp(log).sum())
        return float(stats.chisquare(counts, counts.sum() * share).pvalue)

    assert chance(RATIO) > FALSE_ALARM
    assert chance(RATIO * BIAS) < FALSE_ALARM


def test_the_total_is_direct_complaints_over_one_minus_the_branching_ratio() -> None:
    """Borel(n) has mean 1 / (1 - n) and variance n / (1 - n)³."""
    n = 0.2
    sizes = clusters(n, 120_000)
    error = math.sqrt(n / (1 - n) ** 3 / len(sizes))
    assert abs(sizes.mean() - 1 / (1 - n)) < Z * error
    assert abs(sizes.mean() - BIAS / (1 - n)) > Z * error


def test_channels_breed_each_at_its_own_rate() -> None:
    """Four channels with their own means: children of all complaints, by the parent's channel.

    With the press alone breeding, complaints of generation g + 1 are Poisson with mean
    m × (press complaints of generation g).
    """
    shares = {"regulator": 0.3, "operator": 0.2, "social": 0.3, "press": 0.2}
    bred = contagion(0.0, press=3.0)
    plan = planned(200_000, per_million=150_000, channels=shares, contagion=bred)
    found = follow_after_all_were_called(
        plan, np.arange(200_000), 1 + np.arange(200_000) * APART_MS
    )
    generation, channel = found.complaint_generation, found.complaint_channel
    counts = np.bincount(channel, minlength=4)
    assert stats.chisquare(counts, counts.sum() * np.array([*shares.values()])).pvalue > FALSE_ALARM
    parents = int((channel == Channel.PRESS).sum())
    children = int((generation > 0).sum())
    assert abs(children - 3.0 * parents) < Z * math.sqrt(3.0 * parents)
    assert abs(children - 3.0 * BIAS * parents) > Z * math.sqrt(3.0 * parents)


def test_only_those_called_before_join_in() -> None:
    """Half the lines are never called: a complaint breeds half as many."""
    n, count = 0.8, 100_000
    plan = planned(2 * count, per_million=500_000 / (1 - n), contagion=contagion(n))
    lines = np.arange(count)
    found = follow(plan, np.concatenate([lines, lines]), np.concatenate([0 * lines, 1 + lines]),
                   np.repeat([1, 2], count), np.repeat([Outcome.INVALID, LIVE], count))  # fmt: skip
    direct = int((found.complaint_kind == Kind.LIVE).sum())
    half = n / 2
    total = direct / (1 - half)
    error = math.sqrt(direct * half / (1 - half) ** 3)
    assert abs(len(found.complaint_ms) - total) < Z * error
    assert abs(len(found.complaint_ms) - total * BIAS) > Z * error
    assert found.complaint_line.max() < count


# ── The point process ────────────────────────────────────────────────────────────────────────────


def test_time_rescaled_residuals_are_unit_exponential() -> None:
    """Random time change (Ogata 1988): Λ(t_i) - Λ(t_{i-1}) of a Hawkes process are Exp(1).

    A call every 5 s with one complaint in a hundred is a Poisson baseline to within 1 %; the kernel
    is exponential, of 20 minutes. Direct complaints lie on a grid of 5 s and breeding is in whole
    seconds, so moments are spread evenly over these: a small part of the mean gap of 250 s.
    """
    n, mean_s, calls = 0.5, 1_200.0, 1_000_000
    delay = {"law": "exponential", "mean": "20 min"}
    plan = planned(calls, per_million=10_000 / (1 - n), contagion=contagion(n, delay))
    found = follow_after_all_were_called(plan, np.arange(calls), 1 + np.arange(calls) * 5_000)
    direct = found.complaint_generation == 0
    spread = np.random.default_rng(4).random(len(direct))
    time = found.complaint_ms / 1000 + spread * np.where(direct, 5.0, 1.0)
    time = np.sort(time[time < calls * 5.0])
    base = 0.01 / 5.0

    def distance(n: float, base: float) -> float:
        """Chance of a Kolmogorov–Smirnov distance that large."""
        excited, residuals, before = 0.0, np.empty(len(time)), 0.0
        for i, now in enumerate(time.tolist()):
            left = math.exp(-(now - before) / mean_s)
            residuals[i] = base * (now - before) + excited * (1 - left)
            excited = excited * left + n
            before = now
        return float(stats.kstest(residuals, "expon").pvalue)

    assert len(time) > 15_000
    assert distance(n, base) > FALSE_ALARM
    assert distance(n * BIAS, base * BIAS) < FALSE_ALARM
    # A Poisson process of the same mean rate is not what happens.
    assert distance(0.0, base / (1 - n)) < FALSE_ALARM
