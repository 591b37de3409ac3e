"""What a simulated campaign's calls are to an audit: joined with its world and its message.

What is known of the recipients is the world's; of the message, the strategy's. Objections are those
of the run: key presses at the end of their call, call-backs and complaints of which the caller
learns. Where nobody can object in any of these ways they are not known, which is not the same as
none. Notices about data and proof of consent are not in the model, so the rules on them are not
assessable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from sim.audit.tables import (
    I64,
    WEEK_MINUTES,
    AuditInput,
    Bools,
    Calls,
    CampaignFacts,
    OptOuts,
    Recipients,
    Slot,
)
from sim.behaviour.calls import CallTables
from sim.record.log import Outcome
from sim.record.never import NEVER
from sim.scenario.message import IdentityItem
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.world.population import Population
from sim.world.slots import consent_slots

Hearing = Callable[[NDArray[np.int32], NDArray[np.uint8]], tuple[Bools, I64]]
"""Lines and attempts of messages left, to: heard or not, and the delay in ms after the call."""
_LONG_AGO = -(2**62)
"""Stands for the beginning of a consent that was given long before the campaign."""


def joined(
    scenario: Scenario,
    name: str,
    people: Population,
    columns: list[NDArray[Any]],
    heard: Hearing,
    optouts: OptOuts | None,
    steps: Sequence[tuple[int, str]],
    ring_ms: NDArray[np.int32] | None = None,
    scale: float = 1.0,
) -> AuditInput:
    """An audit's input from a strategy's calls.

    Parameters
    ----------
    scenario
        As it was run, already scaled.
    name
        The strategy's name.
    people
        The population.
    columns
        One entry a call: line, attempt, start in ms since 1970 UTC, hold in ms, outcome.
    heard
        Tells of messages left whether they are heard, and when.
    optouts
        Objections; None where they are not known.
    steps
        Moments, rising, in ms since 1970 UTC, and stages that the regulator reached then.
    ring_ms
        (n,) For how long each call rang; None where that was not kept.
    scale
        Lines simulated ÷ lines of the scenario.
    """
    line, attempt, start, hold, outcome = columns
    world, strategy = scenario.world, scenario.strategies[name]
    end = start + hold
    zones = tuple(dict.fromkeys(t.timezone for t in world.territories.values()))
    zone_of = np.array([zones.index(t.timezone) for t in world.territories.values()], dtype="u1")
    territory = people.territory[line]
    return AuditInput(
        name=name,
        scale=scale,
        calls=replace(
            _flags(strategy, outcome),
            line=line,
            start_ms=start,
            end_ms=end,
            attempt=attempt,
            zone=zone_of[territory],
            territory=territory,
            line_type=people.line_type[line],
            heard_ms=_heard(line, attempt, end, outcome, heard),
            objection_first=_objection_first(strategy, start, steps),
            ring_ms=ring_ms,
        ),
        lines=people.lines,
        zones=zones,
        territories=tuple(world.territories),
        line_types=tuple(world.line_types),
        scopes=(frozenset({"automated", "caller"}),),
        slots=_slots(scenario),
        recipients=_recipients(scenario, people),
        optouts=optouts,
        facts=facts_of(strategy),
    )


@dataclass(frozen=True, slots=True)
class Means:
    """How those who are called may object, so that the caller learns of it."""

    key: bool
    otherwise: bool
    """By call-back or complaint."""


def means_of(scenario: Scenario, strategy: str, tables: CallTables) -> Means:
    """How those whom a strategy calls may object."""
    world, chosen = scenario.world, scenario.strategies[strategy]
    return Means(
        key=tables.opt_out_delay is not None,
        otherwise=world.complaints is not None
        or (world.call_back is not None and chosen.message.call_back),
    )


def optouts_of(parts: Sequence[tuple[NDArray[np.int32], I64]]) -> OptOuts:
    """Objections by lines and moments, each taken for a refusal too."""
    if not parts:
        return OptOuts(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64))
    line, at = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((line, at))
    return OptOuts(line[order], at[order])


def _flags(strategy: Strategy, outcome: NDArray[np.uint8]) -> Calls:
    """Calls of which only is said what each came to, by its outcome."""
    gated = strategy.message.gate != "none"
    leaves = strategy.amd.enabled and strategy.amd.on_machine == "leave_message"
    heard = [code >= Outcome.HEARD for code in range(16)]
    delivered = list(heard)
    delivered[Outcome.MACHINE_VOICEMAIL] = True
    delivered[Outcome.MACHINE_TAKEN_FOR_HUMAN] = not gated
    delivered[Outcome.HUMAN_TAKEN_FOR_MACHINE] = leaves

    def flags(by_code: list[bool]) -> Bools:
        return np.array(by_code, dtype=np.bool_)[outcome]

    none = np.empty(0, dtype=np.int64)
    return Calls(
        line=none,
        start_ms=none,
        connected=flags([code >= Outcome.MACHINE for code in range(16)]),
        delivered=flags(delivered),
        person=flags([code >= Outcome.HUMAN_TAKEN_FOR_MACHINE for code in range(16)]),
        abandoned=flags([code == Outcome.HUMAN_TAKEN_FOR_MACHINE for code in range(16)]),
        rang_out=flags([code == Outcome.NO_ANSWER for code in range(16)]),
        pressed=flags([gated and passed for passed in heard]),
    )


def _heard(
    line: NDArray[np.int32],
    attempt: NDArray[np.uint8],
    end: I64,
    outcome: NDArray[np.uint8],
    heard: Hearing,
) -> I64:
    """(n,) When the message that a call left is heard."""
    at = np.full(len(line), NEVER, dtype=np.int64)
    left = np.flatnonzero(outcome == Outcome.MACHINE_VOICEMAIL)
    if len(left):
        is_heard, delay = heard(line[left], attempt[left])
        at[left[is_heard]] = (end[left] + delay)[is_heard]
    return at


def _objection_first(
    strategy: Strategy, start: I64, steps: Sequence[tuple[int, str]]
) -> Bools | None:
    """(n,) Whether the message told of objection first; None where no reaction changed that.

    Parameters
    ----------
    strategy
        Whose reactions count.
    start : (n,) int64
        Starts of the calls, ms since 1970 UTC.
    steps
        Moments, rising, and stages that the regulator reached then.
    """
    if strategy.message.opt_out == "start":
        return None
    told = np.zeros(len(start), dtype=np.bool_)
    for at, stage in steps:
        told[start >= at] = "objection_first" in getattr(strategy.reactions, stage)
    return told if told.any() else None


def _recipients(scenario: Scenario, people: Population) -> Recipients | None:
    """What the world says of its lines; None where it says nothing."""
    world = scenario.world
    if world.consent is None and world.opposition is None and not world.registers:
        return None
    registers = {
        name: (people.registers >> number & 1).astype(np.bool_)
        for number, name in enumerate(world.registers)
    }
    oppositions = {} if world.opposition is None else {"directory": people.opposed != 0}
    known = Recipients(
        registers=MappingProxyType(registers), oppositions=MappingProxyType(oppositions)
    )
    if world.consent is None:
        return known
    gave = people.consent != 0
    since, until = people.consent_from_ms, people.consent_until_ms
    return Recipients(
        consent_from_ms=np.where(gave, _LONG_AGO, NEVER) if since is None else since,
        consent_until_ms=np.full(people.lines, NEVER, dtype=np.int64) if until is None else until,
        consent_scope=np.where(gave, 0, -1).astype(np.int8),
        consent_slot=np.where(gave, people.slot.astype(np.int16), -1).astype(np.int16),
        registers=known.registers,
        oppositions=known.oppositions,
    )


def _slots(scenario: Scenario) -> tuple[Slot, ...]:
    """The weekly times that consents name; one that is always open where they name none."""
    slots = consent_slots(scenario.world)
    if not slots:
        return (Slot("any time", np.ones(WEEK_MINUTES, dtype=np.bool_)),)
    found = []
    for slot in slots:
        open_at = np.zeros(WEEK_MINUTES, dtype=np.bool_)
        for day in slot.window.days:
            open_at[day * 1440 + slot.window.opens : day * 1440 + slot.window.closes] = True
        found.append(Slot(slot.name, open_at))
    return tuple(found)


def facts_of(strategy: Strategy) -> CampaignFacts:
    """What a strategy's message says, and what is not known of the campaign."""
    message = strategy.message
    said = {item: item in message.identification for item in get_args(IdentityItem)}
    said["caller_name"] |= said["caller_at_start"]
    said["postal_address_or_free_phone"] |= said["postal_address"]
    return CampaignFacts(
        opt_out_notice=message.opt_out,
        how_to_object=message.how_to_object,
        opt_out_key=message.opt_out_key,
        opt_out_key_within_ms=message.opt_out_key_within,
        gate=message.gate,
        identification=MappingProxyType(said),
    )
