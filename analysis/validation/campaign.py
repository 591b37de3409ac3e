"""Macron 2017 by the engine: reports to the regulator by day three, day four and day sixty.

One run at full size, as the campaign was run. It gives how many complaints about calls are to be
expected at the central level, when the calls were made, and how far the list had got. The level is
then taken from its predictive law: complaints are in proportion to it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.validation.casebook import Typical
from analysis.validation.clusters import HOUR_MS, Floats, Moments, by_hour, reports
from analysis.validation.level import Count, Level
from sim.document.laws import DurationLaw
from sim.document.quantity import FactorRange
from sim.engine import fast
from sim.engine.plan import calendar
from sim.engine.plan.build import build_plan
from sim.loading.packs import packs_of
from sim.record.feedback import Channel, FeedbackResult
from sim.record.log import LogChunk, Outcome
from sim.record.result import EngineResult
from sim.scenario.complaints import Complaints
from sim.scenario.scenario import Scenario
from sim.study.inputs import drawn, groups, inputs
from sim.threshold import WORD

DELAYS = {"fast": 0.05, "central": 0.5, "slow": 0.95}
"""Laws of the delay from call to complaint: at which quantile of the scenario's range each is."""

_UNANSWERED = [Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.MACHINE_TAKEN_FOR_HUMAN]


class CallsByHour:
    """A sink of the call log that keeps how many calls of each outcome ended in each hour."""

    def __init__(self, hours: int) -> None:
        self.outcomes: NDArray[np.int64] = np.zeros((hours, 16), dtype=np.int64)
        """(hours, 16) Calls by hour of their end and outcome."""
        self.first: NDArray[np.int64] = np.zeros(hours, dtype=np.int64)
        """(hours,) First attempts by hour of their end."""

    def add(self, chunk: LogChunk) -> None:
        """Take rows of the log; ends after the last hour count in it."""
        hours = len(self.first)
        hour = np.minimum((chunk.start_ms + chunk.hold_ms) // HOUR_MS, hours - 1)
        cell = hour * 16 + chunk.outcome
        self.outcomes += np.bincount(cell, minlength=hours * 16).reshape(hours, 16)
        self.first += np.bincount(hour[chunk.attempt == 1], minlength=hours)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What a run gives, and all that the prediction takes from it."""

    calls: int
    """Calls placed."""
    weight: float
    """Mean number of complaints about calls at the central level, of all channels."""
    made: Floats
    """(hours,) Share of that weight by hour of the call's end or the hearing."""
    called: Floats
    """(hours,) Share of the world's lines called by the middle of the hour."""
    reported: tuple[int, ...]
    """Reports to the regulator in the run itself, before each of the moments."""


def moments(scenario: Scenario, strategy: str) -> tuple[int, int, int]:
    """Hours from the campaign's start to the ends of days three and four, and to the horizon.

    Days are those of the campaign's time zone; the third ends with the day after next.
    """
    complaints = _complaints(scenario)
    campaign = scenario.strategies[strategy].campaign
    midnight = campaign.start.replace(hour=0, minute=0, second=0, microsecond=0)
    start = calendar.utc_ms(campaign.start, campaign.timezone)
    three, four = (
        round(
            (calendar.utc_ms(midnight + dt.timedelta(days=days), campaign.timezone) - start)
            / HOUR_MS
        )
        for days in (3, 4)
    )
    return three, four, complaints.horizon // HOUR_MS


def with_level(scenario: Scenario, level: FactorRange) -> Scenario:
    """A scenario with another level, such as the casebook's before a case was known."""
    complaints = _complaints(scenario).model_copy(update={"per_million": level})
    world = scenario.world.model_copy(update={"complaints": complaints})
    return scenario.model_copy(update={"world": world})


def delay_at(scenario: Scenario, quantile: float) -> DurationLaw:
    """The law of the delay from call to complaint, at a quantile of its range."""
    moving = groups(scenario)
    paths = [one.path for one in inputs(moving) if one.path.startswith("world.complaints.delay")]
    return _complaints(drawn(scenario, moving, dict.fromkeys(paths, quantile))).delay


def run(scenario: Scenario, strategy: str) -> Figures:
    """Run the engine once and take the figures."""
    hours = moments(scenario, strategy)
    plan = build_plan(scenario, strategy, laws=packs_of(scenario))
    log = CallsByHour(hours[-1])
    result = fast.run(plan, log.add)
    return figures(scenario, log, result, hours)


def figures(
    scenario: Scenario, log: CallsByHour, result: EngineResult, hours: Sequence[int]
) -> Figures:
    """Take the figures from a finished run.

    The weight of a call goes by its kind alone here: who is opposed and what is a meal time hardly
    moves the hours. What is left of a voicemail's counts when it is heard.

    Raises
    ------
    ValueError
        If the run had no feedback.
    """
    complaints, feedback = _complaints(scenario), result.feedback
    if feedback is None:
        raise ValueError("the run had no feedback: its scenario has no complaints")
    effects, voicemail = complaints.effects, scenario.world.voicemail
    horizon = len(log.first)
    heard = np.convolve(
        log.outcomes[:, Outcome.MACHINE_VOICEMAIL], by_hour(voicemail.delay, horizon)
    )[:horizon]
    made = (
        log.outcomes[:, Outcome.HUMAN_TAKEN_FOR_MACHINE : Outcome.FAILED].sum(axis=1)
        + effects.voicemail.central * voicemail.heard.central * heard
        + effects.unanswered.central * log.outcomes[:, _UNANSWERED].sum(axis=1)
    )
    upto = np.cumsum(log.first)
    return Figures(
        calls=result.calls,
        weight=feedback.reference_weight / WORD,
        made=made / made.sum(),
        called=(upto - log.first / 2) / scenario.world.lines,
        reported=tuple(_reported(feedback, hour) for hour in hours),
    )


def _reported(feedback: FeedbackResult, hour: int) -> int:
    """Reports to the regulator before an hour."""
    before = feedback.complaint_ms < hour * HOUR_MS
    return int(np.count_nonzero(before & (feedback.complaint_channel == Channel.REGULATOR)))


def _complaints(scenario: Scenario) -> Complaints:
    if scenario.world.complaints is None:
        raise ValueError(f"{scenario.name}: the world has no complaints")
    return scenario.world.complaints


@dataclass(frozen=True, slots=True)
class Predicted:
    """Reports to the regulator before one moment, under one law of the delay."""

    central: Moments
    """At the central level."""
    law: Count
    """With the level's predictive law."""


def predict(
    scenario: Scenario, found: Figures, level: Level, hours: Sequence[int]
) -> dict[str, list[Predicted]]:
    """Reports before each moment, by the name of the delay's law.

    Parameters
    ----------
    scenario
        The scenario of the run.
    found
        From :func:`run`.
    level
        The level's predictive law, around the scenario's central level.
    hours
        Moments, hours since the start, none beyond the horizon.
    """
    complaints = _complaints(scenario)
    times = level.levels() / complaints.per_million.central
    out = {}
    for name, quantile in DELAYS.items():
        delay = by_hour(delay_at(scenario, quantile), hours[-1])
        rows = []
        for hour in hours:
            central = reports(complaints, found.weight, found.made, found.called, delay, hour)
            rows.append(Predicted(central, Count(central.mean * times, central.dispersion)))
        out[name] = rows
    return out


def typical_weight(scenario: Scenario, typical: Typical) -> float:
    """Mean weight of a dial of a fined campaign, by the world's effects; a reference call has 1."""
    effects = _complaints(scenario).effects
    people = typical.connected * (1 - typical.machines)
    machines = typical.connected * typical.machines
    left = machines * typical.message_left
    kinds = (
        people
        + effects.voicemail.central * left * scenario.world.voicemail.heard.central
        + effects.unanswered.central * (machines - left + typical.no_answer)
    )
    raised = (
        (typical.repeats, effects.repeat.central),
        (typical.opposed, effects.opposed.central),
        (typical.failed_opt_outs, effects.after_opt_out.central),
        (typical.meals, effects.meal.central),
    )
    return kinds * math.prod(1 + share * (effect - 1) for share, effect in raised)


def given_back(scenario: Scenario, typical: Typical) -> float:
    """Reports to the regulator per million dials that the world gives for a fined campaign.

    A reference call's chance is ``per_million / casebook_effect / channels.regulator`` times
    (1 − n), and each complaint becomes 1 / (1 − n) with those that it breeds: n cancels, where
    everybody has been called, and so does the regulator's share of complaints.
    """
    complaints = _complaints(scenario)
    per_dial = typical_weight(scenario, typical)
    return complaints.per_million.central * per_dial / complaints.weight
