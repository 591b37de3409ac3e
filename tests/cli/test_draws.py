"""``ringfence run --draws``: the plan first, the answer, and a study that survives being killed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sim.store.read import load_run
from sim.store.study import load_study
from tests.cli.conftest import PROGRAM, Command, environment
from tests.small_run import TEXT


@pytest.fixture
def small(here: Path) -> Path:
    file = here / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_plan_comes_first_and_the_answer_is_a_screen(ringfence: Command, small: Path) -> None:
    answer = ringfence("run", small, "--draws", "2", "--out", "study")
    assert answer.code == 0
    plan = answer.err.splitlines()[0]
    assert plan.startswith(
        "2 draws of 3 uncertain inputs, the central run, and 2 draws again under other luck: "
        "5 runs to do"
    )
    lines = answer.out.splitlines()
    assert len(lines) <= 40
    assert max(len(line) for line in lines if not line.startswith("study: ")) <= 80
    assert any(line.lstrip().startswith("half-the-channels") for line in lines)
    assert "2 draws are too few to say how sure the ends are (16)" in " ".join(lines)
    again = ringfence("run", small, "--draws", "2", "--out", "study")
    assert "all 5 runs are done" in again.err
    assert again.out == answer.out
    assert ringfence("verify", "study").code == 0


def test_as_json(ringfence: Command, small: Path) -> None:
    answer = ringfence("run", small, "--draws", "2", "--out", "study", "--json")
    told = json.loads(answer.out)
    assert told["schema"] == 1
    assert told["draws"] == 2
    assert list(told["strategies"]) == ["all-channels", "half-the-channels"]
    assert "world.press_1" in told["not_varied"]


@pytest.mark.parametrize(("draws", "said"), [("1", "allowed: 2 to 4,096"), ("5000", "found: 5000")])
def test_draws_that_cannot_be(ringfence: Command, small: Path, draws: str, said: str) -> None:
    answer = ringfence("run", small, "--draws", draws)
    assert answer.code == 2
    assert "draws" in answer.err


def test_nothing_uncertain(ringfence: Command, small: Path) -> None:
    sets = [
        "--set=world.voters_per_line=1.5",
        "--set=world.voicemail.heard=60 %",
        "--set=world.line_types.landline.answering.human=33 %",
    ]
    answer = ringfence("run", small, "--draws", "4", *sets)
    assert answer.code == 2
    assert "no uncertain input" in answer.err


def test_precision_doubles_until_it_is_met(ringfence: Command, small: Path) -> None:
    answer = ringfence(
        "run", small, "--precision", "cost: 60%", "--scale", "10%", "--out", "s", "--json",
        "--strategy", "all-channels",
    )  # fmt: skip
    assert answer.code == 0
    told = json.loads(answer.out)
    assert told["precision"]["met"]
    assert told["precision"]["reached"] <= 0.6
    assert told["draws"] == 16


def test_too_few_draws_for_a_precision_cannot_judge(ringfence: Command, small: Path) -> None:
    asked = ("--precision", "people_reached.p95: 0.01%", "--draws", "32", "--strategy=all-channels")
    answer = ringfence("run", small, *asked, "--scale", "10%", "--out", "s")
    assert answer.code == 2
    assert "cannot judge: 32 draws are too few for people_reached.p95: 0.01%" in answer.err
    assert "people reached" in answer.out
    plans = [line for line in answer.err.splitlines() if "uncertain inputs" in line]
    assert [plan.split()[0] for plan in plans] == ["16", "32"]


def test_a_precision_of_nothing_known(ringfence: Command, small: Path) -> None:
    answer = ringfence("run", small, "--precision", "people_reachd: 2%")
    assert answer.code == 2
    assert "did you mean 'people_reached'" in answer.err
    answer = ringfence("run", small, "--precision", "complaints.mean: 2%")
    assert answer.code == 2
    assert "allowed: p5, p50, p95 or ratio" in answer.err


def test_a_draw_alone_is_that_of_the_study(ringfence: Command, small: Path, here: Path) -> None:
    assert ringfence("run", small, "--draws", "3", "--out", "study").code == 0
    assert ringfence("run", small, "--draw", "2", "--out", "one", "--calls").code == 0
    run, study = load_run(here / "one"), load_study(here / "study")
    found = study.drawn(2)
    for name in run.strategies:
        for metric, value in found.found[name].metrics.items():
            assert run.metric(name, metric) == value
    assert run.manifest["draw"] == 2
    used = dict(zip(run.parameters.path, run.parameters.central, strict=True))
    assert used["world.voters_per_line"] == found.values["world.voters_per_line"]
    assert set(run.calls(["draw"]).draw) == {2}
    again = ringfence("run", here / "one" / "scenario.resolved.yaml", "--draw", "2", "--out", "two")
    assert again.code == 0
    assert load_run(here / "two").metrics == run.metrics


@pytest.mark.parametrize(
    "options", [("--draw", "-1"), ("--draw", "5000"), ("--draw", "1", "--draws", "4")]
)
def test_draws_that_are_none(ringfence: Command, small: Path, options: tuple[str, ...]) -> None:
    answer = ringfence("run", small, *options)
    assert answer.code == 2
    assert "draw" in answer.err


def test_explain_shows_the_law_of_an_input(ringfence: Command, small: Path) -> None:
    answer = ringfence("explain", "world.voters_per_line", "--scenario", small, "--draws")
    assert answer.code == 0
    assert "P5 1  " in answer.out
    assert "P50 1.5  " in answer.out
    assert "P95 2.2  " in answer.out
    answer = ringfence("explain", "world.press_1", "--scenario", small, "--draws")
    assert "not varied" in answer.out
    assert ringfence("explain", "world.press_1", "--draws").code == 2


@pytest.mark.parametrize("draws", ["2", pytest.param("8", marks=pytest.mark.verify)])
def test_killed_anywhere_the_same_command_goes_on(
    draws: str, ringfence: Command, here: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By SIGKILL; then the same command makes the bytes of a study left in peace."""
    for name in ("COLUMNS", "TERM"):
        monkeypatch.setenv(name, environment()[name])
    peace = ringfence("run", small, "--draws", draws, "--out", "peace")
    assert peace.code == 0
    command = [str(PROGRAM), "run", str(small), "--draws", draws, "--out"]
    quiet = {"env": environment(), "cwd": here, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, "war"], stdout=subprocess.DEVNULL, **quiet)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if len(list(here.glob("war/tasks/*.npz"))) >= 2:
            break
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    done = subprocess.run([*command, "war"], check=True, capture_output=True, env=environment())
    assert done.stdout.decode().replace("war", "peace") == peace.out
    assert bytes_of(here / "war") == bytes_of(here / "peace")
    load_study(here / "war").verify()
