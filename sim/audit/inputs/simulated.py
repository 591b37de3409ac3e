"""What a simulated campaign's calls are to an audit: joined with its world and its message.

What is known of the recipients is the world's; of the message, the strategy's. Objections are those
of the run: key presses at the end of their call, call-backs and complaints of which the caller
learns. Where nobody can object in any of these ways they are not known, which is not the same as
none. Notices about data and proof of consent are not in the model, so the rules on them are not
assessable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from sim.scenario.played import leaves_from
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.world.population import Population
from sim.world.slots import consent_slots

Hearing = Callable[[NDArray[np.int32], NDArray[np.uint8]], tuple[Bools, I64]]
"""Lines and attempts of messages left, to: heard or not, and the delay in ms after the call."""
_TERRITORY, _SLOT, _LISTED, _KIND = range(4)
"""Octets of a line's word. With few types of lines, the last has room for the flags, too."""
_CONSENT, _OPPOSED = 6, 7
"""Bits of the flags."""
_ALL = np.uint8(0xFF)
_LONG_AGO = -(2**62)
"""Stands for the beginning of a consent that was given long before the campaign."""


class Traits:
    """What the world says of its lines, a word each, so that a call's line is looked up once.

    Parameters
    ----------
    people
        The population.
    registers
        Names of its registers.
    """

    def __init__(self, people: Population, registers: tuple[str, ...]) -> None:
        self._registers = registers
        narrow = int(people.line_type.max(initial=0)) < 1 << _CONSENT
        self._types, self._flags = (_ALL >> 2, _KIND) if narrow else (_ALL, _KIND + 1)
        self._octets = 4 if narrow else 8
        octets = np.zeros((people.lines, self._octets), dtype=np.uint8)
        octets[:, _TERRITORY], octets[:, _SLOT] = people.territory, people.slot
        octets[:, _LISTED], octets[:, _KIND] = people.registers, people.line_type
        octets[:, self._flags] |= people.consent << _CONSENT | people.opposed << _OPPOSED
        self._word = octets.view(np.uint32 if narrow else np.uint64).ravel()

    def __call__(
        self, line: NDArray[np.int32]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Mapping[str, NDArray[Any]]]:
        """Territory and type of some lines, and what :attr:`Calls.of_line` takes: each (n,)."""
        octets = self._word.take(line).view(np.uint8).reshape(-1, self._octets)
        flags = octets[:, self._flags]
        gave = flags & 1 << _CONSENT != 0
        of_line: dict[str, NDArray[Any]] = {
            "consent_given": gave,
            "consent_scope": np.where(gave, np.int8(0), np.int8(-1)),
            "consent_slot": np.where(gave, octets[:, _SLOT], np.int16(-1)),
            "opposition directory": flags >= 1 << _OPPOSED,
        }
        for number, name in enumerate(self._registers):
            of_line[f"register {name}"] = octets[:, _LISTED] >> number & 1 != 0
        return octets[:, _TERRITORY].copy(), octets[:, _KIND] & self._types, of_line


class Joining:
    """Joins a strategy's calls with its world, all of them at once or a part at a time.

    Parameters
    ----------
    scenario
        As it was run, already scaled.
    name
        The strategy's name.
    people
        The population.
    heard
        Tells of messages left whether they are heard, and when; None where nobody asks.
    scale
        Lines simulated ÷ lines of the scenario.
    by_call
        Whether lines are looked up by call alone: then what is known of them takes no room here.
    """

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        people: Population,
        heard: Hearing | None,
        scale: float = 1.0,
        *,
        by_call: bool = False,
    ) -> None:
        world = scenario.world
        self._strategy = scenario.strategies[name]
        self._traits = Traits(people, tuple(world.registers))
        self._hear = heard
        self._came = _came(self._strategy)
        moments, leaves = zip(*leaves_from(self._strategy), strict=True)
        self._leaves_from, self._leaves = np.array(moments[1:], dtype=np.int64), np.array(leaves)
        zones = tuple(dict.fromkeys(t.timezone for t in world.territories.values()))
        self._zone_of = np.array(
            [zones.index(t.timezone) for t in world.territories.values()], dtype="u1"
        )
        self._known = AuditInput(
            name=name,
            scale=scale,
            calls=Calls(line=np.empty(0, dtype=np.int32), start_ms=np.empty(0, dtype=np.int64)),
            lines=people.lines,
            zones=zones,
            territories=tuple(world.territories),
            line_types=tuple(world.line_types),
            scopes=(frozenset({"automated", "caller"}),),
            slots=_slots(scenario),
            recipients=_known(scenario, people) if by_call else _recipients(scenario, people),
            facts=facts_of(self._strategy),
        )

    def __call__(
        self,
        columns: Sequence[NDArray[Any]],
        optouts: OptOuts | None = None,
        steps: Sequence[tuple[int, str]] = (),
        ring_ms: NDArray[np.int32] | None = None,
    ) -> AuditInput:
        """An audit's input.

        Parameters
        ----------
        columns
            One entry a call: line, attempt, start in ms since 1970 UTC, hold in ms, outcome.
        optouts
            Objections; None where they are not known.
        steps
            Moments, rising, in ms since 1970 UTC, and stages that the regulator reached then.
        ring_ms
            (n,) For how long each call rang; None where that was not kept.
        """
        line, attempt, start, hold, outcome = columns
        end, hear = start + hold, self._hear
        territory, line_type, of_line = self._traits(line)
        came: dict[str, Any] = {what: of.take(outcome) for what, of in self._came.items()}
        taken = np.flatnonzero(came["abandoned"])  # taken for a machine, and hears what that gets
        then = np.searchsorted(self._leaves_from, start[taken], side="right")
        came["delivered"][taken] = self._leaves[then]
        calls = Calls(
            line=line,
            start_ms=start,
            end_ms=end,
            attempt=attempt,
            zone=self._zone_of[territory],
            territory=territory,
            line_type=line_type,
            heard_ms=None if hear is None else _heard(line, attempt, end, outcome, hear),
            objection_first=_objection_first(self._strategy, start, steps),
            ring_ms=ring_ms,
            of_line=of_line,
            **came,
        )
        return replace(self._known, calls=calls, optouts=optouts)


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


def _came(strategy: Strategy) -> dict[str, Bools]:
    """By column of an audit's calls: (16,) what each outcome says of it.

    What a person taken for a machine hears hangs on the moment.
    """
    gated = strategy.message.gate != "none"
    heard = [Outcome.HEARD <= code < Outcome.FAILED for code in range(16)]
    delivered = list(heard)
    delivered[Outcome.MACHINE_VOICEMAIL] = True
    delivered[Outcome.MACHINE_TAKEN_FOR_HUMAN] = not gated
    came = {
        "connected": [Outcome.MACHINE <= code < Outcome.FAILED for code in range(16)],
        "delivered": delivered,
        "person": [Outcome.HUMAN_TAKEN_FOR_MACHINE <= code < Outcome.FAILED for code in range(16)],
        "abandoned": [code == Outcome.HUMAN_TAKEN_FOR_MACHINE for code in range(16)],
        "rang_out": [code == Outcome.NO_ANSWER for code in range(16)],
        "pressed": [gated and passed for passed in heard],
    }
    return {what: np.array(by_code, dtype=np.bool_) for what, by_code in came.items()}


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
        consent_given=gave,
        consent_from_ms=_always(_LONG_AGO, people.lines) if since is None else since,
        consent_until_ms=_always(NEVER, people.lines) if until is None else until,
        consent_scope=np.where(gave, np.int8(0), np.int8(-1)),
        consent_slot=np.where(gave, people.slot, np.int16(-1)).astype(np.int16, copy=False),
        registers=known.registers,
        oppositions=known.oppositions,
    )


def _known(scenario: Scenario, people: Population) -> Recipients | None:
    """What is known of lines, where only their calls are asked after: dates, and else that it is.

    The values are those of :attr:`Calls.of_line`.
    """
    world = scenario.world
    if world.consent is None and world.opposition is None and not world.registers:
        return None
    anything = np.broadcast_to(np.bool_(False), (people.lines,))
    known = Recipients(
        registers=MappingProxyType(dict.fromkeys(world.registers, anything)),
        oppositions=MappingProxyType({} if world.opposition is None else {"directory": anything}),
    )
    if world.consent is None:
        return known
    since, until = people.consent_from_ms, people.consent_until_ms
    return replace(
        known,
        consent_given=anything,
        consent_from_ms=_always(_LONG_AGO, people.lines) if since is None else since,
        consent_until_ms=_always(NEVER, people.lines) if until is None else until,
        consent_scope=anything.view(np.int8),
        consent_slot=anything.view(np.int8),
    )


def _always(moment: int, lines: int) -> I64:
    """(lines,) The same moment for every line, in the room of one."""
    return np.broadcast_to(np.int64(moment), (lines,))


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
