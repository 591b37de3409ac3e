"""A run directory is whole or not there, whatever happens."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import pytest

import sim.partial
from sim.errors import RunDirectoryError
from sim.jobs.run import Hooks, run_scenario
from sim.partial import is_partial, remove_stale
from sim.store import partial
from sim.store.manifest import seal
from sim.store.partial import PartialDirectory
from sim.store.read import load_run


def empty(folder: Path) -> bool:
    return list(folder.iterdir()) == []


# ── What stands in the way ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["run", "empty", "file", "dangling link"])
def test_an_existing_target_is_left_alone(loaded, tmp_path, kind):
    target = tmp_path / "there"
    if kind == "run":
        target.mkdir()
        (target / "mine.txt").write_text("keep me")
    elif kind == "empty":
        target.mkdir()
    elif kind == "file":
        target.write_text("keep me")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(RunDirectoryError, match=r"cannot write .*there: it exists already"):
        run_scenario(loaded, scale=0.01, out=target)
    assert list(tmp_path.iterdir()) == [target]
    if kind == "run":
        assert (target / "mine.txt").read_text() == "keep me"


def test_a_parent_that_is_a_file(loaded, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunDirectoryError, match="Not a directory"):
        run_scenario(loaded, scale=0.01, out=tmp_path / "file" / "run")
    assert (tmp_path / "file").read_text() == "x"


def test_an_unwritable_parent(loaded, unprivileged):
    parent = unprivileged / "parent"
    parent.mkdir()
    parent.chmod(0o500)
    with pytest.raises(RunDirectoryError, match="Permission denied"):
        run_scenario(loaded, scale=0.01, out=parent / "run")
    assert empty(parent)
    parent.chmod(0o700)


def test_a_parent_where_nothing_can_be_made(loaded):
    with pytest.raises(RunDirectoryError, match="cannot write /proc/here/run: "):
        run_scenario(loaded, scale=0.01, out="/proc/here/run")


# ── A disk that fills up ─────────────────────────────────────────────────────────────────────────


class Disk:
    """Files of a disk with little room."""

    def __init__(self, room: int) -> None:
        self.room = room

    def open(self, path: Path, *, private: bool = False) -> io.FileIO:
        disk = self

        class File(io.FileIO):
            def write(self, data):  # type: ignore[no-untyped-def]
                disk.room -= memoryview(data).nbytes
                if disk.room < 0:
                    raise OSError(ENOSPC, os.strerror(ENOSPC))
                return super().write(data)

        return File(path, "x")


def test_a_full_disk_at_any_byte_leaves_nothing(loaded, tmp_path, monkeypatch):
    whole = Disk(1 << 40)
    monkeypatch.setattr(partial, "open_for_writing", whole.open)
    run_scenario(loaded, scale=0.02, out=tmp_path / "whole", calls=True, report=lambda _: "x" * 999)
    needed = (1 << 40) - whole.room
    shutil.rmtree(tmp_path / "whole")
    assert needed > 20_000
    # The manifest tells how long the run took, so its length varies by a few bytes.
    for room in [0, 1, 4, needed - 64, *range(100, needed, needed // 12)]:
        monkeypatch.setattr(partial, "open_for_writing", Disk(room).open)
        with pytest.raises(RunDirectoryError, match=r"No space left on device; nothing was left"):
            run_scenario(
                loaded,
                scale=0.02,
                out=tmp_path / "runs" / "full",
                calls=True,
                report=lambda _: "x" * 999,
            )
        assert empty(tmp_path)
    monkeypatch.setattr(partial, "open_for_writing", Disk(needed + 64).open)
    assert run_scenario(
        loaded, scale=0.02, out=tmp_path / "fits", calls=True, report=lambda _: "x" * 999
    ).path.is_dir()


def test_a_file_that_the_system_refuses_to_let_grow(scenario_file, tmp_path):
    """The real thing, not a stand-in: the kernel refuses a write in the middle of the call log."""
    code = (
        "import resource, sys\n"
        "from sim.jobs.run import run_scenario\n"
        "from sim.loading.load import load\n"
        "loaded = load(sys.argv[1])\n"
        "sys.dont_write_bytecode = True  # a module cut short would break who reads it next\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    run_scenario(loaded, out=sys.argv[2], calls=True)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(scenario_file), str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("RunDirectoryError cannot write")
    assert "File too large" in done.stdout
    assert done.stderr == ""
    assert empty(tmp_path)


def test_a_sync_that_fails(loaded, tmp_path, monkeypatch):
    def refuse(_handle):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr(partial.os, "fsync", refuse)
    with pytest.raises(RunDirectoryError, match="No space left"):
        run_scenario(loaded, scale=0.02, out=tmp_path / "run")
    assert empty(tmp_path)


# ── Interruptions ────────────────────────────────────────────────────────────────────────────────


def test_ctrl_c_leaves_nothing(loaded, tmp_path):
    def interrupt(advance):
        if advance.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(loaded, out=tmp_path / "runs" / "run", calls=True, hooks=Hooks(interrupt))
    assert empty(tmp_path)


def test_a_report_that_fails_leaves_nothing(loaded, tmp_path):
    def report(_run):
        raise RuntimeError("no report")

    with pytest.raises(RuntimeError, match="no report"):
        run_scenario(loaded, scale=0.02, out=tmp_path / "run", report=report)
    assert empty(tmp_path)


def test_kill_leaves_a_hidden_directory_that_the_next_run_removes(loaded, scenario_file, tmp_path):
    code = (
        "import sys, time\n"
        "from sim.jobs.run import Hooks, run_scenario\n"
        "from sim.loading.load import load\n"
        "def stop(advance):\n"
        "    if advance.done:\n"
        "        print('ready', flush=True)\n"
        "        time.sleep(60)\n"
        "run_scenario(load(sys.argv[1]), out=sys.argv[2], calls=True, hooks=Hooks(stop))\n"
    )
    target = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(scenario_file), str(target)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".run.partial-")
    assert is_partial(left)

    # While it lives, another run leaves it alone.
    run_scenario(loaded, scale=0.02, out=tmp_path / "other")
    assert left.is_dir()

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert left.is_dir()
    assert not target.exists()
    with pytest.raises(RunDirectoryError, match="interrupted run left behind"):
        load_run(left)

    result = run_scenario(loaded, scale=0.02, out=target)
    assert not left.exists()
    assert load_run(result.path).name == "small"


def test_only_dead_processes_of_this_machine_are_stale(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = sim.partial.host()
    stale = tmp_path / f".a.partial-{host}-{dead.pid}-1f"
    keep = [
        tmp_path / f".b.partial-{host}-{os.getpid()}-1f",  # alive
        tmp_path / f".c.partial-00000000-{dead.pid}-1f",  # another machine
        tmp_path / f"d.partial-{host}-{dead.pid}-1f",  # not hidden: somebody's own
        tmp_path / ".e.partial",
    ]
    for folder in [stale, *keep]:
        folder.mkdir()
    link = tmp_path / f".f.partial-{host}-{dead.pid}-1f"
    link.symlink_to(keep[0])
    assert remove_stale(tmp_path) == [stale]
    assert sorted(tmp_path.iterdir()) == sorted([*keep, link])


def test_a_target_that_appears_meanwhile_is_left_alone(tmp_path):
    target = tmp_path / "run"

    def publish():
        with PartialDirectory(target) as directory:
            target.mkdir()
            directory.publish()

    with pytest.raises(RunDirectoryError, match="appeared meanwhile"):
        publish()
    assert list(tmp_path.iterdir()) == [target]


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def copy(outcome, tmp_path):
    return Path(shutil.copytree(outcome.path, tmp_path / "copy"))


def edit(folder, **changes):
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


def test_a_copy_is_as_good(copy):
    load_run(copy).verify()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: shutil.rmtree(f), "does not exist"),
        (lambda f: (f / "manifest.json").unlink(), "has no manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{"), r"manifest.json:1:2: cannot read"),
        (lambda f: (f / "manifest.json").write_text("[]"), "not a map"),
        (lambda f: edit(f, format="mlflow"), "is not Ringfence's"),
        (
            lambda f: edit(f, format_version=2),
            "run format 2, this version reads up to 1; use a new",
        ),
        (lambda f: edit(f, status="running"), "not complete: its status is running"),
        (lambda f: (f / "timeline.parquet").unlink(), "timeline.parquet is missing"),
        (lambda f: (f / "metrics.json").write_text("{}"), "metrics.json is damaged: 2 bytes"),
    ],
)
def test_what_is_not_a_whole_run_is_refused(copy, change, message):
    change(copy)
    with pytest.raises(RunDirectoryError, match=message):
        load_run(copy)


def test_a_file_is_no_run(tmp_path):
    (tmp_path / "f").write_text("x")
    with pytest.raises(RunDirectoryError, match="is a file, not a run directory"):
        load_run(tmp_path / "f")


def test_changed_values_are_found(copy):
    import pyarrow.parquet as pq

    file = copy / "attempts.parquet"
    table = pq.read_table(file)
    column = table.column("attempts").to_pylist()
    column[0] += 1
    index = table.schema.get_field_index("attempts")
    pq.write_table(table.set_column(index, table.schema.field(index), [column]), file)
    files = load_run_manifest(copy)["files"]
    files["attempts.parquet"]["bytes"] = file.stat().st_size
    edit(copy, files=files)
    with pytest.raises(RunDirectoryError, match=r"manifest.json is not as the run left it"):
        load_run(copy).verify()

    # Sealed anew by somebody who knows how: the file's own digest tells, then that of its values.
    edit(copy, manifest_sha256=seal(load_run_manifest(copy)))
    with pytest.raises(RunDirectoryError, match=r"attempts.parquet is not as the run left it"):
        load_run(copy).verify()
    files["attempts.parquet"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    edit(copy, files=files)
    edit(copy, manifest_sha256=seal(load_run_manifest(copy)))
    with pytest.raises(RunDirectoryError, match=r"attempts.parquet .* its values differ"):
        load_run(copy).verify()


def load_run_manifest(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_damage_inside_a_file_is_one_line(copy):
    file = copy / "timeline.parquet"
    file.write_bytes(b"x" * file.stat().st_size)
    with pytest.raises(
        RunDirectoryError, match=r"timeline.parquet is not as the run left it"
    ) as caught:
        load_run(copy).table("timeline")
    assert "\n" not in str(caught.value)


def test_tables_that_are_not_there(loaded, tmp_path):
    run = run_scenario(loaded, scale=0.02, out=tmp_path / "run").run
    with pytest.raises(RunDirectoryError, match=r"no calls.parquet; it is written with --calls"):
        run.calls()
    with pytest.raises(RunDirectoryError, match="there is no table 'call'; a run has timeline"):
        run.arrow("call")
