"""What a world says of its lines to an audit, in one narrow word each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.inputs.look_up import look_up
from sim.world.population import Population

_CONSENT, _DATED, _OPPOSED, _FLAGS = 0, 1, 2, 3
"""Bits of a word: of consent, of one that has to be dated, of opposition; the others follow."""
_BLOCK = 1 << 16
"""Lines whose words are made together."""


class Traits:
    """What the world says of its lines, a word each, so that a call's line is looked up once.

    A word is as narrow as the world lets it be, two bytes mostly: calls look lines up at random.

    Parameters
    ----------
    people
        The population.
    registers
        Names of its registers.
    span
        First and last moment that calls may start at, ms since 1970 UTC: of a consent that holds
        from the first to the last, no date has to be looked up. None where they are not known.
    """

    def __init__(
        self, people: Population, registers: tuple[str, ...], span: tuple[int, int] | None = None
    ) -> None:
        self.people, self.span = people, span
        self._registers = registers
        columns = (people.registers, people.territory, people.line_type, people.slot)
        widths = [int(column.max(initial=0)).bit_length() for column in columns]
        widths[0] = max(widths[0], len(registers))
        widths[-1] = (int(people.slot.max(initial=0)) + 1).bit_length()  # 0 stands for none
        self._widths, total = widths, _FLAGS + sum(widths)
        kind: Any = np.uint16 if total <= 16 else np.uint32 if total <= 32 else np.uint64
        word: NDArray[Any] = np.zeros(people.lines, dtype=kind)
        for first in range(0, people.lines, _BLOCK):  # of which all columns fit the cache
            rows = slice(first, first + _BLOCK)
            of, gave = word[rows], people.consent[rows]
            of |= people.opposed[rows] << np.uint8(_OPPOSED) | gave << np.uint8(_CONSENT)
            shift = _FLAGS
            for column, width in zip(columns[:-1], widths, strict=False):
                if width:
                    of |= column[rows].astype(kind) << kind(shift)
                shift += width
            of |= (people.slot[rows].astype(kind) + kind(1)) * gave << kind(shift)
        if span is not None:
            word[_to_date(people, *span)] |= kind(1 << _DATED)
        self._word = word

    def serves(self, people: Population, span: tuple[int, int]) -> bool:
        """Whether these are of a population, and for calls that start within a span."""
        mine = self.span
        return (
            self.people is people and mine is not None and mine[0] <= span[0] <= span[1] <= mine[1]
        )

    def __call__(
        self, line: NDArray[np.int32]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Mapping[str, NDArray[Any]]]:
        """Territory and type of some lines, and what :attr:`Calls.of_line` takes: each (n,)."""
        word = self._of(line)
        gave = _bit(word, _CONSENT)
        of_line: dict[str, NDArray[Any]] = {
            "consent_given": gave,
            "consent_scope": gave.view(np.int8) - np.int8(1),
            "opposition directory": _bit(word, _OPPOSED),
        }
        if self.span is not None:
            of_line["consent_to_date"] = _bit(word, _DATED)
        for number, name in enumerate(self._registers):
            of_line[f"register {name}"] = _bit(word, _FLAGS + number)
        shift, found = _FLAGS + self._widths[0], []
        for width in self._widths[1:]:
            part = word >> word.dtype.type(shift)
            part &= word.dtype.type((1 << width) - 1)
            found.append(part)
            shift += width
        territory, line_type, slot = found
        of_line["consent_slot"] = slot.astype(np.int16) - np.int16(1)
        return territory.astype(np.uint8), line_type.astype(np.uint8), of_line

    def _of(self, line: NDArray[np.int32]) -> NDArray[Any]:
        """(n,) Words of some lines. What is compiled does not look whether they are there."""
        line = np.require(line, np.int32, ("C", "W"))
        there = line.view(np.uint32).max(initial=0) < len(self._word)
        if self._word.dtype != np.uint16 or not there:
            return self._word.take(line)
        found = np.empty(len(line), dtype=np.uint16)
        look_up(self._word, line, found)
        return found


def _bit(word: NDArray[Any], number: int) -> NDArray[np.bool_]:
    """(n,) Whether a bit of each word is set."""
    found: NDArray[np.bool_] = (word & word.dtype.type(1 << number)) != 0
    return found


def _to_date(people: Population, first: int, last: int) -> NDArray[np.intp]:
    """Lines whose consent begins or ends while calls may start."""
    gave = np.flatnonzero(people.consent)
    changes = np.zeros(len(gave), dtype=np.bool_)
    if people.consent_from_ms is not None:
        changes |= people.consent_from_ms[gave] > first
    if people.consent_until_ms is not None:
        changes |= people.consent_until_ms[gave] <= last
    return gave[changes]
