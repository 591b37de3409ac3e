"""Reading tables of a real dialer: Parquet or CSV, checked column by column, bad rows by number.

Values are never repeated in a message: they may be personal data.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.audit.tables import I64, Bools
from sim.errors import DialerFilesError
from sim.record.never import NEVER

SHOWN_ROWS = 20
"""Bad rows that are named; the rest are counted."""
_EARLIEST, _LATEST = (
    int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() * 1000) for year in (1990, 2100)
)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)", re.ASCII
)
_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}

_PHONE = r"^\s*[+(]?\+?[0-9][0-9 ().\-/\x{a0}]{6,22}$"  # only digits and what stands between them
_DATE = r"^\s*\d{4}-\d{2}-\d{2}$"
_PHONE_NAME = re.compile(
    r"phone|msisdn|callee|^tel(ephone)?$|(dialled|called|destination)_number", re.I
)
_DIGITS_ONLY = r"^[1-9]\d*$"


class Sheet:
    """One table, read column by column; faults are gathered until :meth:`finish`.

    Parameters
    ----------
    path
        A Parquet file, or a CSV file in UTF-8 with a header.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._table = _read(self.path)
        self.rows = self._table.num_rows
        self.faults: list[str] = []
        self._used: set[str] = set()
        names = self._table.column_names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DialerFilesError(
                f"{self.path}: the column '{name}' stands twice" for name in twice
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._table.column_names)

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that were not asked for."""
        return tuple(name for name in self.names if name not in self._used)

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._table.column_names

    def fault(self, name: str, message: str) -> None:
        """Note what is wrong with a column."""
        self.faults.append(f"{self.path}: {name}: {message}")

    def bad_rows(self, name: str, wrong: Bools, message: str) -> None:
        """Note what is wrong with some rows of a column; the first row after the header is 1."""
        rows = np.flatnonzero(wrong) + 1
        if len(rows):
            self.fault(name, f"{message}: {_named(rows.tolist())}")

    def finish(self) -> None:
        """Look for phone numbers where nobody looked, and raise what was found."""
        for name in self.unused:
            if _PHONE_NAME.search(name):
                self.fault(name, "is named like a column of phone numbers; leave it out")
            else:
                self._refuse_phones(name, self._table.column(name), bare=False)
        if self.faults:
            raise DialerFilesError(self.faults)

    # ── Columns ──────────────────────────────────────────────────────────────────────────────

    def _column(self, name: str) -> pa.ChunkedArray | None:
        self._used.add(name)
        return self._table.column(name) if self.has(name) else None

    def text(self, name: str, *, empty: bool = False) -> pa.Array | None:
        """A column of text without spaces around it; None where there is none.

        Parameters
        ----------
        name
            The column.
        empty
            Whether a row may be empty; then it is null.
        """
        column = self._column(name)
        if column is None:
            return None
        self._refuse_phones(name, column, bare=True)
        found = _text(column)
        if not empty:
            self.bad_rows(name, _bools(found.is_null()), "is empty")
        return found

    def ids(self, name: str) -> pa.Array | None:
        """Identifiers of lines as text: whole numbers, or digests in hex or base64."""
        column = self._column(name)
        if column is None:
            self.fault(name, "the column is missing")
            return None
        found = _text(column)
        missing = _bools(found.is_null())
        self.bad_rows(name, missing, "is empty")
        phones = _phones(found, bare=False)
        numbers = _matches(found, _DIGITS_ONLY)
        length = pc.fill_null(pc.utf8_length(found), 0).to_numpy(zero_copy_only=False)
        long = numbers & (length >= 9) & (length <= 15)
        if np.count_nonzero(long) > 0.01 * np.count_nonzero(numbers):
            phones |= long  # a few are the smallest of wide digests in decimal
        self.bad_rows(
            name,
            phones,
            "looks like a phone number; give a keyed hash of it, or a number of your own",
        )
        digest = _matches(found, r"^([0-9A-Fa-f]{16,128}|[A-Za-z0-9+/_-]{16,172}={0,2})$")
        short = _matches(found, r"^\d{1,18}$")
        wrong = ~missing & ~phones & ~digest & ~short
        self.bad_rows(name, wrong, "is neither a whole number nor a digest in hex or base64")
        return found

    def codes(
        self, name: str, allowed: Callable[[str], str | None]
    ) -> tuple[NDArray[np.int32], tuple[str, ...]] | None:
        """A column of few texts, as codes and the texts.

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
        coded = pc.dictionary_encode(found.fill_null(""))
        names = tuple(coded.dictionary.to_pylist())
        codes: NDArray[np.int32] = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
        for code, text in enumerate(names):
            if text and (message := allowed(text)) is not None:
                self.bad_rows(name, codes == code, message)
        return codes, names

    def flags(self, name: str) -> Bools | None:
        """A column of yes or no."""
        column = self._column(name)
        if column is None:
            return None
        if pa.types.is_boolean(column.type):
            self.bad_rows(name, _bools(column.is_null()), "is empty")
            return _bools(column.fill_null(False))
        found = pc.fill_null(pc.utf8_lower(_text(column)), "")
        yes = _bools(pc.is_in(found, pa.array(sorted(_TRUE))))
        no = _bools(pc.is_in(found, pa.array(sorted(_FALSE))))
        self.bad_rows(name, ~yes & ~no, "is neither true nor false")
        return yes

    def whole(self, name: str, least: int, most: int) -> I64 | None:
        """A column of whole numbers."""
        column = self._column(name)
        if column is None:
            return None
        found = _text(column)
        right = _matches(found, r"^\d{1,18}$")
        values = pc.if_else(pa.array(right), found, "0").cast(pa.int64())
        numbers: I64 = values.to_numpy(zero_copy_only=False)
        right &= (numbers >= least) & (numbers <= most)
        self.bad_rows(name, ~right, f"is no whole number from {least} to {most}")
        return numbers

    def moments(self, name: str, *, empty: bool = False) -> I64 | None:
        """A column of moments, ms since 1970 UTC; :data:`NEVER` where a row may be empty and is."""
        column = self._column(name)
        if column is None:
            return None
        kind = column.type
        if pa.types.is_timestamp(kind):
            if kind.tz is None:
                self.fault(name, "holds local times without a zone; absolute times are wanted: UTC")
                return None
            missing = _bools(column.is_null())
            values = column.cast(pa.timestamp("ms", kind.tz), safe=False).cast(pa.int64())
            found: I64 = values.fill_null(_EARLIEST).to_numpy()
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            found, missing = self._parse_moments(name, _text(column))
        elif pa.types.is_null(kind):
            missing = np.ones(self.rows, dtype=np.bool_)
            found = np.full(self.rows, _EARLIEST, dtype=np.int64)
        else:
            self.fault(name, f"is of type {kind}; timestamps in UTC are wanted")
            return None
        found = np.array(found)
        outside = ~missing & ((found < _EARLIEST) | (found >= _LATEST))
        self.bad_rows(name, outside, "lies outside of the years 1990 to 2099")
        if not empty:
            self.bad_rows(name, missing, "is empty")
        found[outside] = _EARLIEST
        found[missing] = NEVER if empty else _EARLIEST
        return found

    def _parse_moments(self, name: str, text: pa.Array) -> tuple[I64, Bools]:
        missing = _bools(text.is_null())
        formed = _matches(text, f"^{_MOMENT.pattern}$")
        usable = pc.if_else(pa.array(formed), text, "2000-01-01T00:00:00Z")
        try:
            values = usable.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:  # a day that does not exist: look one by one
            values, possible = _one_by_one(usable.to_pylist())
            formed &= possible
        self.bad_rows(
            name,
            ~missing & ~formed,
            "is no absolute time; write it in UTC, as 2024-06-07T17:30:00Z",
        )
        return np.floor_divide(values, 1_000_000), missing

    def _refuse_phones(self, name: str, column: pa.ChunkedArray, *, bare: bool) -> None:
        """Refuse a column of text that holds what looks like phone numbers."""
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            self.bad_rows(name, _phones(_text(column), bare=bare), "looks like a phone number")


def _one_by_one(texts: list[str]) -> tuple[I64, Bools]:
    """Moments in ns since 1970 UTC, and which exist."""
    values = np.full(len(texts), _EARLIEST * 1_000_000, dtype=np.int64)
    exists = np.ones(len(texts), dtype=np.bool_)
    for row, text in enumerate(texts):
        try:
            moment = dt.datetime.fromisoformat(text)
            since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
            values[row] = since // dt.timedelta(microseconds=1) * 1000
        except (ValueError, OverflowError):
            exists[row] = False
    return values, exists


def zone_problem(name: str) -> str | None:
    """What is wrong with the name of a time zone, or None."""
    return None if name in available_timezones() else "is no IANA time zone, such as Europe/Paris"


def no_problem(_: str) -> str | None:
    """Any text will do."""
    return None


def _read(path: Path) -> pa.Table:
    """A file as a table; all columns of CSV are text."""
    try:
        if not path.is_file():
            raise DialerFilesError([f"{path}: there is no such file"])
        with path.open("rb") as stream:
            is_parquet = stream.read(4) == b"PAR1"
        if is_parquet:
            return pq.read_table(path, partitioning=None)
        with path.open("rb") as stream:
            header = stream.readline().decode("utf-8-sig").strip()
        names = next(iter(_csv_rows(header)), [])
        convert = pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=True,
            null_values=[""],
        )
        return pa_csv.read_csv(path, convert_options=convert)
    except pa.ArrowException:
        raise DialerFilesError([f"{path}: {_unreadable(path)}"]) from None
    except UnicodeDecodeError:
        raise DialerFilesError([f"{path}: is neither Parquet nor CSV in UTF-8"]) from None
    except OSError as error:
        raise DialerFilesError([f"{path}: cannot be read: {error.strerror or 'damaged'}"]) from None


def _unreadable(path: Path) -> str:
    """Why a file cannot be read, without the rows that the reader quotes: they may be personal."""
    wrong: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        wrong.append(row.number - 1)  # the header is not counted
        return "skip"

    try:
        pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(use_threads=False),
            parse_options=pa_csv.ParseOptions(invalid_row_handler=note),
        )
    except pa.ArrowException:
        wrong = []
    if not wrong:
        return "cannot be read as Parquet or CSV in UTF-8"
    return f"has another number of values than of columns: {_named(wrong)}"


def _named(rows: list[int]) -> str:
    """Rows by number, the first few, and how many there are."""
    more = f" and {len(rows) - SHOWN_ROWS:,} more" if len(rows) > SHOWN_ROWS else ""
    s = "s" if len(rows) != 1 else ""
    return f"row{s} {', '.join(map(str, rows[:SHOWN_ROWS]))}{more} ({len(rows):,} row{s})"


def _csv_rows(header: str) -> Iterable[list[str]]:
    import csv

    return csv.reader([header])


def _text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as text in one piece, without spaces around it; empty text is null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode()
    text = pc.utf8_trim_whitespace(whole.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _bools(column: pa.Array | pa.ChunkedArray) -> Bools:
    """Yes or no as numpy, writable."""
    if isinstance(column, pa.ChunkedArray):
        return np.array(column.to_numpy(), dtype=np.bool_)
    return np.array(column.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _matches(text: pa.Array, pattern: str) -> Bools:
    """Which rows match a pattern; null does not."""
    return _bools(pc.fill_null(pc.match_substring_regex(text, pattern), False))


def _phones(text: pa.Array, *, bare: bool) -> Bools:
    """Which rows look like a phone number.

    Eight to fifteen digits that begin with + or 0, or have spaces, dots, dashes, slashes or
    brackets between them; with `bare`, nine to fifteen digits alone too. A date does not.
    """
    like = _matches(text, _PHONE)
    if not like.any():
        return like
    digits = pc.utf8_length(pc.replace_substring_regex(text, r"\D", ""))
    count = pc.fill_null(digits, 0).to_numpy(zero_copy_only=False)
    like &= (count >= 8) & (count <= 15)
    plain = _matches(text, _DIGITS_ONLY)
    if bare:
        plain &= count < 9
    return like & ~plain & ~_matches(text, _DATE)
