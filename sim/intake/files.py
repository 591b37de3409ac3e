"""A dialer's file as text columns, part by part: CSV, rows that escape nothing, and JSON.

Nothing that stands in a cell is repeated in a message; rows that cannot be read are counted, with
the numbers of the first.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sim.audit.inputs.reading import MAX_BYTES, named_rows, unpacked
from sim.errors import ImportFilesError
from sim.intake.mapping import File

ROWS = 1 << 16
"""Rows of a part of a CSV file, about."""
_BLOCK = 2 << 20
"""Bytes that are read at once; the reader is up to 32 of them ahead."""
_LINES = 16 << 20
"""Bytes of lines that are read at once, where they are parted here."""
_JSON_BYTES = 1 << 30
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NULL = re.compile(rb"(?:(?<=\t)|(?<=\n)|^)\\N(?=\t|\r?\n|$)")
_MOST_BAD = 0.05
"""Share of rows that may be unreadable before a file is refused."""


@dataclass
class Sheet:
    """A file that is read by a layout.

    Parameters
    ----------
    path
        The file; gzipped where it says so.
    layout
        How it is written.
    encoding
        As the user says it; default that of its mark, else of the layout, else UTF-8.
    """

    path: Path
    layout: File
    encoding: str | None = None
    names: tuple[str, ...] = ()
    """Names of its columns, known once it is open."""
    rows: int = 0
    """Rows read so far, those that could not be read among them."""
    bad: list[int] = field(default_factory=list)
    """Numbers of the rows that could not be read, from 1."""
    first_row: list[str] = field(default_factory=list)
    """Its first cells: to be looked at, never shown."""

    def __post_init__(self) -> None:
        if not self.path.is_file():
            what = "is no regular file" if self.path.exists() else "there is no such file"
            raise ImportFilesError([f"{self.path}: {what}"])
        with self._reading(), unpacked(self.path) as stream:
            head = stream.read(1 << 20)
        if not head.strip():
            raise ImportFilesError([f"{self.path}: is empty"])
        mark = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        self.encoding = mark or self.encoding or self.layout.encoding or "utf-8"
        text = self._decoded(head, final=len(head) < 1 << 20)
        if "\0" in text:
            raise ImportFilesError([f"{self.path}: is no text"])
        if "\r" in text and "\n" not in text:
            raise ImportFilesError(
                [f"{self.path}: its lines end in a bare carriage return; end them in a line feed"]
            )
        if self.layout.kind == "json":
            return
        self.first_row = first = self._first(text)
        if self.layout.header:
            self.names = tuple(name.strip() for name in first)
        elif len(first) < int(self.layout.least or len(self.layout.columns)):
            raise ImportFilesError(
                [
                    f"{self.path}: its rows have {len(first)} columns; "
                    f"{self.layout.least or len(self.layout.columns)} are wanted"
                ]
            )
        else:
            known = self.layout.columns
            more = range(len(known) + 1, len(first) + 1)
            self.names = (*known[: len(first)], *(f"column {k}" for k in more))

    def needs(self, columns: frozenset[str]) -> None:
        """See that the columns of a mapping are there.

        Raises
        ------
        ImportFilesError
            If some are not; by their names in the mapping.
        """
        if self.layout.kind == "json":
            return
        missing = sorted(columns - set(self.names))
        if not self.layout.header:
            missing = [name for name in missing if name not in self.layout.columns]
        if not missing:
            return
        if len(missing) == len(columns):
            raise ImportFilesError(
                [
                    f"{self.path}: the first row is not the header that the mapping means: of its "
                    f"{len(columns)} columns none is there"
                ]
            )
        raise ImportFilesError(
            [f"{self.path}: missing of the columns that the mapping reads: {', '.join(missing)}"]
        )

    def parts(self, columns: frozenset[str]) -> Iterator[tuple[pa.Table, Any]]:
        """Columns of the file, some rows at a time.

        Parameters
        ----------
        columns
            Names; of a column that is not there, all is empty.

        Yields
        ------
        pa.Table
            The columns as text without spaces around it; empty where nothing stands.
        numpy.ndarray
            (n,) Numbers of the rows, from 1 after the header.

        Raises
        ------
        ImportFilesError
            If it cannot be read, or too many rows cannot.
        """
        reader = {"rows": self._csv, "unescaped": self._unescaped, "json": self._json}
        with self._reading():
            for table, numbers in reader[self.layout.kind](columns):
                full = {
                    name: _trimmed(table.column(name))
                    if name in table.column_names
                    else pa.array([""] * table.num_rows, pa.string())
                    for name in columns
                }
                yield pa.table(full), numbers
        if len(self.bad) > _MOST_BAD * max(self.rows, 1):
            raise ImportFilesError(
                [
                    f"{self.path}: {named_rows(self.bad)} of {self.rows:,} cannot be read by this "
                    "layout: another number of values than of columns"
                ]
            )

    # ── Ways to read ─────────────────────────────────────────────────────────────────────────

    def _csv(self, columns: frozenset[str]) -> Iterator[tuple[pa.Table, Any]]:
        import numpy as np

        wanted = [str(k) for k, name in enumerate(self.names) if name in columns]
        skipped: list[int] = []

        def note(row: pa_csv.InvalidRow) -> str:
            skipped.append(0 if row.number is None else row.number - int(self.layout.header))
            return "skip"

        quotes = self.layout.quotes
        with unpacked(self.path) as stream:
            reader = pa_csv.open_csv(
                _Limited(self.path, stream, nulls=quotes == "backslash"),
                read_options=pa_csv.ReadOptions(
                    column_names=[str(k) for k in range(len(self.names))],
                    skip_rows_after_names=int(self.layout.header),
                    block_size=_BLOCK,
                    encoding=str(self.encoding).removesuffix("-sig"),
                    use_threads=False,  # else rows that cannot be read have no number
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self.layout.delimiter,
                    quote_char='"' if quotes == "double" else False,
                    escape_char="\\" if quotes == "backslash" else False,
                    newlines_in_values=quotes != "none",
                    invalid_row_handler=note,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(wanted, pa.string()),
                    include_columns=wanted,
                    strings_can_be_null=False,
                ),
            )
            names = [self.names[int(k)] for k in wanted]
            tables: list[pa.Table] = []
            numbers: list[Any] = []
            for batch in reader:
                # The reader is ahead: rows that were skipped may lie in what has yet to come.
                found = _numbers(self.rows, batch.num_rows, skipped)
                numbers.append(found)
                tables.append(pa.Table.from_batches([batch]).rename_columns(names))
                self.rows = int(found[-1]) if len(found) else self.rows
                if sum(map(len, numbers)) >= ROWS:
                    yield pa.concat_tables(tables), np.concatenate(numbers)
                    tables.clear()
                    numbers.clear()
            if tables:
                yield pa.concat_tables(tables), np.concatenate(numbers)
            self.rows += sum(row > self.rows for row in skipped)
            self.bad += skipped

    def _unescaped(self, columns: frozenset[str]) -> Iterator[tuple[pa.Table, Any]]:
        """Rows whose values stand in quotes and hold anything: split at what stands between."""
        import numpy as np

        between = f'"{self.layout.delimiter}"'
        wide = len(self.names)
        with unpacked(self.path) as stream:
            text = io.TextIOWrapper(
                cast("IO[bytes]", io.BufferedReader(_Limited(self.path, stream))),
                encoding=self.encoding,
            )
            for start, lines in _some(text, int(self.layout.header)):
                rows, numbers = [], []
                for number, line in enumerate(lines, start):
                    self.rows = number
                    cells = line.rstrip("\r\n").removeprefix('"').removesuffix('"').split(between)
                    if len(cells) != wide:
                        self.bad.append(number)
                        continue
                    rows.append(cells)
                    numbers.append(number)
                by_column = list(zip(*rows, strict=True)) if rows else [()] * wide
                found = {
                    name: pa.array(cells, pa.string())
                    for name, cells in zip(self.names, by_column, strict=True)
                    if name in columns
                }
                yield pa.table(found), np.array(numbers, dtype=np.int64)

    def _json(self, columns: frozenset[str]) -> Iterator[tuple[pa.Table, Any]]:
        import numpy as np

        with unpacked(self.path) as stream:
            text = io.TextIOWrapper(
                cast("IO[bytes]", io.BufferedReader(_Limited(self.path, stream))),
                encoding=self.encoding,
            )
            for start, records in self._records(text):
                numbers, kept = [], []
                for number, record in enumerate(records, start):
                    self.rows = number
                    if isinstance(record, dict):
                        kept.append(record)
                        numbers.append(number)
                    else:
                        self.bad.append(number)
                found = {
                    name: pa.array([_cell(each, name) for each in kept], pa.string())
                    for name in columns
                }
                yield pa.table(found), np.array(numbers, dtype=np.int64)

    def _records(self, text: IO[str]) -> Iterator[tuple[int, list[Any]]]:
        """Records, some at a time, with the number of the first: of one document, or of lines."""
        first = text.readline()
        try:
            lone = json.loads(first)
        except (json.JSONDecodeError, RecursionError):
            lone = None
        whole = lone is None or isinstance(lone, list) or self.layout.records in (lone or {})
        if whole:
            content = first + text.read(_JSON_BYTES)
            try:
                document = json.loads(content)
            except (json.JSONDecodeError, RecursionError):
                raise ImportFilesError(
                    [f"{self.path}: is no JSON document, and no line of it is one"]
                ) from None
            if isinstance(document, dict):
                document = document.get(self.layout.records or "", [document])
            if not isinstance(document, list):
                raise ImportFilesError([f"{self.path}: holds no list of records"])
            yield 1, document
            return
        yield 1, [lone]
        for start, lines in _some(text, -1):
            yield start, [_record(line) for line in lines if line.strip()]

    # ── Beginnings ───────────────────────────────────────────────────────────────────────────

    def _decoded(self, head: bytes, *, final: bool) -> str:
        try:
            decoder = codecs.getincrementaldecoder(str(self.encoding))("strict")
            return decoder.decode(head, final)
        except (UnicodeError, LookupError):
            raise ImportFilesError([self._no_text()]) from None

    def _no_text(self) -> str:
        tried = "UTF-8" if str(self.encoding).startswith("utf-8") else self.encoding
        return f"{self.path}: is no text in {tried}; say which encoding it has: --encoding cp1252"

    def _first(self, text: str) -> list[str]:
        """The cells of the first row."""
        layout = self.layout
        line = text.lstrip("\r\n").partition("\n")[0].rstrip("\r")
        if layout.kind == "unescaped":
            inside = line.removeprefix('"').removesuffix('"')
            return inside.split(f'"{layout.delimiter}"')
        if layout.quotes == "double":
            try:
                return next(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter))
            except (csv.Error, StopIteration):
                return [line]
        return line.split(layout.delimiter)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever goes wrong while the file is read, in words."""
        try:
            yield
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise ImportFilesError([f"{self.path}: its compression is damaged"]) from None
        except UnicodeError:
            raise ImportFilesError([self._no_text()]) from None
        except pa.ArrowException as error:
            if "UTF8" in str(error):
                raise ImportFilesError([self._no_text()]) from None
            raise ImportFilesError([f"{self.path}: cannot be read by this layout"]) from None
        except OSError as error:
            why = error.strerror or "damaged"
            raise ImportFilesError([f"{self.path}: cannot be read: {why}"]) from None


def _numbers(at: int, rows: int, skipped: list[int]) -> Any:
    """Numbers of some rows that come after number `at`, but for those that were skipped."""
    import numpy as np

    gone = np.array([row for row in skipped if row > at], dtype=np.int64)
    numbers = np.arange(at + 1, at + rows + len(gone) + 1)
    return numbers[~np.isin(numbers, gone)][:rows] if len(gone) else numbers


def _some(text: IO[str], header: int) -> Iterator[tuple[int, list[str]]]:
    """Lines, some at a time, with the number of the first; `header` of them are passed over."""
    for _ in range(header):
        next(text, None)
    at = 1 if header >= 0 else 2
    while lines := text.readlines(_LINES):
        yield at, lines
        at += len(lines)


def _record(line: str) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None


def _cell(record: dict[str, Any], name: str) -> str:
    """A value of a record, of nested ones by dots, as text."""
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _trimmed(column: pa.ChunkedArray) -> pa.Array:
    text = pc.utf8_trim_whitespace(pc.fill_null(column, ""))
    whole = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


class _Limited(io.RawIOBase):
    """A stream that ends in words where it is too large; what a dump writes for nothing is none."""

    def __init__(self, path: Path, stream: IO[bytes], *, nulls: bool = False) -> None:
        super().__init__()
        self._path, self._stream, self._nulls = path, stream, nulls
        self._read, self._rest, self._ready = 0, b"", b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def read(self, size: int = -1) -> bytes:
        found = self._stream.read(size)
        self._read += len(found)
        if self._read > MAX_BYTES:
            raise ImportFilesError(
                [f"{self._path}: has more than {MAX_BYTES >> 30} GiB unpacked, which is the most"]
            )
        if not self._nulls:
            return found
        whole = self._rest + found
        cut = whole.rfind(b"\n") + 1 if found else len(whole)
        if found and not cut:
            cut = len(whole)  # one line longer than what is read at once
        self._rest = whole[cut:]
        self._ready += _NULL.sub(b"", whole[:cut])
        if found and not self._ready:
            return self.read(size)
        most = len(self._ready) if size < 0 else size
        out, self._ready = self._ready[:most], self._ready[most:]
        return out
