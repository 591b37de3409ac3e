"""An audit's input from what the simulator did: a stored run, or a log while it is written.

What is known of the recipients is the world's; of the message, the strategy's. Opt-outs, notices
and proof are not in the model, so the rules on them are not assessable.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from sim.audit.tables import (
    I64,
    NEVER,
    WEEK_MINUTES,
    AuditInput,
    Bools,
    Calls,
    CampaignFacts,
    Recipients,
    Slot,
)
from sim.behaviour.calls import call_tables
from sim.behaviour.voicemail import hearing
from sim.engine.log import LogChunk, Outcome
from sim.engine.plan import Plan
from sim.regimes.model import IdentityItem
from sim.results.read import SCENARIO, Run, load_run
from sim.scenario.load import load_scenario
from sim.scenario.model import Scenario, Strategy
from sim.scenario.scale import scale_scenario
from sim.streams import make_key
from sim.world.population import Population
from sim.world.slots import consent_slots
from sim.world.synthesis import latents, synthesise

Hearing = Callable[[NDArray[np.int32], NDArray[np.uint8]], tuple[Bools, I64]]
"""Lines and attempts of messages left, to: heard or not, and the delay in ms after the call."""
_COLUMNS = ("strategy", "line", "attempt", "start_utc", "zone", "outcome", "ring_ms", "hold_ms")


class RunInputError(ValueError):
    """A run cannot be audited."""


# ── While running ────────────────────────────────────────────────────────────────────────────────


class CallLog:
    """Keeps what an audit needs of a log while an engine writes it: 15 bytes a call.

    Parameters
    ----------
    scenario
        As it is run, already scaled.
    strategy
        Its strategy's name.
    plan
        The strategy's plan.
    """

    def __init__(self, scenario: Scenario, strategy: str, plan: Plan) -> None:
        self._scenario, self._strategy, self._plan = scenario, strategy, plan
        self._chunks: list[tuple[NDArray[Any], ...]] = []

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._chunks.append(
            (
                chunk.line.copy(),
                chunk.attempt.copy(),
                chunk.start_ms + self._plan.start_utc_ms,
                chunk.hold_ms.copy(),
                chunk.outcome.copy(),
            )
        )

    def finish(self) -> AuditInput:
        """The input of an audit; rows are dropped here."""
        columns = [np.concatenate(parts) for parts in zip(*self._chunks, strict=True)]
        self._chunks = []
        if not columns:
            columns = [np.empty(0, dtype=t) for t in (np.int32, np.uint8, np.int64, np.int32, "u1")]
        plan = self._plan

        def heard(line: NDArray[np.int32], attempt: NDArray[np.uint8]) -> tuple[Bools, I64]:
            return hearing(plan.tables, plan.key, line, attempt)

        return _input(self._scenario, self._strategy, plan.population, columns, heard)


# ── From a stored run ────────────────────────────────────────────────────────────────────────────


def read_run(path: str | os.PathLike[str], strategies: Sequence[str] = ()) -> Iterator[AuditInput]:
    """Inputs from a run directory that holds ``calls.parquet``, one a strategy, in its order.

    The world is made again from the run's own scenario and seed.

    Parameters
    ----------
    path
        The run directory.
    strategies
        Only these; default all.

    Raises
    ------
    sim.results.errors.RunDirectoryError
        If the directory is no whole run, or holds no call log.
    RunInputError
        If the run has no such strategy, or its world cannot be made again.
    sim.scenario.faults.ScenarioError
        If its scenario cannot be read by this version.
    """
    run = load_run(path)
    for name in strategies:
        if name not in run.strategies:
            known = ", ".join(run.strategies)
            raise RunInputError(f"the run has no strategy '{name}'; it has {known}")
    scenario = scenario_of(run)
    hidden = latents(scenario)
    key = make_key(scenario.seed, int(run.manifest["draw"]), int(run.manifest["noise"]))
    people = synthesise(scenario, key, hidden)
    for name in strategies or run.strategies:
        columns, ring = _calls_of(run, name, scenario, people)
        live = tuple(run.manifest["plans"][name]["live_thresholds_ms"])
        tables = call_tables(scenario.world, scenario.strategies[name], hidden, live)

        def heard(
            line: NDArray[np.int32], attempt: NDArray[np.uint8], tables: Any = tables
        ) -> tuple[Bools, I64]:
            return hearing(tables, key, line, attempt)

        yield _input(scenario, name, people, columns, heard, ring)


def scenario_of(run: Run) -> Scenario:
    """The scenario of a run, at the run's scale."""
    full = load_scenario(run.path / SCENARIO).scenario
    scale = run.manifest["scale"]
    scaled, _ = scale_scenario(full, Fraction(str(scale["asked"])))
    if scaled.world.lines != scale["lines"]:
        raise RunInputError(
            f"the run has {scale['lines']} lines; made again at its scale, {scaled.world.lines}"
        )
    return scaled


def _calls_of(
    run: Run, strategy: str, scenario: Scenario, people: Population
) -> tuple[list[NDArray[Any]], NDArray[np.int32]]:
    """A strategy's columns: line, attempt, start, hold, outcome; and ring times."""
    zones = np.array([t.timezone for t in scenario.world.territories.values()], dtype=np.object_)
    parts: list[tuple[NDArray[Any], ...]] = []
    for rows in run.call_batches(_COLUMNS):
        mine = rows[(rows["strategy"] == strategy).to_numpy()]
        if mine.empty:
            continue
        line = mine["line"].to_numpy(np.int32)
        if (
            line.max() >= people.lines
            or (zones[people.territory[line]] != mine["zone"].astype(object).to_numpy()).any()
        ):
            raise RunInputError(
                f"the world of {run.path} cannot be made again: its lines stand in other time "
                "zones. Another version made the run; run its scenario again"
            )
        outcome = mine["outcome"].cat
        codes = np.array([_code(str(name)) for name in outcome.categories], dtype=np.uint8)
        start = mine["start_utc"].dt.tz_localize(None).to_numpy("datetime64[ms]").view(np.int64)
        parts.append(
            (
                line,
                mine["attempt"].to_numpy(np.uint8),
                start,
                mine["hold_ms"].to_numpy(np.int32),
                codes[outcome.codes.to_numpy()],
                mine["ring_ms"].to_numpy(np.int32),
            )
        )
    if not parts:
        empty = np.empty(0, dtype=np.int32)
        return [empty, empty, empty.astype(np.int64), empty, empty.astype(np.uint8)], empty
    *columns, ring = (np.concatenate(part) for part in zip(*parts, strict=True))
    return columns, ring


def _code(name: str) -> int:
    """Code of an outcome by its name in a call log; all who heard the message count alike."""
    return int(Outcome.__members__.get(name.upper(), Outcome.HEARD))


# ── Both ─────────────────────────────────────────────────────────────────────────────────────────


def _input(
    scenario: Scenario,
    name: str,
    people: Population,
    columns: list[NDArray[Any]],
    heard: Hearing,
    ring_ms: NDArray[np.int32] | None = None,
) -> AuditInput:
    line, attempt, start, hold, outcome = columns
    world, strategy = scenario.world, scenario.strategies[name]
    end = start + hold
    zones = tuple(dict.fromkeys(t.timezone for t in world.territories.values()))
    zone_of = np.array([zones.index(t.timezone) for t in world.territories.values()], dtype="u1")
    territory = people.territory[line]
    return AuditInput(
        name=name,
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
            ring_ms=ring_ms,
        ),
        lines=people.lines,
        zones=zones,
        territories=tuple(world.territories),
        line_types=tuple(world.line_types),
        scopes=(frozenset({"automated", "caller"}),),
        slots=_slots(scenario),
        recipients=_recipients(scenario, people),
        facts=facts_of(strategy),
    )


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
    return Recipients(
        consent_from_ms=np.where(gave, -(2**62), NEVER),
        consent_until_ms=np.full(people.lines, NEVER, dtype=np.int64),
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
        gate=message.gate,
        identification=MappingProxyType(said),
    )
