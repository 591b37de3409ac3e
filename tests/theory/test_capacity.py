"""Channels and pace against closed forms.

The world is reduced until a textbook result holds. False-alarm rates are 1e-4 each unless a result
is exact; each statistical test sees a planted bias of 5 %.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.record.log import LogChunk, concatenate
from sim.scenario.scenario import Scenario
from tests.statistics import BIAS, Z, mean_z
from tests.worlds import plain

NOBODY: dict[str, Any] = {"human": 0.0, "machine": 0.0, "busy": 0.0, "invalid": 0.0}
EVERYBODY: dict[str, Any] = {**NOBODY, "invalid": 1.0, "no_answer": 0.0}
"""Every call is one of an invalid number, whose holding time can follow any law."""


def log(scenario: Scenario) -> LogChunk:
    chunks: list[LogChunk] = []
    fast.run(build_plan(scenario, "only"), lambda chunk: chunks.append(chunk.copy()))
    return concatenate(chunks)


def holding(law: Any, lines: int, **dialing: Any) -> Scenario:
    """Calls whose holding times follow a law, with no answering at all."""
    return plain(
        world={"lines": lines, "signalling": {"invalid": law}}, answering=EVERYBODY, dialing=dialing
    )


LAWS = {
    # law: mean and standard deviation in ms, from the textbook
    "constant": ("20 s", 20_000.0, 0.0),
    "exponential": ({"law": "exponential", "mean": "20 s"}, 20_000.0, 20_000.0),
    "uniform": (
        {"law": "uniform", "shortest": "5 s", "longest": "35 s"},
        20_000.0,
        30_000 / math.sqrt(12),
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_saturated_throughput_is_channels_over_mean_holding_time(name: str) -> None:
    """Renewal theory: in time t, c busy channels start c·t/μ calls, give or take σ·sqrt(c·t/μ³).

    Each channel's first call starts at once, which adds c·(1 + σ²/μ²)/2 calls.
    """
    law, mu, sigma = LAWS[name]
    channels, t = 50, 20 * 3_600_000
    found = log(holding(law, 400_000, channels=channels, calls_per_second="1000000"))
    starts = int((found.start_ms < t).sum())
    first = channels * (1 + (sigma / mu) ** 2) / 2
    # Starts fall on whole ms, at most one ms late a call.
    expected = channels * t / mu + first
    sd = max(sigma * math.sqrt(channels * t / mu**3), channels / Z)
    assert abs(starts - expected) < Z * sd
    assert abs(starts - expected / BIAS) > Z * sd


def test_renewal_counts_on_one_channel() -> None:
    """Calls per hour on one channel: mean t/μ, variance σ²t/μ³; 4,000 hours."""
    law, mu, sigma = LAWS["uniform"]
    hours, hour = 4_000, 3_600_000
    # One channel of a month is 720 hours; many months are many seeds.
    counts: list[int] = []
    for seed in range(6):
        scenario = plain(
            seed=seed,
            world={"lines": 200_000, "signalling": {"invalid": law}},
            answering=EVERYBODY,
            dialing={"channels": 1, "calls_per_second": "1000000"},
        )
        start = log(scenario).start_ms
        whole = np.bincount(start // hour, minlength=720)[1:719]
        counts += whole.tolist()
    n = len(counts)
    assert n > hours
    mean, variance = hour / mu, sigma**2 * hour / mu**3
    # Counts of neighbouring hours are negatively correlated, so this bound is a safe one.
    assert abs(mean_z(float(np.mean(counts)), mean, math.sqrt(variance), n)) < Z
    assert abs(mean_z(float(np.mean(counts)), mean * BIAS, math.sqrt(variance), n)) > Z
    ratio = np.var(counts) / variance
    # The variance adds 1/6 + (σ/μ)⁴/2 - … per count (Cox 1962), here below 0.2 of 16.9.
    assert ratio == pytest.approx(1.0, abs=Z * math.sqrt(2 / n) + 0.02)


@pytest.mark.parametrize("channels", [1, 7, 100])
def test_makespan(channels: int) -> None:
    """List scheduling (Graham 1969): work/c <= makespan <= work/c + longest. Exact."""
    found = log(holding(LAWS["uniform"][0], 5_000, channels=channels, calls_per_second="1000000"))
    work = int(found.hold_ms.sum(dtype=np.int64))
    makespan = int((found.start_ms + found.hold_ms).max())
    assert work / channels <= makespan
    assert makespan <= work / channels + int(found.hold_ms.max())
    # No channel idles while lines wait: just before each later start all of them were busy. A start
    # in the same or the next millisecond as the one before may have waited for pace instead.
    ends = np.sort(found.start_ms + found.hold_ms)
    later = found.start_ms[channels:]
    later = later[np.diff(found.start_ms)[channels - 1 :] > 1]
    assert len(later) > 2_000
    started = np.searchsorted(found.start_ms, later, side="left")
    ended = np.searchsorted(ends, later - 1, side="right")
    assert (started - ended == channels).all()


RATES = ["0.7", "1/3", "1", "46.3", "60", "80", "333", "999.9", "5000"]


@pytest.mark.parametrize("rate", RATES)
def test_pace_is_exact(rate: str) -> None:
    """Any L ms hold at most ⌈L·cps/1000⌉ starts, and a saturated pace is exactly cps."""
    cps = Fraction(rate)
    lines = min(40_000, max(500, int(cps * 40)))
    start = log(holding("1 s", lines, channels=100_000, calls_per_second=rate)).start_ms
    for length in (1, 2, 3, 10, 999, 1000, 1001, 7_777, 60_000):
        most = int((np.searchsorted(start, start + length) - np.arange(len(start))).max())
        assert most <= math.ceil(length * cps / 1000)
    # Start n is at ⌈n·1000/cps⌉ ms, so the long-run rate is cps with no drift at all.
    expected = [math.ceil(n * 1000 / cps) for n in range(lines)]
    assert start.tolist() == expected


def test_a_whole_millisecond_pace_would_be_caught() -> None:
    """The rate 80/s in whole milliseconds is a gap of 13 ms: 76.9/s, and another log."""
    start = log(holding("1 s", 4_000, channels=100_000, calls_per_second="80")).start_ms
    assert start.tolist() != [13 * n for n in range(4_000)]
    assert 1000 * (len(start) - 1) / start[-1] == pytest.approx(80, rel=1e-3)


def test_no_credit_builds_up_while_idle() -> None:
    """After a closed hour the pace starts anew: no burst."""
    scenario = holding(
        "1 s",
        1_000,
        channels=100_000,
        calls_per_second="0.5",
        call_times=[
            {"days": "all", "from": "00:00", "to": "00:10"},
            {"days": "all", "from": "01:00", "to": "24:00"},
        ],
    )
    start = log(scenario).start_ms
    assert np.diff(start).min() == 2_000
    assert 3_600_000 in start


def test_occupancy_of_an_unlimited_group() -> None:
    """M/G/∞ with paced arrivals: the mean number in progress is cps × mean holding time.

    Little's law holds for the totals exactly, up to the ends of the run.
    """
    law, mu, _ = LAWS["exponential"]
    found = log(holding(law, 100_000, channels=100_000, calls_per_second="50"))
    ends = np.sort(found.start_ms + found.hold_ms)
    probes = np.arange(600_000, int(found.start_ms[-1]), 1_000)
    busy = np.searchsorted(found.start_ms, probes, side="right") - np.searchsorted(
        ends, probes, side="right"
    )
    load = 50 * mu / 1000
    # Probes are correlated over a holding time, and arrivals are evenly spaced.
    effective = len(probes) * 1_000 / (2 * mu)
    assert abs(mean_z(float(busy.mean()), load, math.sqrt(load), int(effective))) < Z
    assert abs(mean_z(float(busy.mean()), load * BIAS, math.sqrt(load), int(effective))) > Z
