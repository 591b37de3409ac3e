"""Distinct texts of a column, by number, in little memory: of two million, eight bytes each.

Nearly all that stands where a phone number does is digits, with a plus before them or a country's
code in a column of its own: such a text is one whole number, from which it can be told again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

I64 = NDArray[np.int64]
_TAB, _PLUS, _ZERO = 9, 43, 48
_MOST_DIGITS = 14
_CODES = 10_000
"""More than a country's code of three digits takes, with a 1 before it."""
_LONGEST = 3 + 1 + 1 + _MOST_DIGITS
_ODD = -1
"""Stands for a text that is kept as it is."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some texts that follow each other in number."""

    keys: I64
    """(n,) Each as :func:`key_of` tells it; -1 for those in :attr:`odd`."""
    odd: dict[int, str]
    """By place in this part."""

    def texts(self) -> list[str]:
        """(n,) The texts."""
        return [self.odd[k] if key < 0 else _text(key) for k, key in enumerate(self.keys.tolist())]


@dataclass(slots=True)
class Texts:
    """Distinct texts, numbered in the order in which they come."""

    _keys: I64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Keys that are known, rising."""
    _numbers: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """(keys,) Number of each."""
    _odd: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._keys) + len(self._odd)

    def add(self, text: pa.Array) -> NDArray[np.int32]:
        """(n,) Numbers of some texts; those that are new get the next ones."""
        coded = pc.dictionary_encode(text)
        distinct = coded.dictionary
        key = key_of(distinct)
        table = np.full(len(distinct), _ODD, dtype=np.int32)
        plain = np.flatnonzero(key >= 0)
        if len(self._keys):
            at = np.minimum(np.searchsorted(self._keys, key[plain]), len(self._keys) - 1)
            there = self._keys[at] == key[plain]
            table[plain[there]] = self._numbers[at[there]]
        odd = np.flatnonzero(key < 0)
        written = distinct.take(pa.array(odd)).to_pylist()
        table[odd] = [self._odd.get(each, _ODD) for each in written]
        new = np.flatnonzero(table < 0)
        table[new] = np.arange(len(self), len(self) + len(new))
        self._odd.update(zip(written, table[odd].tolist(), strict=True))
        self._learn(key[new], table[new])
        places: NDArray[np.integer] = coded.indices.to_numpy(zero_copy_only=False)
        return table[places] if len(table) else np.empty(0, dtype=np.int32)

    def _learn(self, key: I64, number: NDArray[np.int32]) -> None:
        """Take down new keys; those of odd texts are passed over."""
        plain = np.flatnonzero(key >= 0)
        order = plain[np.argsort(key[plain])]
        at = np.searchsorted(self._keys, key[order])
        self._keys = np.insert(self._keys, at, key[order])
        self._numbers = np.insert(self._numbers, at, number[order])

    def forget(self, size: int) -> list[Part]:
        """All of them in the order of their numbers, in parts of a size; nothing stays."""
        whole = np.full(len(self), _ODD, dtype=np.int64)
        whole[self._numbers] = self._keys
        odd = sorted((number, text) for text, number in self._odd.items())
        at = np.searchsorted([number for number, _ in odd], np.arange(0, len(whole) + size, size))
        parts = [
            Part(whole[k : k + size], {number - k: text for number, text in odd[low:high]})
            for k, low, high in zip(range(0, len(whole), size), at[:-1], at[1:], strict=False)
        ]
        self._keys, self._numbers = self._keys[:0].copy(), self._numbers[:0].copy()
        self._odd.clear()
        return parts


def key_of(text: pa.Array) -> I64:
    """(n,) A number by which a text can be told again; -1 where it has none.

    It has one where up to 14 digits stand there, perhaps after a plus, perhaps after a country's
    code and a tab.
    """
    n = len(text)
    key = np.full(n, _ODD, dtype=np.int64)
    _, offsets, data = text.buffers()
    if data is None:
        return key
    edge = np.frombuffer(offsets, dtype=np.int32)[text.offset : text.offset + n + 1]
    byte = np.frombuffer(data, dtype=np.uint8)
    length = np.diff(edge)
    for size in np.unique(length[(length > 0) & (length <= _LONGEST)]).tolist():
        rows = np.flatnonzero(length == size)
        cell = byte[edge[rows][:, None] + np.arange(size)]
        for begin in (0, 2, 3, 4):
            if begin < size:
                here = np.arange(len(rows)) if not begin else np.flatnonzero(
                    cell[:, begin - 1] == _TAB
                )  # fmt: skip
                key[rows[here]] = np.maximum(_packed(cell[here], begin), key[rows[here]])
    return key


def _packed(cell: NDArray[np.uint8], begin: int) -> I64:
    """(n,) Keys of texts of one length, whose own digits begin at a place; -1 where there is none.

    Both are numbers with a digit before them, so that zeros at their beginning stay: 1, or 2 where
    a plus stood.
    """
    digit = (cell - _ZERO).astype(np.int64)  # below zero wraps: more than 9
    plus = cell[:, begin] == _PLUS
    wide = cell.shape[1] - begin - plus
    right = (digit[:, begin + 1 :] < 10).all(axis=1) & (plus | (digit[:, begin] < 10))
    right &= (wide >= 1) & (wide <= _MOST_DIGITS)
    own = np.where(plus, 2, 10 + digit[:, begin])
    for place in range(begin + 1, cell.shape[1]):
        own = own * 10 + digit[:, place]
    code = np.zeros(len(cell), dtype=np.int64)
    if begin:
        right &= (digit[:, : begin - 1] < 10).all(axis=1)
        code += 1
        for place in range(begin - 1):
            code = code * 10 + digit[:, place]
    return np.where(right, own * _CODES + code, _ODD)


def _text(key: int) -> str:
    """The text of a key."""
    own, code = divmod(key, _CODES)
    written = str(own)
    sign = "+" if written[0] == "2" else ""
    return (f"{str(code)[1:]}\t" if code else "") + sign + written[1:]
