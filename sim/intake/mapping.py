"""A mapping: how the rows of one dialer's log become calls, as frozen typed objects.

These classes *are* the format of a mapping file. Each known format is such a file, in the folder
``formats`` beside this module; :mod:`sim.intake.formats` reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim.document.fields import Count
from sim.document.kinds import Kind
from sim.document.quantity import Model, PlainDuration

Disposition = Literal["invalid", "busy", "no_answer", "machine", "human", "failed", "unknown"]
"""How a call turned out; ``failed``: our side or the network, which says nothing of the line."""
DISPOSITIONS: tuple[Disposition, ...] = (
    "invalid", "busy", "no_answer", "machine", "human", "failed", "unknown"
)  # fmt: skip
"""By their codes in columns."""
Means = Literal["dialled", "answered", "ended", "logged"]
"""Of which moment of a call a stamp tells."""
_COMPARED = re.compile(r"(?P<sign>[=<>]) (?P<number>-?\d+(\.\d+)?)")

TEST = Kind("test", "a list of texts, given, empty, '> 0' or '~ PATTERN'", "", {})
TEXTS = Kind("texts", "a text, or a list of texts", "", {})


@dataclass(frozen=True, slots=True)
class Test:
    """What a cell must be: one of some texts, or by its sign, or by a pattern."""

    texts: tuple[str, ...] | None = None
    given: bool | None = None
    sign: str = ""
    number: float = 0.0
    pattern: str | None = None


def parse_test(value: object) -> Test:
    """A test of a cell.

    Raises
    ------
    ValueError
        If it is none.
    """
    if isinstance(value, Test):
        return value
    if isinstance(value, list | tuple):
        return Test(texts=tuple(str(each) for each in value))
    if value in ("given", "empty"):
        return Test(given=value == "given")
    if isinstance(value, str) and (compared := _COMPARED.fullmatch(value)):
        return Test(sign=compared["sign"], number=float(compared["number"]))
    if isinstance(value, str) and value.startswith("~ "):
        return Test(pattern=_pattern(value[2:]))
    raise ValueError(f"a test is wanted: {TEST.written}")


def parse_pattern(value: object) -> str:
    """A pattern with a group.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not isinstance(value, str) or not re.search(r"\((?!\?:)", value):
        raise ValueError("a pattern with one group is wanted, such as '^([0-9]{10})'")
    return _pattern(value)


def _pattern(text: str) -> str:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array(["x"]), text)
    except pa.ArrowInvalid:
        raise ValueError("the pattern cannot be read") from None
    return text


def parse_texts(value: object) -> tuple[str, ...]:
    """A text, or several.

    Raises
    ------
    ValueError
        If it is neither.
    """
    texts = value if isinstance(value, list | tuple) else [value]
    if not texts or not all(isinstance(text, str | int) for text in texts):
        raise ValueError(f"{TEXTS.written} is wanted")
    return tuple(str(text) for text in texts)


Tested = Annotated[Test, BeforeValidator(parse_test), TEST]
When = dict[str, Tested]
"""By column, what it must be; all of them."""
Texts = Annotated[tuple[str, ...], BeforeValidator(parse_texts), TEXTS]
Pattern = Annotated[str, BeforeValidator(parse_pattern), Kind("pattern", "'^([0-9]+)'", "", {})]
Unit = Literal["s", "ms"]


class File(Model):
    """How the file is written."""

    kind: Literal["rows", "unescaped", "json"] = Field(
        "rows", description="rows: CSV; unescaped: quoted, nothing escaped; json: a list, or lines."
    )
    encoding: str | None = Field(None, description="Where it is not UTF-8.")
    delimiter: Literal[",", "\t", ";", "|"] = Field(",", description="What separates values.")
    quotes: Literal["double", "none", "backslash"] = Field(
        "double", description="How a value may hold the separator: quoted, not, or escaped by a \\."
    )
    header: bool = Field(True, description="Whether the first row names the columns.")
    columns: tuple[str, ...] = Field(
        (), description="Names of the columns where there is no header; of the longest form."
    )
    least: Count | None = Field(None, description="How many of these a row has at least.")
    records: str | None = Field(None, description="Of JSON: the key of the list of records.")


class Line(Model):
    """The number that was dialled."""

    columns: Texts = Field(description="The column; of two, country's code and number.")
    strip: Texts = Field((), description="What to take out of it.")
    overseas: Literal["refuse", "by-prefix"] = Field(
        "refuse", description="French departments overseas in national form: no line, or by prefix."
    )


class Skip(Model):
    """Rows that are no call of the campaign."""

    when: When = Field(description="By column, what it is.")
    why: Literal["never dialled", "inbound", "leg of another call", "internal"] = Field(
        description="Why it is none."
    )


class Epoch(Model):
    """A unique id that begins with the moment of dialling."""

    column: str = Field(description="Where it stands.")
    pattern: Pattern = Field(description="Its first group is the moment.")
    unit: Unit = Field("s", description="Unit of that moment, since 1970.")
    within: PlainDuration = Field(description="How far the stamp may lie from it.")


class Length(Model):
    """A length of time: of columns, or from the start to a moment."""

    column: str | None = Field(None, description="Where it stands.")
    less: str | None = Field(None, description="A column to subtract.")
    until: str | None = Field(None, description="Or a moment since 1970, to which it lasts.")
    unit: Unit = Field("s", description="Unit of these.")
    when: When = Field(default_factory=dict, description="Only then.")
    dispositions: Texts | None = Field(
        None, description="Only of calls that turned out so.", alias="for"
    )


class Proof(Model):
    """A second stamp: where it says the same, the start is exact."""

    columns: Texts = Field(description="Where it stands.")
    layout: Texts = Field(description="How it is written.")


class Start(Model):
    """The moment of dialling."""

    columns: Texts = Field(description="Where the stamp stands; several are joined by a blank.")
    layout: Texts = Field(description="How it is written, as strftime has it, or ISO.")
    clock: str = Field("server", description="server: that of --clock; or a zone such as UTC.")
    means: Means = Field("dialled", description="Of which moment it tells.")
    epoch: Epoch | None = Field(None, description="A unique id that tells the moment of dialling.")
    plus: Length | None = Field(None, description="What to add to it.")
    minus: tuple[Length, ...] = Field((), description="What to take from it; the first given.")
    proof: Proof | None = Field(None, description="A second stamp that proves it.")
    late_by: PlainDuration | None = Field(
        None, description="How much earlier a call may have begun that its stamp tells late."
    )
    repeated_hour: Literal["end", "order", "unknown"] = Field(
        "unknown", description="What tells which of two equal hours it was, without a unique id."
    )


class End(Model):
    """The moment of release: the first of these that is given."""

    columns: Texts | None = Field(None, description="A stamp, on the clock of the start.")
    layout: Texts | None = Field(None, description="How it is written.")
    epoch: str | None = Field(None, description="Or a column of moments since 1970.")
    unit: Unit = Field("s", description="Unit of these.")
    after: Length | None = Field(None, description="Or the time from the start.")
    when: When = Field(default_factory=dict, description="Only then.")


class Case(Model):
    """What a code means."""

    when: When = Field(description="By column, what it is.")
    settings: dict[str, Texts] = Field(
        default_factory=dict, description="And what settings say.", alias="if"
    )
    disposition: Disposition = Field(description="How the call turned out.", alias="is")


class Dispositions(Model):
    """How a call turned out: the first case that holds; unknown where none does."""

    code: str = Field(description="The column of codes; those that met no case are counted.")
    values: dict[str, Disposition] = Field(
        default_factory=dict, description="Codes, and what they mean."
    )
    cases: tuple[Case, ...] = Field((), description="Looked at before these, in order.")
    statuses: bool = Field(False, description="Whether --statuses tells codes of a person.")


class Flag(Model):
    """Yes or no: where neither holds it is not known."""

    yes: When = Field(description="Then it is.")
    no: When | None = Field(None, description="Then it is not.")


class OptOut(Model):
    """A wish not to be called again that stands in the log."""

    when: When = Field(description="By column, what it is.")
    settings: dict[str, Texts] = Field(
        default_factory=dict, description="And what settings say.", alias="if"
    )
    kind: Literal["opt_out", "refusal"] = Field("opt_out", description="What it was.")


class Zone(Model):
    """What decides the recipient's time zone."""

    sources: Texts = Field(("number",), description="state, number or us-prefix.", alias="from")
    state: str | None = Field(None, description="The column of the US state.")


class Legs(Model):
    """Rows of one call."""

    column: str = Field(description="What rows of one call share, or a row's own id.")
    pattern: Pattern | None = Field(None, description="Its first group is what they share.")
    other: str | None = Field(None, description="The column that names the other row's id.")


class Setting(Model):
    """Something that the log does not tell."""

    allowed: Texts = Field((), description="What may be said; anything where nothing is listed.")
    meaning: str = Field(description="What it is.")


class Mapping(Model):
    """The file."""

    format: Literal[1] = Field(description="Version of this format.")
    name: str = Field(description="What the log is called.")
    read_in: str = Field("", description="Where its layout was read.")
    tried: bool = Field(False, description="Whether a hand-worked sample came out right.")
    file: File = Field(default_factory=lambda: File(), description="How it is written.")
    settings: dict[str, Setting] = Field(
        default_factory=dict, description="What --setting may say."
    )
    newest: str | None = Field(None, description="Of rows with one such id, the last counts.")
    line: Line = Field(description="The number that was dialled.")
    skip: tuple[Skip, ...] = Field((), description="Rows that are no call of the campaign.")
    start: Start = Field(description="The moment of dialling.")
    end: tuple[End, ...] = Field((), description="The moment of release.")
    ring: tuple[Length, ...] = Field((), description="For how long it rang.")
    disposition: Dispositions = Field(description="How it turned out.")
    answered: Flag | None = Field(None, description="Whether somebody or something answered.")
    delivered: Flag | None = Field(None, description="Whether some of the message was played.")
    pressed: Flag | None = Field(None, description="Whether the gate's key was pressed.")
    abandoned: Flag | None = Field(None, description="Whether a person got nothing in time.")
    optouts: tuple[OptOut, ...] = Field((), description="Wishes not to be called again.")
    zone: Zone = Field(default_factory=lambda: Zone(), description="What decides the zone.")
    attempt: str | None = Field(None, description="A column that counts the calls to the line.")
    legs: tuple[Legs, ...] = Field((), description="Which rows are of one call.")


def columns_of(part: Any) -> frozenset[str]:
    """Every column that a mapping, or a part of one, reads."""
    found: set[str] = set()
    if isinstance(part, tuple):
        return frozenset().union(*map(columns_of, part))
    if not isinstance(part, Model):
        return frozenset()
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in ("when", "yes", "no") and value is not None:
            found |= set(value)
        elif name in _COLUMNS and value is not None and not isinstance(part, File):
            found |= {value} if isinstance(value, str) else set(value)
        elif name == "epoch" and isinstance(value, str):
            found.add(value)
        else:
            found |= columns_of(value)
    return frozenset(found)


_COLUMNS = ("column", "columns", "less", "until", "code", "state", "attempt", "other", "newest")
"""Keys whose value names a column."""
