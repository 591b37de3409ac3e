"""What a line is by its own words alone, whatever call is made to it: used, heard alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.streams import Key, Purpose, first_words, words

U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]


def in_use(below: int, key: Key, line: U32) -> NDArray[np.bool_]:
    """Whether anybody uses each line, (n,) bool.

    Parameters
    ----------
    below
        uint32 threshold: the share of lines in use.
    key
        The replication's key.
    line : (n,) uint32
        Line ids.
    """
    return first_words(key, Purpose.LINE_USE, line) < np.uint32(below)


def detection_words(below: int, key: Key, line: U32, of_call: U32) -> U32:
    """The words that detection's errors are decided by, (n,) uint32.

    A share of lines is heard alike at each call, by a word of the line; the others are heard anew,
    by a word of the call. So errors are as frequent as stated, and two calls to one line have that
    share of the variance of an error in common.

    Parameters
    ----------
    below
        uint32 threshold: that share; 0 where every call is heard anew.
    key
        The replication's key.
    line : (n,) uint32
        Line ids.
    of_call : (n,) uint32
        Words of the calls.
    """
    if not below:
        return of_call
    own = words(key, Purpose.LINE_DETECTION, line)
    return np.where(own[0] < np.uint32(below), own[1], of_call)


def traits(line_type: U8, in_service: U8, has_machine: U8) -> U16:
    """What draws need of lines beside their class, (n,) each: packed.

    :class:`sim.behaviour.drawing.LineTraits` says how.
    """
    word = line_type.astype(np.uint16) << np.uint16(2)
    word |= has_machine.astype(np.uint16) << np.uint16(1)
    word |= in_service
    return word
