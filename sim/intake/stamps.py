"""Moments out of text: how a stamp is written, and what a clock on a wall shows twice or never."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.local import Clocks
from sim.intake.mapping import Unit

I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
UNKNOWN_MS = np.iinfo(np.int64).min
"""Stands for a moment that is not known."""
DAY_MS = 86_400_000
_EARLIEST, _LATEST = 631_152_000_000, 4_102_444_800_000
"""1990 and 2100: what lies outside is no moment of a call."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = {
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<short>\d{2})",
    "%m": r"(?P<month>\d{1,2})",
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})",
    "%I": r"(?P<twelve>\d{1,2})",
    "%M": r"(?P<minute>\d{2})",
    "%S": r"(?P<second>\d{2})(?:\.\d+)?",
    "%p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "%b": r"(?P<name>[A-Za-z]{3})[a-z]*",
    "%a": r"[A-Za-z]+",
    "%z": r"(?P<offset>Z|GMT|UTC|[+-]\d{2}:?\d{2})",
}
_ISO = "%Y-%m-%d[T ]%H:%M:%S(?:%z)?"


@dataclass(frozen=True, slots=True)
class Stamps:
    """Stamps of some rows, as the clock that wrote them shows them."""

    local: I64
    """(n,) Milliseconds since 1 January 1970, 00:00 on that clock; where `absolute`, of UTC."""
    known: Bools
    """(n,) Whether there is one that can be read."""
    absolute: Bools
    """(n,) Whether the text itself says how far it is from UTC."""


def layout_problem(layout: str) -> str | None:
    """What is wrong with a layout of stamps, or None."""
    if layout == "ISO":
        return None
    unknown = [part for part in re.findall(r"%.", layout) if part not in _PARTS]
    if unknown:
        return f"{unknown[0]} is not known; known are {' '.join(_PARTS)}, or the word ISO"
    groups = _pattern(layout)
    if not ({"year", "short"} & set(groups) and {"hour", "twelve"} & set(groups)):
        return "a layout tells the year, the month, the day and the hour"
    return None


def read_stamps(text: pa.Array, layouts: Sequence[str]) -> Stamps:
    """Stamps out of text, by the first of some layouts that fits.

    Parameters
    ----------
    text
        Texts; empty where there is none.
    layouts
        As ``strftime`` has them, or ``ISO``.
    """
    n = len(text)
    local, known = np.full(n, UNKNOWN_MS), np.zeros(n, dtype=np.bool_)
    absolute = np.zeros(n, dtype=np.bool_)
    if "%Y-%m-%d %H:%M:%S" in layouts:
        quick = _quick(text)
        if quick is not None:
            return quick
    for layout in layouts:
        open_ = np.flatnonzero(~known)
        if not len(open_):
            break
        found = _by_layout(text.take(pa.array(open_)) if len(open_) < n else text, layout)
        rows = open_[found.known]
        local[rows], absolute[rows] = found.local[found.known], found.absolute[found.known]
        known[rows] = True
    return Stamps(local, known, absolute)


def _quick(text: pa.Array) -> Stamps | None:
    """Stamps of the plainest layout, all at once; None where some are no such."""
    missing = pc.equal(text, "")
    try:
        at = pc.if_else(missing, pa.scalar(None, pa.string()), text).cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        return None
    if pc.any(pc.and_(pc.invert(missing), pc.not_equal(pc.utf8_length(text), 19))).as_py():
        return None
    known = at.is_valid().to_numpy(zero_copy_only=False)
    local = pc.fill_null(at.cast(pa.int64()), 0).to_numpy(zero_copy_only=False) * 1000
    known = known & (local >= _EARLIEST) & (local < _LATEST)
    return Stamps(np.where(known, local, UNKNOWN_MS), known, np.zeros(len(text), dtype=np.bool_))


def _pattern(layout: str) -> dict[str, str]:
    """The groups of a layout's pattern, and under an empty name the pattern itself."""
    pieces = re.split(r"(%.)", layout)
    whole = "".join(_PARTS.get(piece, re.escape(piece)) for piece in pieces)
    if layout == _ISO:
        whole = "".join(_PARTS.get(piece, piece) for piece in pieces)
    groups = dict.fromkeys(re.findall(r"\?P<(\w+)>", whole), "")
    return {"": f"^{whole}$", **groups}


def _by_layout(text: pa.Array, layout: str) -> Stamps:
    groups = _pattern(_ISO if layout == "ISO" else layout)
    found = pc.extract_regex(text, groups.pop(""))
    known = found.is_valid().to_numpy(zero_copy_only=False)

    def number(name: str) -> I64 | None:
        if name not in groups:
            return None
        part = pc.fill_null(pc.struct_field(found, name), "0")
        whole: I64 = pc.if_else(pc.equal(part, ""), "0", part).cast(pa.int64()).to_numpy()
        return whole

    year = number("year")
    if year is None:
        year = 2000 + _or_zero(number("short"), len(text))
    month = number("month")
    if month is None:
        names = pc.utf8_lower(pc.fill_null(pc.struct_field(found, "name"), ""))
        place = pc.index_in(names, pa.array(_MONTHS))
        month = pc.fill_null(place, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    day = _or_zero(number("day"), len(text))
    hour = number("hour")
    if hour is None:
        twelve = _or_zero(number("twelve"), len(text))
        half = pc.utf8_lower(pc.fill_null(pc.struct_field(found, "half"), "a"))
        later = pc.equal(half, "p").to_numpy(zero_copy_only=False)
        known = known & (twelve >= 1) & (twelve <= 12)
        hour = twelve % 12 + np.where(later, 12, 0)
    minute, second = (_or_zero(number(name), len(text)) for name in ("minute", "second"))
    known = known & (hour < 24) & (minute < 60) & (second < 61) & (year >= 1990) & (year < 2100)
    days, real = _days(year, month, day)
    known = known & real
    local = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000
    absolute = np.zeros(len(text), dtype=np.bool_)
    if "offset" in groups:
        offset, absolute = _offsets(pc.fill_null(pc.struct_field(found, "offset"), ""))
        local = local - offset
    return Stamps(np.where(known, local, UNKNOWN_MS), known, absolute & known)


def _or_zero(values: I64 | None, n: int) -> I64:
    return np.zeros(n, dtype=np.int64) if values is None else values


def _days(year: I64, month: I64, day: I64) -> tuple[I64, Bools]:
    """Days since 1970, and which of them exist."""
    inside = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1970) & (year < 2200)
    months = np.where(inside, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + day - 1, inside & (day <= after - first)


def _offsets(text: pa.Array) -> tuple[I64, Bools]:
    """Milliseconds ahead of UTC, and where it is said."""
    coded = pc.dictionary_encode(text)
    table = []
    for written in coded.dictionary.to_pylist():
        digits = re.sub(r"\D", "", written)
        minutes = int(digits[:2]) * 60 + int(digits[2:]) if len(digits) == 4 else 0
        table.append((-minutes if written.startswith("-") else minutes) * 60_000)
    said = np.array([bool(written) for written in coded.dictionary.to_pylist()], dtype=np.bool_)
    codes = coded.indices.to_numpy(zero_copy_only=False)
    if not len(table):
        return np.zeros(len(text), dtype=np.int64), np.zeros(len(text), dtype=np.bool_)
    return np.array(table, dtype=np.int64)[codes], said[codes]


def moments(text: pa.Array, unit: Unit) -> I64:
    """Moments since 1970 out of digits, ms; :data:`UNKNOWN_MS` where there is none."""
    right = pc.match_substring_regex(text, r"^\d{9,13}(\.\d+)?$")
    whole = pc.replace_substring_regex(pc.if_else(right, text, "0"), r"\..*$", "")
    found = whole.cast(pa.int64()).to_numpy() * (1000 if unit == "s" else 1)
    inside = right.to_numpy(zero_copy_only=False) & (found >= _EARLIEST) & (found < _LATEST)
    return np.where(inside, found, UNKNOWN_MS)


@dataclass(frozen=True, slots=True)
class Walls:
    """Moments in UTC at which a clock showed some stamps."""

    first: I64
    """(n,) The moment; of two, the first; :data:`UNKNOWN_MS` where the clock never shows it."""
    second: I64
    """(n,) The second where the hour is repeated, else as :attr:`first`."""

    @property
    def twice(self) -> Bools:
        """(n,) Whether the clock shows it twice."""
        differ: Bools = self.first != self.second
        return differ


class Wall:
    """A server's clock.

    Parameters
    ----------
    zone
        IANA name.
    """

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._info = ZoneInfo(zone)
        self._clocks: dict[tuple[int, int], Clocks] = {}

    def utc(self, stamps: Stamps) -> Walls:
        """Moments in UTC of stamps of this clock; those that say it themselves stay."""
        known = stamps.known
        if not known.any():
            return Walls(stamps.local, stamps.local)
        local = np.where(known, stamps.local, stamps.local[known].min())
        step = 30 * DAY_MS
        ends = (int(local.min()) // step - 1) * step, (int(local.max()) // step + 2) * step
        if ends not in self._clocks:
            self._clocks[ends] = Clocks([self.zone], *ends)
        clocks = self._clocks[ends]
        none = np.zeros(len(local), dtype=np.int8)
        found = []
        for about in (local - DAY_MS, local + DAY_MS):  # on either side of any one clock change
            offset = clocks.local_ms(none, about) - about
            at = local - offset
            found.append(np.where(clocks.local_ms(none, at) == local, at, UNKNOWN_MS))
        one, other = found
        one = np.where(one == UNKNOWN_MS, other, one)
        other = np.where(other == UNKNOWN_MS, one, other)
        first, second = np.minimum(one, other), np.maximum(one, other)
        for values in (first, second):
            values[stamps.absolute] = stamps.local[stamps.absolute]
            values[~known] = UNKNOWN_MS
        return Walls(first, second)
