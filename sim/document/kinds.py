"""Kinds of values: what each is called, how people write it, its unit inside, and its JSON Schema.

A :class:`Kind` stands in the annotation of a field. Error messages, the table of keys, ``explain``
and the JSON Schema for editors all read it there, so they cannot tell different stories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of value."""

    name: str
    """What people call it: ``duration``."""
    written: str
    """How they write it: ``25 s, 1h30min or 4 h``."""
    unit: str
    """Unit of the number that the program holds; empty for none."""
    schema: Mapping[str, Any]
    """JSON Schema of the text or number in the file."""
    ranged: bool = False
    """Whether a range may stand in its place."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of what is written, not of what it becomes."""
        written = dict(self.schema)
        return {"anyOf": [written, handler(core)]} if self.ranged else written

    def or_range(self) -> Kind:
        """The same, where a range may be written too."""
        return Kind(self.name, self.written, self.unit, self.schema, ranged=True)


_NUMBER = r"\d[\d_]*(\.\d+)?"

DURATION = Kind(
    "duration",
    "25 s, 1h30min or 4 h",
    "milliseconds",
    {"type": "string", "pattern": rf"^\s*({_NUMBER}\s*(ms|s|min|h|d)\s*)+$"},
)
LAW = Kind(
    "duration law",
    "12 s, or a map with `law`",
    "milliseconds",
    DURATION.schema,
    ranged=True,
)
SHARE = Kind(
    "share",
    "33 % or 0.33",
    "share of 0–1",
    {
        "anyOf": [
            {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%\s*$"},
            {"type": "number", "minimum": 0, "maximum": 1},
        ]
    },
)
FACTOR = Kind("number", "1.5", "", {"type": "number", "minimum": 0})
SIGNED = Kind("number of either sign", "0.5 or -1.2", "", {"type": "number"})
CORRELATION = Kind("correlation", "0.5", "", {"type": "number", "minimum": -1, "maximum": 1})
COUNT = Kind(
    "whole number",
    "6_000_000",
    "",
    {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": r"^\s*\d[\d_]*\s*$"},
        ]
    },
)
BOUND = Kind(
    "bound",
    "700_000, 1.5 or 50 %",
    "",
    {
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*%?\s*$"},
        ]
    },
)
RATE = Kind(
    "rate",
    "60, 0.7 or 1/3",
    "calls per second",
    {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000},
            {"type": "string", "pattern": r"^\s*\d[\d_]*(\.\d+|/\d[\d_]*)?\s*$"},
        ]
    },
)
CLOCK = Kind(
    "time of day",
    "09:00, up to 24:00",
    "minutes after local midnight",
    {"type": "string", "pattern": r"^\s*([01]?\d|2[0-3]):[0-5]\d\s*$|^\s*24:00\s*$"},
)
MOMENT = Kind(
    "date and time",
    "2017-04-21 20:00",
    "local time",
    {"type": "string", "pattern": r"^\s*\d{4}-\d{2}-\d{2}[ T]+\d{1,2}:\d{2}(:00)?\s*$"},
)
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)"
_DAY_SCHEMA = {"type": "string", "pattern": rf"^\s*(all|{_DAY}(-{_DAY})?)\s*$"}
DAYS = Kind(
    "days",
    "mon-fri, sat, all or a list of these",
    "weekdays",
    {"anyOf": [_DAY_SCHEMA, {"type": "array", "minItems": 1, "items": _DAY_SCHEMA}]},
)
MONEY = Kind(
    "money",
    "0.010 EUR",
    "currency",
    {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*[A-Z]{3}\s*$"},
)
ZONE = Kind("time zone", "Europe/Paris", "IANA name", {"type": "string", "pattern": r"^[A-Za-z]"})
