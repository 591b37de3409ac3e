"""The store as a shelf: what lies in a folder of runs, and what of it can be opened.

Only folders that stand in the store itself are opened, by their names as the store lists them; no
link is followed. Whatever else lies there is named with the reason why it is not opened.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from analysis.dashboard.living import Living, words_of
from analysis.view import RunView, as_view
from analysis.view.numbers import small_share
from sim.errors import RingfenceError, RunDirectoryError
from sim.partial import is_left, is_partial
from sim.store.experiment import EXPERIMENT, is_experiment, kind_of, load_experiment
from sim.store.manifest import MANIFEST, read_manifest
from sim.store.read import Run, load_run
from sim.store.study import STUDY, TASKS, Study, load_study, read_facts

Kind = Literal["run", "study", "sweep", "plan", "live", "other"]
Opened = TypeVar("Opened")
POINTS: Final = "points"
"""Where a sweep or a plan keeps its runs."""
MOST_OPEN: Final = 4
"""Runs and studies that are kept open; the one that was looked at longest ago goes first."""
MOST_ENTRIES: Final = 2_000
"""Entries of a store that are listed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the store."""

    id: str
    """Its name there: what an address calls it."""
    kind: Kind
    scenario: str = ""
    question: str = ""
    when: str = ""
    """When it began, UTC, ISO 8601; of a study, a sweep or a plan, when it was written."""
    seed: int | None = None
    scale: float = 1.0
    strategies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    state: str = ""
    """In words, where it is not simply finished."""
    share: float | None = None
    """Of a live one: how far it is, 0–1; None where that is not known."""


@dataclass
class Shelf:
    """A store, and what of it is open at the moment. Several threads may ask."""

    path: Path
    _entries: dict[str, tuple[Any, Entry]] = field(default_factory=dict)
    _open: OrderedDict[tuple[str, str], tuple[Any, Any]] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _making: dict[tuple[str, str], threading.Lock] = field(default_factory=dict)

    # ── What lies there ──────────────────────────────────────────────────────────────────────

    def entries(self) -> list[Entry]:
        """Everything in the store, by name.

        Raises
        ------
        RunDirectoryError
            If the store itself cannot be read.
        """
        try:
            with os.scandir(self.path) as found:
                names = sorted(entry.name for entry in found)[:MOST_ENTRIES]
        except OSError as error:
            raise RunDirectoryError(f"cannot read {self.path}: {error.strerror}") from error
        living = Living(self.path, names)
        made = [
            Entry(
                at.target or name,
                "live",
                scenario=at.scenario or at.command,
                when=at.begun_utc,
                state=words_of(at),
                share=at.share,
            )
            for name, at in living.by_file.items()
        ]
        listed = [entry for entry in map(self._entry, names) if entry is not None]
        return made + [e for e in listed if e.kind != "live" or not living.makes(e.id)]

    def _entry(self, name: str) -> Entry | None:
        folder = self.path / name
        if is_partial(folder):
            return _unfinished(folder) if folder.is_dir() and not folder.is_symlink() else None
        if name.startswith("."):
            return None
        mark = _mark(folder)
        with self._lock:
            known = self._entries.get(name)
        if known is not None and known[0] == mark:
            return known[1]
        entry = _read(folder)
        with self._lock:
            self._entries[name] = mark, entry
        return entry

    # ── What is open ─────────────────────────────────────────────────────────────────────────

    def folder(self, name: str) -> Path:
        """The folder of an entry.

        Raises
        ------
        RunDirectoryError
            If the store has none of that name.
        """
        plain = name not in ("", ".", "..") and not {"/", "\\", "\0"} & set(name)
        folder = self.path / name if plain else self.path
        if not plain or name.startswith(".") or folder.is_symlink() or not folder.is_dir():
            raise RunDirectoryError(f"the store has no run or study {name[:80]!r}")
        return folder

    def run(self, name: str) -> Run:
        """A finished run."""
        return self._opened("run", name, load_run)

    def view(self, name: str) -> RunView:
        """A finished run as charts read it."""
        return self._opened("view", name, lambda _folder: as_view(self.run(name)))

    def study(self, name: str) -> Study:
        """A finished study."""
        return self._opened("study", name, load_study)

    def experiment(self, name: str) -> dict[str, Any]:
        """What a sweep or a plan found."""
        return self._opened("experiment", name, load_experiment)

    def made(self, what: str, name: str, make: Callable[[Path], Opened]) -> Opened:
        """Something that is made of an entry once, and kept while it stays as it is."""
        return self._opened(what, name, make)

    def _opened(self, what: str, name: str, make: Callable[[Path], Opened]) -> Opened:
        folder = self.folder(name)
        key, mark = (what, name), _mark(folder)
        with self._lock:
            alone = self._making.setdefault(key, threading.Lock())
        with alone:  # who asks meanwhile waits for it, instead of making it too
            with self._lock:
                known = self._open.get(key)
                if known is not None and known[0] == mark:
                    self._open.move_to_end(key)
                    found: Opened = known[1]
                    return found
            found = make(folder)
            self._keep(key, mark, found)
        return found

    def _keep(self, key: tuple[str, str], mark: Any, found: Any) -> None:
        """Keep what was made, and of the entries the last that were asked for."""
        with self._lock:
            self._open[key] = mark, found
            kept = list(dict.fromkeys(name for _, name in reversed(self._open)))[:MOST_OPEN]
            for old in [key for key in self._open if key[1] not in kept]:
                del self._open[old]


def _mark(folder: Path) -> Any:
    """What changes when an entry does: of its manifest, its tasks, what it found, or itself."""
    found: list[tuple[int, int, int] | None] = []
    for path in (folder, folder / MANIFEST, folder / TASKS, folder / EXPERIMENT):
        try:
            told = path.lstat()
        except OSError:
            found.append(None)
        else:
            found.append((told.st_ino, told.st_mtime_ns, told.st_size))
    return tuple(found)


def _read(folder: Path) -> Entry:
    """What a folder of the store is."""
    name = folder.name
    if folder.is_symlink():
        return Entry(name, "other", state="a link, which is not followed")
    if not folder.is_dir():
        return Entry(name, "other", state="a file, not a run")
    try:
        if (folder / STUDY).is_file():
            return _study(folder)
        if is_experiment(folder):
            return _experiment(folder)
        if (folder / POINTS).is_dir() and not (folder / POINTS).is_symlink():
            words = "a sweep or a plan that is not finished; the command that began it goes on"
            return Entry(name, "other", state=words)
        if not (folder / MANIFEST).is_file():
            return Entry(name, "other", state="a folder that is no run")
        return _run(folder)
    except RingfenceError as error:
        return Entry(name, "other", state=error.lines()[0].removeprefix("Error: "))


def _run(folder: Path) -> Entry:
    manifest = read_manifest(folder)
    scenario = manifest["scenario"]
    scale = float(manifest["scale"]["effective"])
    tags = [scenario["name"], "full size" if scale >= 1 else f"{small_share(scale)} of the lines"]
    tags += ["calls"] if "calls.parquet" in manifest["files"] else []
    tags += [f"draw {manifest['draw']}"] if manifest["draw"] else []
    return Entry(
        folder.name,
        "run",
        scenario=scenario["name"],
        question=scenario["question"] or "",
        when=str(manifest["started_utc"]),
        seed=int(manifest["seed"]),
        scale=scale,
        strategies=tuple(manifest["strategies"]),
        tags=tuple(tags),
    )


def _study(folder: Path) -> Entry:
    facts = read_facts(folder)
    done = sum(1 for _ in (folder / TASKS).glob("*.npz")) if (folder / TASKS).is_dir() else 0
    finished = (folder / MANIFEST).is_file()
    size = "full size" if facts.effective >= 1 else f"{small_share(facts.effective)} of the lines"
    return Entry(
        folder.name,
        "study" if finished else "live",
        scenario=facts.scenario,
        question=facts.question or "",
        when=_when(folder / (MANIFEST if finished else STUDY)),
        seed=facts.seed,
        scale=facts.effective,
        strategies=tuple(facts.strategies),
        tags=(facts.scenario, size, "study"),
        state="" if finished else f"not finished: {done} tasks are done",
    )


def _experiment(folder: Path) -> Entry:
    told = load_experiment(folder)
    kind: Kind = "sweep" if kind_of(told) == "sweep" else "plan"
    asked = told["vary"] if kind == "sweep" else told["solve"]
    about = asked if isinstance(asked, str) else ", ".join(asked)
    about = about if kind == "sweep" else f"{told['for']}: {about}"
    strategies = told["strategies"] if kind == "sweep" else [told["strategy"]]
    return Entry(
        folder.name,
        kind,
        scenario=told["scenario"],
        question=about,
        when=_when(folder / EXPERIMENT),
        strategies=tuple(strategies),
        tags=(told["scenario"], kind),
    )


def _when(file: Path) -> str:
    """When a file was written: what studies and experiments do not tell themselves."""
    written = dt.datetime.fromtimestamp(int(file.stat().st_mtime), dt.UTC)
    return written.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unfinished(folder: Path) -> Entry:
    """A run that is being written, or was when its process ended."""
    short = folder.name.removeprefix(".").rpartition(".partial-")[0]
    if is_left(folder):
        words = "left by a run that was killed; whoever next writes here removes it"
        return Entry(folder.name, "other", scenario=short, state=words)
    return Entry(folder.name, "live", scenario=short, state="being written")
