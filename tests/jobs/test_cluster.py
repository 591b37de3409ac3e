"""A study on a Dask cluster: real processes on loopback, the same bytes as on one, whoever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import CannotJudgeError, InterruptionError, OptionError
from sim.jobs import cluster, study
from sim.jobs.cluster import Code
from sim.jobs.crew import Crew, Did, Failed, Processes
from sim.jobs.planning import document, plan
from sim.jobs.probing import Probe, crew_at
from sim.jobs.study import run_study, tasks_of
from sim.jobs.sweeping import document as swept
from sim.jobs.sweeping import sweep
from sim.store.study import Task
from sim.study.design import parse_knob
from sim.study.goals import parse_goal
from tests.cli.conftest import PROGRAM, environment
from tests.jobs.test_parts import content

SCHEDULER = "distributed.cli.dask_scheduler"
WORKER = "distributed.cli.dask_worker"
KEPT = ("--host", "127.0.0.1", "--no-dashboard")
ALONE = ("--no-nanny", "--nthreads", "1")


@dataclass
class Machines:
    """A scheduler and its workers, as processes of their own."""

    folder: Path
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self, workers: int, port: int = 0) -> str:
        """Start all; the scheduler's address."""
        file = self.folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self.scheduler = self._program(
            SCHEDULER, *KEPT, "--port", str(port), "--scheduler-file", str(file)
        )
        for _ in range(workers):
            self.add()
        return self.address

    def found(self) -> str:
        """Wait until the scheduler is there; its address."""
        file, until = self.folder / "scheduler.json", time.monotonic() + 60
        while not (file.is_file() and file.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]
        return self.address

    def add(self) -> None:
        """Start a worker, once the scheduler is there."""
        self.found()
        local = ("--local-directory", str(self.folder))
        self.workers.append(self._program(WORKER, self.address, *KEPT, *ALONE, *local))

    def _program(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *arguments]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self) -> None:
        """Stop whatever is left."""
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait()
        self.workers.clear()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    found = Machines(tmp_path_factory.mktemp("cluster"))
    found.begin(2)
    yield found
    found.end()


@pytest.fixture
def dying(tmp_path: Path) -> Iterator[Machines]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    found = Machines(folder)
    yield found
    found.end()


def test_two_workers_make_the_same_bytes(loaded, machines: Machines, tmp_path: Path) -> None:
    seen: list[Task] = []
    found = run_study(
        loaded,
        2,
        scale=0.1,
        out=tmp_path / "cluster",
        scheduler=machines.address,
        progress=lambda step: seen.append(step.task),
    )
    assert sorted(seen) == list(tasks_of(2))
    alone = run_study(loaded, 2, scale=0.1, jobs=1, out=tmp_path / "alone")
    assert content(found.path) == content(alone.path)


def test_a_worker_with_other_code_is_told(
    loaded, machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Code.here()
    other = replace(ours, versions=tuple((name, "0") for name, _ in ours.versions))
    monkeypatch.setattr(Code, "here", classmethod(lambda cls: other))
    with pytest.raises(OptionError, match=r"has other code: .*numpy .*, here 0") as told:
        run_study(loaded, 2, scale=0.1, out=tmp_path / "s", scheduler=machines.address)
    assert "worker tcp://127.0.0.1:" in str(told.value)
    assert not (tmp_path / "s").exists()
    assert replace(ours, digest="x").differs(ours) == "another state of the program"
    assert not ours.differs(ours)


def test_nobody_answers_or_nobody_works(
    loaded, dying: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told within the seconds that an answer may take, and nothing is made."""
    monkeypatch.setattr(cluster, "ANSWER_S", 1.0)
    with pytest.raises(OptionError, match="no scheduler answers there within 1 s"):
        run_study(loaded, 2, scale=0.1, out=tmp_path / "s", scheduler="tcp://127.0.0.1:1")
    for odd in ("127.0.0.1", "nothing://127.0.0.1:1", "tcp://127.0.0.1", "tcp://a b:1", ""):
        with pytest.raises(OptionError, match="that is no scheduler's address"):
            run_study(loaded, 2, scale=0.1, out=tmp_path / "s", scheduler=odd)
    dying.begin(0)
    dying.found()
    monkeypatch.setattr(cluster, "ANSWER_S", 5.0)
    with pytest.raises(OptionError, match="the scheduler has no worker"):
        run_study(loaded, 2, scale=0.1, out=tmp_path / "s", scheduler=dying.address)
    assert not (tmp_path / "s").exists()


def probe_of(scenario_file: Path, folder: Path, draws: int, scale: str = "1/10") -> Probe:
    return Probe(str(scenario_file), (), ("all-channels",), Fraction(scale), folder, draws, 16)


def test_a_sweep_on_two_workers_keeps_the_same_bytes(
    loaded, scenario_file: Path, machines: Machines, tmp_path: Path
) -> None:
    """Points are handed out side by side, and one that is read costs no run on a cluster either."""
    knobs = [parse_knob("dialing.channels=20,40"), parse_knob("world.voicemail.heard=30 %,90 %")]
    told = {}
    for name in ("cluster", "alone"):
        probe = probe_of(scenario_file, tmp_path / name, 0)
        address = machines.address if name == "cluster" else None
        seen: list[float] = []
        with crew_at(address, loaded, probe.strategies, probe.scale) as probe.crew:
            found = sweep(probe, knobs, progress=lambda *far: seen.append(far[-1]))  # noqa: B023
        told[name] = {key: value for key, value in swept(found).items() if key != "folder"}
        assert (found.ran, probe.runs, seen) == (2, 2, [0.0, 1.0, 0.0, 1.0])
    assert told["cluster"] == told["alone"]
    assert content(tmp_path / "cluster") == content(tmp_path / "alone")


def test_a_run_of_a_search_that_fails_is_told_with_its_key(
    scenario_file: Path, tmp_path: Path
) -> None:
    probe = probe_of(scenario_file, tmp_path, 2)
    probe.crew = OneFails(Task(1))
    with pytest.raises(CannotJudgeError, match=r"1 runs failed: \w{64}\.npz: the moon was full"):
        probe.run({}, "all-channels", Task(1))
    with pytest.raises(CannotJudgeError, match=r"1 runs failed: \w{64}\.npz: the moon was full"):
        probe.results({})
    probe.crew = None
    found = probe.results({})
    assert (sorted(found), probe.runs) == ([1, 2], 2)  # the other was kept
    metrics = found[2].found["all-channels"].metrics
    assert probe.run({}, "all-channels", Task(2)).found["all-channels"].metrics == metrics


class OneFails:
    """Does all tasks but one."""

    size = 1

    def __init__(self, which: Task) -> None:
        self.which = which

    def __enter__(self) -> OneFails:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def do(self, drawing, tasks: Sequence[Task], key: str) -> Iterator[Did]:
        for task, found in Processes(1).do(drawing, tasks, key):
            yield task, Failed("the moon was full") if task == self.which else found


def test_a_run_that_fails_is_told_with_its_key_and_stops_no_other(
    loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "Cluster", lambda address, need: OneFails(Task(1)))
    with pytest.raises(CannotJudgeError, match=r"1 runs failed: \w{64}\.npz: the moon was full"):
        run_study(loaded, 2, scale=0.1, out=tmp_path / "s", scheduler="any")
    plans: list[study.StudyPlan] = []
    run_study(loaded, 2, scale=0.1, jobs=1, out=tmp_path / "s", planned=plans.append)
    assert plans[0].missing == (Task(1),)


def test_what_a_worker_says_of_a_failure() -> None:
    assert cluster._why(OptionError("too odd")) == "too odd"
    assert cluster._why(TypeError("somebody's number: 33612345678")) == "internal error (TypeError)"


# ── Whoever dies ─────────────────────────────────────────────────────────────────────────────────

DRAWS = 12


@pytest.fixture(scope="module")
def whole(loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_study(loaded, DRAWS, jobs=1, out=tmp_path_factory.mktemp("whole") / "s").path


@pytest.mark.verify
def test_a_killed_worker_costs_nothing(
    loaded, whole: Path, dying: Machines, tmp_path: Path
) -> None:
    """The other takes its runs over; where both die, one that comes later does."""
    dying.begin(2)

    def kill(step: study.Step) -> None:
        if step.done == 2:
            dying.workers[0].kill()
        if step.done == 5:
            dying.workers[1].kill()
            dying.add()

    found = run_study(loaded, DRAWS, out=tmp_path / "s", scheduler=dying.address, progress=kill)
    assert content(found.path) == content(whole)


def planned(scenario_file: Path, folder: Path, crew: Crew | None) -> dict[str, object]:
    """The plan of a knob, as data without its folder."""
    screen, full = (probe_of(scenario_file, folder, 4, scale) for scale in ("1/2", "1"))
    screen.crew = full.crew = crew
    goal = parse_goal("finish before cutoff")
    found = document(plan(screen, full, goal, "dialing.channels", 0.75, between="1..8"))
    return {key: value for key, value in found.items() if key != "folder"}


@pytest.mark.verify
def test_a_plan_on_two_workers_keeps_the_same_bytes_though_one_dies(
    loaded, scenario_file: Path, dying: Machines, tmp_path: Path
) -> None:
    alone = planned(scenario_file, tmp_path / "alone", None)
    dying.begin(2)
    with crew_at(dying.address, loaded, ("all-channels",), Fraction(1)) as crew:
        assert crew is not None
        dying.workers[0].kill()
        assert planned(scenario_file, tmp_path / "there", crew) == alone
    assert alone["met"]
    assert content(tmp_path / "there") == content(tmp_path / "alone")


def stop_at(step: bytes, command: list[str], folder: Path, number: signal.Signals) -> None:
    """Start a command, and stop it once it tells of a step."""
    said = folder / "said"
    with said.open("wb") as told:
        going = subprocess.Popen(command, cwd=folder, stderr=told, env=environment())
    while step not in said.read_bytes():
        assert going.poll() is None, said.read_text()
        time.sleep(0.02)
    os.kill(going.pid, number)
    assert going.wait(timeout=60) == (-number if number == signal.SIGKILL else 130)


@pytest.mark.verify
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_plan_goes_on(
    scenario_file: Path, dying: Machines, tmp_path: Path, number: signal.Signals
) -> None:
    """The roots that were found are kept; the same command ends with what one process finds."""
    dying.begin(2)
    goal = ("--for", "finish before cutoff", "--probability", "75%", "--between", "1..8")
    command = [str(PROGRAM), "plan", str(scenario_file), *goal, "--solve", "dialing.channels"]
    command += ["--draws", "4", "--screen", "50%", "--strategy", "all-channels"]
    there = [*command, "--out", "s", "--scheduler", dying.address]
    stop_at(b"[1/", there, tmp_path, number)
    for words in (there, [*command, "--out", "alone"]):
        done = subprocess.run(
            words, cwd=tmp_path, capture_output=True, env=environment(), timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
    one, other = content(tmp_path / "s"), content(tmp_path / "alone")
    assert one.keys() == other.keys()
    assert {key for key in one if one[key] != other[key]} <= {"experiment.json"}  # has its folder


@pytest.mark.verify
def test_a_killed_scheduler_is_told_and_the_same_command_goes_on(
    loaded, whole: Path, dying: Machines, tmp_path: Path
) -> None:
    dying.begin(2)

    def kill(step: study.Step) -> None:
        if step.done == 3:
            assert dying.scheduler is not None
            dying.scheduler.kill()

    with pytest.raises(InterruptionError, match=r"went away after .* the same command goes on"):
        run_study(loaded, DRAWS, out=tmp_path / "s", scheduler=dying.address, progress=kill)
    dying.end()
    dying.begin(2)
    plans: list[study.StudyPlan] = []
    found = run_study(
        loaded, DRAWS, out=tmp_path / "s", scheduler=dying.address, planned=plans.append
    )
    assert len(plans[0].missing) <= len(tasks_of(DRAWS)) - 3
    assert content(found.path) == content(whole)


@pytest.mark.verify
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_killed_command_goes_on(
    scenario_file: Path, whole: Path, dying: Machines, tmp_path: Path, number: signal.Signals
) -> None:
    address = dying.begin(2) or dying.address
    command = [str(PROGRAM), "run", str(scenario_file), "--draws", str(DRAWS), "--out", "s"]
    command += ["--scheduler", address]
    stop_at(b"[3/", command, tmp_path, number)
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, env=environment(), timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert content(tmp_path / "s") == content(whole)
