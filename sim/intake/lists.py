"""Lists beside a log: registers, opt-outs, consents and tables of statuses."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.inputs.reading import named_rows
from sim.errors import ImportFilesError
from sim.intake.files import Sheet
from sim.intake.lines import Book, Overseas, Spread
from sim.intake.mapping import File
from sim.intake.stamps import I64, UNKNOWN_MS, Wall, read_stamps

_ONE = File(header=False, quotes="none", delimiter="|", columns=("number",))
_DNC_LOG = ("number", "campaign", "action", "at", "user")
_LAYOUTS = ("%Y-%m-%d %H:%M:%S", "ISO", "%Y-%m-%d")
_MOST_BAD = 0.05


@dataclass(frozen=True, slots=True)
class Numbers:
    """Phone numbers of a list."""

    digits: NDArray[np.int64]
    """With their countries' codes, each once, rising."""
    rows: int
    bad: int
    """Rows that hold no possible number."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Opt-outs of a list."""

    digits: I64
    at: I64
    """ms since 1970 UTC."""
    refusal: NDArray[np.bool_]
    rows: int
    bad: int
    lifted: int = 0
    """Opt-outs that were lifted later; the auditor has no end of an opt-out, so they stand."""


@dataclass(frozen=True, slots=True)
class Consents:
    """Consents, each line once."""

    digits: I64
    texts: dict[str, list[str]]
    """By column of the auditor's, as written there; moments in UTC."""
    rows: int
    bad: int


def read_numbers(
    path: Path,
    region: str | None,
    encoding: str | None = None,
    spread: Spread | None = None,
    overseas: Overseas = "refuse",
) -> Numbers:
    """Numbers of a list: one a line, or area code and number, with a comma or blanks between.

    Raises
    ------
    ImportFilesError
        If it cannot be read, or holds few numbers.
    """
    sheet = Sheet(path, _ONE, encoding)
    book = Book(region, overseas)
    found: list[NDArray[np.int64]] = []
    rows = 0
    for table, _ in sheet.parts(frozenset({"number"})):
        text = pc.replace_substring_regex(table.column("number").combine_chunks(), r'[\s,;"]', "")
        if isinstance(text, pa.ChunkedArray):
            text = pa.concat_arrays(text.chunks)
        text = text.filter(pc.not_equal(text, ""))
        if not rows and len(text) and not re.search(r"\d{4}", text[0].as_py()):
            text = text[1:]  # a header
        rows += len(text)
        if region in ("US", "CA"):
            ten = pc.match_substring_regex(text, r"^[2-9]\d{9}$")
            quick = text.filter(ten).cast(pa.int64()).to_numpy() + 10_000_000_000
            found.append(np.unique(quick))
            text = text.filter(pc.invert(ten))
        found.append(-1 - book.add(text).astype(np.int64))
    of_text = book.settle(spread)
    whole = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    rest = -1 - whole[whole < 0]
    place = of_text[rest] if len(rest) else np.empty(0, dtype=np.int32)
    bad = int(np.count_nonzero(place < 0))
    _few(path, bad, rows)
    numbers = np.r_[whole[whole >= 0], book.numbers[place[place >= 0]]]
    return Numbers(np.unique(numbers), rows, bad)


def _few(path: Path, bad: int, rows: int) -> None:
    if bad > _MOST_BAD * max(rows, 1):
        raise ImportFilesError(
            [
                f"{path}: {bad:,} of {rows:,} rows hold no possible phone number; is it another "
                "list, or another country? --region says of which"
            ]
        )


def read_wishes(
    path: Path,
    region: str | None,
    clock: str,
    encoding: str | None = None,
    overseas: Overseas = "refuse",
) -> Wishes:
    """Opt-outs: VICIdial's ``vicidial_dnc_log``, or a file with ``number``, ``at`` and ``kind``.

    Raises
    ------
    ImportFilesError
        If it is neither, or cannot be read.
    """
    head = _first_row(path, encoding)
    log = len(head) == len(_DNC_LOG) and head[2] in ("add", "delete")
    if log:
        layout = File(delimiter="\t", quotes="none", header=False, columns=_DNC_LOG)
    elif {"number", "at"} <= set(head):
        layout = File(delimiter=_delimiter(path, encoding))
    else:
        raise ImportFilesError(
            [
                f"{path}: neither VICIdial's vicidial_dnc_log nor a file with the columns number "
                "and at; a list without times is a register: --register NAME=FILE"
            ]
        )
    sheet = Sheet(path, layout, encoding)
    book = Book(region, overseas)
    places, moments, refusals, added = [], [], [], []
    for table, _ in sheet.parts(frozenset({"number", "at", "kind", "action"})):
        column = {name: table.column(name).combine_chunks() for name in table.column_names}
        places.append(book.add(column["number"]))
        moments.append(Wall(clock).utc(read_stamps(column["at"], _LAYOUTS)).first)
        refusals.append(pc.equal(column["kind"], "refusal").to_numpy(zero_copy_only=False))
        added.append(pc.not_equal(column["action"], "delete").to_numpy(zero_copy_only=False))
    of_text = book.settle()
    line = of_text[np.concatenate(places)]
    at, refusal, adds = map(np.concatenate, (moments, refusals, added))
    right = (line >= 0) & (at != UNKNOWN_MS)
    _few(path, int(np.count_nonzero(line < 0)), len(line))
    lost = np.flatnonzero((line >= 0) & (at == UNKNOWN_MS)) + 1
    if len(lost) > _MOST_BAD * len(line):
        raise ImportFilesError([f"{path}: at: is no moment: {named_rows(lost.tolist())}"])
    kept = right & adds
    return Wishes(
        digits=book.numbers[line[kept]],
        at=at[kept],
        refusal=refusal[kept],
        rows=len(line),
        bad=int(np.count_nonzero(~right)),
        lifted=int(np.count_nonzero(right & ~adds)),
    )


_CONSENT = ("consent_from_utc", "consent_until_utc", "consent_scope", "consent_slot")


def read_consents(
    path: Path,
    region: str | None,
    encoding: str | None = None,
    overseas: Overseas = "refuse",
) -> Consents:
    """Consents: a file with ``number`` and the auditor's columns on consent.

    Raises
    ------
    ImportFilesError
        If it is none, cannot be read, or names a line twice.
    """
    head = _first_row(path, encoding)
    columns = [name for name in _CONSENT if name in head]
    if "number" not in head or not columns:
        raise ImportFilesError(
            [f"{path}: the columns number and some of {', '.join(_CONSENT)} are wanted"]
        )
    layout = File(delimiter=_delimiter(path, encoding))
    sheet = Sheet(path, layout, encoding)
    book = Book(region, overseas)
    places: list[NDArray[np.int32]] = []
    texts: dict[str, list[str]] = {name: [] for name in columns}
    for table, _ in sheet.parts(frozenset({"number", *columns})):
        places.append(book.add(table.column("number").combine_chunks()))
        for name in columns:
            texts[name] += table.column(name).to_pylist()
    of_text = book.settle()
    line = of_text[np.concatenate(places)]
    _few(path, int(np.count_nonzero(line < 0)), len(line))
    right = np.flatnonzero(line >= 0)
    again = right[np.setdiff1d(np.arange(len(right)), np.unique(line[right], return_index=True)[1])]
    if len(again):
        raise ImportFilesError(
            [f"{path}: the line stands there already: {named_rows((again + 1).tolist())}"]
        )
    return Consents(
        digits=book.numbers[line[right]],
        texts={name: [cells[row] for row in right] for name, cells in texts.items()},
        rows=len(line),
        bad=int(np.count_nonzero(line < 0)),
    )


def read_statuses(path: Path, encoding: str | None = None) -> frozenset[str]:
    """Codes that mean a person, from VICIdial's table of statuses with its header.

    Raises
    ------
    ImportFilesError
        If it is no such table.
    """
    head = _first_row(path, encoding)
    if not {"status", "human_answered"} <= set(head):
        raise ImportFilesError([f"{path}: the columns status and human_answered are wanted"])
    layout = File(delimiter=_delimiter(path, encoding))
    found: set[str] = set()
    for table, _ in Sheet(path, layout, encoding).parts(frozenset({"status", "human_answered"})):
        human = pc.equal(table.column("human_answered"), "Y")
        found |= set(table.column("status").filter(human).to_pylist())
    return frozenset(found - {""})


def _first_row(path: Path, encoding: str | None) -> tuple[str, ...]:
    """The cells of a file's first row, by the separator that gives most of them."""
    sheet = Sheet(path, _ONE, encoding)
    text = "|".join(sheet.first_row)
    rows = (next(csv.reader(io.StringIO(text), delimiter=sign), []) for sign in (",", "\t", ";"))
    return tuple(cell.strip() for cell in max(rows, key=len))


def _delimiter(path: Path, encoding: str | None) -> str:
    text = "|".join(Sheet(path, _ONE, encoding).first_row)
    return max((",", "\t", ";"), key=text.count)
