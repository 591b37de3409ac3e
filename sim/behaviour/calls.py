"""How a call turns out, drawn before anybody knows when it will be placed.

For every call, keyed words give three endings, each an outcome with its holding time: the line is
busy; a person would pick up; nobody would. Which of them happens depends on the moment the call is
placed, through the chance that somebody is there, and is decided by comparing the call's
disposition word with a threshold row. So nothing that is drawn here is ever drawn again.

Endings are packed into 32 bits: ``holding time in ms << 5 | opted out << 4 | outcome``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import Latent, some_idle, thresholds
from sim.behaviour.laws import VOICEMAIL_LONGEST_MS, table
from sim.behaviour.lines import detection_words
from sim.behaviour.quantiles import QuantileTable
from sim.record.log import Outcome
from sim.scenario.strategy import Strategy
from sim.scenario.world import World
from sim.streams import Key, Purpose, first_words, words
from sim.threshold import threshold

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]

OUTCOME_MASK = 15
OPTED_OUT = 16
"""Set in an ending where the key that lists the number was pressed."""
ENDING_BITS = 5
"""Bits of an ending below its holding time."""
NO_HUMAN = 0xFFFFFFFF
"""Disposition word of a line that is not in service: above every threshold."""


@dataclass(frozen=True, eq=False)
class CallTables:
    """Integers that decide how calls turn out: one strategy in one world."""

    thresholds: U32
    """(labels, attempts, 672, classes, 2) See :func:`sim.behaviour.answering.thresholds`."""
    human_ring: tuple[QuantileTable, ...]
    """By line type: dial to pick-up by a person."""
    machine_ring: tuple[QuantileTable, ...]
    """By line type: dial to pick-up by a machine."""
    invalid: QuantileTable
    busy: QuantileTable
    failed: tuple[int, ...]
    """By line type: uint32 threshold of a call that fails on the way."""
    failed_release: QuantileTable
    greeting: QuantileTable
    listening: QuantileTable
    press_delay: QuantileTable
    hearing_delay: QuantileTable
    ring_timeout_ms: int
    rings: bool
    """False where messages are dropped into voicemail without ringing."""
    amd: bool
    analysis_ms: int
    human_as_machine: int
    """uint32 threshold; 0 without detection."""
    machine_as_human: int
    """uint32 threshold; 0 without detection."""
    heard_alike: int
    """uint32 threshold: detection hears the line alike at each call; 0 where it never does."""
    leave_message: bool
    voicemail_ms: int
    """Length of the message left on a machine; 0 where none is."""
    gate: bool
    press_1: int
    """uint32 threshold."""
    gate_timeout_ms: int
    message_ms: int
    heard: int
    """uint32 threshold: a message left is heard, on a line in use."""
    in_use: int | None
    """uint32 threshold: somebody uses the line; None where somebody uses each."""
    opt_out: Literal["none", "start", "end"]
    """Where the message tells of the right to object."""
    notice_ms: int
    """Length of that notice; 0 without one."""
    opt_out_key: int
    """uint32 threshold: one who heard the notice to its end presses the key; 0 without a key."""
    opt_out_delay: QuantileTable | None
    """End of the notice to the key; None without a key."""
    numbers: int
    """Caller numbers whose standing is kept; 1 where none is."""
    live_thresholds_ms: tuple[int, ...]
    """Listening times that outcomes tell apart, rising."""

    @cached_property
    def human_limit(self) -> int:
        """No disposition word from here on means that a person would pick up."""
        return int(self.thresholds[..., 1].max())

    def live_script_ms(self) -> int:
        """How long the live script plays to one who presses nothing and stays, ms."""
        if self.gate:
            return self.gate_timeout_ms + (self.notice_ms if self.opt_out == "start" else 0)
        return self.message_ms + self.notice_ms


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
    caller: U16
    """(n,) Caller number; empty where the standing of none is kept."""


def call_tables(
    world: World,
    strategy: Strategy,
    hidden: tuple[Latent, ...],
    live_thresholds_ms: tuple[int, ...],
    rows: U32 | None = None,
) -> CallTables:
    """Tabulate one strategy in one world.

    Parameters
    ----------
    world, strategy
        What is tabulated.
    hidden
        By line type, from :func:`sim.behaviour.answering.latent`.
    live_thresholds_ms
        Listening times that outcomes tell apart, rising.
    rows
        The world's threshold rows, where they are known already.
    """
    amd, message = strategy.amd, strategy.message
    leave = amd.enabled and amd.on_machine == "leave_message"
    keyed = message.opt_out != "none" and message.opt_out_key and world.opting_out is not None
    opting_out = world.opting_out if keyed else None
    pressing = 0
    if opting_out is not None:
        share = opting_out.at_start if message.opt_out == "start" else opting_out.at_end
        pressing = threshold(share.central)
    return CallTables(
        thresholds=thresholds(world, hidden) if rows is None else rows,
        human_ring=tuple(h.human_ring for h in hidden),
        machine_ring=tuple(h.machine_ring for h in hidden),
        invalid=table(world.signalling.invalid),
        busy=table(world.signalling.busy),
        failed=tuple(
            threshold(failing.central) if (failing := each.answering.failed) is not None else 0
            for each in world.line_types.values()
        ),
        failed_release=table(world.signalling.failed or world.signalling.busy),
        greeting=table(world.voicemail.greeting),
        listening=table(world.listening),
        press_delay=table(world.press_1_delay),
        hearing_delay=table(world.voicemail.delay, longest_ms=VOICEMAIL_LONGEST_MS),
        ring_timeout_ms=strategy.dialing.ring_timeout,
        rings=strategy.dialing.ring,
        amd=amd.enabled,
        analysis_ms=amd.analysis_time if amd.enabled else 0,
        human_as_machine=threshold(amd.human_as_machine.central) if amd.enabled else 0,
        machine_as_human=threshold(amd.machine_as_human.central) if amd.enabled else 0,
        heard_alike=threshold(amd.by_line.central) if amd.enabled else 0,
        leave_message=leave,
        voicemail_ms=(message.voicemail or 0) if leave else 0,
        gate=message.gate == "press-1",
        press_1=threshold(world.press_1.central),
        gate_timeout_ms=message.gate_timeout,
        message_ms=message.duration,
        heard=threshold(world.voicemail.heard.central),
        in_use=threshold(world.lines_in_use.central) if some_idle(world) else None,
        live_thresholds_ms=live_thresholds_ms,
        opt_out=message.opt_out,
        notice_ms=message.opt_out_notice if message.opt_out != "none" else 0,
        opt_out_key=pressing,
        opt_out_delay=table(opting_out.delay) if opting_out is not None else None,
        numbers=strategy.caller_numbers.numbers if world.reputation is not None else 1,
    )


def pack(hold: NDArray[np.integer], outcome: NDArray[np.integer] | int) -> U32:
    """Pack holding times in ms and outcomes, with the opt-out bit in these where it is set."""
    return (hold.astype(np.uint32) << np.uint32(ENDING_BITS)) | np.asarray(outcome, np.uint32)


def by_line_type(tables: tuple[QuantileTable, ...], word: U32, line_type: U8) -> I32:
    """Durations from the table of each line's type."""
    if len(tables) == 1:
        return tables[0](word)
    out = np.empty(len(word), dtype=np.int32)
    for kind, quantiles in enumerate(tables):
        rows = np.flatnonzero(line_type == kind)
        out[rows] = quantiles(word[rows])
    return out


def machine_ending(t: CallTables, ring: I32, amd_word: U32, greeting_word: U32 | None) -> U32:
    """What happens when a machine picks up after ``ring`` ms: packed endings, (n,) uint32.

    The word of the greeting's length is None where nothing is left on machines.

    A machine that is taken for a person gets the live script: nobody presses a key, or the whole
    message plays. Left messages start at the beep, or when the analysis ends if that is later.
    """
    live_script = t.live_script_ms()
    if not t.amd:
        return pack(ring + live_script, Outcome.MACHINE)
    if t.leave_message and greeting_word is not None:
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
    opted_out: NDArray[np.bool_]
    """(n,) Whether the key that lists the number was pressed, which ends the call."""


def human_calls(
    t: CallTables, ring: I32, amd_word: U32, listen_words: U32, opt_out_words: U32 | None
) -> HumanCalls:
    """A person picks up after ``ring`` ms: detection, notice, gate, listening.

    One word stands for a person's patience. It is spent on a notice that comes first; what is left
    cuts short the wait at the gate of one who does not press, and the message of one who does. The
    listening clock starts at the message. A notice at the end is for those who stay to the
    message's end. Whoever hears the notice out may press the key that lists the number; that ends
    the call.

    Parameters
    ----------
    t
        Tables of the strategy.
    ring, amd_word : (n,)
        Dial to pick-up, ms; word of the detection's error.
    listen_words : (4, n) uint32
        Words of ``CALL_LISTEN``.
    opt_out_words : (4, n) uint32, or None
        Words of ``CALL_OPT_OUT``; None where there is no such key.
    """
    n = len(ring)
    first, last = t.opt_out == "start", t.opt_out == "end"
    patience = t.listening(listen_words[2])
    whole_patience = patience
    picked_up = ring + np.int32(t.analysis_ms)
    noticed = np.ones(n, dtype=np.bool_)
    heard_from = picked_up
    if first and t.notice_ms:
        noticed = patience >= t.notice_ms
        heard_from = picked_up + np.int32(t.notice_ms)
        left_in_notice = picked_up + patience
        patience = np.maximum(patience - np.int32(t.notice_ms), 0)
    gate_from = heard_from
    if t.gate:
        delay = t.press_delay(listen_words[1])
        pressed = (listen_words[0] < np.uint32(t.press_1)) & (delay < t.gate_timeout_ms)
        pressed &= noticed
        heard_from = heard_from + delay
    else:
        pressed = np.zeros(n, dtype=np.bool_)
    listened = np.minimum(patience, np.int32(t.message_ms))
    outcome = np.full(n, Outcome.HEARD, dtype=np.uint8)
    for limit in t.live_thresholds_ms:
        outcome += listened >= limit
    hold = heard_from + listened
    if last and t.notice_ms:
        hold += np.clip(patience - np.int32(t.message_ms), 0, np.int32(t.notice_ms))
    if t.gate:
        out = ~pressed
        waits = gate_from + np.minimum(patience, np.int32(t.gate_timeout_ms))
        hold = np.where(out, waits, hold)
        outcome[out] = Outcome.HUMAN_AT_GATE
        listened[out] = 0
    if first and t.notice_ms:
        gone = ~noticed  # without a gate their message was not begun: heard for 0 s
        hold[gone] = left_in_notice[gone]
    opted_out = np.zeros(n, dtype=np.bool_)
    if t.opt_out_delay is not None and opt_out_words is not None:
        wishes = opt_out_words[0] < np.uint32(t.opt_out_key)
        after = t.opt_out_delay(opt_out_words[1])
        if first:
            opted_out = wishes & noticed
            # The key is pressed before the gate, or while the message begins.
            hold = np.where(opted_out, picked_up + np.int32(t.notice_ms) + after, hold)
            listened[opted_out] = 0
            outcome[opted_out] = Outcome.HUMAN_AT_GATE if t.gate else Outcome.HEARD
            pressed &= ~opted_out
        else:
            opted_out = wishes & (patience >= t.message_ms + t.notice_ms)
            opted_out &= outcome >= Outcome.HEARD
            ended = heard_from + np.int32(t.message_ms + t.notice_ms)
            hold = np.where(opted_out, ended + after, hold)
    if t.human_as_machine:
        wrong = np.flatnonzero(amd_word < np.uint32(t.human_as_machine))
        stays = np.minimum(whole_patience[wrong], t.voicemail_ms) if t.leave_message else 0
        hold[wrong] = picked_up[wrong] + stays
        outcome[wrong] = Outcome.HUMAN_TAKEN_FOR_MACHINE
        listened[wrong] = 0
        pressed[wrong] = False
        opted_out[wrong] = False
    return HumanCalls(hold, outcome, listened, pressed, opted_out)


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
    drawn = _drawn(t, key, line, attempt, line_type, in_service, has_machine)
    if any(t.failed):
        _fail(t, key, line, attempt, line_type, drawn)
    return drawn


def _fail(
    t: CallTables, key: Key, line: U32, attempt: U8 | int, line_type: U8, drawn: CallDraws
) -> None:
    """Let some calls fail on the way: whatever they would have met, they end alike."""
    word = words(key, Purpose.CALL_FAILED, line, attempt)
    rows = np.flatnonzero(word[0] < np.array(t.failed, dtype=np.uint32)[line_type])
    ending = pack(t.failed_release(word[1][rows]), Outcome.FAILED)
    drawn.busy[rows] = drawn.human[rows] = drawn.other[rows] = ending


def _drawn(
    t: CallTables,
    key: Key,
    line: U32,
    attempt: U8 | int,
    line_type: U8,
    in_service: U8,
    has_machine: U8,
) -> CallDraws:
    """Draw n calls that do not fail."""
    answer = words(key, Purpose.CALL_ANSWER, line, attempt)
    disposition = answer[0]
    if not t.rings:
        return _dropped(t, answer, in_service, has_machine, _callers(t, key, line, attempt))
    answer[3] = detection_words(t.heard_alike, key, line, answer[3])
    timeout = t.ring_timeout_ms
    busy = pack(t.busy(answer[1]), Outcome.BUSY)

    # Nobody would pick up: the machine does, or the ring time-out ends the call.
    other = np.full(len(line), timeout << ENDING_BITS | Outcome.NO_ANSWER, dtype=np.uint32)
    machine_ring = by_line_type(t.machine_ring, answer[2], line_type)
    machine_ring[has_machine == 0] = timeout
    taken = np.flatnonzero(machine_ring < timeout)
    greeting = None
    if t.leave_message:
        greeting = _words_of(taken, key, Purpose.CALL_LISTEN, line, attempt)[3]
    other[taken] = machine_ending(t, machine_ring[taken], answer[3][taken], greeting)

    # Somebody would pick up, unless the machine or the time-out comes first.
    human = other.copy()
    human_ring = by_line_type(t.human_ring, answer[1], line_type)
    first = (human_ring <= machine_ring) & (human_ring < timeout)
    first &= disposition < np.uint32(t.human_limit)
    rows = np.flatnonzero(first)
    opting = _opt_out_words(t, key, line, attempt, rows)
    listen = _words_of(rows, key, Purpose.CALL_LISTEN, line, attempt)
    ending = human_calls(t, human_ring[rows], answer[3][rows], listen, opting)
    outcome = ending.outcome
    if opting is not None:
        outcome = outcome | ending.opted_out.astype(np.uint8) << np.uint8(4)
    human[rows] = pack(ending.hold, outcome)

    out = np.flatnonzero(in_service == 0)
    if len(out):
        disposition[out] = NO_HUMAN
        other[out] = pack(t.invalid(answer[1][out]), Outcome.INVALID)
    return CallDraws(disposition, busy, human, other, _callers(t, key, line, attempt))


def _dropped(t: CallTables, answer: U32, in_service: U8, has_machine: U8, caller: U16) -> CallDraws:
    """Messages dropped straight into voicemail: no line rings and nobody picks up.

    The operator takes the message after the set-up of a call that the network answers, and plays no
    greeting. A line without voicemail gets nothing.
    """
    set_up = t.busy(answer[1])
    ending = pack(set_up, Outcome.NO_ANSWER)
    left = np.flatnonzero(has_machine)
    ending[left] = pack(set_up[left] + t.voicemail_ms, Outcome.MACHINE_VOICEMAIL)
    out = np.flatnonzero(in_service == 0)
    ending[out] = pack(t.invalid(answer[1][out]), Outcome.INVALID)
    return CallDraws(answer[0], ending, ending, ending, caller)


def _opt_out_words(
    t: CallTables, key: Key, line: U32, attempt: U8 | int, rows: NDArray[np.intp]
) -> U32 | None:
    """Words of the opt-out key for some of the calls; None where there is no such key."""
    if t.opt_out_delay is None:
        return None
    return _words_of(rows, key, Purpose.CALL_OPT_OUT, line, attempt)


def _words_of(
    rows: NDArray[np.intp], key: Key, purpose: Purpose, line: U32, attempt: U8 | int
) -> U32:
    """Words for some of the calls: what is not needed is not drawn."""
    which = attempt if isinstance(attempt, int) else attempt[rows]
    return words(key, purpose, line[rows], which)


def _callers(t: CallTables, key: Key, line: U32, attempt: U8 | int) -> U16:
    """Numbers that calls come from: by recipient and attempt, never the next of the pool."""
    if t.numbers == 1:
        return np.empty(0, dtype=np.uint16)
    word = first_words(key, Purpose.CALLER_NUMBER, line, attempt).astype(np.uint64)
    word *= np.uint64(t.numbers)
    word >>= np.uint64(32)
    number: U16 = word.astype(np.uint16)
    return number


@dataclass(frozen=True, slots=True, eq=False)
class CallDetails:
    """What a call log shows beside the holding time, for n calls."""

    ring_ms: I32
    """(n,) Dial to pick-up, to the time-out, or to release where nothing rang."""
    listened_ms: I32
    """(n,) Listening time of the live message."""
    key: U8
    """(n,) Key pressed: 1 at the gate, 9 to opt out, or 0 for none."""


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
    answer[3] = detection_words(t.heard_alike, key, line, answer[3])
    machine = np.flatnonzero(
        (outcome >= Outcome.MACHINE) & (outcome <= Outcome.MACHINE_TAKEN_FOR_HUMAN)
    )
    if not t.rings:
        ring[machine] -= t.voicemail_ms
        return CallDetails(ring, listened, pressed)
    ring[machine] = by_line_type(t.machine_ring, answer[2][machine], line_type[machine])
    human = np.flatnonzero(
        (outcome >= Outcome.HUMAN_TAKEN_FOR_MACHINE) & (outcome < Outcome.FAILED)
    )
    ring[human] = by_line_type(t.human_ring, answer[1][human], line_type[human])
    opting = _opt_out_words(t, key, line, attempt, human)
    ending = human_calls(t, ring[human], answer[3][human], listen[:, human], opting)
    listened[human] = ending.listened
    pressed[human] = np.where(ending.opted_out, 9, ending.pressed)
    return CallDetails(ring, listened, pressed)
