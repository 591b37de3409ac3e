"""Points of the unit cube, one coordinate an input: Sobol's, scrambled anew by keyed words.

Sobol's points fill the cube evenly, so a few dozen draws already cover each input and each pair of
inputs. Scrambling them at random (Owen 1995: nested, digit by digit) makes each point uniform and
means of them unbiased. :data:`SCRAMBLINGS` independent scramblings run side by side: draw ``i`` is
point ``i // SCRAMBLINGS`` of scrambling ``i % SCRAMBLINGS``, so a study grows without drawing anew,
and the spread between the scramblings tells the error of a mean.

The words of an input's scrambling are keyed by its path: an input that comes or goes changes the
words of no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.streams import Key, Purpose, make_key, words
from sim.study.intervals import SCRAMBLINGS

MOST_INPUTS: Final = 1_000
"""Most coordinates of a point."""
_BITS: Final = 32

Floats = NDArray[np.float64]


def uniforms(
    seed: int, paths: Sequence[str], draws: range, *, purpose: Purpose = Purpose.PARAMETER
) -> Floats:
    """Uniforms of inputs in draws.

    Parameters
    ----------
    seed
        Root seed, 0 to 2**64 - 1.
    paths
        The inputs, in the order of their coordinates; at most :data:`MOST_INPUTS`.
    draws
        Numbers of the draws, from 0 up, in steps of 1.
    purpose
        Which family of draws: ``PARAMETER`` or ``PARAMETER_READ``.

    Returns
    -------
    (len(draws), len(paths)) float64
        Each in the open interval (0, 1); each draw's row depends on no other draw.

    Raises
    ------
    ValueError
        For more inputs than there are coordinates.
    """
    if len(paths) > MOST_INPUTS:
        raise ValueError(f"{len(paths)} uncertain inputs; at most {MOST_INPUTS} can be drawn")
    number = np.arange(draws.start, draws.stop)
    points = sobol(-(-draws.stop // SCRAMBLINGS), len(paths))[number // SCRAMBLINGS]
    out = np.empty(points.shape)
    for which in range(SCRAMBLINGS):
        rows = np.flatnonzero(number % SCRAMBLINGS == which)
        if not len(rows):
            continue
        key = make_key(seed, draw=which)
        for column, path in enumerate(paths):
            out[rows, column] = scrambled(points[rows, column], key, path_word(path), purpose)
    return out


def shuffled(
    seed: int, paths: Sequence[str], n: int, *, purpose: Purpose = Purpose.PARAMETER_READ
) -> Floats:
    """Uniforms of inputs in n draws, one in each n-th of every input: a Latin hypercube.

    Cheaper than :func:`uniforms` and as even in each input by itself (McKay, Beckman and Conover
    1979); draws of another number are other draws.

    Parameters
    ----------
    seed
        Root seed, 0 to 2**64 - 1.
    paths
        The inputs; the words of each are keyed by its path, whichever others there are.
    n
        How many draws.
    purpose
        Which family of draws.

    Returns
    -------
    (n, len(paths)) float64
        Each in the open interval (0, 1).
    """
    key, number = make_key(seed), np.arange(n, dtype=np.uint32)
    out = np.empty((n, len(paths)))
    for column, path in enumerate(paths):
        rank, within, *_ = words(key, purpose, number, 0, path_word(path))
        out[np.lexsort((number, rank)), column] = number
        out[:, column] += (within + 0.5) * 2.0**-_BITS
    return out / n


def independent(seed: int, paths: Sequence[str], draws: range) -> Floats:
    """Uniforms of inputs in draws that hang on no other: what counts of draws are judged by.

    Parameters
    ----------
    seed
        Root seed, 0 to 2**64 - 1.
    paths
        The inputs; the words of each are keyed by its path, whichever others there are.
    draws
        Numbers of the draws, from 0 up, in steps of 1.

    Returns
    -------
    (len(draws), len(paths)) float64
        Each in the open interval (0, 1).
    """
    key, number = make_key(seed), np.arange(draws.start, draws.stop, dtype=np.uint32)
    out = np.empty((len(number), len(paths)))
    for column, path in enumerate(paths):
        word = words(key, Purpose.PARAMETER_JUDGED, number, 0, path_word(path))[0]
        out[:, column] = (word + 0.5) * 2.0**-_BITS
    return out


def sobol(points: int, inputs: int) -> NDArray[np.uint32]:
    """The first points of Sobol's sequence, not scrambled, the origin included: (points, inputs).

    Direction numbers of Joe and Kuo (2008), from SciPy; nothing is random here.
    """
    if not inputs or not points:
        return np.zeros((points, inputs), dtype=np.uint32)
    return _sobol(1 << max(0, (points - 1).bit_length()), inputs)[:points]


@cache
def _sobol(points: int, inputs: int) -> NDArray[np.uint32]:
    from scipy.stats import qmc  # half a second: only where a study draws

    unit = qmc.Sobol(inputs, scramble=False, bits=_BITS).random(points)
    whole: NDArray[np.uint32] = (unit * 2.0**_BITS).astype(np.uint32)
    return whole


def path_word(path: str) -> int:
    """32 bits that stand for an input's path."""
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], "big")


def scrambled(point: NDArray[np.uint32], key: Key, word: int, purpose: Purpose) -> Floats:
    """One coordinate, scrambled: each binary digit is flipped or not by a word of its prefix.

    Parameters
    ----------
    point : (n,) uint32
        Binary fractions: the digit before all others is the highest bit.
    key, word, purpose
        What the flips are keyed by.

    Returns
    -------
    (n,) float64
        In the open interval (0, 1): the middle of each cell of width 2**-32.
    """
    out = np.zeros(len(point), dtype=np.uint32)
    for digit in range(_BITS):
        shift = np.uint32(_BITS - 1 - digit)
        prefix = (point >> shift) >> np.uint32(1)
        flip = words(key, purpose, prefix, digit, word)[0] >> np.uint32(31)
        out |= (((point >> shift) & np.uint32(1)) ^ flip) << shift
    return (out.astype(np.float64) + 0.5) * 2.0**-_BITS
