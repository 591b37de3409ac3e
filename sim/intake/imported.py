"""A directory of imported calls: its manifest, and what an audit reads of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from sim.audit.inputs.external import read_external
from sim.audit.tables import AuditInput, CampaignFacts
from sim.errors import RunDirectoryError

FORMAT = "ringfence-import"
MANIFEST = "import.json"
CALLS = "calls.parquet"
APART = "apart.parquet"
RECIPIENTS = "recipients.parquet"
OPTOUTS = "optouts.parquet"
_MOST_BYTES = 1 << 20


def is_imported(path: Path) -> bool:
    """Whether a folder is one of imported calls."""
    return (path / MANIFEST).is_file()


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a directory of imported calls.

    Raises
    ------
    RunDirectoryError
        If there is none that can be read.
    """
    file = path / MANIFEST
    wrong = f"{file}: is no manifest of imported calls"
    try:
        with file.open("rb") as stream:
            found = json.loads(stream.read(_MOST_BYTES))
    except OSError as error:
        raise RunDirectoryError(f"{file}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise RunDirectoryError(wrong) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise RunDirectoryError(wrong)
    if found.get("format_version") != 1:
        raise RunDirectoryError(f"{file}: is of another version of ringfence")
    if not (isinstance(found.get("counts"), dict) and isinstance(found.get("files"), dict)):
        raise RunDirectoryError(wrong)
    n = found["counts"]
    whole = all(type(n.get(name)) is int for name in ("calls", "lines", "apart", "without_start"))
    if not whole or not isinstance(n.get("without_line"), dict) or not _is_day(found):
        raise RunDirectoryError(wrong)
    return found


def _is_day(found: dict[str, Any]) -> bool:
    text = found.get("delete_by")
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", text):
        return False
    year, month, day = map(int, text.split("-"))
    return (1 <= month <= 12 and 1 <= day <= 28) or _exists(year, month, day)


def _exists(year: int, month: int, day: int) -> bool:
    if not (1 <= month <= 12 and year >= 1):
        return False
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    return 1 <= day <= (after - dt.date(year, month, 1)).days


def verify(path: Path, manifest: dict[str, Any], *names: str) -> None:
    """Hold files of the directory against their digests.

    Raises
    ------
    RunDirectoryError
        Where one is missing, or is not as it was written.
    """
    for name in names:
        told = manifest["files"].get(name)
        try:
            with (path / name).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise RunDirectoryError(f"{path / name}: cannot be read: {error.strerror}") from None
        if not isinstance(told, dict) or told.get("sha256") != digest:
            raise RunDirectoryError(f"{path / name}: is not as it was imported; import it again")


def read_imported(
    path: Path, facts: CampaignFacts | None = None
) -> tuple[AuditInput, tuple[str, ...]]:
    """An audit's input from a directory of imported calls, and what a reader must know of it.

    Raises
    ------
    RunDirectoryError
        If the directory is not as it was written.
    sim.errors.DialerFilesError
        If it holds nothing that can be audited.
    """
    manifest = read_manifest(path)
    verify(path, manifest, CALLS, RECIPIENTS, OPTOUTS)
    n = manifest["counts"]
    data, notes = read_external(
        path / CALLS,
        path / RECIPIENTS,
        path / OPTOUTS if manifest["files"][OPTOUTS].get("rows") else None,
        facts=facts,
        name=str(manifest.get("name", path.name)),
        apart=n["apart"],
        apart_lines=sum(v for v in n["without_line"].values() if type(v) is int),
    )
    if manifest.get("tried") is False:
        notes = (f"{path}: layout read, never tried", *notes)
    by = manifest["delete_by"]
    if by < _today():
        notes = (f"{path}: was to be deleted by {by}: ringfence purge", *notes)
    return data, notes


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
