"""Another revision of a repository: its files, its packages, and a run of what it was then.

The files stand in a git worktree, the packages in an environment of their own, made from that
revision's lock. Both stand in a folder of the user's cache, under a name that says which process
they belong to; when it ends, however it ends, nothing is left of them, in git neither.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sim import children, partial
from sim.errors import CannotJudgeError, OptionError
from sim.trust import make_private

Tell = Callable[[str], None]
LOCKS = ("requirements.lock", "requirements.txt")
"""Files that name all packages of a revision, with their versions."""
_OURS = "ringfence_command.py"
"""Stands at the top of a checkout of the simulator itself."""
_START = "import ringfence_command; ringfence_command.main()"
_ASIDE = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "RINGFENCE_JOBS")
"""Variables of ours that say nothing of the other side."""


@dataclass(frozen=True)
class Revision:
    """A revision that stands ready to run."""

    name: str
    """As it was asked for."""
    commit: str
    """Its full name, 40 hex digits."""
    top: Path
    """Of the repository."""
    folder: Path
    """Holds all that was made for it."""
    tree: Path
    """Its files."""
    python: Path
    """The interpreter of its environment."""

    @property
    def short(self) -> str:
        """As a person reads it: ``main~3 (1a2b3c4)``."""
        hexes = self.commit[:7]
        return self.name if self.name.startswith(hexes) else f"{self.name} ({hexes})"

    def path_of(self, file: Path) -> Path:
        """Where a file of the repository stands in this revision."""
        return self.tree / file.resolve().relative_to(self.top)

    def sources_changed(self) -> list[str]:
        """Files of the simulator that have changed since; none where it is no part of this."""
        if not (self.top / _OURS).is_file():
            return []
        found = git(self.top, "diff", "--name-only", self.commit, "--", "sim", _OURS)
        return found.stdout.splitlines() if found.returncode == 0 else []

    def run(self, file: Path, arguments: Sequence[str], out: Path) -> None:
        """Run a scenario file of this revision with its simulator, into a directory.

        Raises
        ------
        CannotJudgeError
            If it cannot be run.
        """
        own = f"import sys; sys.path.insert(0, {str(self.tree)!r}); "
        start = (own if (self.tree / _OURS).is_file() else "") + _START
        command = [str(self.python), "-I", "-c", start, "run", str(file), *arguments]
        kernels = {"NUMBA_CACHE_DIR": str(self.folder / "kernels")}
        done = ran([*command, "--out", str(out)], self.tree, kernels)
        if done.returncode:
            raise CannotJudgeError(
                f"{self.short} cannot run it: {_last(done.stderr) or f'exit {done.returncode}'}"
            )


@contextmanager
def revision(name: str, inside: Path, tell: Tell) -> Iterator[Revision]:
    """A revision of the repository that a file or folder stands in, ready to run.

    Parameters
    ----------
    name
        As git understands it: a branch, a tag, ``HEAD~1``.
    inside
        A file or folder of the working tree.
    tell
        Told what is being made.

    Raises
    ------
    OptionError
        Where there is no repository, or no such revision.
    CannotJudgeError
        Where its packages cannot be had.
    """
    here = (inside if inside.is_dir() else inside.parent).resolve()
    top = _top(here)
    found = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode:
        raise OptionError(
            f"git knows no revision '{name}'",
            place="--against",
            remedy="git fetch",
        )
    commit = found.stdout.strip()
    with _folder(commit[:12]) as folder, _worktree(top, commit, folder) as tree:
        lock = _lock(tree, tree / here.relative_to(top), name)
        tell(f"{name}: installing the packages of its {lock.name}")
        python = environment(folder / "environment", lock, f"{name} ({commit[:7]})")
        yield Revision(name, commit, top, folder, tree, python)


def _top(here: Path) -> Path:
    """The top folder of the repository."""
    try:
        found = git(here, "rev-parse", "--show-toplevel")
    except FileNotFoundError as error:
        raise OptionError("git is not on PATH", place="--against") from error
    if found.returncode:
        raise OptionError(f"{here} is in no git repository", place="--against")
    return Path(found.stdout.rstrip("\n")).resolve()


def _lock(tree: Path, folder: Path, name: str) -> Path:
    """The lock of a revision: the one nearest to a folder of it."""
    for place in (folder, *folder.parents):
        for lock in LOCKS:
            if (place / lock).is_file():
                return place / lock
        if place == tree:
            break
    raise CannotJudgeError(
        f"{name} has no {' or '.join(LOCKS)}: what it ran with is not known",
        remedy="keep one in the repository, as pip-compile or uv export write it",
    )


# ── Folders that leave nothing ───────────────────────────────────────────────────────────────────


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """A new folder of our own; what killed processes left of theirs is removed first."""
    parent, host = _home(), partial.host()
    for entry in parent.glob(f"ringfence-*-{host}-*"):
        pid = entry.name.rpartition("-")[2]
        if pid.isdecimal() and not partial.alive(int(pid)):
            shutil.rmtree(entry, ignore_errors=True)
    folder = parent / f"ringfence-{name}-{host}-{os.getpid()}"
    partial.begin(folder)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        partial.end(folder)


def _home() -> Path:
    """Where such folders stand: beside compiled kernels, else among temporary files."""
    cache = os.environ.get("XDG_CACHE_HOME")
    with suppress(OSError, RuntimeError):
        home = (Path(cache) if cache else Path.home() / ".cache") / "ringfence" / "against"
        make_private(home)
        if os.access(home, os.W_OK):
            return home
    return Path(tempfile.gettempdir())


@contextmanager
def _worktree(top: Path, commit: str, folder: Path) -> Iterator[Path]:
    """A worktree of a commit; git's own note of it goes with it."""
    common = git(top, "rev-parse", "--path-format=absolute", "--git-common-dir").stdout.rstrip("\n")
    tree = folder / folder.name
    note = Path(common) / "worktrees" / tree.name
    shutil.rmtree(note, ignore_errors=True)  # of a process that was killed, and had our number
    partial.begin(note, [note.parent])
    try:
        plain = ("-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--quiet")
        made = git(top, *plain, str(tree), commit)
        if made.returncode:
            raise CannotJudgeError(f"git makes no worktree: {_last(made.stderr)}")
        yield tree
    finally:
        shutil.rmtree(tree, ignore_errors=True)
        shutil.rmtree(note, ignore_errors=True)
        with suppress(OSError):
            note.parent.rmdir()  # git keeps the folder only where there are some
        partial.end(note)


# ── Packages ─────────────────────────────────────────────────────────────────────────────────────


def environment(folder: Path, lock: Path, whose: str) -> Path:
    """An environment of the packages of a lock; its interpreter.

    With uv, from its cache alone where that holds all of them; else with pip.

    Raises
    ------
    CannotJudgeError
        Where some package cannot be had.
    """
    pipless = ["--without-pip"] if shutil.which("uv") else []
    made = ran([sys.executable, "-I", "-m", "venv", *pipless, str(folder)], folder.parent)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if made.returncode:
        raise CannotJudgeError(f"no environment can be made: {_last(made.stderr)}")
    why = ""
    for command in _ways(python, lock):
        done = ran(command, folder.parent)
        if not done.returncode:
            return python
        why = _last(done.stderr)
    raise CannotJudgeError(
        f"the packages of {whose} cannot be installed: {why}",
        remedy="without a registry they must all be in uv's cache",
    )


def _ways(python: Path, lock: Path) -> list[list[str]]:
    """Commands that install the packages of a lock, the quickest first."""
    hashes = ["--require-hashes"] if "--hash=" in lock.read_text("utf-8") else []
    if uv := shutil.which("uv"):
        sync = [uv, "pip", "sync", "--quiet", "--python", str(python), *hashes, str(lock)]
        return [[*sync, "--offline"], sync]
    pip = [str(python), "-I", "-m", "pip", "install", "--quiet"]
    quick = ["--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
    return [[*pip, *quick, *hashes, "--requirement", str(lock)]]


# ── Processes ────────────────────────────────────────────────────────────────────────────────────


def ran(
    command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a group of its own that ends with us."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _ASIDE and not name.startswith("GIT_")
    }
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, **(more or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        children.begin(process.pid, group=True)
        try:
            out, err = process.communicate()
        finally:
            children.end(process.pid)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What git says in a folder."""
    return ran(["git", "-C", str(folder), *arguments], folder)


def _last(text: str) -> str:
    """The line that says what went wrong: the first that bears the word, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line for line in lines if line.lower().startswith("error:")]
    return (named or lines[-1:] or [""])[0].removeprefix("Error: ").removeprefix("error: ")[:300]
