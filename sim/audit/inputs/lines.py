"""What names a line in a dialer's files, and what looks like a phone number."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.audit.tables import Bools

PHONE_NAME = re.compile(
    r"phone|msisdn|callee|^tel(ephone)?$|(dialled|called|destination)_number", re.I
)
"""Names of columns that hold phone numbers."""
DIGITS_ONLY = r"^[1-9]\d*$"
_PHONE = r"^\s*[+(]?\+?[0-9][0-9 ().\-/\x{a0}]{6,22}$"  # only digits and what stands between them
_INSIDE = r"(^|[^0-9A-Za-z])(\+|<|tel:|sip:)\s*\+?[0-9][0-9 ().\-]{7,20}"
_DATE = r"^\s*\d{4}-\d{2}-\d{2}$"
_HEX = r"^[0-9A-Fa-f]{16,128}$"
_NUMBER = r"^\d{1,18}$"
_SAMPLE = 2_000
_MOMENTS = ((631_152_000, 4_102_444_800), (631_152_000_000, 4_102_444_800_000))
"""Seconds and milliseconds since 1970 from 1990 to 2099: digits that may be a moment."""


def comparable(ids: pa.Array) -> pa.Array:
    """Identifiers as they are compared: a digest in hex whatever its case, a number as a number."""
    numbers = matches(ids, _NUMBER)
    digests = matches(ids, _HEX) & ~numbers
    if numbers.any():
        bare = pc.replace_substring_regex(ids, r"^0+(\d)", r"\1")
        ids = pc.if_else(pa.array(numbers), bare, ids)
    if digests.any():
        ids = pc.if_else(pa.array(digests), pc.utf8_lower(ids), ids)
    return ids


def matches(text: pa.Array, pattern: str) -> Bools:
    """Which rows match a pattern; null does not."""
    found = pc.fill_null(pc.match_substring_regex(text, pattern), False)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def phones(text: pa.Array, *, bare: bool) -> Bools:
    """Which rows look like a phone number.

    Eight to fifteen digits that begin with + or 0, or have spaces, dots, dashes, slashes or
    brackets between them; with `bare`, nine to fifteen digits alone too. A date does not.
    """
    like = matches(text, _PHONE)
    if not like.any():
        return like
    digits = pc.utf8_length(pc.replace_substring_regex(text, r"\D", ""))
    count = pc.fill_null(digits, 0).to_numpy(zero_copy_only=False)
    like &= (count >= 8) & (count <= 15)
    plain = matches(text, DIGITS_ONLY)
    if bare:
        plain &= count < 9
    return like & ~plain & ~matches(text, _DATE)


def hidden_phones(text: pa.Array) -> Bools:
    """Which rows of a column that nobody reads hold a phone number among words, or in bare digits.

    Bare digits are taken for one where most of the column would be a possible number of some
    country, with its code, and no moment in seconds or milliseconds.
    """
    inside = matches(text, _INSIDE)
    bare = matches(text, r"^[1-9]\d{8,14}$")
    if not bare.any():
        return inside
    sample = text.filter(pa.array(bare)).unique().to_pylist()[:_SAMPLE]
    possible = sum(_possible(digits) for digits in sample)
    return inside | bare if possible > len(sample) / 2 else inside


def _possible(digits: str) -> bool:
    """Whether digits alone may be a phone number with its country's code."""
    import phonenumbers  # only here: it is slow to import

    if any(first <= int(digits) < last for first, last in _MOMENTS):
        return False
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


def local_numbers(ids: Iterable[str], region: str) -> float:
    """Share of numbers that would be valid phone numbers of a country in its national form."""
    import phonenumbers

    some = [text for text, _ in zip(ids, range(_SAMPLE), strict=False)]
    valid = 0
    for text in some:
        try:
            valid += phonenumbers.is_valid_number(phonenumbers.parse(text, region))
        except phonenumbers.NumberParseException:
            continue
    return valid / len(some) if some else 0.0
