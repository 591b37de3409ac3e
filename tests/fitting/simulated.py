"""Logs whose truth is known: the model written down once more, call by call, in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.fitting.dials import BUSY, HUMAN, INVALID, MACHINE, NO_ANSWER, Dials
from sim.fitting.priors import PARTS, machines_prior, people_prior
from sim.scenario.world import World

Rng = np.random.Generator


@dataclass(frozen=True)
class Truth:
    """What is true of a world's lines."""

    invalid: float = 0.03
    busy: float = 0.04
    """Of dials to lines in service."""
    log_odds: float = -0.6
    sd: float = 1.2
    third: tuple[float, ...] = (0.8, 0.7)
    """Odds of later attempts."""
    has_machine: float = 0.5
    human_ms: float = 9000.0
    human_sigma: float = 0.5
    machine_ms: float = 14000.0
    machine_sigma: float = 0.25
    hours: tuple[float, ...] = (0.0,) * 16
    """Log-odds by part of the week: four groups of days, four parts of the day."""
    timeout_ms: float = 25000.0


def log_of(
    truth: Truth,
    rng: Rng,
    lines: int = 6000,
    attempts: int = 3,
    again: frozenset[int] = frozenset({NO_ANSWER, BUSY}),
    days: int = 3,
    sorted_by: float = 0.0,
    cohorts: int = 16,
) -> Dials:
    """A log: every line is dialled in turn, day by day, at any hour from 9 to 21 of Monday on.

    Parameters
    ----------
    truth, rng
        What is true, and chance.
    lines, attempts, days
        How many lines, how often each at most, over how many days.
    again
        Outcomes after which a line is dialled again.
    sorted_by
        Log-odds that lines at the end of the list have more than those at its beginning.
    cohorts
        Propensities that stand for the normal law.
    """
    from statistics import NormalDist

    middle = np.array([NormalDist().inv_cdf((k + 0.5) / cohorts) for k in range(cohorts)])
    z = middle[rng.integers(0, cohorts, lines)]
    invalid = rng.random(lines) < truth.invalid
    machine = rng.random(lines) < truth.has_machine
    alive, parts = np.arange(lines), []
    for attempt in range(1, attempts + 1):
        n = len(alive)
        span = 12 * 60 * days * np.arange(n) / max(n, 1)  # in the order of the list
        day, minute = span // 720, 540 + span % 720
        day = np.minimum(day, days - 1) + (attempt - 1) * days
        minute = np.clip(minute, 540, 1259)
        outcome, ring = _calls(truth, rng, z[alive], invalid[alive], machine[alive], attempt, day,
                               minute, sorted_by * (alive / lines - 0.5))  # fmt: skip
        parts.append((alive.copy(), np.full(n, attempt), day, minute, outcome, ring))
        alive = alive[np.isin(outcome, list(again))]
    line, number, day, minute, outcome, ring = map(np.concatenate, zip(*parts, strict=True))
    order = np.lexsort((number, line))
    weekday = day.astype(np.int64) % 7
    return Dials(
        line=line[order],
        attempt=number[order],
        quarter=(weekday * 96 + minute.astype(np.int64) // 15)[order],
        day=(day.astype(np.int64) + 4)[order],  # 5 January 1970 was a Monday
        start=((day + 4) * 86_400_000 + minute * 60_000).astype(np.int64)[order],
        outcome=outcome[order],
        ring=ring[order],
        left_out={},
    )


def _calls(
    truth: Truth,
    rng: Rng,
    z: NDArray[np.float64],
    invalid: NDArray[np.bool_],
    machine: NDArray[np.bool_],
    attempt: int,
    day: NDArray[np.float64],
    minute: NDArray[np.float64],
    more: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    n = len(z)
    group = np.maximum(day.astype(np.int64) % 7 - 3, 0)
    hour = minute.astype(np.int64) // 60
    part = np.where(hour < 12, 0, np.where(hour < 17, 1, np.where(hour < 20, 2, 3)))
    eta = truth.log_odds + truth.sd * z + np.array(truth.hours)[group * 4 + part] + more
    if attempt > 1 and truth.third:
        eta = eta + np.log(truth.third[min(attempt - 2, len(truth.third) - 1)])
    would = rng.random(n) < 1 / (1 + np.exp(-eta))
    human = np.where(
        would, truth.human_ms * np.exp(truth.human_sigma * rng.standard_normal(n)), np.inf
    )
    voice = np.where(
        machine, truth.machine_ms * np.exp(truth.machine_sigma * rng.standard_normal(n)), np.inf
    )
    outcome = np.where(human <= voice, HUMAN, MACHINE)
    ring = np.minimum(human, voice)
    outcome = np.where(ring < truth.timeout_ms, outcome, NO_ANSWER)
    ring = np.minimum(ring, truth.timeout_ms)
    busy = rng.random(n) < truth.busy
    outcome = np.where(invalid, INVALID, np.where(busy, BUSY, outcome)).astype(np.int64)
    return outcome, np.where(outcome >= NO_ANSWER, ring, np.nan)


def of_prior(rng: Rng, world: World, name: str = "landline", levels: int = 2) -> Truth:
    """A truth as the fit thinks of it before it looks: what ranks must be held against."""
    answering = world.line_types[name].answering
    mean, precision = people_prior(answering, levels, PARTS, True)
    people = rng.multivariate_normal(mean, np.linalg.inv(precision))
    mean, precision = machines_prior(answering)
    machine = rng.multivariate_normal(mean, np.linalg.inv(precision))
    return Truth(
        invalid=rng.beta(0.5, 8),  # near nothing, as Jeffreys has it
        busy=rng.beta(0.5, 8),
        log_odds=people[0] * np.sqrt(1 + 768 / (225 * np.pi**2) * np.exp(2 * people[1])),
        sd=float(np.exp(people[1])),
        third=tuple(np.exp(people[2 : 2 + levels])),
        has_machine=float(1 / (1 + np.exp(-machine[0]))),
        human_ms=float(np.exp(people[-2])),
        human_sigma=float(np.exp(people[-1])),
        machine_ms=float(np.exp(machine[1])),
        machine_sigma=float(np.exp(machine[2])),
        hours=tuple(people[2 + levels : -2]),
    )


def stated(truth: Truth, cohorts: int = 16, n: int = 400_000) -> dict[str, float]:
    """What a scenario states of a truth: its shares by counting, its laws as they are."""
    dials = log_of(truth, np.random.default_rng(12345), n, 1, days=7, cohorts=cohorts)
    shares = np.bincount(dials.outcome, minlength=5) / len(dials.outcome)
    found = {"machine": shares[MACHINE], "human": shares[HUMAN]}
    p90 = 1.2815515655446004
    return {
        "invalid": truth.invalid,
        "busy": (1 - truth.invalid) * truth.busy,
        **found,
        "frailty.sd": truth.sd,
        **{f"by_attempt.{k + 1}": odds for k, odds in enumerate(truth.third)},
        "human_ring.median": truth.human_ms,
        "human_ring.p90": truth.human_ms * np.exp(p90 * truth.human_sigma),
        "machine_ring.median": truth.machine_ms,
        "machine_ring.p90": truth.machine_ms * np.exp(p90 * truth.machine_sigma),
        **{f"hours.{k}": float(np.exp(h - truth.hours[1])) for k, h in enumerate(truth.hours)},
    }


WORLD = """\
format: 1
name: fitted-world
seed: 1
campaign: {timezone: Europe/Paris, start: 2024-05-13 09:00, cutoff: 2024-05-17 20:00}
world:
  lines: 10_000
  electorate: 20_000
  voters_per_line: 1.5
  territories: {all: {share: 100 %, timezone: Europe/Paris}}
  line_types:
    landline:
      share: 100 %
      answering:
        invalid: 3 %
        busy: 4 %
        machine: {low: 20 %, central: 30 %, high: 45 %, source: assumed}
        human: {low: 20 %, central: 30 %, high: 40 %, source: assumed}
        no_answer: rest
        at_ring_timeout: 25 s
        by_attempt: [1, 0.8, 0.8]
        frailty: {sd: {low: 0.5, central: 1.0, high: 2.0, source: assumed}, cohorts: 16}
        human_ring: {law: lognormal, median: 8 s, p90: 15 s}
        machine_ring: {law: lognormal, median: 14 s, p90: 19 s}
  signalling: {invalid: 3 s, busy: 3 s}
  listening: {law: survival, points: {6 s: 97 %, 19 s: 75 %}}
  press_1: 5 %
  press_1_delay: {law: lognormal, median: 3 s, p90: 6 s}
  voicemail:
    greeting: {law: lognormal, median: 10 s, p90: 18 s}
    heard: 50 %
    delay: {law: lognormal, median: 4 h, p90: 24 h}
    shared: 50 %
dialing:
  calls_per_second: 5
  channels: 200
  ring_timeout: 25 s
  call_times: [{days: all, from: "09:00", to: "21:00"}]
message: {duration: 25 s}
strategies:
  one: {}
"""


def world_file(folder: Path, text: str = WORLD) -> Path:
    """A world to fit."""
    path = folder / "world.yaml"
    path.write_text(text)
    return path
