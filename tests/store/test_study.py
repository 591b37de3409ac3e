"""A study on disk: whole, the same bytes whoever did it, and gone on with wherever it stopped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InternalError, RunDirectoryError
from sim.jobs.study import run_study, tasks_of
from sim.store.drawn import packed, unpacked
from sim.store.study import StudyFolder, Task, load_study, read_facts, verify_study


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def made(loaded, tmp_path_factory: pytest.TempPathFactory):
    return run_study(loaded, 8, out=tmp_path_factory.mktemp("studies") / "one")


@pytest.fixture(scope="module")
def finished(loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of two draws."""
    path = tmp_path_factory.mktemp("studies") / "two"
    run_study(loaded, 2, out=path)
    return path


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, to spoil."""
    return Path(shutil.copytree(finished, tmp_path / "s"))


def test_tasks_by_hand() -> None:
    assert tasks_of(2) == (Task(0), Task(1), Task(1, 1), Task(2), Task(2, 1))
    assert [task.draw for task in tasks_of(32) if task.noise] == [1, 2, 3, 4]
    assert len(tasks_of(64)) == 1 + 64 + 8
    assert set(tasks_of(32)) < set(tasks_of(64))


def test_a_study_is_read_back(made) -> None:
    study = load_study(made.path)
    assert study.draws_count == 8
    assert study.strategies == ("all-channels", "half-the-channels")
    frame = study.draws
    one = frame[(frame.strategy == "all-channels") & (frame.metric == "lines_on_list")]
    assert (one.value == 3_000).all()
    assert sorted(set(one.draw)) == list(range(9))
    assert set(study.inputs.path) == {
        "world.voters_per_line",
        "world.line_types.landline.answering.human",
        "world.voicemail.heard",
    }
    study.verify()


def test_the_central_run_is_the_run_without_draws(made, outcome) -> None:
    found = made.drawn(0).found["all-channels"].metrics
    assert found == outcome.metrics["all-channels"]


def test_a_draw_runs_alone(made, loaded) -> None:
    from fractions import Fraction

    from sim.jobs.draws import Drawing

    again = Drawing(loaded, made.strategies, Fraction(1)).work(Task(3))
    assert unpacked(again).found["all-channels"].metrics == (
        made.drawn(3).found["all-channels"].metrics
    )
    file = made.path / "tasks" / Task(3).name(made.facts.key)
    assert file.read_bytes() == again


def test_what_is_missing_is_done_and_the_bytes_are_the_same(made, loaded, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    run_study(loaded, 3, out=folder)
    (folder / "manifest.json").unlink()
    for file in sorted((folder / "tasks").iterdir())[::2]:
        file.unlink()
    (folder / "draws.parquet").write_bytes(b"cut")
    run_study(loaded, 8, out=folder)
    assert bytes_of(folder) == bytes_of(made.path)


def test_any_number_of_processes_gives_the_same_bytes(loaded, tmp_path: Path) -> None:
    for jobs in (1, 2):
        run_study(loaded, 4, out=tmp_path / str(jobs), jobs=jobs)
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2")


def test_a_study_keeps_the_draws_that_it_has(made, loaded) -> None:
    before = bytes_of(made.path)
    assert run_study(loaded, 2, out=made.path).draws_count == 8
    assert bytes_of(made.path) == before


def test_a_result_goes_there_and_back(made) -> None:
    drawn = made.drawn(1)
    again = unpacked(packed(drawn))
    assert again.values == drawn.values
    for name, found in drawn.found.items():
        cases = again.found[name].cases
        assert np.array_equal(cases.calls, found.cases.calls)
        assert cases.calls.dtype == np.int64
        assert cases.silence.dtype == np.bool_
        assert cases.cutoff_ms == found.cases.cutoff_ms


def test_another_result_of_the_same_task_is_an_error(made, tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path / "s", read_facts(made.path), "text", {})
    folder.add(Task(1), b"one")
    folder.add(Task(1), b"one")
    with pytest.raises(InternalError, match="the same task gave another result"):
        folder.add(Task(1), b"other")


def test_another_study_is_refused(made, loaded) -> None:
    with pytest.raises(RunDirectoryError, match=r"another study: its scale is 1, not 1/2"):
        run_study(loaded, 2, scale=0.5, out=made.path)
    with pytest.raises(RunDirectoryError, match="its scenario differs"):
        run_study(loaded, 2, seed=5, out=made.path)


def test_a_folder_of_something_else_is_refused(loaded, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(RunDirectoryError, match="holds no study"):
        run_study(loaded, 2, out=tmp_path)


def test_an_unfinished_study_says_so(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(RunDirectoryError, match="not finished: 5 tasks are done"):
        load_study(folder)


@pytest.mark.parametrize("name", ["answer.json", "draws.parquet", "scenario.resolved.yaml"])
def test_verify_tells_every_changed_file(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    (folder / "stranger").write_text("?")
    found = verify_study(folder)
    assert [name in wrong for wrong in found.different] == [True]
    assert found.strangers == ("stranger",)


def test_a_manifest_that_was_edited_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["draws"] = 3
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunDirectoryError, match="its own digest"):
        load_study(folder)
