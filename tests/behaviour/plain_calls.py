"""A second opinion on how a call turns out: plain integers and ifs, one call at a time.

Written from docs/model.md, not from the vectorised code. It shares the quantile tables and the
random words with it, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.behaviour.calls import CallTables
from sim.record.log import Outcome
from sim.streams import Key, Purpose, philox_block


@dataclass(frozen=True)
class Line:
    """The columns of one line."""

    id: int
    line_type: int
    in_service: bool
    has_machine: bool


@dataclass(frozen=True)
class Ending:
    """How a call turned out."""

    outcome: int
    hold: int
    ring: int
    listened: int = 0
    pressed: bool = False
    opted_out: bool = False


def _words(key: Key, purpose: Purpose, line: int, attempt: int) -> tuple[int, int, int, int]:
    return philox_block((line, 0, attempt, int(purpose)), (key.k0, key.k1))


def call(
    t: CallTables, key: Key, line: Line, attempt: int, busy_below: int, human_below: int
) -> Ending:
    """Play one call, given the thresholds of its moment."""
    disposition, human_word, machine_word, amd_word = _words(
        key, Purpose.CALL_ANSWER, line.id, attempt
    )
    if not line.in_service:
        hold = t.invalid.scalar(human_word)
        return Ending(Outcome.INVALID, hold, hold)
    if not t.rings:
        set_up = t.busy.scalar(human_word)
        if line.has_machine:
            return Ending(Outcome.MACHINE_VOICEMAIL, set_up + t.voicemail_ms, set_up)
        return Ending(Outcome.NO_ANSWER, set_up, set_up)
    if disposition < busy_below:
        hold = t.busy.scalar(human_word)
        return Ending(Outcome.BUSY, hold, hold)

    somebody = disposition < human_below
    human_at = t.human_ring[line.line_type].scalar(human_word)
    machine_at = t.machine_ring[line.line_type].scalar(machine_word)
    machine_in_time = line.has_machine and machine_at < t.ring_timeout_ms
    human_in_time = somebody and human_at < t.ring_timeout_ms
    if human_in_time and (not machine_in_time or human_at <= machine_at):
        return _human(t, key, line, attempt, human_at, amd_word)
    if machine_in_time:
        return _machine(t, key, line, attempt, machine_at, amd_word)
    return Ending(Outcome.NO_ANSWER, t.ring_timeout_ms, t.ring_timeout_ms)


def _machine(t: CallTables, key: Key, line: Line, attempt: int, ring: int, amd_word: int) -> Ending:
    greeting_word = _words(key, Purpose.CALL_LISTEN, line.id, attempt)[3]
    live_script = t.gate_timeout_ms if t.gate else t.message_ms
    if t.opt_out == "start" or (t.opt_out == "end" and not t.gate):
        live_script += t.notice_ms
    if not t.amd:
        return Ending(Outcome.MACHINE, ring + live_script, ring)
    if amd_word < t.machine_as_human:
        return Ending(Outcome.MACHINE_TAKEN_FOR_HUMAN, ring + t.analysis_ms + live_script, ring)
    if not t.leave_message:
        return Ending(Outcome.MACHINE, ring + t.analysis_ms, ring)
    beep = max(t.greeting.scalar(greeting_word), t.analysis_ms)
    return Ending(Outcome.MACHINE_VOICEMAIL, ring + beep + t.voicemail_ms, ring)


def _human(t: CallTables, key: Key, line: Line, attempt: int, ring: int, amd_word: int) -> Ending:
    key_word, delay_word, patience_word, _ = _words(key, Purpose.CALL_LISTEN, line.id, attempt)
    patience = t.listening.scalar(patience_word)
    picked_up = ring + t.analysis_ms
    if amd_word < t.human_as_machine:
        stays = min(patience, t.voicemail_ms) if t.leave_message else 0
        return Ending(Outcome.HUMAN_TAKEN_FOR_MACHINE, picked_up + stays, ring)
    wants_out, key_after = False, 0
    if t.opt_out_delay is not None:
        wish_word, after_word, _, _ = _words(key, Purpose.CALL_OPT_OUT, line.id, attempt)
        wants_out, key_after = wish_word < t.opt_out_key, t.opt_out_delay.scalar(after_word)

    now, below = picked_up, Outcome.HUMAN_AT_GATE if t.gate else Outcome.HEARD
    if t.opt_out == "start":
        if patience < t.notice_ms:
            return Ending(below, now + patience, ring)
        now, patience = now + t.notice_ms, patience - t.notice_ms
        if wants_out:
            return Ending(below, now + key_after, ring, opted_out=True)
    if t.gate:
        delay = t.press_delay.scalar(delay_word)
        if key_word >= t.press_1 or delay >= t.gate_timeout_ms:
            return Ending(Outcome.HUMAN_AT_GATE, now + min(patience, t.gate_timeout_ms), ring)
        now += delay
    listened = min(patience, t.message_ms)
    passed = sum(listened >= limit for limit in t.live_thresholds_ms)
    now, patience = now + listened, patience - listened
    opted_out = False
    if t.opt_out == "end":
        opted_out = wants_out and listened == t.message_ms and patience >= t.notice_ms
        now += min(patience, t.notice_ms) + (key_after if opted_out else 0)
    return Ending(Outcome.HEARD + passed, now, ring, listened, pressed=t.gate, opted_out=opted_out)
