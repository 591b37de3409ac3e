"""Reading tables of a real dialer: Parquet or CSV, checked column by column, bad rows by number.

Values are never repeated in a message: they may be personal data. A value that is empty, or the
word ``unknown``, is not known.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.inputs.lines import (
    DIGITS_ONLY,
    PHONE_NAME,
    comparable,
    hidden_phones,
    matches,
    phones,
)
from sim.audit.inputs.reading import Known, named_rows, read
from sim.audit.tables import I64, Bools
from sim.errors import DialerFilesError

EARLIEST_MS, _LATEST = (
    int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() * 1000) for year in (1990, 2100)
)
"""First moment that is taken for one, and first that is not; what is none is set to the first."""
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)", re.ASCII
)
_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
_UNKNOWN = "unknown"
_ZONES = frozenset(available_timezones())
_LONGEST_TEXT = 200
"""Most characters of a value that is read as one of few texts."""
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Column(Generic[V]):
    """Values of a column, and of which rows they are not known; these hold some allowed value."""

    values: V
    unknown: Bools

    @property
    def any_unknown(self) -> bool:
        """Whether some are not known."""
        return bool(self.unknown.any())


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few texts, as codes; of unknown rows the code is 0."""

    codes: NDArray[np.int32]
    texts: tuple[str, ...]
    unknown: Bools


class Sheet:
    """One table, read column by column; faults are gathered until :meth:`finish`.

    Parameters
    ----------
    path
        A Parquet file, or a CSV file with a header.
    known
        The columns that it may have.
    encoding
        Of a CSV file; default that of its mark, else UTF-8.
    """

    def __init__(self, path: str | Path, known: Known, encoding: str | None = None) -> None:
        self.path = Path(path)
        found = read(self.path, known, encoding)
        self._table, self.names = found.table, found.names
        self.rows = self._table.num_rows
        self.faults: list[str] = []
        self._known = known
        self._used: set[str] = set()

    @property
    def unused(self) -> tuple[int, ...]:
        """Columns that were not asked for, by position from 1."""
        known = self._used | set(self._known.beside)
        return tuple(k for k, name in enumerate(self.names, 1) if name not in known)

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.names

    def fault(self, name: str, message: str) -> None:
        """Note what is wrong with a column."""
        self.faults.append(f"{self.path}: {self._called(name)}: {message}")

    def _called(self, name: str) -> str:
        """What to call a column: its name where that is ours, else its position."""
        if name in self._known.names:
            return name
        beginning = next((b for b in self._known.beginnings if name.startswith(b)), "")
        where = f"column {self.names.index(name) + 1}"
        return f"{where} ({beginning}…)" if beginning else where

    def bad_rows(self, name: str, wrong: Bools, message: str) -> None:
        """Note what is wrong with some rows of a column; the first row after the header is 1."""
        rows = np.flatnonzero(wrong) + 1
        if len(rows):
            self.fault(name, f"{message}: {named_rows(rows.tolist())}")

    def finish(self) -> None:
        """Look for phone numbers where nobody looked, and raise what was found."""
        for place in self.unused:
            name = self.names[place - 1]
            if PHONE_NAME.search(name):
                self.fault(name, "is named like a column of phone numbers; leave it out")
                continue
            kind = _kind(self._table.column(place - 1).type)
            if kind == "text":
                text = _text(self._table.column(place - 1))
                like = phones(text, bare=False) | hidden_phones(text)
                self.bad_rows(name, like, "looks like a phone number")
        if self.faults:
            raise DialerFilesError(self.faults)

    # ── Columns ──────────────────────────────────────────────────────────────────────────────

    def _column(self, name: str, *kinds: str) -> pa.ChunkedArray | None:
        """A column of one of some kinds of type; None where there is none such."""
        self._used.add(name)
        if not self.has(name):
            return None
        column = self._table.column(self.names.index(name))
        kind = _kind(column.type)
        # Whole numbers beside missing ones often come as fractions: 1.0.
        if kind not in (*kinds, "null") and (kind != "fraction" or "whole" not in kinds):
            wanted = " or ".join(_KINDS[k] for k in kinds)
            found = _KINDS.get(kind, "values of another type")
            self.fault(name, f"holds {found}; {wanted} are wanted")
            return None
        return column

    def text(self, name: str) -> pa.Array | None:
        """A column of text without spaces around it, null where it is empty; None for no column."""
        column = self._column(name, "text")
        if column is None:
            return None
        found = _text(column)
        self.bad_rows(name, phones(found, bare=True), "looks like a phone number")
        length = pc.fill_null(pc.utf8_length(found), 0).to_numpy(zero_copy_only=False)
        self.bad_rows(name, length > _LONGEST_TEXT, f"is longer than {_LONGEST_TEXT} characters")
        return found

    def ids(self, name: str) -> pa.Array | None:
        """Identifiers of lines as they are compared: whole numbers, or digests in hex or base64."""
        if not self.has(name):
            self._used.add(name)
            self.fault(name, "the column is missing")
            return None
        column = self._column(name, "text", "whole")
        if column is None:
            return None
        found = _text(column)
        missing = _bools(found.is_null())
        self.bad_rows(name, missing, "is empty")
        like = phones(found, bare=False)
        numbers = matches(found, DIGITS_ONLY)
        length = pc.fill_null(pc.utf8_length(found), 0).to_numpy(zero_copy_only=False)
        long = numbers & (length >= 9) & (length <= 15)
        if np.count_nonzero(long) > 0.01 * np.count_nonzero(numbers):
            like |= long  # a few are the smallest of wide digests in decimal
        self.bad_rows(
            name,
            like,
            "looks like a phone number; give a keyed hash of it, or a number of your own",
        )
        digest = matches(found, r"^([0-9A-Fa-f]{16,128}|[A-Za-z0-9+/_-]{16,172}={0,2})$")
        short = matches(found, r"^\d{1,18}$")
        wrong = ~missing & ~like & ~digest & ~short
        self.bad_rows(name, wrong, "is neither a whole number nor a digest in hex or base64")
        return comparable(found)

    def codes(self, name: str, allowed: Callable[[str], str | None]) -> Coded | None:
        """A column of few texts, as codes and the texts; None where all are unknown.

        Parameters
        ----------
        name
            The column.
        allowed
            What is wrong with a text, or None.
        """
        found = self.text(name)
        if found is None:
            return None
        unknown = _unknown(found)
        coded = pc.dictionary_encode(found.filter(pa.array(~unknown)))
        texts = tuple(coded.dictionary.to_pylist())
        codes = np.zeros(self.rows, dtype=np.int32)
        codes[~unknown] = coded.indices.to_numpy(zero_copy_only=False)
        for code, text in enumerate(texts):
            if (message := allowed(text)) is not None:
                self.bad_rows(name, (codes == code) & ~unknown, message)
        return Coded(codes, texts, unknown) if texts else None

    def flags(self, name: str) -> Column[Bools] | None:
        """A column of yes or no."""
        column = self._column(name, "flag", "text", "whole")
        if column is None:
            return None
        if pa.types.is_boolean(column.type):
            return Column(_bools(column.fill_null(False)), _bools(column.is_null()))
        text = _text(column)
        unknown = _unknown(text)
        found = pc.fill_null(pc.utf8_lower(text), "")
        yes = _bools(pc.is_in(found, pa.array(sorted(_TRUE))))
        no = _bools(pc.is_in(found, pa.array(sorted(_FALSE))))
        self.bad_rows(name, ~yes & ~no & ~unknown, "is neither true nor false")
        return Column(yes, unknown)

    def whole(self, name: str, least: int, most: int) -> Column[I64] | None:
        """A column of whole numbers."""
        column = self._column(name, "whole", "text")
        if column is None:
            return None
        found = _text(column)
        unknown = _unknown(found)
        right = matches(found, r"^\d{1,18}$")
        values = pc.if_else(pa.array(right), found, "0").cast(pa.int64())
        numbers: I64 = np.array(values.to_numpy(zero_copy_only=False))
        right &= (numbers >= least) & (numbers <= most)
        self.bad_rows(name, ~right & ~unknown, f"is no whole number from {least} to {most:,}")
        numbers[~right] = least
        return Column(numbers, unknown)

    def moments(
        self, name: str, *, required: bool = False, empty: int | None = None
    ) -> Column[I64] | None:
        """A column of moments, ms since 1970 UTC.

        Parameters
        ----------
        name
            The column.
        required
            Whether each row must have one.
        empty
            What an empty row means; default that it is not known.
        """
        column = self._column(name, "moment", "text")
        if column is None:
            return None
        if pa.types.is_timestamp(column.type):
            parsed = self._stamps(name, column)
            if parsed is None:
                return None
            found, missing = parsed
            unknown = np.zeros(self.rows, dtype=np.bool_)
        else:
            text = _text(column)
            unknown = _unknown(text) & ~_bools(text.is_null())
            found, missing = self._parse_moments(name, text, unknown)
        found = np.array(found)
        blank = missing | unknown
        outside = ~blank & ((found < EARLIEST_MS) | (found >= _LATEST))
        self.bad_rows(name, outside, "lies outside of the years 1990 to 2099")
        found[outside | blank] = EARLIEST_MS
        if required:
            self.bad_rows(name, missing, "is empty")
            self.bad_rows(name, unknown, "is unknown; rows without it cannot be judged")
        elif empty is None:
            unknown = blank
        else:
            found[missing] = empty
        return Column(found, unknown)

    def _stamps(self, name: str, column: pa.ChunkedArray) -> tuple[I64, Bools] | None:
        """Moments of a column of timestamps, and which are missing."""
        if column.type.tz is None:
            self.fault(name, "holds local times without a zone; absolute times are wanted: UTC")
            return None
        whole = column.combine_chunks()
        if isinstance(whole, pa.ChunkedArray):
            whole = pa.concat_arrays(whole.chunks)
        # As plain numbers: the zone of the column may be none that exists, and does not matter.
        units = pc.fill_null(whole.view(pa.int64()), 0).to_numpy(zero_copy_only=False)
        per_s = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[column.type.unit]
        if per_s > 1_000:
            found = np.floor_divide(units, per_s // 1_000)
        else:
            most = np.iinfo(np.int64).max // 1_000
            found = np.clip(units, -most, most) * (1_000 // per_s)
        return found, _bools(column.is_null())

    def _parse_moments(self, name: str, text: pa.Array, unknown: Bools) -> tuple[I64, Bools]:
        missing = _bools(text.is_null())
        formed = matches(text, f"^{_MOMENT.pattern}$")
        usable = pc.if_else(pa.array(formed), text, "2000-01-01T00:00:00Z")
        try:
            values = usable.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:  # a day that does not exist: look one by one
            values, possible = _one_by_one(usable.to_pylist())
            formed &= possible
        self.bad_rows(
            name,
            ~missing & ~formed & ~unknown,
            "is no absolute time; write it in UTC, as 2024-06-07T17:30:00Z",
        )
        found = np.floor_divide(values, 1_000_000)
        found[~formed] = EARLIEST_MS
        return found, missing


def zone_problem(name: str) -> str | None:
    """What is wrong with the name of a time zone, or None."""
    return None if name in _ZONES else "is no IANA time zone, such as Europe/Paris"


def no_problem(_: str) -> str | None:
    """Any text will do."""
    return None


_KINDS = {
    "text": "text",
    "whole": "whole numbers",
    "flag": "yes or no",
    "moment": "timestamps in UTC",
    "fraction": "fractions",
    "nested": "lists, maps or structures",
}
"""What types of columns are called."""


def _kind(of: pa.DataType) -> str:
    """What kind of type a column has, by :data:`_KINDS`; empty for another."""
    if pa.types.is_dictionary(of):
        return _kind(of.value_type)
    tests: dict[str, tuple[Callable[[pa.DataType], bool], ...]] = {
        "text": (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        "whole": (pa.types.is_integer,),
        "flag": (pa.types.is_boolean,),
        "moment": (pa.types.is_timestamp,),
        "fraction": (pa.types.is_floating, pa.types.is_decimal),
        "nested": (pa.types.is_nested,),
        "null": (pa.types.is_null,),
    }
    return next((name for name, any_of in tests.items() if any(is_(of) for is_ in any_of)), "")


def _one_by_one(texts: list[str]) -> tuple[I64, Bools]:
    """Moments in ns since 1970 UTC, and which exist."""
    values = np.full(len(texts), EARLIEST_MS * 1_000_000, dtype=np.int64)
    exists = np.ones(len(texts), dtype=np.bool_)
    for row, text in enumerate(texts):
        try:
            moment = dt.datetime.fromisoformat(text)
            since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
            values[row] = since // dt.timedelta(microseconds=1) * 1000
        except (ValueError, OverflowError):
            exists[row] = False
    return values, exists


def _text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as text in one piece, without spaces around it; empty text is null."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    text = pc.utf8_trim_whitespace(column.cast(pa.large_string()))
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)
    whole = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def _unknown(text: pa.Array) -> Bools:
    """Which rows are empty, or the word for what is not known."""
    said = pc.fill_null(pc.equal(pc.utf8_lower(text), _UNKNOWN), True)
    return _bools(said)


def _bools(column: pa.Array | pa.ChunkedArray) -> Bools:
    """Yes or no as numpy, writable."""
    if isinstance(column, pa.ChunkedArray):
        return np.array(column.to_numpy(), dtype=np.bool_)
    return np.array(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
