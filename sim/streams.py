"""Keyed uniforms: every random number is a pure function of what it is for.

A uniform is named by ``(root seed, parameter draw, noise, purpose, entity, index)`` and computed by
Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
Nothing is drawn in turn, so a result cannot depend on block size, on order or on the strategy.
The strategy is never in the key: the same person behaves the same under two strategies until the
strategies treat them differently.

One block gives four words of 32 bits. Words are compared with integer thresholds, or mapped by
integer quantile tables (:mod:`sim.behaviour.quantiles`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, kernel
from sim.errors import OptionError

UInt32Array = NDArray[np.uint32]
"""Words of 32 random bits, or identifiers below 2**32."""

_MASK = 0xFFFFFFFF
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85


class Purpose(IntEnum):
    """What a block of four words is for. Values are frozen: changing one changes every result."""

    LINE_PLACE = 1
    """By line: territory, line type, validity, answering machine."""
    LINE_PEOPLE = 2
    """By line: frailty cohort, voters, sharing of a voicemail, segment."""
    LIST_ORDER = 3
    """By line: rank in a random list, (three spare)."""
    CALL_ANSWER = 4
    """By line and attempt: disposition, human ring time, machine ring time, AMD error."""
    CALL_LISTEN = 5
    """By line and attempt: key press, time of the key press, patience, greeting length."""
    VOICEMAIL = 6
    """By line and attempt: heard or not, delay until heard, call back or not, its delay."""
    LINE_CONSENT = 7
    """By line: consent, the slot that it names, directory opposition, (spare)."""
    LINE_REGISTERS = 8
    """By line: standing in the first to the fourth register of the world."""
    LINE_CONSENT_LIFE = 9
    """By line: whether a consent covers calls, when it was given, whether and when withdrawn."""
    LINE_HOUSEHOLD = 10
    """By pair of lines (id // 2): whether they share a household, (three spare)."""
    CALL_OPT_OUT = 11
    """By line and attempt: opt-out key, delay of the key, (two spare)."""
    CALLER_NUMBER = 12
    """By line and attempt: the number called from, (three spare)."""
    COMPLAINT = 13
    """By line and attempt: complaint or not, its delay, its channel, whether the caller learns."""
    COMPLAINT_FAMILY = 14
    """By line and attempt: number of further complaints, identity (two words), (spare)."""
    COMPLAINT_CHILD = 15
    """By identity and birth number: whose line, delay, channel, whether the caller learns."""
    COMPLAINT_CHILD_FAMILY = 16
    """By identity and birth number: number of further complaints, identity (two words), (spare)."""
    CALL_BACK = 17
    """By line and attempt: handling time, opt-out, (two spare)."""
    CALL_BACK_REDIAL = 18
    """By line, number of the blocked try, attempt: another try or not, its delay, (two spare)."""
    COMPLAINT_BLOCKED = 19
    """By line and attempt of one who never got through: as COMPLAINT."""
    COMPLAINT_BLOCKED_FAMILY = 20
    """By line and attempt of one who never got through: as COMPLAINT_FAMILY."""
    PARAMETER = 21
    """By prefix, digit and input: flips a digit of a point at which inputs are drawn, (three
    spare)."""
    PARAMETER_READ = 22
    """Likewise, of a point at which readings of one log are drawn."""
    PARAMETER_JUDGED = 23
    """By draw and input: the uniform of a draw that hangs on no other draw, (three spare)."""
    CHECK_SAMPLE = 24
    """By line: whether a baseline keeps its calls, (three spare)."""
    RESAMPLE = 25
    """By number of a resample and run: which run stands in its place, (three spare)."""
    CALL_FAILED = 26
    """By line and attempt: failed on the way or not, its release time, (two spare)."""
    LINE_USE = 27
    """By line: whether anybody uses it, (three spare)."""
    LINE_DETECTION = 28
    """By line: whether detection hears it alike at each call, how it does, (two spare)."""
    COMPLAINT_SHOCK = 29
    """By number of a story that breaks: as COMPLAINT_FAMILY."""


@dataclass(frozen=True, slots=True)
class Key:
    """The 64-bit Philox key of one replication.

    Attributes
    ----------
    k0, k1
        The two words of the key.
    """

    k0: int
    k1: int


def make_key(seed: int, draw: int = 0, noise: int = 0) -> Key:
    """Derive the key of a replication.

    Parameters
    ----------
    seed
        Root seed, 0 to 2**64 - 1.
    draw
        Number of the parameter draw, 0 to 2**32 - 1.
    noise
        Number of the noise replication, 0 to 2**32 - 1.

    Returns
    -------
    Key
        Two words of a Philox block over the three numbers. Derived, not added up: sums of seeds
        let replications share their numbers.

    Raises
    ------
    sim.errors.OptionError
        If a number is out of range.
    """
    for name, number, bits in (("seed", seed, 64), ("draw", draw, 32), ("noise", noise, 32)):
        if not 0 <= number < 1 << bits:
            raise OptionError(f"{name} is {number}; it must be from 0 to 2**{bits} - 1")
    words = philox_block((seed & _MASK, seed >> 32, draw, noise), (0x52494E47, 0x46454E43))
    return Key(words[0], words[1])


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication of a scenario: all of its chances follow from these three numbers."""

    seed: int
    """Root seed."""
    draw: int = 0
    """Number of the parameter draw; 0 is the one of central values."""
    noise: int = 0
    """Number of the noise replication."""

    @property
    def key(self) -> Key:
        """The Philox key; raises what :func:`make_key` does."""
        return make_key(self.seed, self.draw, self.noise)


def philox_block(
    counter: tuple[int, int, int, int], key: tuple[int, int]
) -> tuple[int, int, int, int]:
    """One Philox 4x32-10 block in plain integers: the readable twin of the compiled loop."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _MASK, (p0 >> 32) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return c0, c1, c2, c3


class _Block(NamedTuple):
    """A counter, or four words, each below 2**32."""

    c0: np.uint64
    c1: np.uint64
    c2: np.uint64
    c3: np.uint64


@inlined
def _block(of: _Block, k0: int, k1: int) -> _Block:
    """:func:`philox_block`, compiled."""
    mask = np.uint64(0xFFFFFFFF)
    m0, m1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
    w0, w1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
    shift = np.uint64(32)
    c0, c1, c2, c3 = of
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
    return _Block(c0, c1, c2, c3)


@kernel
def _fill(
    out: Annotated[UInt32Array, 2],
    entity: UInt32Array,
    index: NDArray[np.uint8],
    second: int,
    purpose: int,
    k0: int,
    k1: int,
) -> None:
    """Fill (4, n) ``out`` with blocks of ``(entity[i], second, index[i], purpose)``."""
    c1, c3 = np.uint64(second), np.uint64(purpose)
    for i in range(entity.shape[0]):
        of = _Block(np.uint64(entity[i]), c1, np.uint64(index[i]), c3)
        word = _block(of, k0, k1)
        out[0, i] = np.uint32(word.c0)
        out[1, i] = np.uint32(word.c1)
        out[2, i] = np.uint32(word.c2)
        out[3, i] = np.uint32(word.c3)


@kernel
def _fill_first(
    out: UInt32Array,
    entity: UInt32Array,
    index: NDArray[np.uint8],
    purpose: int,
    k0: int,
    k1: int,
) -> None:
    """Fill (n,) ``out`` with the first words of blocks, of which ``second`` is 0.

    A kernel of its own: one with a row for each word checks whether these rows lie apart from what
    is read. Where three of them are missing the check may fail, and it goes entity by entity, at
    five times the cost.
    """
    c1, c3 = np.uint64(0), np.uint64(purpose)
    for i in range(entity.shape[0]):
        of = _Block(np.uint64(entity[i]), c1, np.uint64(index[i]), c3)
        out[i] = np.uint32(_block(of, k0, k1).c0)


def words(
    key: Key,
    purpose: Purpose,
    entity: UInt32Array,
    index: NDArray[np.uint8] | int = 0,
    second: int = 0,
) -> UInt32Array:
    """Four random words for each entity.

    Parameters
    ----------
    key
        The replication's key.
    purpose
        What the words are for.
    entity : (n,) uint32
        Line ids.
    index : (n,) uint8, or int
        Attempt numbers, or one number for all.
    second
        A further number that names the uniforms, the same for all.

    Returns
    -------
    (4, n) uint32
        Words that depend on the arguments of their own entity alone.
    """
    out = np.empty((4, entity.shape[0]), dtype=np.uint32)
    index = _indices(index, len(out[0]))
    _fill(out, _plain(entity, _UINT32), index, second, int(purpose), key.k0, key.k1)
    return out


def first_words(
    key: Key,
    purpose: Purpose,
    entity: UInt32Array,
    index: NDArray[np.uint8] | int = 0,
) -> UInt32Array:
    """The first of the four words for each entity, (n,) uint32; arguments as for :func:`words`."""
    out = np.empty(entity.shape[0], dtype=np.uint32)
    index = _indices(index, len(out))
    _fill_first(out, _plain(entity, _UINT32), index, int(purpose), key.k0, key.k1)
    return out


_UINT32, _UINT8 = np.dtype(np.uint32), np.dtype(np.uint8)


def _plain(column: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    """A column as kernels take it: of a kind, contiguous, writable; itself where it is so."""
    if column.dtype == kind and column.flags.carray:
        return column
    return np.require(column, kind, ["C", "W"])


def _indices(index: NDArray[np.uint8] | int, entities: int) -> NDArray[np.uint8]:
    """Indices as kernels take them: by entity, also where all have the same."""
    if isinstance(index, int):
        return np.full(entities, index, dtype=np.uint8)
    return _plain(index, _UINT8)
