"""Calling back the number that a voicemail gave: who does, when, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.laws import VOICEMAIL_LONGEST_MS, table
from sim.behaviour.quantiles import QuantileTable
from sim.scenario.call_back import CallBack
from sim.streams import Key, Purpose, words
from sim.threshold import threshold


@dataclass(frozen=True, slots=True, eq=False)
class CallBackTables:
    """Integers that decide who calls back and what comes of it."""

    gives_number: tuple[bool, ...]
    """By posture: whether the voicemail gives a number."""
    share: int
    """uint32 threshold: somebody calls back after a message left."""
    delay: QuantileTable
    """End of the call that left it to the first try, ms."""
    handling: QuantileTable
    """Time for which a call back holds an inbound line, ms."""
    opts_out: int
    """uint32 threshold: one who gets through opts out, at the end of that call."""
    redials: int
    """uint32 threshold: one who is blocked tries again."""
    redial_delay: QuantileTable
    """Blocked try to the next, ms."""
    tries: int
    """Most tries."""
    lines: int
    """Inbound lines."""


class Callers(NamedTuple):
    """What n people who call back will do; nothing depends on how busy the lines are."""

    handling: NDArray[np.int32]
    """(n,) Time on an inbound line once served, ms."""
    opts_out: NDArray[np.bool_]
    """(n,) Whether they opt out once served."""
    wait: NDArray[np.int32]
    """(n, tries - 1) After each blocked try: time to the next one, ms; 0 where they give up."""


def call_back_tables(
    call_back: CallBack, inbound_lines: int, gives_number: tuple[bool, ...]
) -> CallBackTables:
    """Tabulate who calls back.

    Parameters
    ----------
    call_back
        The world's callers.
    inbound_lines
        The strategy's lines for them.
    gives_number
        By posture: whether the voicemail gives a number.
    """
    return CallBackTables(
        gives_number=gives_number,
        share=threshold(call_back.share.central),
        delay=table(call_back.delay, longest_ms=VOICEMAIL_LONGEST_MS),
        handling=table(call_back.handling),
        opts_out=threshold(call_back.opts_out.central),
        redials=threshold(call_back.redials.central),
        redial_delay=table(call_back.redial_delay, longest_ms=VOICEMAIL_LONGEST_MS),
        tries=call_back.tries,
        lines=inbound_lines,
    )


def calls_back(
    t: CallBackTables, word: NDArray[np.uint32]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """After which of n messages left on machines somebody calls back, and when.

    Parameters
    ----------
    t
        Tables of those who call back.
    word : (4, n) uint32
        Words of ``VOICEMAIL`` for the calls that left them.

    Returns
    -------
    (k,) intp
        Indices of these messages, rising.
    (k,) int64
        Delay from the end of each call to the first try, ms.
    """
    who = np.flatnonzero(word[2] < np.uint32(t.share))
    return who, t.delay(word[3][who]).astype(np.int64)


def callers(
    t: CallBackTables, key: Key, line: NDArray[np.int32], attempt: NDArray[np.uint8]
) -> Callers:
    """What people will do who call back after n calls, by line and attempt."""
    entity = line.view(np.uint32)
    word = words(key, Purpose.CALL_BACK, entity, attempt)
    wait = np.zeros((len(line), t.tries - 1), dtype=np.int32)
    for blocked in range(1, t.tries):
        again = words(key, Purpose.CALL_BACK_REDIAL, entity, attempt, blocked)
        wait[:, blocked - 1] = np.where(
            again[0] < np.uint32(t.redials), t.redial_delay(again[1]), 0
        )
    return Callers(t.handling(word[0]), word[1] < np.uint32(t.opts_out), wait)
