"""From a scenario and the name of a strategy to a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import call_tables
from sim.engine.plan import calendar
from sim.engine.plan.calling import Timetable
from sim.engine.plan.feedback_build import build_feedback
from sim.engine.plan.feedback_plan import FeedbackPlan, Reaction
from sim.engine.plan.plan import (
    Cap,
    Plan,
    Posture,
    Step,
)
from sim.engine.plan.stage import Stage, timetable_of
from sim.record.log import N_OUTCOMES, Outcome
from sim.regimes.laws import NO_LAWS, Laws
from sim.scenario.dialing import Carrier, Change, Dialing, Outage
from sim.scenario.played import played
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.streams import Replication
from sim.world.population import Population

LIVE_THRESHOLDS_MS = (6_000, 19_000, 30_000, 60_000)
"""Listening times at which live reach is always reported (source P10 and its extrapolation)."""


def build_plan(
    scenario: Scenario,
    name: str,
    *,
    laws: Laws = NO_LAWS,
    replication: Replication | None = None,
) -> Plan:
    """The plan of one strategy alone, in a world made for it.

    Parameters are those of :class:`~sim.engine.plan.stage.Stage`; errors are those of it and of
    :func:`plan_of`.
    """
    return plan_of(Stage(scenario, laws, replication), name)


def plan_of(stage: Stage, which: str | Strategy) -> Plan:
    """Reduce one strategy to a plan.

    Parameters
    ----------
    stage
        The world in which it runs, and what its strategies share.
    which
        The name of one of its scenario's; or a strategy that it does not have, such as one of them
        with other channels.

    Raises
    ------
    LookupError
        Where the pack of a regime that is named was not handed in.
    """
    scenario, population = stage.scenario, stage.population
    strategy: Strategy = scenario.strategies[which] if isinstance(which, str) else which
    times = stage.timetable(which) if isinstance(which, str) else timetable_of(stage, strategy)
    enforced, start_utc, cutoff = times.enforced, times.start_utc_ms, times.cutoff_ms
    stances, stages = _stances(scenario, strategy)
    postures, live, reached_live = _postures(stage, strategy, times, stances)
    tables = postures[0].tables
    order = stage.order(strategy)
    return Plan(
        key=stage.replication.key,
        population=population,
        tables=tables,
        class_of=stage.class_of,
        order=order[enforced.listed(population)[order]] if enforced.rules else order,
        calling=times.calling,
        groups=times.groups,
        group=times.group_of(population),
        steps=capacity_steps(strategy, start_utc, cutoff),
        cutoff_ms=cutoff,
        lifetime=strategy.attempts.lifetime,
        retry_delay_ms=_retry_delays(strategy),
        live_thresholds_ms=live,
        reached_live_ms=reached_live,
        start_utc_ms=start_utc,
        postures=postures,
        carriers=carrier_steps(strategy, start_utc, cutoff),
        message_from_ms=_message_moments(strategy, start_utc),
        caps=own_caps(scenario, strategy, population)
        + enforced.caps(population, start_utc + cutoff),
        per_day=_per_day(strategy),
        turns=strategy.attempts.turns,
        until_ms=enforced.until_ms(population, start_utc),
        key_press_ms=strategy.suppression.key_press,
        partner=population.partner if strategy.suppression.household else None,
        numbers=tables.numbers,
        feedback=_feedback(stage, strategy, times, postures, stages),
    )


def _feedback(
    stage: Stage,
    strategy: Strategy,
    times: Timetable,
    postures: Sequence[Posture],
    stages: tuple[Reaction, Reaction, Reaction],
) -> FeedbackPlan | None:
    """What acts back on the strategy."""
    return build_feedback(
        stage.scenario,
        strategy,
        times.calling,
        times.start_utc_ms,
        times.cutoff_ms,
        tuple(posture.tables.opt_out == "start" for posture in postures),
        tuple(strategy.message.call_back for _ in postures),
        stages,
        stage.laws,
        stage.almanac,
    )


def _postures(
    stage: Stage,
    strategy: Strategy,
    times: Timetable,
    stances: Sequence[_Stance],
) -> tuple[tuple[Posture, ...], tuple[int, ...], int]:
    """A posture by message and stance; live thresholds, and the one of *delivered live*, ms."""
    world = stage.scenario.world
    reached_live = min(strategy.reached_when.live, strategy.message.duration)
    live = tuple(sorted({*LIVE_THRESHOLDS_MS, reached_live}))
    postures = []
    for at in played(strategy):
        then = strategy.model_copy(update={"message": at.message, "amd": at.amd})
        for stance in stances:
            said = call_tables(world, _with_message(then, stance), stage.hidden, live, stage.rows)
            groups = times.narrow_groups if stance.narrow_hours else times.groups
            postures.append(Posture(said, tuple(group.open_ms for group in groups)))
    return tuple(postures), live, reached_live


def _message_moments(strategy: Strategy, start_utc: int) -> tuple[int, ...]:
    """Moments from which another message is played, ms since the start; the first is 0."""
    zone = strategy.campaign.timezone
    return tuple(
        0 if at.since is None else calendar.utc_ms(at.since, zone) - start_utc
        for at in played(strategy)
    )


@dataclass(frozen=True, slots=True)
class _Stance:
    """What reactions make of a campaign, beside suspending and stopping it."""

    objection_first: bool = False
    narrow_hours: bool = False


def _stances(
    scenario: Scenario, strategy: Strategy
) -> tuple[list[_Stance], tuple[Reaction, Reaction, Reaction]]:
    """Each different stance, the campaign's own first; and the reaction at each stage."""
    stances = [_Stance()]
    stages: list[Reaction] = []
    reactions = strategy.reactions
    for actions in (reactions.contact, reactions.reminder, reactions.order):
        stance = _Stance("objection_first" in actions, "narrow_hours" in actions)
        if scenario.world.regulator is None:
            stance = _Stance()
        if stance not in stances:
            stances.append(stance)
        stages.append(
            Reaction(
                stance=stances.index(stance),
                suspend_ms=(reactions.suspend_for or 0) if "suspend" in actions else 0,
                stop="stop" in actions,
            )
        )
    return stances, (stages[0], stages[1], stages[2])


def _with_message(strategy: Strategy, stance: _Stance) -> Strategy:
    """The strategy with the message of a stance."""
    if not stance.objection_first:
        return strategy
    message = strategy.message.model_copy(update={"opt_out": "start"})
    return strategy.model_copy(update={"message": message})


def capacity_steps(strategy: Strategy, start_utc: int, cutoff: int) -> tuple[Step, ...]:
    """Channels and calls per second of the dialer over time.

    A change lasts. An outage caps what would be in force; where outages overlap, the lowest holds.
    """
    dialing, zone = strategy.dialing, strategy.campaign.timezone

    def at(moment: dt.datetime) -> int:
        return calendar.utc_ms(moment, zone) - start_utc

    changes = sorted(((at(c.at), c) for c in dialing.changes), key=lambda pair: pair[0])
    outages = [(at(o.starts), at(o.ends), o) for o in dialing.outages]
    return _steps(dialing, changes, outages, cutoff)


def carrier_steps(strategy: Strategy, start_utc: int, cutoff: int) -> tuple[tuple[Step, ...], ...]:
    """The same by carrier; empty where one takes all calls."""
    zone = strategy.campaign.timezone

    def at(moment: dt.datetime) -> int:
        return calendar.utc_ms(moment, zone) - start_utc

    return tuple(
        _steps(carrier, [], [(at(o.starts), at(o.ends), o) for o in carrier.outages], cutoff)
        for carrier in strategy.dialing.carriers.values()
    )


def _steps(
    of: Dialing | Carrier,
    changes: Sequence[tuple[int, Change]],
    outages: Sequence[tuple[int, int, Outage]],
    cutoff: int,
) -> tuple[Step, ...]:
    """Capacity over time from changes and outages, of which moments are known."""
    moments = {0, *(t for t, _ in changes), *(t for a, b, _ in outages for t in (a, b))}
    steps: list[Step] = []
    for moment in sorted(max(t, 0) for t in moments if t < cutoff):
        channels, cps = of.channels, of.calls_per_second
        for t, change in changes:
            if t <= moment:
                channels = change.channels if change.channels is not None else channels
                cps = change.calls_per_second or cps
        for a, b, outage in outages:
            if a <= moment < b:
                channels = min(channels, outage.channels)
                cps = min(cps, outage.calls_per_second or cps)
        step = Step(moment, channels, Fraction(cps))
        if not steps or (steps[-1].channels, steps[-1].calls_per_second) != (channels, cps):
            steps.append(step)
    return tuple(steps)


def _retry_delays(strategy: Strategy) -> NDArray[np.int64]:
    """Retry delay by outcome, ms, 0 for none, (16,) int64.

    The dialer goes by what it sees: a person taken for a machine is retried as a machine, and a
    machine taken for a person as a person. No retry comes sooner than ``attempts.min_gap``: the
    latest call to a line is the one that makes its retry, so the longer of the two holds.
    """
    delay = np.zeros(N_OUTCOMES, dtype=np.int64)
    rules = strategy.recycle
    heard = range(Outcome.HEARD, Outcome.FAILED)
    for rule, outcomes in (
        (rules.busy, (Outcome.BUSY,)),
        (rules.no_answer, (Outcome.NO_ANSWER,)),
        (rules.failed, (Outcome.FAILED,)),
        (
            rules.machine,
            (Outcome.MACHINE, Outcome.MACHINE_VOICEMAIL, Outcome.HUMAN_TAKEN_FOR_MACHINE)
            if strategy.amd.enabled  # without detection a machine looks like a person
            else (),
        ),
        (
            rules.human,
            (Outcome.HUMAN_AT_GATE, Outcome.MACHINE_TAKEN_FOR_HUMAN, *heard)
            if strategy.amd.enabled
            else (Outcome.HUMAN_AT_GATE, Outcome.MACHINE, *heard),
        ),
    ):
        if rule is not None:
            delay[list(outcomes)] = max(rule.delay, strategy.attempts.min_gap)
    return delay


def own_caps(scenario: Scenario, strategy: Strategy, people: Population) -> tuple[Cap, ...]:
    """The rolling caps that a strategy sets itself.

    A cap that allows a line's whole lifetime of attempts binds nobody and is left out.
    """
    known = list(scenario.world.line_types)
    caps = []
    for cap in strategy.caps:
        if cap.calls >= strategy.attempts.lifetime:
            continue
        types = known if cap.line_types is None else cap.line_types
        lines = np.isin(people.line_type, [known.index(name) for name in types])
        caps.append(Cap(cap.calls, cap.within, lines))
    return tuple(caps)


def _per_day(strategy: Strategy) -> int:
    """Most attempts to a line on a day; 0 where no number of attempts could be more."""
    most, lifetime = strategy.attempts.per_day, strategy.attempts.lifetime
    return most if most is not None and most < lifetime else 0
