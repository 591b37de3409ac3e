"""A run's files held against its manifest: that each is as the run left it."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import RunDirectoryError
from sim.store.manifest import MANIFEST, PACKS, read_manifest, read_metrics, run_folder
from sim.store.manifest import METRICS as METRICS_FILE


def hold(folder: Path, name: str, listed: Mapping[str, Any], *, whole: bool = True) -> Path:
    """Hold a file of a run against what the manifest says of it.

    Parameters
    ----------
    folder
        The run directory.
    name, listed
        The file, and its entry in the manifest.
    whole
        Whether to read it; else only that it is there, and its size, are looked at.

    Returns
    -------
    Path
        Its path.

    Raises
    ------
    RunDirectoryError
        If it is not as the run left it.
    """
    file = folder / name
    try:
        found = file.lstat()
    except FileNotFoundError:
        raise RunDirectoryError(f"{folder} is not complete: {name} is missing") from None
    except OSError as error:
        raise RunDirectoryError(f"cannot read {file}: {error.strerror or error}") from error
    if not stat.S_ISREG(found.st_mode) or (file.parent != folder and file.parent.is_symlink()):
        raise RunDirectoryError(f"{file} is not as the run left it: it is no regular file")
    if found.st_size != listed["bytes"]:
        raise RunDirectoryError(
            f"{file} is damaged: {found.st_size} bytes, the run wrote {listed['bytes']}"
        )
    if whole and file_digest(file) != listed["sha256"]:
        raise RunDirectoryError(
            f"{file} is not as the run left it: it differs from its digest in {MANIFEST}"
        )
    return file


def file_digest(file: Path) -> str:
    """SHA-256 of a file's bytes.

    Raises
    ------
    RunDirectoryError
        If it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RunDirectoryError(f"cannot read {file}: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying a run directory."""

    files: int
    """Files that the manifest lists."""
    different: tuple[str, ...]
    """What is not as the run left it, a sentence each."""
    strangers: tuple[str, ...]
    """Names in the directory that are no files of the run."""


def verify(folder: Path) -> Verified:
    """Hold every file of a run against its manifest, and the values of every table.

    Raises
    ------
    RunDirectoryError
        If it is no run directory, or its manifest itself cannot be trusted.
    """
    manifest = read_manifest(folder)

    def read(name: str, file: Path) -> None:
        if name == METRICS_FILE:
            read_metrics(file, tuple(manifest["strategies"]))

    return hold_all(folder, manifest["files"], _names(folder), read)


def hold_all(
    folder: Path,
    files: Mapping[str, Any],
    there: set[str],
    read: Callable[[str, Path], None] = lambda _name, _file: None,
) -> Verified:
    """Hold every file that a manifest lists against it, and the values of every table.

    Parameters
    ----------
    folder
        Where the files are.
    files
        What the manifest says of each, by its name.
    there
        Names of what is there.
    read
        Reads a file that is no table, as far as that can fail.
    """
    different = []
    for name, listed in files.items():
        try:
            file = hold(folder, name, listed)
            if "values_sha256" in listed:
                hold_values(file, listed)
            else:
                read(name, file)
        except RunDirectoryError as error:
            different.append(str(error))
    return Verified(len(files), tuple(different), tuple(sorted(there - {MANIFEST, *files})))


def _names(folder: Path) -> set[str]:
    """Names in a run, and in its folder of law packs; a link counts by itself."""
    names = {entry.name for entry in folder.iterdir()}
    packs = folder / PACKS
    if PACKS in names and packs.is_dir() and not packs.is_symlink():
        names.remove(PACKS)
        names |= {f"{PACKS}/{entry.name}" for entry in packs.iterdir()}
    return names


def verify_or_why(run: Path) -> tuple[Verified | None, str]:
    """What came of verifying a run, or a study; or None, and why it cannot be verified."""
    from sim.store.study import is_study, verify_study

    try:
        return verify_study(run) if is_study(run) else verify(run_folder(run)), ""
    except RunDirectoryError as error:
        return None, str(error)


def hold_values(file: Path, listed: Mapping[str, Any]) -> None:
    """Hold the values of a table against their digest, a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.store.digest import TableDigest, digestible

    digest, rows = TableDigest(), 0
    try:
        with pq.ParquetFile(file) as parquet:
            schema = parquet.schema_arrow
            if len(set(schema.names)) < len(schema.names) or not all(map(digestible, schema.types)):
                raise RunDirectoryError(
                    f"{file} is not as the run left it: its columns are of types, or have names, "
                    "that no table of a run has"
                )
            for group in range(parquet.num_row_groups):
                part = parquet.read_row_group(group)
                digest.update(part)
                rows += part.num_rows
    except (OSError, pa.ArrowException) as error:
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise RunDirectoryError(f"cannot read {file}: {reason}") from error
    if rows == listed["rows"] == 0:
        return
    if rows != listed["rows"] or digest.hexdigest() != listed["values_sha256"]:
        raise RunDirectoryError(
            f"{file} is not as the run left it: its values differ from their digest in {MANIFEST}"
        )
