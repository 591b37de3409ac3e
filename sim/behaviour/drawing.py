"""Calls drawn in one compiled pass, into arrays that are there: how the fast engine draws.

:func:`sim.behaviour.calls.draw` is the definition, and the reference engine draws by it. Tests hold
the two equal word for word, and the logs of the engines call for call; all is whole numbers, so
that neither rounds. Who changes the definition sets :data:`UP_TO_DATE` to False: the fast engine
draws by the definition, too, until the pass has the change.

The pass takes block by block, and draws further words only for the calls of a block that need them.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables, draw
from sim.compiled import Fields, kernel
from sim.streams import Key

I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]

UP_TO_DATE = True
"""Whether the pass draws what the definition does. If not, the fast engine draws by the latter."""

BLOCK = 256
"""Calls of a block: their words and the tables fit the first-level cache together."""

# What a kernel reads stands in its file. Tests hold these equal to what other files say.
_ANSWER, _LISTEN, _OPT_OUT, _CALLER, _FAILING, _DETECTION = 4, 5, 11, 12, 26, 28
"""As in :class:`sim.streams.Purpose`."""
_INVALID, _BUSY, _NO_ANSWER = 0, 1, 2
_MACHINE, _VOICEMAIL, _MACHINE_AS_HUMAN = 3, 4, 5
_HUMAN_AS_MACHINE, _AT_GATE, _HEARD, _FAILED = 6, 7, 8, 15
"""As in :class:`sim.record.log.Outcome`."""
_SHIFT, _OPTED_OUT = 5, 16
"""Where an ending has its parts, as in :mod:`sim.behaviour.calls`."""
_NOBODY = 0xFFFFFFFF
"""As :data:`sim.behaviour.calls.NO_HUMAN`."""
_BUSY_MS, _INVALID_MS, _GREETING, _LISTENING, _PRESS, _KEY, _FAILED_MS, _RINGS = range(8)
"""Places in :attr:`Tables.tables`; from the last on people's rings by line type, then machines'."""


class Numbers(Fields):
    """Numbers of :class:`~sim.behaviour.calls.CallTables` and the key. Flags are 0 or 1."""

    k0: int
    k1: int
    rings: int
    timeout: int
    """``ring_timeout_ms``"""
    amd: int
    analysis: int
    """``analysis_ms``"""
    human_as_machine: int
    machine_as_human: int
    heard_alike: int
    leave: int
    """``leave_message``"""
    voicemail: int
    """``voicemail_ms``"""
    live_script: int
    gate: int
    press_1: int
    gate_timeout: int
    message: int
    """``message_ms``"""
    notice: int
    """``notice_ms``"""
    at_start: int
    """Whether the notice comes before all else."""
    at_end: int
    """Whether it comes after the message."""
    has_key: int
    """Whether a key lists the number."""
    opt_out_key: int
    fails: int
    """Whether any call fails on the way."""
    numbers: int


class Tables(NamedTuple):
    """What decides how calls turn out."""

    tables: I32
    """(tables * 3 * 4097,) Quantile tables, each as ``QuantileTable.whole``."""
    people: Annotated[U32, 2]
    """(attempts, classes) No disposition word from here on means that a person would pick up."""
    limits: U32
    """Listening times that outcomes tell apart, ms."""
    failed: U32
    """By line type: threshold of a call that fails."""


class LineTraits(NamedTuple):
    """Lines by row, each (rows,)."""

    line: I32
    """Line id."""
    kind: U16
    """Class in the threshold rows."""
    traits: U16
    """``line_type << 2 | has_machine << 1 | in_service``"""


class Drawn(NamedTuple):
    """Where draws go, each (n,): as :class:`sim.behaviour.calls.CallDraws`."""

    disposition: U32
    busy: U32
    human: U32
    other: U32
    caller: U16
    """Left alone where the standing of no number is kept."""


# Rows of the room for a block: where four words of a purpose begin, and a line and its attempt.
_LINES, _CALLED, _ANSWERS, _MORE, _KEYS, _ROWS = 0, 2, 4, 8, 12, 21


@kernel
def _fill(
    room: Annotated[U32, 2], to: int, of: int, n: int, purpose: int, k0: int, k1: int
) -> None:
    """Words of ``n`` calls, to four rows of room: the twin of :func:`sim.streams.words`.

    Their lines and attempts are in rows ``of`` and ``of + 1``.
    """
    mask = np.uint64(0xFFFFFFFF)
    m0, m1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
    w0, w1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
    shift = np.uint64(32)
    for i in range(n):
        c0, c1 = np.uint64(room[of, i]), np.uint64(0)
        c2, c3 = np.uint64(room[of + 1, i]), np.uint64(purpose)
        a, b = np.uint64(k0), np.uint64(k1)
        for _ in range(10):
            p0 = m0 * c0
            p1 = m1 * c2
            c0 = (p1 >> shift) ^ c1 ^ a
            c1 = p1 & mask
            c2 = (p0 >> shift) ^ c3 ^ b
            c3 = p0 & mask
            a = (a + w0) & mask
            b = (b + w1) & mask
        room[to, i] = np.uint32(c0)
        room[to + 1, i] = np.uint32(c1)
        room[to + 2, i] = np.uint32(c2)
        room[to + 3, i] = np.uint32(c3)


@kernel
def _ms(tables: I32, at: np.uint64, word: np.uint32) -> np.uint32:
    """A duration by the table that begins at ``at``: as :func:`sim.behaviour.look_up.look_up`."""
    cell, fraction, bits = word >> np.uint32(20), word & np.uint32(0xFFFFF), np.int64(20)
    if cell == np.uint32(0) or cell == np.uint32(4095):
        at += np.uint64(4097) if cell == np.uint32(0) else np.uint64(2 * 4097)
        cell, fraction = word >> np.uint32(8) & np.uint32(0xFFF), word & np.uint32(0xFF)
        bits = np.int64(8)
    at += np.uint64(cell)
    start = np.int64(tables[at])
    rise = (np.int64(tables[at + np.uint64(1)]) - start) * np.int64(fraction) >> bits
    return np.uint32(start + rise)


@kernel
def _draw(
    of: Numbers,
    laws: Tables,
    lines: LineTraits,
    rows: I32,
    attempt: U8,
    attempt_step: int,
    room: Annotated[U32, 2],
    out: Drawn,
) -> None:
    """Draw the calls to ``rows``; the attempt of the i-th is ``attempt[i * attempt_step]``."""
    k0, k1 = of.k0, of.k1
    rings, timeout = of.rings > 0, np.uint32(of.timeout)
    amd, analysis = of.amd > 0, np.uint32(of.analysis)
    human_as_machine, machine_as_human = (
        np.uint32(of.human_as_machine),
        np.uint32(of.machine_as_human),
    )
    heard_alike = np.uint32(of.heard_alike)
    leave, voicemail = of.leave > 0, np.uint32(of.voicemail)
    live_script = np.uint32(of.live_script)
    gate, press_1, gate_timeout = of.gate > 0, np.uint32(of.press_1), np.uint32(of.gate_timeout)
    message, notice = np.uint32(of.message), np.uint32(of.notice)
    at_start, at_end = of.at_start > 0, of.at_end > 0
    has_key, opt_out_key = of.has_key > 0, np.uint32(of.opt_out_key)
    fails, numbers = of.fails > 0, np.uint64(of.numbers)
    tables, people, limits, failed = laws
    line_of, kind_of, traits_of = lines
    disposition, busy, human, other, caller = out
    # For each call of the block: line and attempt, and words of CALL_ANSWER, the last one replaced
    # where the line is heard alike at each call.
    line, attempts = room[_LINES], room[_LINES + 1]
    word_0, word_1, word_2 = room[_ANSWERS], room[_ANSWERS + 1], room[_ANSWERS + 2]
    word_3 = room[_ANSWERS + 3]
    traits, limit, human_ring, machine_ring = room[16], room[17], room[18], room[19]
    # Calls that need words of CALL_LISTEN: which of the block, line and attempt; words of that and
    # other purposes, and of CALL_OPT_OUT.
    call, call_line, call_attempt = room[20], room[_CALLED], room[_CALLED + 1]
    more_0, more_1, more_2, more_3 = room[_MORE], room[_MORE + 1], room[_MORE + 2], room[_MORE + 3]
    key_0, key_1 = room[_KEYS], room[_KEYS + 1]
    levels = people.shape[0]
    types = failed.shape[0]
    size = np.uint64(3 * 4097)
    rung = np.uint64(_RINGS) * size
    answered = rung + np.uint64(types) * size
    shift = np.uint32(_SHIFT)
    for begin in range(0, rows.shape[0], BLOCK):
        n = np.uint64(min(BLOCK, rows.shape[0] - begin))
        first = np.uint64(begin)
        for i in range(n):
            row = np.uint64(rows[first + i])
            number = attempt[(first + i) * np.uint64(attempt_step)]
            line[i], attempts[i], traits[i] = line_of[row], number, traits_of[row]
            level = min(np.uint64(number), np.uint64(levels)) - np.uint64(1)
            limit[i] = people[level, np.uint64(kind_of[row])]
        _fill(room, _ANSWERS, _LINES, int(n), _ANSWER, k0, k1)
        if heard_alike > 0:
            for i in range(n):
                call_line[i], call_attempt[i] = line[i], 0
            _fill(room, _MORE, _CALLED, int(n), _DETECTION, k0, k1)
            for i in range(n):
                if more_0[i] < heard_alike:
                    word_3[i] = more_1[i]

        # What needs no further words. No branch depends on chance but where few calls take it.
        needed = np.uint64(0)
        for i in range(n):
            ms = _ms(tables, np.uint64(_BUSY_MS) * size, word_1[i])
            busy[first + i] = ms << shift | np.uint32(_BUSY)
        if rings:
            for i in range(n):
                kind = np.uint64(traits[i] >> np.uint32(2))
                human_ring[i] = _ms(tables, rung + kind * size, word_1[i])
            for i in range(n):
                kind = np.uint64(traits[i] >> np.uint32(2))
                ms = _ms(tables, answered + kind * size, word_2[i])
                machine_ring[i] = ms if traits[i] & np.uint32(3) == np.uint32(3) else timeout
            for i in range(n):
                ring, answering, word = human_ring[i], machine_ring[i], word_0[i]
                serves = traits[i] & np.uint32(1) > np.uint32(0)
                person = (ring <= answering) & (ring < timeout) & serves & (word < limit[i])
                human_ring[i] = ring if person else np.uint32(_NOBODY)
                call[needed] = i
                call_line[needed], call_attempt[needed] = line[i], attempts[i]
                needed += np.uint64(person | (answering < timeout))
                disposition[first + i] = word if serves else np.uint32(_NOBODY)
                ending = timeout << shift | np.uint32(_NO_ANSWER)
                human[first + i] = other[first + i] = ending
        else:
            for i in range(n):
                disposition[first + i] = word_0[i]
                ms = busy[first + i] >> shift
                ending = ms << shift | np.uint32(_NO_ANSWER)
                if traits[i] & np.uint32(2):
                    ending = (ms + voicemail) << shift | np.uint32(_VOICEMAIL)
                busy[first + i] = human[first + i] = other[first + i] = ending
        for i in range(n):
            if traits[i] & np.uint32(1) == np.uint32(0):
                ms = _ms(tables, np.uint64(_INVALID_MS) * size, word_1[i])
                ending = ms << shift | np.uint32(_INVALID)
                human[first + i] = other[first + i] = ending
                if not rings:
                    busy[first + i] = ending

        # What a machine or a person does.
        _fill(room, _MORE, _CALLED, int(needed), _LISTEN, k0, k1)
        for j in range(needed):
            at = np.uint64(call[j])
            if machine_ring[at] < timeout:
                picked_up = machine_ring[at] + analysis
                if not amd:
                    ending = (picked_up + live_script) << shift | np.uint32(_MACHINE)
                elif word_3[at] < machine_as_human:
                    ending = (picked_up + live_script) << shift | np.uint32(_MACHINE_AS_HUMAN)
                elif leave:
                    start = max(_ms(tables, np.uint64(_GREETING) * size, more_3[j]), analysis)
                    ending = (machine_ring[at] + start + voicemail) << shift | np.uint32(_VOICEMAIL)
                else:
                    ending = picked_up << shift | np.uint32(_MACHINE)
                human[first + at] = other[first + at] = ending
        if has_key:
            _fill(room, _KEYS, _CALLED, int(needed), _OPT_OUT, k0, k1)
        for j in range(needed):
            at = np.uint64(call[j])
            if human_ring[at] == np.uint32(_NOBODY):
                continue
            picked_up = human_ring[at] + analysis
            patience = _ms(tables, np.uint64(_LISTENING) * size, more_2[j])
            if word_3[at] < human_as_machine:
                stays = min(patience, voicemail) if leave else np.uint32(0)
                human[first + at] = (picked_up + stays) << shift | np.uint32(_HUMAN_AS_MACHINE)
                continue
            noticed = not at_start or patience >= notice
            left = patience
            gate_from = picked_up
            if at_start:
                left = patience - notice if noticed else np.uint32(0)
                gate_from = picked_up + notice
            heard_from = gate_from
            passed = True
            if gate:
                delay = _ms(tables, np.uint64(_PRESS) * size, more_1[j])
                passed = (more_0[j] < press_1) & (delay < gate_timeout) & noticed
                heard_from = gate_from + delay
            outcome = np.uint32(_AT_GATE)
            hold = gate_from + min(left, gate_timeout)
            if passed:
                listened = min(left, message)
                outcome = np.uint32(_HEARD)
                for k in range(limits.shape[0]):
                    outcome += np.uint32(listened >= limits[k])
                hold = heard_from + listened
                if at_end and left > message:
                    hold += min(left - message, notice)
            if not noticed:
                hold = picked_up + patience
            if has_key and key_0[j] < opt_out_key:
                pressed_after = _ms(tables, np.uint64(_KEY) * size, key_1[j])
                if at_start and noticed:
                    outcome = np.uint32((_AT_GATE if gate else _HEARD) | _OPTED_OUT)
                    hold = picked_up + notice + pressed_after
                elif at_end and passed and left >= message + notice:
                    outcome |= np.uint32(_OPTED_OUT)
                    hold = heard_from + message + notice + pressed_after
            human[first + at] = hold << shift | outcome

        if fails:
            _fill(room, _MORE, _LINES, int(n), _FAILING, k0, k1)
            for i in range(n):
                if more_0[i] < failed[np.uint64(traits[i] >> np.uint32(2))]:
                    ms = _ms(tables, np.uint64(_FAILED_MS) * size, more_1[i])
                    ending = ms << shift | np.uint32(_FAILED)
                    busy[first + i] = human[first + i] = other[first + i] = ending
        if numbers > np.uint64(1):
            _fill(room, _MORE, _LINES, int(n), _CALLER, k0, k1)
            for i in range(n):
                chosen = np.uint64(more_0[i]) * numbers >> np.uint64(32)
                caller[first + i] = np.uint16(chosen)


class Drawer:
    """Draws calls by the tables of one strategy and the key of one replication.

    Parameters
    ----------
    t, key
        The tables, and the replication's key.
    thresholds : (labels, attempts, 672, classes, 2) uint32
        The rows that dispositions are held against. An ending that a person would pick up is drawn
        for those calls alone of which these allow it, at some hour; for others it is as if nobody
        did, and never read.
    """

    def __init__(self, t: CallTables, key: Key, thresholds: U32) -> None:
        self._t, self._key = t, key
        self._of = _numbers(t, key)
        opt_out = t.opt_out_delay or t.press_delay  # which is not looked up where there is no key
        quantiles = [t.busy, t.invalid, t.greeting, t.listening, t.press_delay, opt_out]
        quantiles += [t.failed_release, *t.human_ring, *t.machine_ring]
        self._tables = Tables(
            tables=np.concatenate([table.whole.ravel() for table in quantiles]),
            people=np.ascontiguousarray(thresholds[..., 1].max(axis=(0, 2))),
            limits=np.array(t.live_thresholds_ms, dtype=np.uint32),
            failed=np.array(t.failed, dtype=np.uint32),
        )
        self._room = np.empty((_ROWS, BLOCK), dtype=np.uint32)

    def draw(self, lines: LineTraits, rows: I32, attempt: U8 | int, out: Drawn) -> None:
        """Draw calls.

        Parameters
        ----------
        lines
            Lines by row.
        rows : (n,) int32
            Rows of the calls' lines.
        attempt : (n,) uint8, or int
            Attempt numbers, from 1.
        out
            Where the draws go, (n,) each.
        """
        if not UP_TO_DATE:
            self._by_definition(lines, rows, attempt, out)
            return
        if isinstance(attempt, int):
            one = np.array([attempt], dtype=np.uint8)
            _draw(self._of, self._tables, lines, rows, one, 0, self._room, out)
        else:
            _draw(self._of, self._tables, lines, rows, attempt, 1, self._room, out)

    def _by_definition(self, lines: LineTraits, rows: I32, attempt: U8 | int, out: Drawn) -> None:
        """The same by :func:`sim.behaviour.calls.draw`."""
        word = lines.traits[rows]
        drawn = draw(
            self._t,
            self._key,
            lines.line[rows].astype(np.uint32),
            attempt,
            (word >> np.uint16(2)).astype(np.uint8),
            (word & np.uint16(1)).astype(np.uint8),
            (word >> np.uint16(1) & np.uint16(1)).astype(np.uint8),
        )
        out.disposition[:], out.busy[:] = drawn.disposition, drawn.busy
        out.human[:], out.other[:] = drawn.human, drawn.other
        if len(drawn.caller):
            out.caller[:] = drawn.caller


def _numbers(t: CallTables, key: Key) -> Numbers:
    """What is not an array."""
    of = Numbers.zeros()
    of.k0, of.k1 = key.k0, key.k1
    of.rings, of.timeout = t.rings, t.ring_timeout_ms
    of.amd, of.analysis = t.amd, t.analysis_ms
    of.human_as_machine, of.machine_as_human = t.human_as_machine, t.machine_as_human
    of.heard_alike, of.leave, of.voicemail = t.heard_alike, t.leave_message, t.voicemail_ms
    of.live_script = t.live_script_ms()
    of.gate, of.press_1, of.gate_timeout = t.gate, t.press_1, t.gate_timeout_ms
    of.message, of.notice = t.message_ms, t.notice_ms
    of.at_start, of.at_end = t.opt_out == "start", t.opt_out == "end"
    of.has_key, of.opt_out_key = t.opt_out_delay is not None, t.opt_out_key
    of.fails, of.numbers = any(t.failed), t.numbers
    return of
