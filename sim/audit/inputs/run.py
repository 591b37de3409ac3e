"""An audit's input from what the simulator did: a stored run, or a log while it is written.

What is known of the recipients is the world's; of the message, the strategy's. Objections are those
of the run: key presses at the end of their call, call-backs and complaints of which the caller
learns. Where nobody can object in any of these ways they are not known, which is not the same as
none. Notices about data and proof of consent are not in the model, so the rules on them are not
assessable.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

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
from sim.behaviour.calls import CallTables, call_tables
from sim.behaviour.voicemail import hearing
from sim.engine.plan.plan import Plan
from sim.record.feedback import FeedbackResult, OptOutBy, Stage
from sim.record.log import LogChunk, Outcome
from sim.record.never import NEVER
from sim.regimes.model import IdentityItem
from sim.scenario.load import load_scenario
from sim.scenario.model import Scenario, Strategy
from sim.scenario.scale import scale_scenario
from sim.store.read import SCENARIO, Run, load_run
from sim.streams import make_key
from sim.world.population import Population
from sim.world.slots import consent_slots
from sim.world.synthesis import latents, synthesise

if TYPE_CHECKING:
    import pandas as pd

Hearing = Callable[[NDArray[np.int32], NDArray[np.uint8]], tuple[Bools, I64]]
"""Lines and attempts of messages left, to: heard or not, and the delay in ms after the call."""
_COLUMNS = (
    "strategy", "line", "attempt", "start_utc", "zone", "outcome", "ring_ms", "hold_ms", "key",
)  # fmt: skip
_OPT_OUT_KEY = 9
"""The key that lists the number, as the call log shows it."""
_LONG_AGO = -(2**62)
"""Stands for the beginning of a consent that was given long before the campaign."""


OPTOUTS = "optouts.parquet"
"""File of a run directory that holds the objections."""
STEPS = "regulator.parquet"
"""File of a run directory that holds the steps of the regulator."""


class RunInputError(ValueError):
    """A run cannot be audited."""


# ── While running ────────────────────────────────────────────────────────────────────────────────


class CallLog:
    """Keeps what an audit needs of a log while an engine writes it: 18 bytes a call.

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
        self._presses: list[tuple[NDArray[np.int32], I64]] = []

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        start = chunk.start_ms + self._plan.start_utc_ms
        self._chunks.append(
            (
                chunk.line.copy(),
                chunk.attempt.copy(),
                start,
                chunk.hold_ms.copy(),
                chunk.outcome.copy(),
            )
        )
        pressed = np.flatnonzero(chunk.opted_out)
        if len(pressed):
            end = start[pressed] + chunk.hold_ms[pressed]
            self._presses.append((chunk.line[pressed], end))

    def finish(self, feedback: FeedbackResult | None = None) -> AuditInput:
        """The input of an audit; rows are dropped here.

        Parameters
        ----------
        feedback
            What followed from the calls, as the engine found it; None where the plan has no
            feedback.
        """
        columns = [np.concatenate(parts) for parts in zip(*self._chunks, strict=True)]
        self._chunks = []
        if not columns:
            columns = [np.empty(0, dtype=t) for t in (np.int32, np.uint8, np.int64, np.int32, "u1")]
        plan = self._plan

        def heard(line: NDArray[np.int32], attempt: NDArray[np.uint8]) -> tuple[Bools, I64]:
            return hearing(plan.tables, plan.key, line, attempt)

        means = _means(self._scenario, self._strategy, plan.tables)
        optouts = None
        if means.key or means.otherwise:
            parts, self._presses = self._presses, []
            if feedback is not None:
                beside = feedback.opt_out_by != OptOutBy.KEY
                at = feedback.opt_out_ms[beside] + plan.start_utc_ms
                parts.append((feedback.opt_out_line[beside], at))
            if feedback is not None or not means.otherwise:
                optouts = _optouts(parts)
        steps = () if feedback is None else feedback.stages
        return _input(
            self._scenario,
            self._strategy,
            plan.population,
            columns,
            heard,
            optouts,
            [(at + plan.start_utc_ms, Stage(stage).name.lower()) for at, stage, _ in steps],
        )


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
    sim.store.errors.RunDirectoryError
        If the directory is no whole run, or holds no call log.
    RunInputError
        If the run has no such strategy, or its world cannot be made again.
    sim.document.faults.ScenarioError
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
        columns, ring, pressed = _calls_of(run, name, scenario, people)
        live = tuple(run.manifest["plans"][name]["live_thresholds_ms"])
        tables = call_tables(scenario.world, scenario.strategies[name], hidden, live)

        def heard(
            line: NDArray[np.int32], attempt: NDArray[np.uint8], tables: Any = tables
        ) -> tuple[Bools, I64]:
            return hearing(tables, key, line, attempt)

        means = _means(scenario, name, tables)
        optouts = None
        if means.key or means.otherwise:
            optouts = _stored_optouts(run, name)
            if optouts is None and not means.otherwise:
                line, _, start, hold, _ = columns
                optouts = _optouts([(line[pressed], (start + hold)[pressed])])
        steps = _stored_steps(run, name)
        yield _input(scenario, name, people, columns, heard, optouts, steps, ring)


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
) -> tuple[list[NDArray[Any]], NDArray[np.int32], Bools]:
    """A strategy's columns: line, attempt, start, hold, outcome; ring times; opt-out keys."""
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
        parts.append(
            (
                line,
                mine["attempt"].to_numpy(np.uint8),
                _moments(mine["start_utc"]),
                mine["hold_ms"].to_numpy(np.int32),
                codes[outcome.codes.to_numpy()],
                mine["ring_ms"].to_numpy(np.int32),
                mine["key"].to_numpy() == _OPT_OUT_KEY,
            )
        )
    if not parts:
        empty = np.empty(0, dtype=np.int32)
        none: list[NDArray[Any]] = [
            empty,
            empty,
            empty.astype(np.int64),
            empty,
            empty.astype(np.uint8),
        ]
        return none, empty, empty.astype(np.bool_)
    line, attempt, start, hold, code, ring, pressed = map(np.concatenate, zip(*parts, strict=True))
    return [line, attempt, start, hold, code], ring, pressed


def _stored_optouts(run: Run, strategy: str) -> OptOuts | None:
    """The objections that a run wrote down; None where it did not."""
    if OPTOUTS not in run.manifest["files"]:
        return None
    rows = run.table("optouts", ("strategy", "line", "at_utc"))
    mine = rows[(rows["strategy"] == strategy).to_numpy()]
    return OptOuts(mine["line"].to_numpy(np.int32), _moments(mine["at_utc"]))


def _stored_steps(run: Run, strategy: str) -> list[tuple[int, str]]:
    """Moments at which the regulator went further, as the run wrote them down, and how far."""
    if STEPS not in run.manifest["files"]:
        return []
    rows = run.table("regulator", ("strategy", "at_utc", "stage"))
    mine = rows[(rows["strategy"] == strategy).to_numpy()]
    return list(zip(_moments(mine["at_utc"]).tolist(), mine["stage"].astype(str), strict=True))


def _moments(column: pd.Series) -> I64:
    """Moments of a table as ms since 1970 UTC."""
    found: I64 = column.dt.tz_localize(None).to_numpy("datetime64[ms]").view(np.int64)
    return found


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
    optouts: OptOuts | None,
    steps: Sequence[tuple[int, str]],
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
class _Means:
    """How those who are called may object, so that the caller learns of it."""

    key: bool
    otherwise: bool
    """By call-back or complaint."""


def _means(scenario: Scenario, strategy: str, tables: CallTables) -> _Means:
    world, chosen = scenario.world, scenario.strategies[strategy]
    return _Means(
        key=tables.opt_out_delay is not None,
        otherwise=world.complaints is not None
        or (world.call_back is not None and chosen.message.call_back),
    )


def _optouts(parts: Sequence[tuple[NDArray[np.int32], I64]]) -> OptOuts:
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
