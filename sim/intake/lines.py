"""The number that was dialled, in one form for each line, and what it tells of its place.

A number is taken where it has as many digits as numbers of its country have; whether somebody has
it is not asked, since real and fictional ranges alike are missing from lists. Nothing is guessed: a
masked number, one that a spreadsheet has destroyed, one of a department overseas that is written as
those of the mainland are, are none.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.intake.texts import Part, Texts
from sim.intake.zones import one_clock

I64 = NDArray[np.int64]
Overseas = Literal["refuse", "by-prefix"]
FAULTS = (
    "empty",
    "masked",
    "an extension, not a number",
    "an address, not a number",
    "destroyed by a spreadsheet",
    "no possible number",
    "of a department overseas, in national form",
)
"""Why there is no line; the place in this tuple, minus its length, stands for it."""
EMPTY, MASKED, EXTENSION, ADDRESS, DESTROYED, IMPOSSIBLE, OVERSEAS = range(-len(FAULTS), 0)
LEFT_OUT = (EXTENSION, ADDRESS)
"""Rows of these are no calls to a line at all."""
_OVERSEAS = {
    "262": "262", "263": "262", "692": "262", "693": "262", "269": "262", "639": "262",
    "590": "590", "690": "590", "691": "590", "594": "594", "694": "594",
    "596": "596", "696": "596", "697": "596", "508": "508", "708": "508",
}  # fmt: skip
"""First digits of a French national number that belong to a department overseas, and its code."""
_OVERSEAS_REGIONS = ("GP", "GF", "MQ", "RE", "YT", "PM", "BL", "MF")
_PART = 20_000
_ZONES: dict[int, Any] = {}
"""Zones of countries whose numbers tell no place, by their codes; learnt as they come."""
_AMERICAN = ("US", "CA")
_TEN = re.compile(r"[2-9]\d{9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A line."""

    number: int
    """Its number with its country's code, as digits."""
    zone: str
    """The one clock that its number tells; empty where it tells none."""
    kind: str
    """``mobile`` or ``landline``; empty where the number does not tell."""


KINDS = ("landline", "mobile")
"""Types of line that a number may tell."""


@dataclass(frozen=True, slots=True)
class Found:
    """What some texts mean, each column in their order."""

    number: I64
    """(n,) Number of the line; below 0 a place of :data:`FAULTS`."""
    zone: NDArray[np.int16]
    """(n,) Place in :attr:`zones`; -1 where it tells none."""
    kind: NDArray[np.int8]
    """(n,) Place in :data:`KINDS`; -1 where it does not tell."""
    zones: tuple[str, ...]


Spread = Callable[[Callable[[Part], Found], Sequence[Part]], Iterable[Found]]
"""Does a function for each of some parts, perhaps in several processes; results in their order."""


@dataclass
class Book:
    """Every text that stood where a number does; once all are there, the lines that they mean.

    Parameters
    ----------
    region
        Country of numbers in a national form, ISO 3166.
    overseas
        What is done with numbers of French departments overseas in national form.
    strip
        What to take out of a text.
    """

    region: str | None
    overseas: Overseas = "refuse"
    strip: tuple[str, ...] = ()
    numbers: I64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """(lines,) Number of each line, as digits, once the book is settled. So are the next."""
    zone: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, dtype=np.int16))
    """(lines,) Place in :attr:`zones` of the one clock that its number tells; -1 for none."""
    zones: list[str] = field(default_factory=list)
    kind: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, dtype=np.int8))
    """(lines,) Place in :data:`KINDS` of its type; -1 where its number does not tell."""
    _texts: Texts = field(default_factory=Texts)

    def add(self, text: pa.Array, codes: pa.Array | None = None) -> NDArray[np.int32]:
        """(n,) Numbers of some texts, by which :meth:`settle` tells their lines.

        Parameters
        ----------
        text
            Phone numbers as they stand there.
        codes
            Their countries' codes, where these stand in a column of their own.
        """
        for removed in self.strip:
            text = pc.replace_substring(text, removed, "")
        if codes is not None:
            text = pc.binary_join_element_wise(codes, text, "\t")
        return self._texts.add(text)

    def settle(self, spread: Spread | None = None) -> NDArray[np.int32]:
        """(texts,) By the number of a text, the place of its line in :attr:`lines`.

        Below 0, a place of :data:`FAULTS`. The texts are forgotten.

        Parameters
        ----------
        spread
            What does the work in several processes; default in this one.
        """
        parts = self._texts.forget(_PART)
        read = partial(read_lines, region=self.region, overseas=self.overseas)
        of_zone: dict[str, int] = {}
        columns: list[tuple[I64, NDArray[np.int16], NDArray[np.int8]]] = []
        for found in map(read, parts) if spread is None else spread(read, parts):
            table = [of_zone.setdefault(zone, len(of_zone)) for zone in found.zones]
            zone = np.array([*table, -1], dtype=np.int16)[found.zone]
            columns.append((found.number, zone, found.kind))
        if not columns:
            return np.empty(0, dtype=np.int32)
        number, zone, kind = (np.concatenate(column) for column in zip(*columns, strict=True))
        columns.clear()
        # Lines in the order in which they first stood there; so are the zones that they tell.
        known = np.flatnonzero(number >= 0)
        distinct, first, which = np.unique(number[known], return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order))
        place = number.astype(np.int32)
        place[known] = rank[which]
        first = known[first[order]]
        self.numbers, self.kind = distinct[order], kind[first]
        self.zone, self.zones = _in_order(zone[first], tuple(of_zone))
        return place


def _in_order(
    codes: NDArray[np.int16], names: tuple[str, ...]
) -> tuple[NDArray[np.int16], list[str]]:
    """Codes and names anew, in the order in which the codes first stand there."""
    told = codes[codes >= 0]
    used, first = np.unique(told, return_index=True)
    order = used[np.argsort(first)]
    table = np.full(len(names) + 1, -1, dtype=np.int16)
    table[order] = np.arange(len(order))
    return table[codes], [names[code] for code in order.tolist()]


def read_lines(part: Part, region: str | None, overseas: Overseas = "refuse") -> Found:
    """The lines that texts mean, as :func:`read_line` tells each."""
    number, zone, kind = array("q"), array("h"), array("b")
    of_zone: dict[str, int] = {}
    for text in part.texts():
        line = read_line(text, region, overseas)
        if isinstance(line, int):
            number.append(line)
            zone.append(-1)
            kind.append(-1)
            continue
        number.append(line.number)
        zone.append(of_zone.setdefault(line.zone, len(of_zone)) if line.zone else -1)
        kind.append(KINDS.index(line.kind) if line.kind else -1)
    return Found(
        np.array(number, dtype=np.int64),
        np.array(zone, dtype=np.int16),
        np.array(kind, dtype=np.int8),
        tuple(of_zone),
    )


def read_line(text: str, region: str | None, overseas: Overseas = "refuse") -> Line | int:
    """The line that a text means, or below 0 a place of :data:`FAULTS`.

    Parameters
    ----------
    text
        A number as it stands there; before a tab, where there is one, its country's code.
    region
        Country of numbers in a national form, ISO 3166.
    overseas
        What is done with French departments overseas in national form.
    """
    import phonenumbers  # only here: it is slow to import

    code, _, own = text.rpartition("\t")
    if region in _AMERICAN and code in ("", "1") and _TEN.fullmatch(own):
        return Line(10_000_000_000 + int(own), "", "")  # as below, and quick: lists are long
    own = own.strip()
    fault = _obvious(own)
    if fault:
        return fault
    digits = re.sub(r"\D", "", own)
    if own.startswith("00") and len(digits) > 10 and not own.startswith("000"):
        own, digits = f"+{digits[2:]}", digits[2:]
    national = not own.startswith("+")
    if national and code.strip().isdigit():
        regions = phonenumbers.region_codes_for_country_code(int(code))
        if region not in regions and regions:
            region = regions[0]
    if national and region is None:
        return IMPOSSIBLE
    try:
        number = phonenumbers.parse(own, region)
    except phonenumbers.NumberParseException:
        return IMPOSSIBLE
    if not phonenumbers.is_possible_number(number):
        return IMPOSSIBLE
    if national and region == "FR" and number.country_code == 33:
        far = _overseas_code(str(number.national_number))
        if far and overseas == "refuse":
            return OVERSEAS
        if far:
            number = phonenumbers.PhoneNumber(
                country_code=int(far), national_number=number.national_number
            )
    whole = int(f"{number.country_code}{phonenumbers.national_significant_number(number)}")
    return Line(whole, *_place_of(number))


def _obvious(text: str) -> int:
    """A fault that the text itself shows, or 0."""
    if not text:
        return EMPTY
    if re.fullmatch(r"\d[.,]\d+[Ee]\+?\d+|\d{5,}[.,]0+|#+", text):
        return DESTROYED
    if re.search(r"[Xx*#]", text) and re.fullmatch(r"[+\d Xx*#().-]+", text):
        return MASKED
    if re.match(r"(sips?|client|tel|whatsapp):|.*@", text):
        return ADDRESS
    if re.search(r"[^\d\s+().\-/\u00a0]", text):
        return ADDRESS if re.fullmatch(r"[A-Za-z][\w.-]*", text) else IMPOSSIBLE
    if re.fullmatch(r"\d{1,6}", text):
        return EXTENSION
    return 0


def _overseas_code(digits: str) -> str:
    """Code of the department overseas that a French national number belongs to; empty for none."""
    import phonenumbers

    code = _OVERSEAS.get(digits[:3], "")
    if not code:
        return ""
    mainland = phonenumbers.PhoneNumber(country_code=33, national_number=int(digits))
    if phonenumbers.is_valid_number(mainland):
        return ""
    if digits[:3] == "639":  # of a range that both have: only where it is one of Mayotte
        there = phonenumbers.PhoneNumber(country_code=262, national_number=int(digits))
        return code if phonenumbers.is_valid_number(there) else ""
    return code


def _place_of(number: Any) -> tuple[str, str]:
    """The one clock that a number tells, and the type of its line; empty where it does not.

    Numbers of North America keep their first digits when their owners move, and tell no clock.
    """
    import phonenumbers
    from phonenumbers import timezone

    if number.country_code == 1:
        return "", ""
    kind = phonenumbers.number_type(number)
    kinds = phonenumbers.PhoneNumberType
    of = {kinds.MOBILE: "mobile", kinds.FIXED_LINE: "landline"}.get(kind, "")
    if kind == kinds.UNKNOWN or phonenumbers.is_number_type_geographical(kind, number.country_code):
        zones = timezone.time_zones_for_geographical_number(number)
    elif number.country_code in _ZONES:  # those of the whole country: looked up once, it is slow
        zones = _ZONES[number.country_code]
    else:
        zones = _ZONES[number.country_code] = timezone.time_zones_for_number(number)
    return one_clock(tuple(zones), number.country_code), of
