"""What a run's manifest and metrics may say, and the seal that holds the manifest together."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from sim.errors import RunDirectoryError
from sim.measure.metric import Number
from sim.partial import is_partial
from sim.store.checked import Checked, checked, read_json, short
from sim.store.columns import TABLES

FORMAT = "ringfence-run"
"""Says that a manifest is one of ours."""
FORMAT_VERSION = 1
"""Version of the run directory's format that this code writes, and the newest that it reads."""
COMPLETE = "complete"
MANIFEST = "manifest.json"
METRICS = "metrics.json"
SCENARIO = "scenario.resolved.yaml"
REPORT = "report.html"
PACKS = "laws"
"""Folder of a run that holds the law packs of one's own."""
SEAL = "manifest_sha256"
"""Key of the manifest that holds the digest of all the others."""
NEEDED = (METRICS, SCENARIO, *(table.file for table in TABLES.values() if not table.optional))
"""Files that every run has."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^(laws/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")]
"""Only names inside the run, or in its folder of law packs, and none that is hidden."""
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(gt=0, le=1)]


class StoredFile(Checked):
    """A file of the run."""

    bytes: Count
    sha256: Digest
    """Of the file's bytes: that it is as the run left it."""


class StoredTable(StoredFile):
    """A table of the run."""

    rows: Count
    values_sha256: Digest
    """Of the values, whatever file holds them: what two runs are compared by."""


class _Open(Checked):
    """A part that may say more: what nobody reads back."""

    model_config = ConfigDict(extra="allow")


class ScenarioFacts(_Open):
    """What was run."""

    name: Annotated[str, Field(min_length=1)]
    question: str | None
    base: str
    sha256: Digest
    sources: list[str]


class ScaleFacts(_Open):
    """At which size."""

    asked: Share
    effective: Share
    lines: Annotated[int, Field(gt=0)]
    lines_full: Annotated[int, Field(gt=0)]


class Reactions(_Open):
    """What the campaign does when the regulator goes further."""

    contact: list[str]
    reminder: list[str]
    order: list[str]
    suspend_for_ms: Count | None


class PlanFacts(_Open):
    """How one strategy was run."""

    timezone: str | None = None
    live_thresholds_ms: list[Count]
    reached_live_ms: Count
    reached_voicemail: bool | str
    channels: Count
    calls_per_second: str
    calls_per_second_simulated: str | None = None
    objections: list[str]
    inbound_lines: Count
    inbound_lines_simulated: Count
    caller_numbers: Count
    caller_numbers_simulated: Count
    refresh_ms: Count | None
    reactions: Reactions | None


class Manifest(_Open):
    """All of it."""

    format: Literal["ringfence-run"]
    format_version: Annotated[int, Field(ge=1, le=FORMAT_VERSION)]
    status: Literal["complete"]
    scenario: ScenarioFacts
    seed: Annotated[int, Field(ge=0, lt=1 << 64)]
    draw: Annotated[int, Field(ge=0, lt=1 << 32)]
    noise: Annotated[int, Field(ge=0, lt=1 << 32)]
    scale: ScaleFacts
    strategies: Annotated[list[str], Field(min_length=1)]
    plans: dict[str, PlanFacts]
    currency: str | None
    argv: list[str]
    versions: dict[str, str]
    machine: dict[str, str]
    git: dict[str, str | bool] | None
    started_utc: str
    duration_s: Annotated[float, Field(ge=0)]
    files: dict[FileName, StoredTable | StoredFile]
    manifest_sha256: Digest

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """What no single key can say."""
        if len(set(self.strategies)) != len(self.strategies):
            raise ValueError("strategies: a name stands twice")
        if set(self.plans) != set(self.strategies):
            raise ValueError("plans: there must be one for each of the strategies")
        if missing := [name for name in NEEDED if name not in self.files]:
            raise ValueError(f"files: {missing[0]} is missing")
        for name, listed in self.files.items():
            if name.endswith(".parquet") != isinstance(listed, StoredTable):
                raise ValueError(f"files.{name}: rows and values_sha256 belong to tables alone")
        if self.files[SCENARIO].sha256 != self.scenario.sha256:
            raise ValueError(f"scenario.sha256: is not that of {SCENARIO}")
        return self


def run_folder(path: str | os.PathLike[str]) -> Path:
    """A directory that looks like a run's.

    Raises
    ------
    RunDirectoryError
        If there is none, with the nearest that there is; or if it was never finished.
    """
    folder = Path(path)
    if is_partial(folder):
        raise RunDirectoryError(f"{folder} is what an interrupted run left behind, not a run")
    if not folder.is_dir():
        if folder.exists():
            raise RunDirectoryError(f"{folder} is a file, not a run directory")
        raise RunDirectoryError(f"{folder} does not exist", nearest=_nearest(folder))
    if not (folder / MANIFEST).is_file():
        raise RunDirectoryError(f"{folder} is not a run directory: it has no {MANIFEST}")
    return folder


def _nearest(folder: Path) -> str:
    """The run directory beside a path that is most like it, or nothing."""
    from difflib import get_close_matches

    try:
        runs = {e.name: e for e in folder.parent.iterdir() if (e / MANIFEST).is_file()}
    except OSError:
        return ""
    near = get_close_matches(folder.name, runs, 1)
    return str(runs[near[0]]) if near else ""


def seal(manifest: Mapping[str, Any]) -> str:
    """Digest of what a manifest says, however it is written."""
    rest = {key: value for key, value in manifest.items() if key != SEAL}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run.

    Raises
    ------
    RunDirectoryError
        If it is not Ringfence's, of a newer format, of a run that is not complete, or not as the
        run left it; with the key that is wrong.
    """
    path = folder / MANIFEST
    content = read_json(path, RunDirectoryError)
    _is_ours(folder, content)
    manifest = checked(Manifest, content, path, RunDirectoryError)
    if manifest.manifest_sha256 != seal(content):
        raise RunDirectoryError(
            f"{path} is not as the run left it: it differs from its own digest, {SEAL}"
        )
    return content


def _is_ours(folder: Path, content: dict[str, Any]) -> None:
    """See that a manifest is of a whole run, and of a format that this version reads."""
    if content.get("format") != FORMAT:
        raise RunDirectoryError(f"{folder} is not a run directory: {MANIFEST} is not Ringfence's")
    written = content.get("format_version")
    if not isinstance(written, int) or isinstance(written, bool) or written < 1:
        raise RunDirectoryError(
            "format_version: a whole number from 1 is wanted",
            place=folder / MANIFEST,
            found=short(written),
        )
    if written > FORMAT_VERSION:
        raise RunDirectoryError(
            f"{folder} has run format {short(written)}, this version reads up to "
            f"{FORMAT_VERSION}; use a newer Ringfence"
        )
    if content.get("status") != COMPLETE:
        status = short(content.get("status"))
        raise RunDirectoryError(f"{folder} is not complete: its status is {status}")


def read_metrics(path: Path, strategies: tuple[str, ...]) -> dict[str, Number]:
    """Read the metrics of a run.

    Raises
    ------
    RunDirectoryError
        If a value is no number, or a key does not name a strategy of the run.
    """
    content = read_json(path, RunDirectoryError)
    for key, value in content.items():
        if isinstance(value, bool) or not (value is None or isinstance(value, int | float)):
            raise RunDirectoryError(f"{short(key)}: a number is wanted", place=path)
        if key.rpartition(".")[0] not in strategies:
            raise RunDirectoryError(f"{short(key)}: is of no strategy of the run", place=path)
    return content
