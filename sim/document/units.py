"""Units as people write them: ``25 s``, ``33 %``, ``20:00``, ``0.010 EUR``, ``2017-04-18 10:00``.

Every function takes what the YAML reader found and returns the one internal form, or raises
:class:`ValueError` with a sentence that says what was found and what is allowed. Nothing is
guessed: a duration without a unit is refused, and so is a share that could be read two ways.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from fractions import Fraction
from typing import NamedTuple

# Digits are 0-9 only, and few: Python reads other digits too, and long numbers slowly.
_DURATION = re.compile(r"(?P<number>\d[\d_]*(?:\.\d+)?)\s*(?P<unit>ms|s|min|h|d)", re.ASCII)
_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_PLAIN = re.compile(r"\d[\d_]*(\.\d+)?")
_PERCENT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*%", re.ASCII)
_COUNT = re.compile(r"\d[\d_]*", re.ASCII)
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_MONEY = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<currency>[A-Z]{3})", re.ASCII)

_RATE = re.compile(r"\d[\d_]*(\.\d+)?(e-?\d{1,2})?|\d[\d_]*/\d[\d_]*", re.ASCII)

MAX_DIGITS = 40
"""Longest text that is read as one number."""
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years in which a moment may lie."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days as they are written, Monday first, as in :meth:`datetime.date.weekday`."""


class Money(NamedTuple):
    """An amount with its currency."""

    amount: float
    """In whole units of the currency."""
    currency: str
    """ISO 4217 code."""


def shown(value: object) -> str:
    """A value as an error message quotes it: as YAML writes it, and never long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    if isinstance(value, int) and value.bit_length() > 8 * MAX_DIGITS:
        return "a number without end"  # too long to be written out
    text = cut(" ".join(str(value)[:400].split()))
    return f"'{text}'" if isinstance(value, str) else text


def cut(text: str) -> str:
    """A text as a message quotes it: all of it, or its beginning."""
    return text if len(text) <= 50 else text[:40] + "…"


def parse_duration(value: object) -> int:
    """Milliseconds from text such as ``25 s``, ``1h30min``, ``4 h``, ``2 d``.

    Raises
    ------
    ValueError
        Without a unit, or in any other form.
    """
    if isinstance(value, str) and len(value) <= MAX_DIGITS:
        text = value.strip()
        parts = list(_DURATION.finditer(text))
        rest = _DURATION.sub("", text).strip()
        if parts and not rest:
            total = sum(
                Fraction(part["number"].replace("_", "")) * _MILLISECONDS[part["unit"]]
                for part in parts
            )
            if total.denominator != 1:
                raise ValueError(f"{shown(value)} is not a whole number of milliseconds")
            return int(total)
    raise ValueError(
        f"found {shown(value)}; a duration is a number with a unit, "
        "one of ms, s, min, h, d: '25 s', '1h30min', '4 h'"
    )


def parse_share(value: object) -> float:
    """A share in 0–1 from ``33 %`` or ``0.33``.

    Raises
    ------
    ValueError
        Outside 0–1 (0 %–100 %), or not a share. A bare whole number above 1 is refused, since it
        may have been meant as a percentage.
    """
    text = value.strip() if isinstance(value, str) and len(value) <= MAX_DIGITS else ""
    if match := _PERCENT.fullmatch(text):
        share = float(Fraction(match["number"]) / 100)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        share = _float(value)
    else:
        raise ValueError(f"found {shown(value)}; a share is '33 %' or 0.33")
    if not 0.0 <= share <= 1.0:
        hint = f"; did you mean '{value} %'?" if not isinstance(value, str) and share <= 100 else ""
        raise ValueError(f"found {shown(value)}; a share lies between 0 % and 100 %{hint}")
    return share


def parse_factor(value: object) -> float:
    """A plain finite number of 0 or more."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _float(value)
        if 0.0 <= number < float("inf"):
            return number
    raise ValueError(f"found {shown(value)}; a number of 0 or more is allowed")


def parse_signed(value: object) -> float:
    """A plain finite number of either sign."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _float(value)
        if math.isfinite(number):
            return number
    raise ValueError(f"found {shown(value)}; a number, below 0 or above, is allowed")


def parse_bound(value: object) -> float:
    """A number of 0 or more, from ``700_000``, ``1.5`` or ``50 %``."""
    text = value.strip() if isinstance(value, str) and len(value) <= MAX_DIGITS else ""
    if match := _PERCENT.fullmatch(text):
        return float(Fraction(match["number"]) / 100)
    if _PLAIN.fullmatch(text):
        return float(text.replace("_", ""))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _float(value)
        if 0.0 <= number < float("inf"):
            return number
    raise ValueError(f"found {shown(value)}; a number of 0 or more, or a share, is allowed")


def parse_correlation(value: object) -> float:
    """A number from -1 to 1."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _float(value)
        if -1.0 <= number <= 1.0:
            return number
    raise ValueError(f"found {shown(value)}; a correlation from -1 to 1 is allowed")


def _float(value: float) -> float:
    """A number as a float: infinite where it is larger than any."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def parse_count(value: object) -> int:
    """A whole number: ``6_000_000``.

    Raises
    ------
    ValueError
        For anything but a whole number of 0 or more.
    """
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()) and len(value) <= MAX_DIGITS:
        return int(value.replace("_", ""))
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return int(value)
    raise ValueError(f"found {shown(value)}; a whole number is wanted, such as 6_000_000")


def parse_rate(value: object) -> Fraction:
    """Calls per second as an exact fraction, from the text as written: ``60``, ``0.7``, ``1/3``.

    Raises
    ------
    ValueError
        Unless 0 < rate <= 1,000,000, with numerator and denominator of at most 1,000,000 each, so
        that the pacing clock stays within 64 bits.
    """
    text = str(value).strip()
    if isinstance(value, Fraction):
        rate = value
    elif isinstance(value, bool) or not _RATE.fullmatch(text) or len(text) > MAX_DIGITS:
        raise ValueError(
            f"found {shown(value)}; calls per second is a number such as 60, 0.7 or 1/3"
        )
    else:
        number, _, divisor = text.replace("_", "").partition("/")
        if divisor and not int(divisor):
            raise ValueError(f"found {shown(value)}; nothing can be divided by 0")
        rate = Fraction(number) / int(divisor or 1)
    if not 0 < rate <= 1_000_000 or max(rate.numerator, rate.denominator) > 1_000_000:
        raise ValueError(
            f"found {shown(value)}; calls per second lies above 0 and up to 1_000_000, "
            "with at most six significant digits"
        )
    return rate


def parse_clock(value: object) -> int:
    """Minutes after local midnight from ``20:00``; ``24:00`` is the end of the day.

    Raises
    ------
    ValueError
        For anything else.
    """
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value.strip())):
        minutes = int(match["hour"]) * 60 + int(match["minute"])
        if int(match["minute"]) < 60 and minutes <= 1440:
            return minutes
    raise ValueError(f"found {shown(value)}; a time of day is '09:00', up to '24:00'")


def parse_moment(value: object) -> dt.datetime:
    """A local date and time, without a zone, from ``2017-04-21 20:00``.

    Raises
    ------
    ValueError
        For an impossible date, seconds other than zero, or any other form.
    """
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        moment = value
    elif isinstance(value, str) and (match := _MOMENT.fullmatch(value.strip())):
        day, hour, minute, second = match.groups()
        try:
            moment = dt.datetime.fromisoformat(f"{day}T{int(hour):02}:{minute}:{second or '00'}")
        except ValueError:
            raise ValueError(f"found {shown(value)}; there is no such date and time") from None
    else:
        raise ValueError(
            f"found {shown(value)}; a moment is '2017-04-21 20:00', local time without a zone"
        )
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(
            f"found {shown(value)}; years from {FIRST_YEAR} to {LAST_YEAR} are allowed"
        )
    if moment.second or moment.microsecond:
        raise ValueError(f"found {shown(value)}; a moment is a whole minute")
    return moment


def parse_days(value: object) -> tuple[int, ...]:
    """Weekdays, Monday 0, from ``mon-fri``, ``sat``, ``all`` or a list of these.

    Raises
    ------
    ValueError
        For an unknown day, or no day at all.
    """
    parts = value if isinstance(value, (list, tuple)) else [value]
    days: set[int] = set()
    for part in parts:
        if isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= 6:
            days.add(part)
            continue
        text = str(part).strip().lower()
        if text == "all":
            days.update(range(7))
            continue
        first, dash, last = text.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(
                f"found {shown(part)}; days are {', '.join(WEEKDAYS)}, 'mon-fri', 'all' or a list"
            )
        start = WEEKDAYS.index(first)
        stop = WEEKDAYS.index(last) if dash else start
        days.update((start + step) % 7 for step in range((stop - start) % 7 + 1))
    if not days:
        raise ValueError("found an empty list; name at least one day")
    return tuple(sorted(days))


def parse_money(value: object) -> Money:
    """An amount with its currency from ``0.010 EUR``.

    Raises
    ------
    ValueError
        For anything else.
    """
    if isinstance(value, Money):
        return value
    text = value.strip() if isinstance(value, str) and len(value) <= MAX_DIGITS else ""
    if match := _MONEY.fullmatch(text):
        return Money(float(match["amount"]), match["currency"])
    raise ValueError(f"found {shown(value)}; money is an amount and a currency: '0.010 EUR'")
