"""One file of a dialer as a table: Parquet, or CSV in its usual dialects, perhaps compressed.

Nothing that stands in a cell is ever repeated in a message, nor is the name of a column that is not
known: in a file without a header that would be the first row. Such columns are called by position.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sim.errors import DialerFilesError

MAX_ROWS = 25_000_000
"""Most rows of a file."""
MAX_COLUMNS = 1_000
"""Most columns of a file."""
MAX_BYTES = 8 << 30
"""Most bytes of a file once unpacked."""
SHOWN_ROWS = 20
"""Bad rows that are named; the rest are counted."""
SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
"""What may stand between the values of a row, and its name."""
_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 8 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED = {
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"7z\xbc\xaf": "7-zip",
}


@dataclass(frozen=True, slots=True)
class Known:
    """The columns that a file may have."""

    names: tuple[str, ...]
    """Whole names; the first are wanted most."""
    beginnings: tuple[str, ...] = ()
    """First letters of names that go on with a name of the file's own."""
    beside: tuple[str, ...] = ()
    """Names that a run's own files have and no rule asks for: passed over without a word."""

    def has(self, name: str) -> bool:
        """Whether a column of that name is known."""
        return name in self.names or (name.startswith(self.beginnings) and bool(self.beginnings))


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was read."""

    table: pa.Table
    """Its columns by position: ``0``, ``1``, …; all of a CSV file's are text."""
    names: tuple[str, ...]
    """Their names, by position."""


def read(path: Path, known: Known, encoding: str | None = None) -> Read:
    """A file as a table.

    Parameters
    ----------
    path
        Parquet or CSV, by its first bytes; CSV may be gzipped, and separated by comma, tab,
        semicolon or bar.
    known
        The columns that it may have: one of them at least, else the first row is no header.
    encoding
        Of CSV; default what a mark at its beginning says, else UTF-8.

    Raises
    ------
    DialerFilesError
        If it cannot be read.
    """
    try:
        if not path.exists():
            raise DialerFilesError([f"{path}: there is no such file"])
        if not path.is_file():
            raise DialerFilesError([f"{path}: is no regular file"])
        with path.open("rb") as stream:
            first = stream.read(8)
        if first[:4] == b"PAR1":
            return _parquet(path)
        for mark, name in _PACKED.items():
            if first.startswith(mark):
                raise DialerFilesError([f"{path}: is packed as {name}; unpack it, or use gzip"])
        return _csv(path, known, encoding)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DialerFilesError([f"{path}: its compression is damaged"]) from None
    except OSError as error:
        raise DialerFilesError([f"{path}: cannot be read: {error.strerror or 'damaged'}"]) from None


def named_rows(rows: Sequence[int]) -> str:
    """Rows by number, the first few, and how many there are."""
    more = f" and {len(rows) - SHOWN_ROWS:,} more" if len(rows) > SHOWN_ROWS else ""
    s = "s" if len(rows) != 1 else ""
    shown = ", ".join(str(row) for row in rows[:SHOWN_ROWS])
    return f"row{s} {shown}{more} ({len(rows):,} row{s})"


# ── Parquet ──────────────────────────────────────────────────────────────────────────────────────


def _parquet(path: Path) -> Read:
    # Opened here, and not by Arrow: of a damaged file its own reader complains when it is let go.
    with path.open("rb") as stream:
        try:
            found = pq.ParquetFile(stream)
            size = found.metadata
            _check_size(path, size.num_rows, size.num_columns)
            bytes_ = sum(size.row_group(k).total_byte_size for k in range(size.num_row_groups))
            if bytes_ > MAX_BYTES:
                raise DialerFilesError([_too_large(path)])
            schema = found.schema_arrow
            flat = [k for k, field in enumerate(schema) if not pa.types.is_nested(field.type)]
            names = tuple(schema.names)
            if len(set(names)) < len(names):
                raise DialerFilesError([_twice(path, names)])
            table = found.read(columns=[names[k] for k in flat])
            table.validate(full=True)  # reading alone takes any bytes for text
        except (pa.ArrowException, ValueError, OSError):
            raise DialerFilesError([f"{path}: cannot be read as Parquet: it is damaged"]) from None
    columns = dict(zip(flat, table.columns, strict=True))
    nested = pa.nulls(table.num_rows, pa.struct([]))
    return Read(
        pa.table({str(k): columns.get(k, nested) for k in range(len(names))}),
        names,
    )


def _check_size(path: Path, rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise DialerFilesError([f"{path}: has {rows:,} rows; {MAX_ROWS:,} are the most"])
    if columns > MAX_COLUMNS:
        raise DialerFilesError([f"{path}: has {columns:,} columns; {MAX_COLUMNS:,} are the most"])


def _too_large(path: Path) -> str:
    return f"{path}: has more than {MAX_BYTES >> 30} GiB unpacked, which is the most"


def _twice(path: Path, names: Sequence[str]) -> str:
    places = [k + 1 for k, name in enumerate(names) if names.count(name) > 1]
    return f"{path}: columns {', '.join(map(str, places[:SHOWN_ROWS]))}: some have the same name"


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────


def _csv(path: Path, known: Known, encoding: str | None) -> Read:
    with unpacked(path) as stream:
        head = stream.read(_HEAD_BYTES)
    encoding = encoding or next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")
    text = _decoded(path, head, encoding)
    if "\r" in text and "\n" not in text:
        raise DialerFilesError(
            [f"{path}: its lines end in a bare carriage return; end them in a line feed"]
        )
    blank = len(text) - len(text.lstrip("\r\n"))
    separator, names = _header(path, text[blank:], known)
    _check_size(path, 0, len(names))
    skipped = text[:blank].count("\n") + 1
    columns = [str(k) for k in range(len(names))]
    wrong: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        wrong.append(-1 if row.number is None else row.number - skipped)
        return "skip"

    def parsed(*, threads: bool) -> pa.Table:
        with unpacked(path) as stream:
            return pa_csv.read_csv(
                _Limited(path, stream),
                read_options=pa_csv.ReadOptions(
                    column_names=columns,
                    skip_rows_after_names=skipped,
                    block_size=_BLOCK_BYTES,
                    encoding=encoding.removesuffix("-sig"),
                    use_threads=threads,
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=separator, newlines_in_values=True, invalid_row_handler=note
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(columns, pa.string()),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )

    try:
        table = parsed(threads=True)
        if wrong:  # the numbers of rows are known to one thread alone
            wrong.clear()
            table = parsed(threads=False)
    except (UnicodeError, pa.ArrowException) as error:
        if str(error).startswith("Empty CSV file"):
            return Read(pa.table({name: pa.array([], pa.string()) for name in columns}), names)
        if isinstance(error, UnicodeError) or "UTF8" in str(error):
            raise DialerFilesError([_no_text(path, encoding)]) from None
        raise DialerFilesError([f"{path}: cannot be read as CSV"]) from None
    if wrong:
        raise DialerFilesError(
            [f"{path}: has another number of values than of columns: {named_rows(wrong)}"]
        )
    _check_size(path, table.num_rows, len(names))
    return Read(table, names)


def _header(path: Path, text: str, known: Known) -> tuple[str, tuple[str, ...]]:
    """What separates values, and the names of the columns.

    The separator is the one by which the first row has most known names.
    """
    best: tuple[int, int, str, tuple[str, ...]] | None = None
    for separator in SEPARATORS:
        try:
            row = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        except csv.Error:
            row = []
        names = tuple(name.strip() for name in row)
        rank = (sum(known.has(name) for name in names), len(names), separator, names)
        if best is None or rank[:2] > best[:2]:
            best = rank
    assert best is not None
    count, _, separator, names = best
    if not count:
        by = f", separated by {SEPARATORS[separator]}" if len(names) > 1 else ""
        columns = f"{len(names)} column{'s' if len(names) != 1 else ''}{by}"
        raise DialerFilesError(
            [
                f"{path}: the first row is no header: of the {columns}, none is called "
                f"{' or '.join(known.names[:2])}, nor anything else that is read; see docs/audit.md"
            ]
        )
    if len(set(names)) < len(names):
        raise DialerFilesError([_twice(path, names)])
    return separator, names


def _decoded(path: Path, head: bytes, encoding: str) -> str:
    """The beginning of a file as text."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except (UnicodeError, LookupError):
        raise DialerFilesError([_no_text(path, encoding)]) from None
    if "\0" in text:
        raise DialerFilesError([f"{path}: is neither Parquet nor text"])
    return text


def _no_text(path: Path, encoding: str) -> str:
    tried = "UTF-8" if encoding.startswith("utf-8") else encoding
    return f"{path}: is no text in {tried}; say which encoding it has: --encoding cp1252"


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """A file's bytes, unpacked where it is gzipped."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    if packed:
        with gzip.open(path, "rb") as stream:
            yield cast("IO[bytes]", stream)
    else:
        with path.open("rb") as stream:
            yield stream


class _Limited(io.RawIOBase):
    """A stream that ends in words where it is too large: what is packed may be a thousandfold."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        super().__init__()
        self._path, self._stream, self._read = path, stream, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._stream.read(size)
        self._read += len(found)
        if self._read > MAX_BYTES:
            raise DialerFilesError([_too_large(self._path)])
        return found
