"""What a person asks of a fit, out of text: days, a ring time-out, a message's length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.audit.local import date_of
from sim.document.units import parse_duration
from sim.errors import CannotJudgeError, OptionError

_FIRST = dt.date(1970, 1, 1)
Span = tuple[int, int]
"""First and last day, since 1970."""


def spans_of(text: str) -> tuple[Span, ...]:
    """Spans of days out of text, as ``2024-05-13..2024-05-16, 2024-05-18``.

    Raises
    ------
    OptionError
        Where it names none.
    """
    spans = []
    for each in text.split(","):
        first, dots, last = each.strip().partition("..")
        try:
            ends = [
                (dt.date.fromisoformat(day.strip()) - _FIRST).days
                for day in ((first, last) if dots else (first, first))
            ]
        except ValueError:
            raise OptionError(
                "is no day, and no span of days",
                place="--days",
                allowed="2024-05-13, 2024-05-13..2024-05-16, or several with a comma between",
            ) from None
        if ends[0] > ends[1]:
            raise OptionError("a span ends before it begins", place="--days")
        spans.append((ends[0], ends[1]))
    return tuple(spans)


def days_in(spans: Sequence[Span], days: NDArray[np.int64]) -> tuple[int, ...]:
    """Of some days those inside of spans.

    Parameters
    ----------
    spans
        The spans.
    days
        Days, since 1970, of a log.

    Raises
    ------
    CannotJudgeError
        Where none is.
    """
    there = np.unique(days)
    found = tuple(int(day) for day in there if any(a <= day <= b for a, b in spans))
    if not found:
        first, last = (date_of(int(day)).isoformat() for day in (there[0], there[-1]))
        raise CannotJudgeError(
            f"none of the days that --days names has a call that can be used; the log goes from "
            f"{first} to {last}"
        )
    return found


def timeout_of(text: str) -> int:
    """A ring time-out, ms.

    Raises
    ------
    OptionError
        Where it is none.
    """
    return _duration(text, "--ring-timeout", "10 min", 600_000)


def message_of(text: str) -> int:
    """The length of a message, ms.

    Raises
    ------
    OptionError
        Where it is none.
    """
    return _duration(text, "--message", "1 h", 3_600_000)


def _duration(text: str, option: str, longest: str, longest_ms: int) -> int:
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise OptionError(str(error), place=option) from None
    if not 1_000 <= found <= longest_ms:
        raise OptionError(f"is from 1 s to {longest}", place=option)
    return found
