"""Killed or stopped at any moment, a command loses nothing that was there and leaves nothing.

Each command is given over and over and ended at a moment drawn by a seed: just before its n-th
touch of a file, or after so many milliseconds. Then what it was to write is not there, is the old,
or is whole; what was there before is what it was; and the next command sweeps the litter away.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim.errors import RunDirectoryError
from sim.partial import is_partial
from sim.store.read import load_run
from sim.store.verify import verify
from tests.conftest import FUZZ
from tests.small_run import TEXT

Tell = Callable[[str, object], None]

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks"),
    pytest.mark.xdist_group("kills"),
]
ROOT = Path(__file__).parents[2]
SCENARIO = TEXT.replace("seed: 11", "seed: 11\ncheck: {scale: 100 %}\nregimes: [fr-cnil-political]")
RUN = ("run", "s.yaml", "--calls", "--scale", "10%", "--out")
CHECK = ("check", "s.yaml", "--accept", "--reason")
AUDIT = ("audit", "runs/old", "--out", "found.parquet", "--force", "--regime")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": (*RUN, "runs/new"),
    "check": (*CHECK, "new"),
    "audit": (*AUDIT, "us-tcpa-political"),
}
BEFORE = ((*RUN, "runs/old"), (*CHECK, "old"), (*AUDIT, "fr-cnil-political"))
"""What makes the old data."""
REPLACED = {"check": "baselines/s.json", "audit": "found.parquet"}
"""The file that a command makes anew."""
TIMES = {signal.SIGKILL: 100, signal.SIGINT: 20, signal.SIGTERM: 20}
"""How often each is tried on each command by ``make verify``; a tenth of it by ``make test``."""


@dataclass
class Ground:
    """A folder with old data in it, and a process that forks commands there."""

    folder: Path
    forks: subprocess.Popen[str]
    old: dict[str, bytes] = field(default_factory=dict)
    """Every file of before, by its path."""
    new: dict[str, Any] = field(default_factory=dict)
    """What each command makes, undisturbed."""
    touches: dict[str, int] = field(default_factory=dict)
    """How often each command touches a file, undisturbed."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each command takes, undisturbed."""

    def give(self, arguments: tuple[str, ...], **order: Any) -> dict[str, Any]:
        """Give a command; how it ended."""
        said = self.folder.parent / "said"
        order |= {"cwd": str(self.folder), "arguments": arguments, "said": str(said)}
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(json.dumps(order) + "\n")
        self.forks.stdin.flush()
        answer: dict[str, Any] = json.loads(self.forks.stdout.readline())
        return answer

    def files(self) -> dict[str, bytes]:
        """Every file that is there, hidden ones too."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def made(self, name: str) -> Any:
        """What a command has made, as far as it is the same each time."""
        if name == "run":
            return (self.folder / "runs/new/metrics.json").read_bytes()
        target = self.folder / REPLACED[name]
        return target.read_bytes() if name == "check" else pq.read_table(target).to_pydict()

    def restore(self) -> None:
        """Undo what a command has made; litter stays."""
        for name in REPLACED.values():
            (self.folder / name).write_bytes(self.old[name])
        shutil.rmtree(self.folder / "runs/new", ignore_errors=True)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Old data: a run, a baseline and a file of violations."""
    folder = (tmp_path_factory.mktemp("killed") / "here").resolve()
    folder.mkdir()
    (folder / "s.yaml").write_text(SCENARIO.replace("Does it", "Did it"), "utf-8")
    command = [sys.executable, "-m", "tests.fuzz.forks"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, encoding="utf-8") as forks:
        found = Ground(folder, forks)
        for arguments in BEFORE:
            answer = found.give(arguments, warm=True)
            assert answer["code"] in (0, 1), answer["said"]
        (folder / "s.yaml").write_text(SCENARIO, "utf-8")  # something to accept
        found.old = found.files()
        for name, arguments in COMMANDS.items():
            answer = found.give(arguments)
            assert answer["code"] in (0, 1), answer["said"]
            found.touches[name], found.seconds[name] = answer["touches"], answer["seconds"]
            found.new[name] = found.made(name)
            found.restore()
        yield found
        forks.stdin.close()  # type: ignore[union-attr]


def litter(files: Iterable[str]) -> set[str]:
    """Those that lie in or under a hidden name of what was never finished."""
    return {file for file in files if any(is_partial(Path(part)) for part in Path(file).parts)}


def has_made(ground: Ground, name: str, told: str) -> bool:
    """Whether a command has made what it was to make; then it is whole."""
    if name == "run":
        if not (ground.folder / "runs/new").exists():
            return False
        assert not verify(ground.folder / "runs/new").different, told
    elif (ground.folder / REPLACED[name]).read_bytes() == ground.old[REPLACED[name]]:
        return False
    assert ground.made(name) == ground.new[name], told
    return True


def end(ground: Ground, name: str, number: signal.Signals, seed: int) -> str:
    """End a command at the moment of a seed, and hold what is left; what came of it, in a word."""
    dice = random.Random(f"{name} {number.name} {seed}")
    if dice.random() < 0.5:
        when: dict[str, Any] = {"touch": dice.randrange(ground.touches[name])}
    else:
        when = {"after": dice.uniform(0, 1.1 * ground.seconds[name])}
    answer = ground.give(COMMANDS[name], signal=int(number), **when)
    told = f"{name}, {number.name}, seed {seed}, {when}: {answer}"
    assert "Traceback" not in answer["said"], told
    files = ground.files()
    left = litter(files)
    if number == signal.SIGKILL:
        assert answer["code"] in (-number, 0, 1), told
        for path in {Path(*Path(file).parts[:2]) for file in left if name == "run"}:
            with pytest.raises(RunDirectoryError):
                load_run(ground.folder / path)
    else:
        assert answer["code"] in (130, 0, 1), told
        assert answer["code"] != 130 or "nothing was left half-written" in answer["said"], told
        assert not left, told
    made = has_made(ground, name, told)
    for file, content in ground.old.items():
        assert files[file] == content or (made and file == REPLACED.get(name)), (file, told)
    strangers = files.keys() - ground.old.keys() - left
    assert all(made and file.startswith("runs/new/") for file in strangers), (strangers, told)
    ground.restore()
    return "whole" if made else "litter" if left else "nothing"


def sweep(ground: Ground, name: str) -> None:
    """The next command takes the litter of all before it away, and works as if there were none."""
    answer = ground.give(COMMANDS[name])
    assert answer["code"] in (0, 1), answer
    assert ground.made(name) == ground.new[name]
    assert not litter(str(path.relative_to(ground.folder)) for path in ground.folder.rglob("*"))
    ground.restore()


def try_all(ground: Ground, name: str, share: int, tell: Tell) -> None:
    """End a command by each signal, one time in `share` of :data:`TIMES`."""
    for number, times in TIMES.items():
        came: Counter[str] = Counter()
        for seed in range(times // share):
            came[end(ground, name, number, seed)] += 1
            if seed % 10 == 9:
                sweep(ground, name)
        sweep(ground, name)
        tell(FUZZ, f"{name} ended by {number.name}: tried {came.total()}, left {dict(came)}")
        if number == signal.SIGKILL:  # else the moments were no moments
            assert came["litter"], came


@pytest.mark.parametrize("name", COMMANDS)
def test_a_tenth_of_the_moments(ground: Ground, name: str, record_property: Tell) -> None:
    try_all(ground, name, 10, record_property)


@pytest.mark.verify
@pytest.mark.parametrize("name", COMMANDS)
def test_all_moments(ground: Ground, name: str, record_property: Tell) -> None:
    try_all(ground, name, 1, record_property)
