"""Which scenarios a check is of, and which baselines have lost theirs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sim.document.source import MAX_BYTES

BASELINES = "baselines"
"""Folder of the baselines, beside the scenarios."""
_KINDS = {".yaml", ".yml"}
_KEY = re.compile(rb"^format[ \t]*:", re.MULTILINE)
"""The key that every scenario has at its top level; few other YAML files do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the files and folders that a check was given."""

    files: tuple[Path, ...]
    """Scenario files, in order, each once."""
    orphans: tuple[Path, ...]
    """Baselines in the folders without a scenario beside them."""
    clashes: dict[Path, Path]
    """A scenario file to another of the same name, which would have the same baseline."""

    def named(self, wanted: str) -> Found:
        """Only what has a name in its path, or matches it as a pattern; all for an empty one."""
        if not wanted:
            return self

        def fits(path: Path) -> bool:
            return wanted in path.as_posix() or fnmatchcase(path.as_posix(), wanted)

        return Found(
            tuple(filter(fits, self.files)), tuple(filter(fits, self.orphans)), self.clashes
        )


def baseline_path(file: Path) -> Path:
    """Where the baseline of a scenario file stands: ``baselines/NAME.json`` beside it."""
    return file.parent / BASELINES / f"{file.stem}.json"


def found(paths: Sequence[str | os.PathLike[str]]) -> Found:
    """The scenario files named, and those in the folders named and in folders of theirs.

    A YAML file in a folder is a scenario if it has the key ``format`` or a baseline. Hidden
    folders, and those of runs and studies, are passed over; a link to a folder is not followed.

    Parameters
    ----------
    paths
        Files, taken as they are, and folders.
    """
    files: list[Path] = []
    orphans: list[Path] = []
    for path in map(Path, paths):
        if not path.is_dir():
            files.append(path)
            continue
        for folder in _folders(path):
            here = [file for file in _with_suffix(folder, _KINDS) if _is_scenario(file)]
            files += here
            known = {file.stem for file in here}
            kept = _with_suffix(folder / BASELINES, {".json"})
            orphans += [file for file in kept if file.stem not in known]
    once = tuple(dict.fromkeys(files))
    by_baseline: dict[Path, Path] = {}
    clashes: dict[Path, Path] = {}
    for file in once:
        other = by_baseline.setdefault(baseline_path(file), file)
        if other != file:
            clashes |= {file: other, other: file}
    return Found(once, tuple(dict.fromkeys(orphans)), clashes)


def _folders(top: Path) -> Iterator[Path]:
    """A folder and those in it that may hold scenarios, in order."""
    for name, inner, files in os.walk(top):
        if "manifest.json" in files:  # a run's or a study's own
            inner.clear()
            continue
        inner[:] = sorted(one for one in inner if not one.startswith(".") and one != BASELINES)
        yield Path(name)


def _with_suffix(folder: Path, suffixes: set[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix in suffixes)


def _is_scenario(file: Path) -> bool:
    """Whether a YAML file in a folder is a scenario, or was one when its baseline was made."""
    if not file.is_file():
        return False
    if baseline_path(file).is_file():
        return True
    try:
        with file.open("rb") as opened:
            return _KEY.search(opened.read(MAX_BYTES)) is not None
    except OSError:
        return True  # so that it is told why it cannot be read
