"""How a call turns out, drawn before anybody knows when it will be placed.

For every call, keyed words give three endings, each an outcome with its holding time: the line is
busy; a person would pick up; nobody would. Which of them happens depends on the moment the call is
placed, through the chance that somebody is there, and is decided by comparing the call's
disposition word with a threshold row. So nothing that is drawn here is ever drawn again.

Endings are packed into 32 bits: ``holding time in ms << 4 | outcome``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import Latent, thresholds
from sim.behaviour.laws import VOICEMAIL_LONGEST_MS, table
from sim.behaviour.quantiles import QuantileTable
from sim.engine.log import Outcome
from sim.scenario.model import Strategy, World
from sim.streams import Key, Purpose, words
from sim.threshold import threshold

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]

OUTCOME_BITS = 4
OUTCOME_MASK = (1 << OUTCOME_BITS) - 1
NO_HUMAN = 0xFFFFFFFF
"""Disposition word of a line that is not in service: above every threshold."""


@dataclass(frozen=True, slots=True, eq=False)
class CallTables:
    """Integers that decide how calls turn out: one strategy in one world."""

    thresholds: U32
    """(attempts, 672, classes, 2) See :func:`sim.behaviour.answering.thresholds`."""
    human_ring: tuple[QuantileTable, ...]
    """By line type: dial to pick-up by a person."""
    machine_ring: tuple[QuantileTable, ...]
    """By line type: dial to pick-up by a machine."""
    invalid: QuantileTable
    busy: QuantileTable
    greeting: QuantileTable
    listening: QuantileTable
    press_delay: QuantileTable
    hearing_delay: QuantileTable
    ring_timeout_ms: int
    amd: bool
    analysis_ms: int
    human_as_machine: int
    """uint32 threshold; 0 without detection."""
    machine_as_human: int
    """uint32 threshold; 0 without detection."""
    leave_message: bool
    voicemail_ms: int
    """Length of the message left on a machine; 0 where none is."""
    gate: bool
    press_1: int
    """uint32 threshold."""
    gate_timeout_ms: int
    message_ms: int
    heard: int
    """uint32 threshold: a message left is heard."""
    live_thresholds_ms: tuple[int, ...]
    """Listening times that outcomes tell apart, rising."""

    def human_limit(self) -> int:
        """No disposition word from here on means that a person would pick up."""
        return int(self.thresholds[..., 1].max())


@dataclass(frozen=True, slots=True, eq=False)
class CallDraws:
    """Draws of n calls."""

    disposition: U32
    """(n,) Held against the threshold row of the moment: busy, somebody, nobody."""
    busy: U32
    """(n,) Packed ending on a busy line."""
    human: U32
    """(n,) Packed ending where a person would pick up."""
    other: U32
    """(n,) Packed ending where nobody would."""


def call_tables(
    world: World,
    strategy: Strategy,
    hidden: tuple[Latent, ...],
    live_thresholds_ms: tuple[int, ...],
) -> CallTables:
    """Tabulate one strategy in one world."""
    amd, message = strategy.amd, strategy.message
    leave = amd.enabled and amd.on_machine == "leave_message"
    return CallTables(
        thresholds=thresholds(world, hidden),
        human_ring=tuple(h.human_ring for h in hidden),
        machine_ring=tuple(h.machine_ring for h in hidden),
        invalid=table(world.signalling.invalid),
        busy=table(world.signalling.busy),
        greeting=table(world.voicemail.greeting),
        listening=table(world.listening),
        press_delay=table(world.press_1_delay),
        hearing_delay=table(world.voicemail.delay, longest_ms=VOICEMAIL_LONGEST_MS),
        ring_timeout_ms=strategy.dialing.ring_timeout,
        amd=amd.enabled,
        analysis_ms=amd.analysis_time if amd.enabled else 0,
        human_as_machine=threshold(amd.human_as_machine.central) if amd.enabled else 0,
        machine_as_human=threshold(amd.machine_as_human.central) if amd.enabled else 0,
        leave_message=leave,
        voicemail_ms=(message.voicemail or 0) if leave else 0,
        gate=message.gate == "press-1",
        press_1=threshold(world.press_1.central),
        gate_timeout_ms=message.gate_timeout,
        message_ms=message.duration,
        heard=threshold(world.voicemail.heard.central),
        live_thresholds_ms=live_thresholds_ms,
    )


def pack(hold: NDArray[np.integer], outcome: NDArray[np.integer] | int) -> U32:
    """Pack holding times in ms and outcomes."""
    return (hold.astype(np.uint32) << np.uint32(OUTCOME_BITS)) | np.asarray(outcome, np.uint32)


def by_line_type(tables: tuple[QuantileTable, ...], word: U32, line_type: U8) -> I32:
    """Durations from the table of each line's type."""
    if len(tables) == 1:
        return tables[0](word)
    out = np.empty(len(word), dtype=np.int32)
    for kind, quantiles in enumerate(tables):
        rows = np.flatnonzero(line_type == kind)
        out[rows] = quantiles(word[rows])
    return out


def machine_ending(t: CallTables, ring: I32, amd_word: U32, greeting_word: U32) -> U32:
    """What happens when a machine picks up after ``ring`` ms: packed endings, (n,) uint32.

    A machine that is taken for a person gets the live script: nobody presses a key, or the whole
    message plays. Left messages start at the beep, or when the analysis ends if that is later.
    """
    live_script = t.gate_timeout_ms if t.gate else t.message_ms
    if not t.amd:
        return pack(ring + live_script, Outcome.MACHINE)
    if t.leave_message:
        start = np.maximum(t.greeting(greeting_word), t.analysis_ms)
        ending = pack(ring + start + t.voicemail_ms, Outcome.MACHINE_VOICEMAIL)
    else:
        ending = pack(ring + t.analysis_ms, Outcome.MACHINE)
    if t.machine_as_human:
        wrong = np.flatnonzero(amd_word < np.uint32(t.machine_as_human))
        ending[wrong] = pack(
            ring[wrong] + t.analysis_ms + live_script, Outcome.MACHINE_TAKEN_FOR_HUMAN
        )
    return ending


@dataclass(frozen=True, slots=True, eq=False)
class HumanCalls:
    """What happens after a person picks up, for n calls."""

    hold: I32
    """(n,) Dial to release, ms."""
    outcome: U8
    """(n,) Outcome codes."""
    listened: I32
    """(n,) Listening time of the live message, ms."""
    pressed: NDArray[np.bool_]
    """(n,) Whether the gate's key was pressed in time."""


def human_calls(t: CallTables, ring: I32, amd_word: U32, listen_words: U32) -> HumanCalls:
    """A person picks up after ``ring`` ms: detection, gate, listening.

    One word stands for a person's patience: it cuts short the wait at the gate of one who does not
    press, and the message of one who does. The listening clock starts at the message.
    """
    patience = t.listening(listen_words[2])
    picked_up = ring + np.int32(t.analysis_ms)
    if t.gate:
        delay = t.press_delay(listen_words[1])
        pressed = (listen_words[0] < np.uint32(t.press_1)) & (delay < t.gate_timeout_ms)
        heard_from = picked_up + delay
    else:
        pressed = np.zeros(len(ring), dtype=np.bool_)
        heard_from = picked_up
    listened = np.minimum(patience, np.int32(t.message_ms))
    outcome = np.full(len(ring), Outcome.HEARD, dtype=np.uint8)
    for limit in t.live_thresholds_ms:
        outcome += listened >= limit
    hold = heard_from + listened
    if t.gate:
        out = ~pressed
        hold = np.where(out, picked_up + np.minimum(patience, np.int32(t.gate_timeout_ms)), hold)
        outcome[out] = Outcome.HUMAN_AT_GATE
        listened[out] = 0
    if t.human_as_machine:
        wrong = np.flatnonzero(amd_word < np.uint32(t.human_as_machine))
        stays = np.minimum(patience[wrong], t.voicemail_ms) if t.leave_message else 0
        hold[wrong] = picked_up[wrong] + stays
        outcome[wrong] = Outcome.HUMAN_TAKEN_FOR_MACHINE
        listened[wrong] = 0
        pressed[wrong] = False
    return HumanCalls(hold, outcome, listened, pressed)


def draw(
    t: CallTables,
    key: Key,
    line: U32,
    attempt: U8 | int,
    line_type: U8,
    in_service: U8,
    has_machine: U8,
) -> CallDraws:
    """Draw n calls.

    Parameters
    ----------
    t, key
        Tables of the strategy, and the replication's key.
    line : (n,) uint32
        Line ids.
    attempt : (n,) uint8, or int
        Attempt numbers, from 1.
    line_type, in_service, has_machine : (n,) uint8
        The lines' columns.

    Returns
    -------
    CallDraws
        Each entry depends on its own line and attempt alone.
    """
    answer = words(key, Purpose.CALL_ANSWER, line, attempt)
    disposition = answer[0]
    timeout = t.ring_timeout_ms
    busy = pack(t.busy(answer[1]), Outcome.BUSY)

    # Nobody would pick up: the machine does, or the ring time-out ends the call.
    other = np.full(len(line), timeout << OUTCOME_BITS | Outcome.NO_ANSWER, dtype=np.uint32)
    machine_ring = by_line_type(t.machine_ring, answer[2], line_type)
    machine_ring[has_machine == 0] = timeout
    taken = np.flatnonzero(machine_ring < timeout)
    listen = words(key, Purpose.CALL_LISTEN, line, attempt)
    other[taken] = machine_ending(t, machine_ring[taken], answer[3][taken], listen[3][taken])

    # Somebody would pick up, unless the machine or the time-out comes first.
    human = other.copy()
    human_ring = by_line_type(t.human_ring, answer[1], line_type)
    first = (human_ring <= machine_ring) & (human_ring < timeout)
    first &= disposition < np.uint32(t.human_limit())
    rows = np.flatnonzero(first)
    ending = human_calls(t, human_ring[rows], answer[3][rows], listen[:, rows])
    human[rows] = pack(ending.hold, ending.outcome)

    out = np.flatnonzero(in_service == 0)
    if len(out):
        disposition[out] = NO_HUMAN
        other[out] = pack(t.invalid(answer[1][out]), Outcome.INVALID)
    return CallDraws(disposition, busy, human, other)


@dataclass(frozen=True, slots=True, eq=False)
class CallDetails:
    """What a call log shows beside the holding time, for n calls."""

    ring_ms: I32
    """(n,) Dial to pick-up, to the time-out, or to release where nothing rang."""
    listened_ms: I32
    """(n,) Listening time of the live message."""
    key: U8
    """(n,) Key pressed: 1, or 0 for none."""


def details(
    t: CallTables,
    key: Key,
    line: U32,
    attempt: U8,
    line_type: U8,
    outcome: U8,
    hold_ms: I32,
) -> CallDetails:
    """The same keyed words once more, for rows of a call log that are already placed."""
    answer = words(key, Purpose.CALL_ANSWER, line, attempt)
    listen = words(key, Purpose.CALL_LISTEN, line, attempt)
    ring = hold_ms.copy()
    listened = np.zeros(len(line), dtype=np.int32)
    pressed = np.zeros(len(line), dtype=np.uint8)
    machine = np.flatnonzero(
        (outcome >= Outcome.MACHINE) & (outcome <= Outcome.MACHINE_TAKEN_FOR_HUMAN)
    )
    ring[machine] = by_line_type(t.machine_ring, answer[2][machine], line_type[machine])
    human = np.flatnonzero(outcome >= Outcome.HUMAN_TAKEN_FOR_MACHINE)
    ring[human] = by_line_type(t.human_ring, answer[1][human], line_type[human])
    ending = human_calls(t, ring[human], answer[3][human], listen[:, human])
    listened[human] = ending.listened
    pressed[human] = ending.pressed
    return CallDetails(ring, listened, pressed)
