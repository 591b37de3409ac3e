"""A study in parts: the same bytes as in one piece, whoever dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sim.errors import OptionError, RunDirectoryError
from sim.jobs.parts import parse_part, run_part
from sim.jobs.study import run_study, tasks_of
from sim.store.study import StudyFolder, Task
from tests.cli.conftest import PROGRAM, environment


def content(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.fixture(scope="module")
def whole(loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_study(loaded, 3, scale=0.1, jobs=1, out=tmp_path_factory.mktemp("whole") / "s").path


def test_parts_make_the_study(loaded, whole: Path, tmp_path: Path) -> None:
    """Three parts of the six runs, one given twice; the command of the study finds all done."""
    out, seen = tmp_path / "s", []
    for part in (3, 1, 1, 2):
        done = run_part(loaded, 3, part, 3, scale=0.1, out=out)
        seen += done.ran
        assert not done.failed
    assert sorted(seen) == list(tasks_of(3))
    plans = []
    run_study(loaded, 3, scale=0.1, jobs=1, out=out, planned=plans.append)
    assert plans[0].missing == ()
    assert content(out) == content(whole)


def test_a_run_that_fails_is_told_with_its_key_and_stops_no_other(
    loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = StudyFolder.add

    def full(self: StudyFolder, task: Task, what: bytes) -> None:
        if task == Task(1):
            raise RunDirectoryError("no space left on the disk")
        keep(self, task, what)

    monkeypatch.setattr(StudyFolder, "add", full)
    done = run_part(loaded, 2, 1, 1, scale=0.1, out=tmp_path / "s")
    assert len(done.ran) == len(done.tasks) - 1
    (why,) = done.failed
    name, _, said = why.partition(": ")
    assert said == "no space left on the disk"
    monkeypatch.undo()
    again = run_part(loaded, 2, 1, 1, scale=0.1, out=tmp_path / "s")
    assert again.ran == (Task(1),)
    assert (tmp_path / "s" / "tasks" / name).is_file()


def test_a_part_of_another_study_is_refused(loaded, tmp_path: Path) -> None:
    run_part(loaded, 2, 1, 5, scale=0.1, out=tmp_path / "s")
    with pytest.raises(RunDirectoryError):
        run_part(loaded, 2, 1, 5, scale=0.1, out=tmp_path / "s", seed=5)


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "a/b", "1/9999999"])
def test_no_such_part(text: str) -> None:
    with pytest.raises(OptionError, match="no such part"):
        parse_part(text)


def test_parts_are_read() -> None:
    assert parse_part(" 3/16 ") == (3, 16)


@pytest.mark.verify
def test_parts_as_processes_survive_kill(scenario_file: Path, tmp_path: Path) -> None:
    """Two processes fill one folder; one is killed in the middle and given again."""
    shutil.copy(scenario_file, tmp_path / "small.yaml")

    def give(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [str(PROGRAM), *arguments, "--draws", "24", "--out", "parts"],
            cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    one, other = (give("run-task", "small.yaml", f"{part}/2") for part in (1, 2))
    folder = tmp_path / "parts" / "tasks"
    deadline = time.monotonic() + 120
    while len(list(folder.glob("*.npz")) if folder.is_dir() else []) < 3:
        assert time.monotonic() < deadline
        assert one.poll() is None
        time.sleep(0.01)
    os.kill(one.pid, signal.SIGKILL)
    assert one.wait() == -signal.SIGKILL
    assert other.wait() == 0
    assert give("run-task", "small.yaml", "1/2").wait() == 0
    assert give("run", "small.yaml").wait() == 0
    alone = subprocess.run(
        [str(PROGRAM), "run", "small.yaml", "--draws", "24", "--out", "alone"],
        cwd=tmp_path, env=environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert alone.returncode == 0
    assert content(tmp_path / "parts") == content(tmp_path / "alone")
