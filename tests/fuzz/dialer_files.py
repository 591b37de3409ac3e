"""Malformed files of dialers, seeded: CSV in odd dialects and Parquet of odd types.

A file is a function of its seed alone, so that one that fails can be made again. Most begin as a
sound file of some rows and are then spoilt in one to three ways; what a spoilt file means is not
known here, only how its reader must behave.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

Role = Literal["calls", "recipients", "optouts"]
SECRET = "Zerbinetta"
"""Stands in some cells and in no message."""

_COLUMNS: dict[Role, tuple[str, ...]] = {
    "calls": (
        *("line", "start_utc", "end_utc", "hold_ms", "zone", "line_type", "territory", "attempt"),
        *("disposition", "connected", "delivered", "person", "abandoned", "pressed", "ring_ms"),
        *("heard_utc", "strategy", "remark"),
    ),
    "recipients": (
        *("line", "zone", "line_type", "territory", "consent_from_utc", "consent_until_utc"),
        *("consent_scope", "consent_slot", "register_tps", "opposition", "opposition_own"),
    ),
    "optouts": ("line", "at_utc", "kind", "strategy"),
}
_SOUND: dict[str, tuple[str, ...]] = {
    "zone": ("Europe/Paris", "America/New_York", "EST", "Etc/GMT-14", ""),
    "line_type": ("landline", "mobile", "unknown", ""),
    "territory": ("north", "south", ""),
    "attempt": ("1", "2", ""),
    "disposition": ("invalid", "busy", "no_answer", "machine", "human", "unknown"),
    "consent_scope": ("automated", "automated caller", "", "unknown"),
    "consent_slot": ("mon-fri 18:00-20:00", "sat 10:00-12:00; sun 10:00-12:00", ""),
    "kind": ("opt_out", "refusal", ""),
    "strategy": ("one",),
    "remark": ("", "fine", '"quoted, with a comma"'),
    "hold_ms": ("0", "30000", ""),
    "ring_ms": ("1", "25000", ""),
}
_ODD = (
    *("", " ", "0", "-1", "1e9", "nan", "NULL", "\\N", "unknown", "TRUE", "99999999999999999999"),
    *(
        "+33612345678",
        "0612345678",
        "(202) 555-0123",
        "2024-02-30T10:00:00Z",
        "2024-06-07 17:30:00",
    ),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-06-07T17:30:00+99:99", "24:00"),
    *("mon 18:00-17:00", "mon-fri 25:00-26:00"),
    *(SECRET, "é", "\u202e", "\x1b[2J", "\ufeff", "\ud7ff", "a" * 3000, "'", '"', "=1+1"),
)
_ODD_NAMES = ("", " ", "LINE", "line ", "phone", SECRET, "register_", "0612345678", "é", "\x1b[2J")


@dataclass(frozen=True, slots=True)
class DialerFiles:
    """Files to give to ``ringfence audit``."""

    calls: Path
    recipients: Path | None
    optouts: Path | None

    @property
    def arguments(self) -> list[str]:
        """What the command is called with."""
        found = ["audit", "--calls", str(self.calls)]
        for option, path in (("recipients", self.recipients), ("optouts", self.optouts)):
            if path is not None:
                found += [f"--{option}", str(path)]
        return found


def dialer_files(seed: int, folder: Path) -> DialerFiles:
    """Files of one seed, written into a folder; one of them at least is spoilt, mostly."""
    rng = random.Random(seed)
    roles: list[Role] = ["calls"]
    roles += [role for role in ("recipients", "optouts") if rng.random() < 0.5]  # type: ignore[misc]
    spoilt = rng.choice(roles)
    paths: dict[Role, Path] = {}
    for role in roles:
        rows = _rows(rng, role)
        harm = rng.choice((0, 1, 1, 2, 3)) if role == spoilt else 0
        if rng.random() < 0.5:
            paths[role] = _write_csv(rng, folder / f"{role}-{seed}.csv", role, rows, harm)
        else:
            paths[role] = _write_parquet(rng, folder / f"{role}-{seed}.parquet", role, rows, harm)
    return DialerFiles(paths["calls"], paths.get("recipients"), paths.get("optouts"))


def _rows(rng: random.Random, role: Role) -> list[dict[str, str]]:
    """Sound rows."""
    wanted = ("line", "start_utc", "at_utc")
    names = [name for name in _COLUMNS[role] if name in wanted or rng.random() < 0.5]
    count = rng.choice((1, 2, 20, 60))
    return [_row(rng, role, names, row) for row in range(count)]


def _row(rng: random.Random, role: Role, names: list[str], row: int) -> dict[str, str]:
    day, hour, second = rng.randint(1, 27), rng.randint(0, 23), rng.randint(0, 28)

    def sound(name: str) -> str:
        if name == "line":
            return str(row if role == "recipients" or rng.random() < 0.9 else rng.randrange(60))
        if name.endswith("_utc"):
            later = {"end_utc": 30, "heard_utc": 31, "consent_until_utc": 30}.get(name, 0)
            at = f"2024-06-{day:02}T{hour:02}:30:{second + later:02}Z"
            return at if name in ("start_utc", "at_utc") or rng.random() < 0.7 else ""
        return rng.choice(_SOUND.get(name, ("true", "false", "", "unknown")))

    return {name: sound(name) for name in names}


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────


def _write_csv(
    rng: random.Random, path: Path, role: Role, rows: list[dict[str, str]], harm: int
) -> Path:
    names = list(rows[0]) if rows else list(_COLUMNS[role])
    cells = [list(row.values()) for row in rows]
    for _ in range(harm if rng.random() < 0.7 else 0):
        rng.choice(_CELL_HARMS)(rng, names, cells)
    separator = rng.choice((",", ",", "\t", ";", "|")) if harm else ","
    ending = rng.choice(("\n", "\r\n", "\r")) if harm and rng.random() < 0.3 else "\n"
    table = [names, *cells]
    text = ending.join(separator.join(_quoted(cell, separator) for cell in row) for row in table)
    encodings = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le")
    raw = text.encode(rng.choice(encodings) if harm else "utf-8", "replace")
    if harm:
        raw = rng.choice(_BYTE_HARMS)(rng, raw)
    path.write_bytes(raw)
    return path


def _quoted(cell: str, separator: str) -> str:
    if cell.startswith('"') and cell.endswith('"') and len(cell) > 1:
        return cell
    return f'"{cell}"' if separator in cell or "\n" in cell else cell


def _odd_cell(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    if cells and cells[0]:
        row = rng.choice(cells)
        row[rng.randrange(len(row))] = rng.choice(_ODD)


def _odd_column(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    place = rng.randrange(len(names)) if names else 0
    for row in cells:
        if place < len(row):
            row[place] = rng.choice(_ODD)


def _odd_name(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    if names:
        names[rng.randrange(len(names))] = rng.choice(_ODD_NAMES)


def _twice(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    if names:
        place = rng.randrange(len(names))
        names.append(names[place])
        for row in cells:
            row.append(row[place] if place < len(row) else "")


def _no_header(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    names[:] = cells[0] if cells else [SECRET]


def _ragged(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    if cells:
        row = rng.choice(cells)
        row[:] = row[:-1] if rng.random() < 0.5 else [*row, "1"]


def _repeated_rows(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    cells += [list(row) for row in cells]


def _breaks(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    for row in cells:
        row[-1] = '"two\nlines"'


def _wide(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    more = rng.choice((50, 2000))
    names += [f"c{k}" for k in range(more)]
    for row in cells:
        row += ["1"] * more


def _nothing(rng: random.Random, names: list[str], cells: list[list[str]]) -> None:
    names.clear()
    cells.clear()


CellHarm = Callable[[random.Random, list[str], list[list[str]]], None]
_CELL_HARMS: tuple[CellHarm, ...] = (
    _odd_cell, _odd_cell, _odd_cell, _odd_column, _odd_name, _twice, _no_header, _ragged,
    _repeated_rows, _breaks, _wide, _nothing,
)  # fmt: skip


def _whole(rng: random.Random, raw: bytes) -> bytes:
    return raw


def _cut(rng: random.Random, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _flipped(rng: random.Random, raw: bytes) -> bytes:
    found = bytearray(raw)
    for _ in range(min(3, len(found))):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def _packed(rng: random.Random, raw: bytes) -> bytes:
    return gzip.compress(raw)


def _half_packed(rng: random.Random, raw: bytes) -> bytes:
    return _cut(rng, gzip.compress(raw))


def _spoilt_packing(rng: random.Random, raw: bytes) -> bytes:
    return _flipped(rng, gzip.compress(raw))


_MARKS = (
    *(b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\0"),
    *(b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf"),
)


def _feigned(rng: random.Random, raw: bytes) -> bytes:
    return rng.choice(_MARKS) + raw


_BYTE_HARMS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _whole, _whole, _whole, _whole, _whole, _cut, _flipped, _packed, _half_packed,
    _spoilt_packing, _feigned,
)  # fmt: skip


# ── Parquet ──────────────────────────────────────────────────────────────────────────────────────


def _write_parquet(
    rng: random.Random, path: Path, role: Role, rows: list[dict[str, str]], harm: int
) -> Path:
    names = list(rows[0]) if rows else list(_COLUMNS[role])
    columns: list[pa.Array] = [
        pa.array([row[name] or None for row in rows], pa.string()) for name in names
    ]
    for _ in range(harm):
        place = rng.randrange(len(names))
        columns[place] = rng.choice(list(_odd_arrays(rng, len(rows))))
        if rng.random() < 0.2:
            names[place] = rng.choice(_ODD_NAMES)
    if harm and rng.random() < 0.1:
        rng.choice(_SHAPES)(names, columns)
    pq.write_table(pa.Table.from_arrays(columns, names=names), path)
    if harm and rng.random() < 0.3:
        path.write_bytes(rng.choice((_cut, _flipped))(rng, path.read_bytes()))
    return path


def _same_name(names: list[str], columns: list[pa.Array]) -> None:
    names.append(names[0])
    columns.append(columns[0])


def _very_wide(names: list[str], columns: list[pa.Array]) -> None:
    names += [f"c{k}" for k in range(1_001)]
    columns += [columns[0]] * 1_001


def _very_long(names: list[str], columns: list[pa.Array]) -> None:
    names[:], columns[:] = ["line"], [pa.nulls(25_000_001)]


def _many_texts(names: list[str], columns: list[pa.Array]) -> None:
    names[:] = ["line", "start_utc", "territory"]
    n = 33_000
    columns[:] = [
        pa.array([str(k) for k in range(n)]),
        pa.array(["2024-06-07T17:30:00Z"] * n),
        pa.array([f"{SECRET}{k}" for k in range(n)]),
    ]


def _no_columns(names: list[str], columns: list[pa.Array]) -> None:
    names.clear()
    columns.clear()


_SHAPES: tuple[Callable[[list[str], list[pa.Array]], None], ...] = (
    _same_name, _very_wide, _very_long, _many_texts, _no_columns,
)  # fmt: skip


def _odd_arrays(rng: random.Random, n: int) -> Iterator[pa.Array]:
    """Columns of n rows of every type that a dialer's export might have."""

    def some(*values: Any) -> list[Any]:
        return [rng.choice(values) for _ in range(n)]

    yield pa.array(some({"a": 1}, None), pa.struct([("a", pa.int64())]))
    yield pa.array(some([1], [], None), pa.list_(pa.int64()))
    yield pa.array(some([("a", 1)], [], None), pa.map_(pa.string(), pa.int64()))
    yield pa.array(some(b"\xff", b"1", None), pa.binary())
    yield pa.array(some(1.0, 2.5, float("nan"), float("inf"), None), pa.float64())
    yield pa.array(some(0, 7, -1, 2**62, None), pa.int64())
    yield pa.array(some(0, 2**64 - 1, None), pa.uint64())
    yield pa.array(some(True, False, None), pa.bool_())
    yield pa.array(some(0, 2**31 - 1, None), pa.date32())
    yield pa.array(some(0, 10**9, None), pa.duration("s"))
    yield pa.array(some(0, 10**9, None), pa.timestamp("ms"))
    yield pa.array(some(1_717_781_400_000, -1, None), pa.timestamp("ms", "UTC"))
    yield pa.array(some(1_717_781_400_000_000, 2**62, None), pa.timestamp("us", "No/Such_Zone"))
    yield pa.array(some(*_ODD, None), pa.string())
    yield pa.array(some("1", "2", None), pa.large_string())
    yield pa.array(some("1", SECRET, None), pa.string()).dictionary_encode()
    yield pa.array(some(None), pa.null())
