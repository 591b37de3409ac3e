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

from sim.audit.inputs.traits import Traits
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
_LONG_AGO = -(2**62)
"""Stands for the beginning of a consent that was given long before the campaign."""


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
    traits
        What is known of the population's lines, where they are looked up by call alone: then it
        takes no room here. Default is to work it out.
    """

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        people: Population,
        heard: Hearing | None,
        scale: float = 1.0,
        *,
        traits: Traits | None = None,
    ) -> None:
        world = scenario.world
        self._strategy = scenario.strategies[name]
        self._traits = traits or Traits(people, tuple(world.registers))
        self._hear = heard
        self._came = {what: _runs(of) for what, of in _came(self._strategy).items()}
        moments, leaves = zip(*leaves_from(self._strategy), strict=True)
        self._leaves_from, self._leaves = np.array(moments[1:], dtype=np.int64), np.array(leaves)
        zones = tuple(dict.fromkeys(t.timezone for t in world.territories.values()))
        zone_of = [zones.index(t.timezone) for t in world.territories.values()]
        self.zones = np.array(zone_of, dtype=np.uint8)  # by territory
        self._zones_apart = len(zones) == len(zone_of)
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
            recipients=_recipients(scenario, people)
            if traits is None
            else _known(scenario, people),
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
        came: dict[str, Any] = {what: _of(outcome, of) for what, of in self._came.items()}
        taken = np.flatnonzero(came["abandoned"])  # taken for a machine, and hears what that gets
        then = np.searchsorted(self._leaves_from, start[taken], side="right")
        came["delivered"][taken] = self._leaves[then]
        calls = Calls(
            line=line,
            start_ms=start,
            end_ms=end,
            attempt=attempt,
            zone=territory if self._zones_apart else self.zones.take(territory),
            territory=territory,
            line_type=line_type,
            heard_ms=None if hear is None else _heard(line, attempt, end, outcome, hear),
            objection_first=_objection_first(self._strategy, start, steps),
            ring_ms=ring_ms,
            of_line=of_line,
            **came,
        )
        return replace(self._known, calls=calls, optouts=optouts)

    def log(
        self,
        columns: Sequence[NDArray[Any]],
        optouts: OptOuts | None,
        steps: Sequence[tuple[int, str]],
    ) -> AuditInput:
        """What rules that look at a whole log ask of it, whatever else they may ask of its parts.

        Parameters
        ----------
        columns
            One entry a call: line, start in ms since 1970 UTC, zone; and outcome, where it is asked
            who answered.
        optouts, steps
            As of an audit's input.
        """
        line, start, zone, *answers = columns
        names = ("person", "abandoned", "rang_out")
        came: dict[str, Any] = {
            what: _of(outcome, self._came[what]) for outcome in answers for what in names
        }
        calls = Calls(
            line=line,
            start_ms=start,
            zone=zone,
            objection_first=_objection_first(self._strategy, start, steps),
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


def _runs(by_code: Bools) -> NDArray[np.uint8]:
    """(runs, 2) First code, and number of codes, of each row of codes of which something is so."""
    edges = np.flatnonzero(np.diff(by_code, prepend=False, append=False)).reshape(-1, 2)
    return np.stack([edges[:, 0], edges[:, 1] - edges[:, 0]], axis=1).astype(np.uint8)


def _of(outcome: NDArray[np.uint8], runs: NDArray[np.uint8]) -> Bools:
    """(n,) Whether something is so of each outcome: a comparison for each row of codes."""
    if not len(runs):
        return np.zeros(len(outcome), dtype=np.bool_)
    found: Bools = outcome - runs[0, 0] < runs[0, 1]
    for first, codes in runs[1:]:
        found |= outcome - first < codes
    return found


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
        is_heard, delay = heard(line.take(left), attempt.take(left))
        at[left] = np.where(is_heard, end.take(left) + delay, NEVER)
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
    if strategy.message.opt_out == "start" or not steps:
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
