"""A dialer's log and lists brought into a directory that the auditor reads; and its end."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import ImportFilesError, OptionError, OutputError, RunDirectoryError
from sim.intake.assemble import Calls, assemble
from sim.intake.calls import Reader
from sim.intake.files import Sheet
from sim.intake.imported import APART, CALLS, FORMAT, MANIFEST, OPTOUTS, RECIPIENTS, read_manifest
from sim.intake.known import given_settings
from sim.intake.lines import Spread
from sim.intake.lists import read_consents, read_numbers, read_statuses, read_wishes
from sim.intake.mapping import Mapping as LogMapping
from sim.intake.mapping import columns_of
from sim.intake.tables import Lists, Tables, tables
from sim.intake.told import counts
from sim.jobs.pool import each
from sim.partial import begin, end, partial_path
from sim.store.partial import PartialDirectory

KEEP_DAYS = 183
"""How long imported calls are kept unless told."""
_MOST_WITHOUT_LINE = 0.5
_MOST_UNREADABLE = 0.05
_MAPPING = "mapping.yaml"


@dataclass(frozen=True)
class Asked:
    """What is to be imported, and how."""

    files: tuple[Path, ...]
    mapping: LogMapping
    mapping_text: str
    """The mapping's file."""
    clock: str
    """Zone of the server's clock."""
    region: str | None
    key: bytes
    out: Path
    settings: tuple[str, ...] = ()
    encoding: str | None = None
    registers: Mapping[str, Path] = field(default_factory=dict)
    opposition: Path | None = None
    optouts: Path | None = None
    consents: Path | None = None
    statuses: Path | None = None
    delete_by: dt.date | None = None
    workers: int = 1


def import_calls(asked: Asked) -> dict[str, Any]:
    """Import calls and lists into a new directory; its manifest.

    Raises
    ------
    sim.errors.ImportFilesError
        With what is wrong with the files. Nothing is written.
    sim.errors.OptionError
        Where a setting says nothing that the mapping knows.
    sim.errors.RunDirectoryError
        If the directory cannot be written.
    """
    settings = given_settings(asked.mapping, asked.settings)
    today = dt.datetime.now(dt.UTC).date()
    delete_by = asked.delete_by or today + dt.timedelta(days=KEEP_DAYS)
    with PartialDirectory(asked.out) as directory:
        directory.path.chmod(0o700)
        spread = _spread(asked.workers)
        statuses = frozenset() if asked.statuses is None else read_statuses(asked.statuses)
        reader = Reader(asked.mapping, asked.clock, settings, statuses, asked.region)
        sources, bad = _read(asked, reader)
        calls = assemble(reader, bad, spread)
        _see(asked, calls, reader)
        lists = _lists(asked, reader.book.overseas, spread)
        told = counts(calls, reader.told)
        found = tables(calls, asked.key, lists)
        files = _write(directory, found)
        directory.open(_MAPPING, private=True).write(asked.mapping_text.encode())
        directory.close(_MAPPING)
        files[_MAPPING] = {"sha256": directory.digest(_MAPPING)}
        manifest = {
            "format": FORMAT,
            "format_version": 1,
            "name": asked.mapping.name,
            "tried": asked.mapping.tried,
            "made": today.isoformat(),
            "delete_by": delete_by.isoformat(),
            "clock": asked.clock,
            "region": asked.region,
            "settings": dict(settings),
            "key": key_name(asked.key),
            "sources": sources,
            "counts": told,
            "lists": _of_lists(lists),
            "files": files,
        }
        directory.open(MANIFEST, private=True).write(
            (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
        )
        directory.close(MANIFEST)
        directory.publish()
    return manifest


def key_name(key: bytes) -> str:
    """What tells one key from another, and nothing of it."""
    return hmac.digest(key, b"ringfence key name", "sha256").hex()[:16]


def _spread(workers: int) -> Spread | None:
    if workers < 2:
        return None

    def spread(work: Callable[[Any], Any], parts: Sequence[Any]) -> Any:
        return each(_Told(work), parts, workers if len(parts) > 3 else 1)

    return spread


class _Told:
    """A function of a part, as a team of processes does it."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._work = work

    def __call__(self, part: Any, _: Any) -> Any:
        return self._work(part)


def _read(asked: Asked, reader: Reader) -> tuple[list[dict[str, Any]], int]:
    """Read every file; what is told of each, and how many rows could not be read."""
    wanted = columns_of(asked.mapping)
    sources, bad, before = [], 0, 0
    for path in asked.files:
        sheet = Sheet(path, asked.mapping.file, asked.encoding)
        sheet.needs(_needed(asked.mapping))
        for table, numbers in sheet.parts(wanted):
            reader.read(table, numbers + before)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        sources.append({"sha256": digest, "bytes": path.stat().st_size, "rows": sheet.rows})
        bad += len(sheet.bad)
        before += sheet.rows
    return sources, bad


def _needed(mapping: LogMapping) -> frozenset[str]:
    """Columns without which nothing comes of a log: number, stamp and code."""
    code = frozenset({mapping.disposition.code})
    return frozenset({*mapping.line.columns, *mapping.start.columns}) | code


def _see(asked: Asked, calls: Calls, reader: Reader) -> None:
    """See that what was read is what was meant."""
    told, found = reader.told, calls.counts
    name = ", ".join(map(str, asked.files))
    faults = []
    if not told.rows:
        faults.append(f"{name}: holds no rows")
    without = sum(found.without_line.values())
    if without > _MOST_WITHOUT_LINE * max(len(calls.line), 1):
        why = ", ".join(f"{n:,} {why}" for why, n in found.without_line.items())
        region = "" if asked.region else "; --region says of which country national forms are"
        faults.append(
            f"{name}: {without:,} of {len(calls.line):,} calls name no line: {why}{region}"
        )
    if told.unreadable > _MOST_UNREADABLE * max(told.rows, 1):
        faults.append(
            f"{name}: {told.unreadable:,} of {told.rows:,} stamps are in none of the layouts of "
            "the mapping"
        )
    if told.contradicted > told.proven:
        quarter, n = told.shifts.most_common(1)[0]
        side = "ahead of" if quarter > 0 else "behind"
        off = f"{abs(quarter) / 4:g} h {side} it" if quarter else "off by less than that"
        faults.append(
            f"{name}: the clock is not {asked.clock}: unique ids prove {told.proven:,} stamps and "
            f"contradict {told.contradicted:,}, of which {n:,} are {off}; --clock says which it is"
        )
    if faults:
        raise ImportFilesError(faults)


def _lists(asked: Asked, overseas: Any, spread: Spread | None) -> Lists:
    """What lists say of the lines."""
    region = asked.region
    return Lists(
        registers={
            name: read_numbers(path, region, None, spread, overseas)
            for name, path in asked.registers.items()
        },
        opposition=None
        if asked.opposition is None
        else read_numbers(asked.opposition, region, None, spread, overseas),
        wishes=None
        if asked.optouts is None
        else read_wishes(asked.optouts, region, asked.clock, None, overseas),
        consents=None
        if asked.consents is None
        else read_consents(asked.consents, region, None, overseas),
    )


def _of_lists(lists: Lists) -> dict[str, Any]:
    """What is told of lists, by count."""
    found: dict[str, Any] = {
        f"register {name}": {"rows": numbers.rows, "bad": numbers.bad}
        for name, numbers in lists.registers.items()
    }
    if lists.opposition is not None:
        found["opposition"] = {"rows": lists.opposition.rows, "bad": lists.opposition.bad}
    if (wishes := lists.wishes) is not None:
        found["optouts"] = {"rows": wishes.rows, "bad": wishes.bad, "lifted": wishes.lifted}
    if lists.consents is not None:
        found["consents"] = {"rows": lists.consents.rows, "bad": lists.consents.bad}
    return found


def _write(directory: PartialDirectory, found: Tables) -> dict[str, dict[str, Any]]:
    """Write the tables; what is told of each."""
    files: dict[str, dict[str, Any]] = {}
    by_name: Sequence[tuple[str, Iterable[pa.Table]]] = (
        (CALLS, found.calls),
        (APART, found.apart),
        (RECIPIENTS, [found.recipients]),
        (OPTOUTS, [found.optouts]),
    )
    for name, parts in by_name:
        sink, rows, writer = directory.open(name, private=True), 0, None
        for table in parts:
            if writer is None:
                # Names of lines are many: a dictionary of few pages would be given up half-way.
                writer = pq.ParquetWriter(
                    sink, table.schema, compression="zstd", dictionary_pagesize_limit=1 << 28
                )
            writer.write_table(table)
            rows += table.num_rows
        if writer is not None:
            writer.close()
        directory.close(name)
        files[name] = {"sha256": directory.digest(name), "rows": rows}
    return files


# ── The end of it ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Deleted:
    """A directory of imported calls that was deleted, or would be."""

    path: Path
    delete_by: dt.date
    calls: int
    lines: int


def past(folders: Sequence[Path], today: dt.date | None = None) -> list[Deleted]:
    """Directories of imported calls that are past their day.

    Parameters
    ----------
    folders
        They, or folders that hold some.
    today
        Default today, UTC.

    Raises
    ------
    sim.errors.RunDirectoryError
        If a folder is none, or a manifest cannot be read.
    """
    today = today or dt.datetime.now(dt.UTC).date()
    found = []
    for folder in folders:
        if not folder.is_dir():
            raise RunDirectoryError(f"{folder}: there is no such folder")
        places = [folder] if (folder / MANIFEST).is_file() else sorted(folder.iterdir())
        for place in places:
            if place.is_symlink() or not (place / MANIFEST).is_file():
                continue
            manifest = read_manifest(place)
            by = dt.date.fromisoformat(manifest["delete_by"])
            if by < today:
                n = manifest["counts"]
                found.append(Deleted(place, by, int(n["calls"]), int(n["lines"])))
    return found


def delete(found: Deleted) -> None:
    """Delete a directory of imported calls: its files, then itself.

    Raises
    ------
    sim.errors.OutputError
        If something stands in it that no import wrote; or it cannot be deleted.
    """
    ours = {CALLS, APART, RECIPIENTS, OPTOUTS, _MAPPING, MANIFEST}
    strange = sorted(each.name for each in found.path.iterdir() if each.name not in ours)
    if strange:
        raise OutputError(
            f"{found.path} holds {len(strange)} file{'s' if len(strange) > 1 else ''} that no "
            "import wrote; nothing of it was deleted"
        )
    gone = partial_path(found.path)
    try:
        begin(gone)
        found.path.rename(gone)  # half deleted, nothing takes it for an import
        for entry in gone.iterdir():
            entry.unlink()
        gone.rmdir()
    except OSError as error:
        raise OutputError(f"cannot delete {found.path}: {error.strerror}") from error
    finally:
        end(gone)


def see_region(region: str | None) -> None:
    """Refuse what is no country.

    Raises
    ------
    OptionError
        Where it is none.
    """
    from sim.audit.inputs.numbers import known_region

    if region is not None and not known_region(region):
        raise OptionError("--region is a country, ISO 3166, in two capital letters, such as FR")
