"""Kinds of values that only regimes have: dates, sources, names."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from sim.document.kinds import Kind
from sim.document.units import shown
from sim.errors import OptionError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_REFS = re.compile(r"[A-Z][A-Za-z0-9-]*(, [A-Z][A-Za-z0-9-]*)*", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)

DATE = Kind(
    "date", "2017-04-21", "local day", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
)
REFS = Kind(
    "source tags", "F13 or F13, F14", "", {"type": "string", "pattern": rf"^{_REFS.pattern}$"}
)
CURRENCY = Kind("currency", "EUR", "ISO 4217 code", {"type": "string", "pattern": r"^[A-Z]{3}$"})
NAME = Kind(
    "name",
    "a-name of lower-case letters, digits and '-'",
    "",
    {"type": "string", "pattern": rf"^{_NAME.pattern}$"},
)


REGION = Kind("country", "FR", "ISO 3166 code", {"type": "string", "pattern": r"^[A-Z]{2}$"})


def parse_date(value: object) -> dt.date:
    """A day from ``2017-04-21``.

    Raises
    ------
    ValueError
        For an impossible day, or any other form.
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"found {shown(value)}; there is no such day") from None
    raise ValueError(f"found {shown(value)}; a date is '2017-04-21'")


def asked_date(text: str, option: str) -> dt.date:
    """The day that an option names.

    Raises
    ------
    sim.errors.OptionError
        As :func:`parse_date` refuses it, with the option's name.
    """
    try:
        return parse_date(text)
    except ValueError as error:
        raise OptionError(str(error), place=option) from None


def parse_refs(value: object) -> tuple[str, ...]:
    """Tags of sources from ``F13, F14``.

    Raises
    ------
    ValueError
        For any other form.
    """
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and _REFS.fullmatch(value.strip()):
        return tuple(value.strip().split(", "))
    raise ValueError(f"found {shown(value)}; tags of sources are wanted: 'F13, F14'")


def parse_currency(value: object) -> str:
    """A currency's code from ``EUR``.

    Raises
    ------
    ValueError
        For any other form.
    """
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise ValueError(f"found {shown(value)}; a currency is its ISO 4217 code: EUR")


def parse_name(value: object) -> str:
    """A name such as ``fr-cnil-political``.

    Raises
    ------
    ValueError
        For any other form.
    """
    if isinstance(value, str) and _NAME.fullmatch(value) and len(value) <= 60:
        return value
    raise ValueError(
        f"found {shown(value)}; a name has up to 60 lower-case letters, digits and '-': 'us-tcpa'"
    )


Date = Annotated[dt.date, BeforeValidator(parse_date), DATE]
"""A calendar day, local to whoever is called."""
Refs = Annotated[tuple[str, ...], BeforeValidator(parse_refs), REFS]
"""Tags of sources."""
Currency = Annotated[str, BeforeValidator(parse_currency), CURRENCY]
"""A currency."""
Name = Annotated[str, BeforeValidator(parse_name), NAME]
"""A name that other files use."""
Text = Annotated[str, StringConstraints(min_length=1)]
"""A text that may not be empty."""
Region = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^[A-Z]{2}$"), REGION]
