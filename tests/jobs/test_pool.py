"""Tasks in several processes: results in order, errors as they were, nothing that lives on."""

from __future__ import annotations

import copyreg
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest

from sim import children
from sim.errors import InternalError, InterruptionError, OptionError, UnknownNameError
from sim.jobs import room
from sim.jobs.measuring import measure
from sim.jobs.pool import each, safe_method
from sim.jobs.room import Need, need_of, workers_for
from sim.jobs.run import Hooks, RunOutcome, run_scenario
from sim.loading.load import Runnable
from tests.cli.conftest import environment
from tests.jobs.toys import ThreeError, ended, failing, killed, square

ROOT = Path(__file__).parents[2]


def test_results_come_in_the_order_of_the_tasks() -> None:
    told: list[int] = []
    found = list(each(square, range(5), 2, told.append))
    assert [result for result, _ in found] == [0, 1, 4, 9, 16]
    assert sorted(told) == [0, 1, 2, 3, 4]
    assert len({pid for _, pid in found} - {os.getpid()}) == 2
    assert not children._LIVING


@pytest.mark.parametrize(("tasks", "workers"), [(5, 1), (1, 8), (0, 8)])
def test_one_process_or_one_task_needs_no_other(tasks: int, workers: int) -> None:
    told: list[int] = []
    assert {pid for _, pid in each(square, range(tasks), workers, told.append)} <= {os.getpid()}
    assert told == list(range(tasks))


def test_an_error_is_raised_in_its_place_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Dask, where another test has loaded it, makes again what cannot be made from its words.
    monkeypatch.delitem(copyreg.dispatch_table, ThreeError, raising=False)
    results = each(failing, range(4), 2)
    assert next(results) == 0
    with pytest.raises(UnknownNameError, match="there is none; did you mean 'one'") as raised:
        next(results)
    assert raised.value.nearest == "one"
    text = "".join(traceback.format_exception(raised.value))
    assert 'raise UnknownNameError("there is none"' in text
    with pytest.raises(InternalError, match=r"1 2 3 \(ThreeError"):
        list(each(failing, [2, 2], 2))
    with pytest.raises(Exception, match="pickle"):  # what comes back must
        list(each(failing, [3, 3], 2))
    assert not children._LIVING


@pytest.mark.skipif(os.name != "posix", reason="signals end processes in another way there")
def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(InterruptionError, match=r"killed \(SIGKILL\).*--jobs 1 takes the least"):
        list(each(killed, range(3), 2))
    with pytest.raises(InternalError, match="ended by itself, with code 3"):
        list(each(ended, range(3), 2))
    assert not children._LIVING


def test_whoever_stops_early_leaves_no_process() -> None:
    results = each(square, range(5), 2)
    _, pid = next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


STARTER = """
import os, sys, time
from sim.interrupts import watch
from sim.jobs.pool import each

def sleep(task, tell):
    tell(os.getpid())
    time.sleep(60)

watch()
list(each(sleep, range(2), 2, lambda pid: print(pid, flush=True)))
"""


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
@pytest.mark.parametrize(
    ("number", "whole"),
    [
        (signal.SIGKILL, False),
        (signal.SIGTERM, False),
        (signal.SIGINT, False),
        (signal.SIGINT, True),
        (signal.SIGHUP, True),
    ],
)
def test_processes_end_with_the_one_that_started_them(number: signal.Signals, whole: bool) -> None:
    """Whether it alone is stopped, or all of them, as Ctrl-C does on a terminal."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
        encoding="utf-8",
        start_new_session=True,
        # Under nohup the signal is ignored, and what is ignored stays so in a child.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    ) as starter:
        assert starter.stdout is not None
        pids = [int(starter.stdout.readline()) for _ in range(2)]
        (os.killpg if whole else os.kill)(starter.pid, number)
        _, said = starter.communicate(timeout=30)
    until = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(alive, pids))
    if number != signal.SIGKILL:
        assert (starter.returncode, said) == (
            130,
            "interrupted: nothing was left half-written\n",
        )


def test_where_a_thread_runs_nothing_is_forked() -> None:
    over = threading.Event()
    before = safe_method()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert safe_method() == "spawn"
    finally:
        over.set()
        other.join()
    assert safe_method() == before


# ── Strategies ───────────────────────────────────────────────────────────────────────────────────


def content(path: Path) -> dict[str, bytes]:
    """All files of a run but the manifest, which tells times."""
    files = {file.name: file.read_bytes() for file in path.iterdir()}
    del files["manifest.json"]
    return files


def same_in(jobs: Sequence[int], one: RunOutcome, scenario: Runnable, folder: Path) -> None:
    """A run in so many processes is, file for file, the one that a single process has made."""
    calls, told = (one.path / "calls.parquet").exists(), []
    for number in jobs:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(room, "cores", lambda: 8)
            out = run_scenario(
                scenario,
                out=folder / f"r{number}",
                calls=calls,
                jobs=number,
                hooks=Hooks(note=told.append),
            )
        assert content(out.path) == content(one.path)
        for name in ("plans", "files"):
            assert out.run.manifest[name] == one.run.manifest[name]
        assert out.metrics == one.metrics
        assert list(out.run.manifest["plans"]) == list(scenario.scenario.strategies)
    assert told == []


def test_a_run_is_the_same_in_two_processes(acting_back, followed, tmp_path) -> None:
    """With its calls; in three processes, and without calls, in ``make verify``."""
    same_in([2], followed, acting_back, tmp_path)


@pytest.mark.verify
@pytest.mark.parametrize("calls", [False, True])
def test_a_run_is_the_same_in_any_number_of_processes(acting_back, tmp_path, calls) -> None:
    one = run_scenario(acting_back, out=tmp_path / "r1", calls=calls, jobs=1)
    same_in([2, 3], one, acting_back, tmp_path)


def test_a_run_in_processes_that_start_anew(loaded, outcome, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("sim.jobs.pool.safe_method", lambda: "spawn")
    monkeypatch.setattr(room, "cores", lambda: 2)
    out = run_scenario(loaded, out=tmp_path / "r", calls=True, jobs=2)
    assert content(out.path) == content(outcome.path)


def test_check_is_the_same_in_several_processes(scenario_file, monkeypatch) -> None:
    monkeypatch.setattr(room, "cores", lambda: 2)
    told: list[str] = []
    one, two = measure(scenario_file, jobs=1), measure(scenario_file, told.append, jobs=2)
    assert one.strategies == two.strategies
    assert sorted(told) == ["small: all-channels", "small: half-the-channels"]


# ── How many ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "tasks", "free", "disk", "number", "words"),
    [
        (None, 9, 10**12, 10**12, 4, ""),
        (None, 3, None, None, 3, ""),
        (9, 3, None, None, 3, ""),
        (9, 20, None, None, 4, "4 processes: there are no more cores"),
        (1, 9, 0, 10**12, 1, ""),
        # 1.0 GB for the first, 0.6 GB for each further one
        (None, 9, 2_300_000_000, None, 3, "3 processes: 2.30 GB of memory are free"),
        (2, 9, 1_500_000_000, None, 1, "1 process: 1.50 GB of memory are free"),
        (2, 9, None, 2_400_000_000, 1, "1 process: 2.40 GB on disk are free, too few to"),
        (2, 9, None, 2_600_000_000, 2, ""),
    ],
)
def test_how_many_processes(monkeypatch, asked, tasks, free, disk, number, words) -> None:
    monkeypatch.setattr(room, "cores", lambda: 4)
    monkeypatch.setattr(room, "free_memory", lambda: free)
    monkeypatch.setattr(room, "free_disk", lambda _: disk)
    need = Need(10**9, 5 * 10**8, 73_000_000, further=6 * 10**8, aside=2 * 10**9)
    found, said = workers_for(asked, tasks, need, 60.0, Path())
    assert (found, said[: len(words)]) == (number, words)
    assert bool(said) == bool(words)


@pytest.mark.parametrize(
    ("asked", "method", "seconds", "number"),
    [
        # Four processes save three quarters of the time, and take 4 s to start anew.
        (None, "spawn", 5.2, 1),
        (None, "spawn", 5.4, 4),
        (None, "fork", 0.1, 4),
        (4, "spawn", 0.1, 4),
    ],
)
def test_no_process_starts_anew_that_saves_less_than_that_takes(
    monkeypatch, asked, method, seconds, number
) -> None:
    monkeypatch.setattr(room, "cores", lambda: 4)
    monkeypatch.setattr(room, "safe_method", lambda: method)
    assert workers_for(asked, 9, Need(1, 1, 1), seconds) == (number, "")


def test_no_process_at_all_is_refused(loaded, tmp_path) -> None:
    with pytest.raises(OptionError, match="found 0; allowed: 1 or more"):
        run_scenario(loaded, out=tmp_path / "x", jobs=0)
    assert list(tmp_path.iterdir()) == []


def test_processes_share_the_world(loaded) -> None:
    need = need_of(loaded.scenario, list(loaded.scenario.strategies), calls=True)
    lines = loaded.scenario.world.lines
    assert need.memory - need.further == room.PER_LINE_SHARED * lines
    assert need.aside == room.ASIDE_PER_CALL * sum(
        room.calls_of(loaded.scenario, name) for name in loaded.scenario.strategies
    )
