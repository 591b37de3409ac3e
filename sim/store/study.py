"""A study on disk: a folder of tasks' results that any number of workers may fill, and go on with.

::

    DIR/
      study.json              what is studied: its key says whether a command is of this study
      scenario.resolved.yaml  the scenario at full size, and laws/ with packs of one's own
      tasks/HASH.npz          what one draw found (:mod:`sim.store.drawn`), by the hash of its key
      draws.parquet           every metric by strategy, draw and noise
      inputs.parquet          every drawn value by draw
      readings.parquet, timeline.parquet, territories.parquet    (:mod:`sim.store.study_tables`)
      answer.json             what was concluded
      manifest.json           last: the digest of every file; until then the study is not finished

Nothing in it tells when, where or by how many workers it was made, so the same study is the same
bytes. Each file takes its name when it is whole and synced. A worker that dies, a machine that
stops, a study that is to have more draws are one case: list what is there, and do the rest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InternalError, OutputError, RunDirectoryError
from sim.outputs import outside_of_runs, plain_path
from sim.partial import remove_stale
from sim.store.checked import Checked, checked, read_json
from sim.store.digest import digest_table
from sim.store.manifest import COMPLETE, MANIFEST, PACKS, SCENARIO, SEAL, seal
from sim.store.partial import put
from sim.store.provenance import PACKAGES, versions
from sim.store.verify import Verified, hold, hold_all

if TYPE_CHECKING:  # it brings the compiler with it, which only the results of tasks want
    from sim.store.drawn import Drawn

STUDY: Final = "study.json"
TASKS: Final = "tasks"
DRAWS: Final = "draws.parquet"
INPUTS: Final = "inputs.parquet"
READINGS: Final = "readings.parquet"
TIMELINE: Final = "timeline.parquet"
TERRITORIES: Final = "territories.parquet"
ANSWER: Final = "answer.json"
FORMAT: Final = "ringfence-study"
FORMAT_VERSION: Final = 1


class Facts(Checked):
    """What is studied: all that a task's result hangs on, but its draw and its noise."""

    format: str
    format_version: int
    scenario: str
    """Its name."""
    question: str | None
    base: str
    scenario_sha256: str
    """Of the resolved scenario, which holds the seed."""
    laws: dict[str, str]
    """By law pack: its SHA-256."""
    seed: int
    scale: str
    """As asked, a fraction."""
    effective: float
    """Lines simulated ÷ lines of the scenario."""
    strategies: list[str]
    code_sha256: str
    """Of the simulator's sources."""
    versions: dict[str, str]
    """Of the packages that may matter to a result."""

    @property
    def key(self) -> str:
        """The digest of all of it."""
        return _digest(self.model_dump())


@cache
def code_digest() -> str:
    """SHA-256 over the sources of the simulator, commands left out."""
    root = Path(__file__).resolve().parents[1]
    whole = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if not name.startswith("commands/"):
            whole.update(f"{name}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def relevant_versions() -> dict[str, str]:
    """Versions of the packages that may matter to a result."""
    found = versions()
    return {name: found[name] for name in PACKAGES if name in found}


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """One piece of a study's work: every strategy in one draw under one noise."""

    draw: int
    """From 1; 0 is the central run."""
    noise: int = 0

    def name(self, key: str) -> str:
        """The file of its result, in the study of that key."""
        return f"{_digest({'study': key, 'draw': self.draw, 'noise': self.noise})}.npz"


class StudyFolder:
    """A study that is being made, or made longer.

    Parameters
    ----------
    path
        The folder; made where it is not there.
    facts
        What is studied.
    text
        The resolved scenario.
    inputs
        What it needs beside, by name: texts of law packs of one's own.

    Raises
    ------
    RunDirectoryError
        If the folder holds anything but this very study, or cannot be written.
    """

    def __init__(self, path: Path, facts: Facts, text: str, inputs: Mapping[str, str]) -> None:
        self.path = Path(os.path.abspath(path))
        self.facts = facts
        try:
            shown = plain_path(path)
            outside_of_runs(Path(os.path.realpath(path)), shown)
        except OutputError as error:
            raise RunDirectoryError(str(error)) from None
        try:
            self._open(text, inputs)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunDirectoryError(f"cannot write {shown}: {reason}") from error

    def _open(self, text: str, inputs: Mapping[str, str]) -> None:
        if (self.path / STUDY).is_file():
            known = read_facts(self.path)
            if known.key != self.facts.key:
                raise RunDirectoryError(
                    f"{self.path} holds another study: {_difference(known, self.facts)}; "
                    "name another folder"
                )
        elif self.path.exists() and (not self.path.is_dir() or self._used()):
            raise RunDirectoryError(f"{self.path} exists already and holds no study; name another")
        (self.path / TASKS).mkdir(parents=True, exist_ok=True)
        for folder in (self.path, self.path / TASKS):
            remove_stale(folder)
        self._put(SCENARIO, text.encode())
        if inputs:
            (self.path / PACKS).mkdir(exist_ok=True)
        for name, content in inputs.items():
            self._put(name, content.encode())
        self._put(STUDY, _json(self.facts.model_dump()))

    def _used(self) -> bool:
        """Whether a folder holds more than what a study that was killed at once leaves."""
        return any(
            entry.name not in (TASKS, PACKS, SCENARIO) and not entry.name.startswith(".")
            for entry in self.path.iterdir()
        )

    def _put(self, name: str, content: bytes) -> None:
        """Give a file of the study its content, at once and for good."""
        put(self.path / name, content)

    def missing(self, tasks: Iterable[Task]) -> list[Task]:
        """Those of the tasks that have no result yet, in order."""
        done = {entry.name for entry in (self.path / TASKS).iterdir()}
        return [task for task in sorted(tasks) if task.name(self.facts.key) not in done]

    def add(self, task: Task, content: bytes) -> None:
        """Keep a task's result.

        Raises
        ------
        InternalError
            If the same task has another result already: it was not pure.
        RunDirectoryError
            If it cannot be written.
        """
        name = f"{TASKS}/{task.name(self.facts.key)}"
        file = self.path / name
        try:
            if file.is_file():
                if file.read_bytes() != content:
                    raise InternalError(f"{file}: the same task gave another result before")
                return
            self._put(name, content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunDirectoryError(f"cannot write {file}: {reason}") from error

    def read(self, task: Task) -> Drawn:
        """A task's result."""
        return read_task(self.path / TASKS / task.name(self.facts.key), task)

    def finish(self, tasks: Sequence[Task], tables: Mapping[str, pa.Table], answer: Any) -> None:
        """Write the tables, by the names of their files, and, last, the manifest."""
        files: dict[str, dict[str, Any]] = {}

        def list_file(name: str, **more: Any) -> None:
            content = (self.path / name).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            files[name] = {**more, "bytes": len(content), "sha256": digest}

        try:
            for name, table in tables.items():
                sink = pa.BufferOutputStream()
                pq.write_table(table, sink, compression="zstd")
                self._put(name, sink.getvalue().to_pybytes())
                list_file(name, rows=table.num_rows, values_sha256=digest_table(table))
            self._put(ANSWER, _json(answer))
            packs = sorted((self.path / PACKS).iterdir()) if (self.path / PACKS).is_dir() else []
            for name in (STUDY, SCENARIO, ANSWER, *(f"{PACKS}/{pack.name}" for pack in packs)):
                list_file(name)
            for task in sorted(tasks):
                name = f"{TASKS}/{task.name(self.facts.key)}"
                list_file(name, draw=task.draw, noise=task.noise)
            whole: dict[str, Any] = {
                "format": FORMAT,
                "format_version": FORMAT_VERSION,
                "status": COMPLETE,
                "key": self.facts.key,
                "draws": max(task.draw for task in tasks),
                "files": files,
            }
            whole[SEAL] = seal(whole)
            self._put(MANIFEST, _json(whole))
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunDirectoryError(f"cannot write {self.path}: {reason}") from error


def _difference(known: Facts, wanted: Facts) -> str:
    """What differs first, in words."""
    words = {
        "scenario_sha256": "its scenario differs",
        "laws": "its law packs differ",
        "scale": f"its scale is {known.scale}, not {wanted.scale}",
        "strategies": "its strategies differ",
        "seed": f"its seed is {known.seed}, not {wanted.seed}",
        "code_sha256": "another version of Ringfence made it",
        "versions": "other versions of packages made it",
    }
    one, other = known.model_dump(), wanted.model_dump()
    found = [said for name, said in words.items() if one[name] != other[name]]
    return found[0] if found else "its format differs"


def _json(content: Any) -> bytes:
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


# ── Reading back ─────────────────────────────────────────────────────────────────────────────────


def is_study(path: str | os.PathLike[str]) -> bool:
    """Whether a folder looks like a study, finished or not."""
    return (Path(path) / STUDY).is_file()


def read_facts(folder: Path) -> Facts:
    """What a study is about.

    Raises
    ------
    RunDirectoryError
        If its ``study.json`` cannot be read, or is of a newer format.
    """
    file = folder / STUDY
    content = read_json(file, RunDirectoryError)
    if content.get("format") != FORMAT:
        raise RunDirectoryError(f"{folder} is not a study: {STUDY} is not Ringfence's")
    facts = checked(Facts, content, file, RunDirectoryError)
    if facts.format_version > FORMAT_VERSION:
        raise RunDirectoryError(
            f"{folder} has study format {facts.format_version}, this version reads up to "
            f"{FORMAT_VERSION}; use a newer Ringfence"
        )
    return facts


def read_task(file: Path, task: Task) -> Drawn:
    """A task's result.

    Raises
    ------
    RunDirectoryError
        If the file is damaged, or holds the result of another task.
    """
    from sim.store.drawn import unpacked

    try:
        drawn = unpacked(file.read_bytes())
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged archive may raise
        raise RunDirectoryError(f"{file} is damaged: {error}") from error
    if (drawn.draw, drawn.noise) != (task.draw, task.noise):
        raise RunDirectoryError(f"{file} holds draw {drawn.draw}, not draw {task.draw}")
    return drawn


def read_study_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a finished study.

    Raises
    ------
    RunDirectoryError
        If there is none yet, or it is not as the study left it.
    """
    facts = read_facts(folder)
    if not (folder / MANIFEST).is_file():
        done = sum(1 for entry in (folder / TASKS).glob("*.npz"))
        raise RunDirectoryError(
            f"{folder} is not finished: {done} tasks are done; the command that began it goes on"
        )
    content = read_json(folder / MANIFEST, RunDirectoryError)
    if content.get(SEAL) != seal(content):
        raise RunDirectoryError(
            f"{folder / MANIFEST} is not as the study left it: it differs from its own digest"
        )
    if content.get("key") != facts.key:
        raise RunDirectoryError(f"{folder / STUDY} is not as the study left it")
    return content


def verify_study(folder: Path) -> Verified:
    """Hold every file of a finished study against its manifest; errors as reading it has."""
    manifest = read_study_manifest(folder)
    there = {
        entry.relative_to(folder).as_posix()
        for entry in folder.rglob("*")
        if not entry.is_dir() or entry.is_symlink()
    }
    return hold_all(folder, manifest["files"], there)


@dataclass(frozen=True)
class Study:
    """A finished study."""

    path: Path
    """Its folder."""
    facts: Facts
    """What is studied."""
    manifest: Mapping[str, Any]
    """What files there are."""
    answer: Mapping[str, Any]
    """What was concluded, as ``ringfence run --draws --json`` prints it."""

    @property
    def strategies(self) -> tuple[str, ...]:
        """Strategies that were run, in the scenario's order."""
        return tuple(self.facts.strategies)

    @property
    def draws_count(self) -> int:
        """Draws of the uncertain inputs."""
        return int(self.manifest["draws"])

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What was run: draw 0 is the central run."""
        listed = self.manifest["files"].values()
        return tuple(sorted(Task(one["draw"], one["noise"]) for one in listed if "draw" in one))

    @property
    def draws(self) -> Any:
        """A data frame of every metric: one row per strategy, draw, noise and metric."""
        return self._table(DRAWS)

    @property
    def inputs(self) -> Any:
        """A data frame of every drawn value: one row per draw and key."""
        return self._table(INPUTS)

    def arrow(self, name: str) -> pa.Table | None:
        """A table by the name of its file; None where an earlier version wrote the study."""
        listed = self.manifest["files"].get(name)
        return None if listed is None else pq.read_table(hold(self.path, name, listed))

    def drawn(self, draw: int, noise: int = 0) -> Drawn:
        """What one draw found, with the strategies' ledgers of cases.

        Raises
        ------
        RunDirectoryError
            If the study has no such draw, or its file is damaged.
        """
        task = Task(draw, noise)
        if task not in self.tasks:
            raise RunDirectoryError(
                f"{self.path} has no draw {draw} under noise {noise}; it has draws 0 to "
                f"{self.draws_count}"
            )
        name = f"{TASKS}/{task.name(self.facts.key)}"
        return read_task(hold(self.path, name, self.manifest["files"][name]), task)

    def verify(self) -> None:
        """Hold every file against the manifest.

        Raises
        ------
        RunDirectoryError
            Naming the first file that differs.
        """
        for wrong in verify_study(self.path).different:
            raise RunDirectoryError(wrong)

    def _table(self, name: str) -> Any:
        return pq.read_table(hold(self.path, name, self.manifest["files"][name])).to_pandas()


def load_study(path: str | os.PathLike[str]) -> Study:
    """Open a finished study.

    Raises
    ------
    RunDirectoryError
        If there is none, if it is not finished, of a newer format, or damaged.
    """
    folder = Path(path)
    if not is_study(folder):
        raise RunDirectoryError(f"{folder} is not a study: it has no {STUDY}")
    manifest = read_study_manifest(folder)
    answer = read_json(hold(folder, ANSWER, manifest["files"][ANSWER]), RunDirectoryError)
    return Study(folder, read_facts(folder), manifest, answer)
