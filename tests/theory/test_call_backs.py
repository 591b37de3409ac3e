"""Inbound lines against closed forms: Erlang's loss formula, a plain count, retrial queues.

Callers arrive as they do in the textbook; what they do is drawn by the model's own tables.
False-alarm rates are 1e-4 each unless a result is exact; each statistical test sees a planted bias
of 5 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.behaviour.calling_back import CallBackTables, call_back_tables
from sim.engine.fast.inbound import LOST, SERVED, Inbound
from sim.scenario.call_back import CallBack
from sim.streams import Key, Purpose, make_key, philox_block
from tests.statistics import BIAS, FALSE_ALARM, Z

SERVICE_MS = 60_000
"""Mean handling time."""
LAWS: dict[str, Any] = {
    "exponential": {"law": "exponential", "mean": "60 s"},
    "uniform": {"law": "uniform", "shortest": "10 s", "longest": "110 s"},
}


def tables(lines: int, handling: Any = "60 s", **changes: Any) -> CallBackTables:
    """Everybody calls back; nobody tries again unless said."""
    document = {
        "share": 1.0,
        "delay": "1 s",
        "handling": handling,
        "opts_out": 0.5,
        "redials": 0.0,
        "redial_delay": "1 min",
        "tries": 1,
    }
    return call_back_tables(CallBack.model_validate(document | changes), lines, (True,))


@dataclass
class Calls:
    """Callers in order of arrival."""

    line: NDArray[np.int32]
    attempt: NDArray[np.uint8]
    first_ms: NDArray[np.int64]


def poisson(rng: np.random.Generator, gap_ms: float, count: int) -> Calls:
    """Arrivals with exponential gaps, on whole ms."""
    first = np.floor(np.cumsum(rng.exponential(gap_ms, count))).astype(np.int64)
    return Calls(np.arange(count, dtype=np.int32), np.ones(count, dtype=np.uint8), first)


def run(t: CallBackTables, calls: Calls, key: Key) -> Inbound:
    inbound = Inbound(t, key)
    inbound.add(calls.line, calls.attempt, calls.first_ms, calls.attempt)
    settled = inbound.advance(1 << 60)
    assert len(settled) == len(calls.line)
    return inbound


def erlang_b(lines: int, load: float) -> float:
    """B(n) = A B(n-1) / (n + A B(n-1)), from B(0) = 1."""
    blocking = 1.0
    for n in range(1, lines + 1):
        blocking = load * blocking / (n + load * blocking)
    return blocking


# ── A plain count ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lines", [0, 1, 3])
@pytest.mark.parametrize("redials", [0.0, 0.8])
def test_equals_a_plain_count_event_by_event(lines: int, redials: float) -> None:
    """Exact, with arrivals on a coarse grid so that many things fall on one moment."""
    t = tables(
        lines,
        {"law": "uniform", "shortest": "1 ms", "longest": "6 ms"},
        redials=redials,
        redial_delay={"law": "uniform", "shortest": "1 ms", "longest": "4 ms"},
        tries=4,
    )
    rng = np.random.default_rng(lines)
    key = make_key(3)
    n = 3_000
    calls = Calls(
        rng.permutation(n).astype(np.int32),
        rng.integers(1, 4, n).astype(np.uint8),
        np.sort(rng.integers(0, 2 * n, n)),
    )
    pair = (key.k0, key.k1)
    due = [
        (int(at), int(a), int(k), 1)
        for at, a, k in zip(calls.first_ms, calls.line, calls.attempt, strict=True)
    ]
    expected: dict[int, tuple[int, int, int]] = {}
    ends: list[int] = []
    while due:
        due.sort(reverse=True)
        now, line, attempt, tries = due.pop()
        ends = [end for end in ends if end > now]
        if len(ends) < lines:
            word = philox_block((line, 0, attempt, Purpose.CALL_BACK), pair)[0]
            ends.append(now + t.handling.scalar(word))
            expected[line] = (now, tries, SERVED)
            continue
        again, delay, *_ = philox_block((line, tries, attempt, Purpose.CALL_BACK_REDIAL), pair)
        if tries < t.tries and again < t.redials:
            due.append((now + t.redial_delay.scalar(delay), line, attempt, tries + 1))
        else:
            expected[line] = (now, tries, LOST)

    inbound = Inbound(t, key)
    settled: list[int] = []
    done = 0
    for until in [*np.sort(rng.integers(0, 2 * n, 20)), 1 << 60]:
        later = int(np.searchsorted(calls.first_ms, until))
        new = slice(done, later)
        inbound.add(calls.line[new], calls.attempt[new], calls.first_ms[new], calls.attempt[new])
        settled += inbound.advance(int(until)).tolist()
        done = later
    found = {
        int(inbound.callers.line[i]): (
            int(inbound.callers.last_ms[i]),
            int(inbound.callers.tries[i]),
            int(inbound.callers.fate[i]),
        )
        for i in settled
    }
    assert found == expected
    moments = inbound.callers.last_ms[settled]
    assert (np.diff(moments) >= 0).all()


# ── Erlang's loss formula ────────────────────────────────────────────────────────────────────────


def blocked_shares(
    t: CallBackTables, gap_ms: float, replications: int, count: int
) -> NDArray[np.float64]:
    """Share of arrivals that were blocked, by replication, without the first five hundred."""
    shares = np.empty(replications)
    for i in range(replications):
        calls = poisson(np.random.default_rng(i), gap_ms, count)
        shares[i] = (run(t, calls, make_key(i)).callers.fate[500:count] == LOST).mean()
    return shares


def student(values: NDArray[np.float64], expected: float) -> float:
    """Chance of a mean so far from what is expected: Student's test over replications."""
    return float(stats.ttest_1samp(values, expected).pvalue)


@pytest.mark.parametrize("name", LAWS)
def test_blocking_is_erlang_b_whatever_the_handling_law(name: str) -> None:
    """Poisson arrivals, 12 lines, 10 erlang: the loss depends on the law by its mean alone."""
    load, lines = 10.0, 12
    shares = blocked_shares(tables(lines, LAWS[name]), SERVICE_MS / load, 60, 20_500)
    expected = erlang_b(lines, load)
    assert 0.1 < expected < 0.2
    assert student(shares, expected) > FALSE_ALARM
    assert student(shares, expected * BIAS) < FALSE_ALARM


def test_half_of_those_served_opt_out() -> None:
    inbound = run(tables(12), poisson(np.random.default_rng(1), 6_000.0, 100_000), make_key(1))
    served = inbound.callers.fate[:100_000] == SERVED
    count, leaving = int(served.sum()), int(inbound.callers.opts_out[:100_000][served].sum())
    assert abs(leaving - count / 2) < Z * math.sqrt(count / 4)
    assert abs(leaving - BIAS * count / 2) > Z * math.sqrt(count / 4)


# ── Callers who try again ────────────────────────────────────────────────────────────────────────


def test_tries_on_one_line_are_those_of_the_mm1_retrial_queue() -> None:
    """M/M/1 with retrials (Falin and Templeton 1997, ch. 1): blocking ρ, and the mean orbit.

    With arrivals λ, service μ, retrials θ and ρ = λ/μ the orbit holds ρ/(1-ρ) (ρ + λ/θ) callers in
    the mean; by Little's law each of them makes 1 + θ/λ of that many tries. An arrival sees the
    line busy with chance ρ. Callers give up at 20 tries, which one in a million needs here.
    """
    rho, gap_ms, redial_ms = 0.3, SERVICE_MS / 0.3, 300_000
    t = tables(
        1,
        LAWS["exponential"],
        redials=1.0,
        redial_delay={"law": "exponential", "mean": "5 min"},
        tries=20,
    )
    arrival_rate, retrial_rate = 1 / gap_ms, 1 / redial_ms
    orbit = rho / (1 - rho) * (rho + arrival_rate / retrial_rate)
    expected = 1 + orbit * retrial_rate / arrival_rate
    tries, blocked = np.empty(100), np.empty(100)
    for i in range(100):
        inbound = run(t, poisson(np.random.default_rng(i), gap_ms, 10_000), make_key(i))
        within = slice(500, 9_500)  # neither the empty start nor the end without arrivals
        assert (inbound.callers.fate[:10_000] == SERVED).mean() > 0.999
        tries[i] = inbound.callers.tries[within].mean()
        blocked[i] = (inbound.callers.tries[within] > 1).mean()
    assert student(tries, expected) > FALSE_ALARM
    assert student(tries, 1 + (expected - 1) * BIAS) < FALSE_ALARM
    assert student(blocked, rho) > FALSE_ALARM
    assert student(blocked, rho * BIAS) < FALSE_ALARM


def test_the_mean_orbit_solves_the_balance_equations() -> None:
    """The closed form above against the chain itself, cut at an orbit of 150."""
    arrival, service, retrial, most = 0.3, 1.0, 0.2, 150
    rate = np.zeros((most, 2, most, 2))  # orbit and busy lines, from and to
    for n in range(most):
        rate[n, 0, n, 1] = arrival
        rate[n, 1, n, 0] = service
        if n:
            rate[n, 0, n - 1, 1] = n * retrial
        if n < most - 1:
            rate[n, 1, n + 1, 1] = arrival
    flow = rate.reshape(2 * most, 2 * most)
    flow = flow - np.diag(flow.sum(axis=1))
    balance = np.vstack([flow.T, np.ones(2 * most)])
    share = np.linalg.lstsq(balance, np.append(np.zeros(2 * most), 1.0), rcond=None)[0]
    by_orbit = share.reshape(most, 2)
    rho = arrival / service
    assert by_orbit[:, 1].sum() == pytest.approx(rho)
    orbit = float(by_orbit.sum(axis=1) @ np.arange(most))
    assert orbit == pytest.approx(rho / (1 - rho) * (rho + arrival / retrial))


def test_slow_retrials_swell_a_poisson_stream() -> None:
    """c lines, long redials: all tries together are Poisson (Cohen 1957), and Erlang-B holds.

    The stream of tries Λ solves Λ = λ + Λ B(c, Λ/μ) where everybody tries again. Redials of a day
    against a minute's handling differ from the limit by about a thousandth.
    """
    lines, load = 5, 3.0
    swollen = load
    for _ in range(200):
        swollen = load + swollen * erlang_b(lines, swollen)
    t = tables(
        lines,
        LAWS["exponential"],
        redials=1.0,
        redial_delay={"law": "exponential", "mean": "1 d"},
        tries=20,
    )
    expected = erlang_b(lines, swollen)
    shares = np.empty(40)
    for i in range(len(shares)):
        n = 60_000  # fourteen days
        inbound = run(t, poisson(np.random.default_rng(i), SERVICE_MS / load, n), make_key(i))
        first = inbound.callers.first_ms[:n]
        settled = (first > 8 * 86_400_000) & (first < 12 * 86_400_000)
        shares[i] = (inbound.callers.tries[:n][settled] > 1).mean()
    assert student(shares, expected) > FALSE_ALARM
    assert student(shares, expected * BIAS) < FALSE_ALARM
    # Without those who try again, fewer are blocked.
    assert student(shares, erlang_b(lines, load)) < FALSE_ALARM
