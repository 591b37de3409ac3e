"""From a scenario and the name of a strategy to a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import Latent
from sim.behaviour.calls import call_tables
from sim.engine.plan import calendar
from sim.engine.plan.enforce import Enforcement
from sim.engine.plan.feedback_build import build_feedback
from sim.engine.plan.feedback_plan import Reaction
from sim.engine.plan.plan import (
    Calling,
    Group,
    Plan,
    Posture,
    Step,
)
from sim.record.log import N_OUTCOMES, Outcome
from sim.regimes.laws import NO_LAWS, Laws
from sim.scenario.calendars import public_holidays
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.streams import Key, Purpose, make_key, words
from sim.world.classes import class_of
from sim.world.population import Population
from sim.world.slots import consent_slots
from sim.world.synthesis import latents, synthesise

LIVE_THRESHOLDS_MS = (6_000, 19_000, 30_000, 60_000)
"""Listening times at which live reach is always reported (source P10 and its extrapolation)."""


def build_plan(
    scenario: Scenario,
    name: str,
    *,
    laws: Laws = NO_LAWS,
    population: Population | None = None,
    hidden: tuple[Latent, ...] | None = None,
    draw: int = 0,
    noise: int = 0,
) -> Plan:
    """Reduce one strategy of a scenario to a plan.

    Parameters
    ----------
    scenario
        A checked scenario, already scaled (:mod:`sim.scenario.scale`).
    name
        The strategy's name.
    laws
        The law packs that the scenario names.
    population, hidden
        The world's population and latent shares, where the caller has them: strategies share them.
    draw, noise
        Numbers of the parameter draw and of the noise replication.

    Raises
    ------
    sim.errors.UnreachableSharesError
        Where the answering shares cannot come from the ring laws.
    LookupError
        Where the pack of a regime that the scenario names was not handed in.
    """
    strategy: Strategy = scenario.strategies[name]
    key = make_key(scenario.seed, draw, noise)
    hidden = hidden or latents(scenario)
    population = population or synthesise(scenario, key, hidden)
    campaign = strategy.campaign
    start_utc = calendar.utc_ms(campaign.start, campaign.timezone)
    cutoff = calendar.utc_ms(campaign.cutoff, campaign.timezone) - start_utc
    reached_live = min(strategy.reached_when.live, strategy.message.duration)
    live = tuple(sorted({*LIVE_THRESHOLDS_MS, reached_live}))
    enforced = Enforcement(scenario, strategy, laws)
    calling = _all_calling(scenario, strategy, start_utc, cutoff, enforced)
    groups, group = _groups(scenario, population, calling, start_utc, cutoff, enforced)
    order = dialling_order(scenario, strategy, population, key)
    tables = call_tables(scenario.world, strategy, hidden, live)
    stances, stages = _stances(scenario, strategy)
    postures = [Posture(tables, tuple(g.open_ms for g in groups))]
    for stance in stances[1:]:
        narrowed = _all_calling(
            scenario, strategy, start_utc, cutoff, enforced, narrow=stance.narrow_hours
        )
        open_ms, _ = _groups(scenario, population, narrowed, start_utc, cutoff, enforced)
        said = call_tables(scenario.world, _with_message(strategy, stance), hidden, live)
        postures.append(Posture(said, tuple(g.open_ms for g in open_ms)))
    return Plan(
        key=key,
        population=population,
        tables=tables,
        class_of=class_of(scenario.world, population),
        order=order[enforced.listed(population)[order]] if enforced.rules else order,
        calling=calling,
        groups=groups,
        group=group,
        steps=capacity_steps(strategy, start_utc, cutoff),
        cutoff_ms=cutoff,
        lifetime=strategy.attempts.lifetime,
        retry_delay_ms=_retry_delays(strategy),
        live_thresholds_ms=live,
        reached_live_ms=reached_live,
        start_utc_ms=start_utc,
        postures=tuple(postures),
        caps=enforced.caps(population, start_utc + cutoff),
        until_ms=enforced.until_ms(population, start_utc),
        key_press_ms=strategy.suppression.key_press,
        partner=population.partner if strategy.suppression.household else None,
        numbers=tables.numbers,
        feedback=build_feedback(
            scenario,
            strategy,
            calling,
            start_utc,
            cutoff,
            tuple(posture.tables.opt_out == "start" for posture in postures),
            tuple(strategy.message.call_back for _ in postures),
            stages,
            laws,
        ),
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
                posture=stances.index(stance),
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


def _all_calling(
    scenario: Scenario,
    strategy: Strategy,
    start_utc: int,
    cutoff: int,
    enforced: Enforcement,
    *,
    narrow: bool = False,
) -> tuple[Calling, ...]:
    """The calendars of all territories."""
    return tuple(
        _calling(scenario, strategy, territory, start_utc, cutoff, enforced, narrow)
        for territory in scenario.world.territories
    )


def _calling(
    scenario: Scenario,
    strategy: Strategy,
    territory: str,
    start_utc: int,
    cutoff: int,
    enforced: Enforcement,
    narrow: bool,
) -> Calling:
    """The calendar of one territory; narrow, cut to the windows that a reaction leaves."""
    place = scenario.world.territories[territory]
    first, count = start_utc // calendar.MINUTE_MS, cutoff // calendar.MINUTE_MS
    local = calendar.local_minutes(place.timezone, first, count)
    own = strategy.campaign.territory_cutoffs.get(territory)
    if own is not None:
        cutoff = min(cutoff, calendar.utc_ms(own, place.timezone) - start_utc)
    zone = ZoneInfo(place.timezone)
    days = [
        dt.datetime.fromtimestamp((first + minute) * 60, tz=zone).date() for minute in (0, count)
    ]
    holidays = (
        public_holidays(place.holidays, days[0], days[1])
        if strategy.dialing.on_holidays != "normal"
        else frozenset()
    )
    inside = calendar.open_minutes(
        local, strategy.dialing.call_times, holidays, strategy.dialing.on_holidays
    )
    left = strategy.reactions.narrow_call_times
    if narrow and left is not None:
        inside &= calendar.open_minutes(local, left, holidays, strategy.dialing.on_holidays)
    inside &= enforced.open_minutes(territory, local)
    inside &= np.arange(count) * calendar.MINUTE_MS < cutoff
    quarter = calendar.quarter_of_week(local)
    changes = np.flatnonzero(np.diff(quarter, prepend=quarter[:1] - 1))
    return Calling(
        open_ms=calendar.intervals(inside),
        cutoff_ms=cutoff,
        row_from_ms=changes.astype(np.int64) * calendar.MINUTE_MS,
        row=quarter[changes],
    )


def _groups(
    scenario: Scenario,
    population: Population,
    calling: tuple[Calling, ...],
    start_utc: int,
    cutoff: int,
    enforced: Enforcement,
) -> tuple[tuple[Group, ...], NDArray[np.uint16]]:
    """Groups of lines by when they may be dialled, and the group of each line.

    A group is a territory; where consented times are enforced, a territory and such a time. There a
    line without consent, which only a partial enforcement leaves on the list, has its own group.
    """
    slots = consent_slots(scenario.world) if enforced.slots else ()
    if not slots:
        own = tuple(Group(t, place.open_ms) for t, place in enumerate(calling))
        return own, population.territory.astype(np.uint16)
    first, count = start_utc // calendar.MINUTE_MS, cutoff // calendar.MINUTE_MS
    groups: list[Group] = []
    for t, (place, times) in enumerate(
        zip(scenario.world.territories.values(), calling, strict=True)
    ):
        local = calendar.local_minutes(place.timezone, first, count)
        inside = calendar.flags(times.open_ms, count)
        for slot in slots:
            named = calendar.open_minutes(local, [slot.window], frozenset(), "normal")
            groups.append(Group(t, calendar.intervals(inside & named)))
        groups.append(Group(t, times.open_ms))
    within = np.where(population.consent != 0, population.slot, len(slots))
    group = population.territory.astype(np.uint16) * np.uint16(len(slots) + 1)
    return tuple(groups), group + within.astype(np.uint16)


def capacity_steps(strategy: Strategy, start_utc: int, cutoff: int) -> tuple[Step, ...]:
    """Channels and calls per second over time.

    A change lasts. An outage caps what would be in force; where outages overlap, the lowest holds.
    """
    dialing, zone = strategy.dialing, strategy.campaign.timezone

    def at(moment: dt.datetime) -> int:
        return calendar.utc_ms(moment, zone) - start_utc

    changes = sorted(((at(c.at), c) for c in dialing.changes), key=lambda pair: pair[0])
    outages = [(at(o.starts), at(o.ends), o) for o in dialing.outages]
    moments = {0, *(t for t, _ in changes), *(t for a, b, _ in outages for t in (a, b))}
    steps: list[Step] = []
    for moment in sorted(max(t, 0) for t in moments if t < cutoff):
        channels, cps = dialing.channels, dialing.calls_per_second
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


def dialling_order(
    scenario: Scenario, strategy: Strategy, population: Population, key: Key
) -> NDArray[np.int32]:
    """The list in dialling order: line ids, (n,) int32.

    Random order ranks keyed words with the line id as tie-break. By territory or segment, groups
    come as declared and are random within.
    """
    world, chosen = scenario.world, strategy.list
    on_list = np.ones(population.lines, dtype=np.bool_)
    filters: tuple[tuple[Sequence[str] | None, Sequence[str], NDArray[np.uint8]], ...] = (
        (chosen.territories, list(world.territories), population.territory),
        (chosen.line_types, list(world.line_types), population.line_type),
        (chosen.segments, list(world.segments or {}), population.segment),
    )
    for names, known, column in filters:
        if names is not None:
            on_list &= np.isin(column, [known.index(name) for name in names])
    for name in chosen.without_registers or ():
        bit = np.uint8(list(world.registers).index(name))
        on_list &= (population.registers >> bit) & 1 == 0
    lines = np.flatnonzero(on_list).astype(np.uint64)
    order = strategy.dialing.lead_order
    if order == "file":
        return lines.astype(np.int32)
    word = words(key, Purpose.LIST_ORDER, lines.astype(np.uint32))[0].astype(np.uint64)
    rank = np.sort(word << np.uint64(32) | lines)
    shuffled = (rank & np.uint64(0xFFFFFFFF)).astype(np.int32)
    if order == "random":
        return shuffled
    column = population.territory if order == "territory" else population.segment
    return shuffled[np.argsort(column[shuffled], kind="stable")]


def _retry_delays(strategy: Strategy) -> NDArray[np.int64]:
    """Retry delay by outcome, ms, 0 for none, (16,) int64.

    The dialer goes by what it sees: a person taken for a machine is retried as a machine, and a
    machine taken for a person as a person.
    """
    delay = np.zeros(N_OUTCOMES, dtype=np.int64)
    rules = strategy.recycle
    heard = range(Outcome.HEARD, N_OUTCOMES)
    for rule, outcomes in (
        (rules.busy, (Outcome.BUSY,)),
        (rules.no_answer, (Outcome.NO_ANSWER,)),
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
            delay[list(outcomes)] = rule.delay
    return delay
