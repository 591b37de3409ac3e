"""Which values of an input are tried: lists, ranges, and designs over several of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final, Literal

import numpy as np

from sim.errors import OptionError
from sim.study.points import shuffled, uniforms

Kind = Literal["grid", "lhs", "sobol"]
KINDS: Final[tuple[Kind, ...]] = ("grid", "lhs", "sobol")
MOST_POINTS: Final = 1_000
STEPS: Final = 5
"""Points of a range that names no number of them."""
_NUMBER = r"[-+]?\d{1,12}(?:[_\d]{0,12})(?:\.\d{1,9})?"
_RANGE = re.compile(
    rf"\s*(?P<low>{_NUMBER})\s*(?P<unit>[^\d.,:]{{0,12}}?)\s*\.\.\s*(?P<high>{_NUMBER})\s*"
    rf"(?P<other>[^\d.,:]{{0,12}}?)\s*(?::\s*(?P<steps>\d{{1,4}}))?\s*"
)


@dataclass(frozen=True, slots=True)
class Knob:
    """A key that is varied."""

    path: str
    values: tuple[str, ...]
    """As a file writes them: those listed, or those of a range in equal steps."""
    ends: tuple[float, float] | None = None
    """Of a range."""
    unit: str = ""
    whole: bool = False
    """Whether a range is of whole numbers."""

    def at(self, share: float) -> str:
        """A value of the range, as a file writes it, from 0 at its low end to 1."""
        low, high = self.ends or (0.0, 0.0)
        return written(low + share * (high - low), self.unit, whole=self.whole)


def written(value: float, unit: str, *, whole: bool) -> str:
    """A number as a file writes it."""
    text = str(round(value)) if whole else f"{value:.4g}"
    return f"{text} {unit}".rstrip()


def parse_knob(text: str) -> Knob:
    """A key and its values, from ``PATH=1,2,3`` or ``PATH=10 %..40 %:4``.

    Raises
    ------
    sim.errors.OptionError
        If it cannot be read, or the ends of a range are the wrong way round.
    """
    path, sign, said = text.partition("=")
    path = path.strip()
    if not sign or not path or not said.strip():
        raise OptionError(
            "what is varied cannot be read",
            place="--vary",
            found=f"'{text}'",
            allowed="PATH=VALUE,VALUE,… or PATH=LOW..HIGH:STEPS",
        )
    found = _RANGE.fullmatch(said)
    if found is None:
        values = tuple(part for part in listed(said) if part)
        return Knob(path, tuple(dict.fromkeys(values)))
    low, high = (float(found[end].replace("_", "")) for end in ("low", "high"))
    unit = (found["other"] or found["unit"]).strip()
    whole = not unit and "." not in found["low"] + found["high"]
    if low >= high:
        raise OptionError(
            "the low end of a range is not below its high end", place="--vary", found=f"'{text}'"
        )
    steps = int(found["steps"] or STEPS)
    if steps < 2:
        raise OptionError("a range has at least two points", place="--vary", found=f"'{text}'")
    at = [low + (high - low) * step / (steps - 1) for step in range(steps)]
    values = tuple(dict.fromkeys(written(value, unit, whole=whole) for value in at))
    return Knob(path, values, (low, high), unit, whole)


def listed(text: str) -> list[str]:
    """Values between commas that stand in no bracket and no quotation."""
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        else:
            depth += (sign in "[{") - (sign in "]}")
        if sign == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def design(knobs: Sequence[Knob], kind: Kind, points: int, seed: int) -> list[Mapping[str, str]]:
    """The points of a design, each by path.

    Parameters
    ----------
    knobs
        What is varied; for other kinds than ``grid``, ranges.
    kind
        ``grid``: every value with every one; ``lhs``: a Latin hypercube; ``sobol``: Sobol's points.
    points
        How many, of a design that is no grid.
    seed
        What the latter are keyed by.

    Raises
    ------
    sim.errors.OptionError
        For too many points, the same path twice, or a list where a range is needed.
    """
    paths = [knob.path for knob in knobs]
    for path in paths:
        if paths.count(path) > 1:
            raise OptionError(f"{path} is varied twice", place="--vary")
    count = prod(len(knob.values) for knob in knobs) if kind == "grid" else points
    if not 2 <= count <= MOST_POINTS:
        raise OptionError(
            "so many points cannot be tried", found=f"{count:,}", allowed=f"2 to {MOST_POINTS:,}"
        )
    if kind == "grid":
        return [dict(zip(paths, row, strict=True)) for row in product(*(k.values for k in knobs))]
    for knob in knobs:
        if knob.ends is None:
            raise OptionError(
                f"--design {kind} needs ranges", place=f"--vary {knob.path}", allowed="LOW..HIGH"
            )
    table = shuffled(seed, paths, count) if kind == "lhs" else uniforms(seed, paths, range(count))
    return [
        {knob.path: knob.at(float(share)) for knob, share in zip(knobs, row, strict=True)}
        for row in np.asarray(table)
    ]
