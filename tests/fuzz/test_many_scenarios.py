"""Whatever is written into a scenario, ``validate`` answers in words, quickly, and writes nothing.

And what it accepts runs.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import sim
from sim.engine.plan.stage import Stage
from sim.errors import ScenarioError
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.scenario.scale import scale_scenario
from tests.conftest import FUZZ
from tests.console import ringfence
from tests.fuzz.law_packs import malformed_pack
from tests.fuzz.reached import Watch
from tests.fuzz.scenarios import Malformed, malformed, malformed_data
from tests.fuzz.shrink import smallest
from tests.scenario.example import TEXT

TOGETHER = pytest.mark.xdist_group("fuzz")
"""One process sees which checks all of them reach."""
MOST_SECONDS = 5.0
"""Of the processor, for one file."""
FILE = "s.yaml"
Tell = Callable[[str, object], None]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def options(sets: Sequence[str]) -> list[str]:
    """The arguments that replace values."""
    return [part for setting in sets for part in ("--set", setting)]


def given(case: Malformed) -> tuple[Result, float]:
    """Write a case as a file and validate it; the answer and the seconds of the processor."""
    Path(FILE).write_bytes(case.data())

    def validated() -> tuple[Result, float]:
        began = time.process_time()
        answer = ringfence("validate", "--json", FILE, *options(case.sets))
        return answer, time.process_time() - began

    answer, seconds = validated()
    if seconds > MOST_SECONDS and (watching := sys.gettrace()) is not None:
        sys.settrace(None)  # which takes longer than what it watches
        answer, seconds = validated()
        sys.settrace(watching)
    return answer, seconds


def wrong(answer: Result, seconds: float, lines: int) -> str:
    """What a good validator would not have done, in a word or two; empty where all is well."""
    if answer.exit_code not in (0, 2):
        return f"exit code {answer.exit_code}"
    if "Traceback" in answer.output:
        return "a traceback"
    if seconds > MOST_SECONDS:
        return "too slow"
    if answer.exit_code == 2 and not answer.stdout:  # an option that cannot be read
        return "" if "Error: " in answer.stderr else "no words"
    faults = json.loads(answer.stdout)["faults"]
    if answer.exit_code == 2 and not any(fault["severity"] == "error" for fault in faults):
        return "refused without a fault"
    for fault in faults:
        if (why := ill_told(fault, lines)) is not None:
            return why
    if not set(os.listdir()) <= {FILE, "own.yaml", "copy.yaml", "folder.yaml"}:
        return "something was written"
    return ""


def ill_told(fault: dict[str, Any], lines: int) -> str | None:
    """What is wrong with a fault, not with what it is about."""
    if fault["line"] < 1 or fault["column"] < 1:
        return "a fault without a place"
    if fault["file"] == FILE and fault["line"] > lines + 1:
        return "a place beyond the file's end"
    if not fault["message"].strip():
        return "a fault without words"
    if len(fault["message"]) > 2_000:
        return "too many words"
    return None


def count_lines(data: bytes) -> int:
    """How many lines a YAML reader may see."""
    text = data.decode("utf-8", "replace")
    return 1 + sum(text.count(sign) for sign in "\r\n\x85\u2028\u2029")


def hold(seed: int, before: int, runs: int) -> tuple[int, bool]:
    """Hold the case of a seed; its exit code, and whether it was run.

    Of the accepted ones, of which there were so many before, one in `runs` is run.
    """
    case = malformed(seed)
    answer, seconds = given(case)
    why = wrong(answer, seconds, count_lines(case.data()))
    if why:
        raise AssertionError(told(seed, case, why, answer))
    if answer.exit_code or before % runs:
        return answer.exit_code, False
    if (why := wrong_run(case, by_command=before // runs % 10 == 0)) is not None:
        raise AssertionError(told(seed, case, why, answer))
    return 0, True


def wrong_run(case: Malformed, *, by_command: bool = False) -> str | None:
    """Run what was accepted at the smallest scale; what is wrong with that.

    One in ten is run by the command, with its report; of the others only the simulation, which is
    quicker.
    """
    loaded = load(FILE, case.sets)
    scale = Fraction(1, loaded.scenario.world.lines)
    if by_command:
        told = ("run", FILE, *options(case.sets), "--scale", str(scale), "--out", "run")
        answer = ringfence(*told)
        shutil.rmtree("run", ignore_errors=True)
        return None if answer.exit_code == 0 else f"accepted, then {answer.output[-600:]}"
    scaled, _ = scale_scenario(loaded.scenario, scale)
    try:
        for _ in simulate(Stage(scaled, loaded.laws), scale=scale, observers=[]):
            pass
    except Exception as error:
        return f"accepted, then {type(error).__name__}: {error}"
    return None


def told(seed: int, case: Malformed, why: str, answer: Result) -> str:
    """A failure: its seed, what was done, and the smallest input at hand that fails likewise."""

    def fails(text: str, sets: tuple[str, ...]) -> bool:
        fewer = Malformed(text, sets, "")
        found, seconds = given(fewer)
        now = wrong(found, seconds, count_lines(fewer.data()))
        if why.startswith("accepted"):
            return found.exit_code == 0 and wrong_run(fewer) is not None
        return now == why

    sets = tuple(smallest(case.sets, lambda parts: fails(case.text, tuple(parts)), 10))
    lines = smallest(case.text.split("\n"), lambda parts: fails("\n".join(parts), sets))
    small = "\n".join(lines)
    return (
        f"seed {seed} ({case.how[:300]}): {why}\n{answer.output[-500:]}\n"
        f"smallest: {small[:3_000]!r} with --set {[s[:200] for s in sets]}"
    )


def try_seeds(seeds: range, tell: Tell, watch: Watch | None = None, runs: int = 1) -> None:
    """Hold the cases of seeds; run one in `runs` of the accepted; tell failures at the end."""
    codes: Counter[str] = Counter()
    failed: list[str] = []
    for seed in seeds:
        try:
            with watch or nullcontext():
                code, ran = hold(seed, codes["exit 0"], runs)
        except AssertionError as error:
            failed.append(str(error))
        else:
            codes[f"exit {code}"] += 1
            codes["run"] += ran
    tell(FUZZ, f"scenarios: tried {len(seeds)}, failed {len(failed)}; {dict(codes)}")
    assert not failed, "\n\n".join(failed[:20])
    # Some are refused and some are run: else little would have been tried.
    assert codes["exit 2"] > len(seeds) / 4
    assert codes["run"] > len(seeds) / 20 / runs


def hold_pack(seed: int) -> int:
    """Hold a scenario that names the law pack of a seed, and perhaps enforces it; its exit code."""
    pack, rule, how = malformed_pack(seed)
    Path("own.yaml").write_text(pack, "utf-8")
    enforced = (f"enforce={{own.yaml: [{rule}]}}",) if seed % 2 else ()
    named = "own.yaml"
    if seed % 10 == 7:  # one pack by two ways to it
        enforced = (f"enforce={{own.yaml: [{rule}], ./own.yaml: [{rule}]}}",)
    if seed % 10 == 8:  # another of the same id, or what is no file
        named = "own.yaml, copy.yaml" if seed % 20 == 8 else "own.yaml, folder.yaml"
        Path("copy.yaml").write_text(pack, "utf-8")
        Path("folder.yaml").mkdir(exist_ok=True)
    case = Malformed(TEXT, (f"regimes=[{named}]", *enforced), how)
    answer, seconds = given(case)
    why = wrong(answer, seconds, TEXT.count("\n"))
    assert not why, f"law pack of seed {seed} ({how}): {why}\n{answer.output[-800:]}"
    if answer.exit_code == 0 and seed % 5 == 0:
        assert (found := wrong_run(case)) is None, f"law pack of seed {seed} ({how}): {found}"
    return answer.exit_code


def try_packs(seeds: range, tell: Tell, watch: Watch | None = None) -> None:
    """Hold the law packs of seeds."""
    with watch or nullcontext():
        codes = Counter(hold_pack(seed) for seed in seeds)
    tell(FUZZ, f"law packs: tried {len(seeds)}, failed 0; by exit code {dict(codes)}")
    assert min(codes[0], codes[2]) > len(seeds) / 50


def test_a_tenth_of_the_packs(here: Path, record_property: Tell) -> None:
    try_packs(range(100), record_property)


@pytest.mark.parametrize("first", range(0, 1_000, 250))
def test_a_tenth_of_the_scenarios(first: int, here: Path, record_property: Tell) -> None:
    """All of them in ``make verify``."""
    try_seeds(range(first, first + 250), record_property, runs=5)


def hold_data(seed: int) -> int:
    """Hold what a program hands over instead of a file; 2 where it was refused, else 0."""
    refused: ScenarioError | None = None
    try:
        sim.load(malformed_data(seed))
    except ScenarioError as error:
        refused = error
    if refused is None:
        return 0
    assert refused.errors, seed
    for fault in refused.faults:
        assert fault.message.strip(), (seed, fault)
        assert len(str(fault)) < 2_000, (seed, fault)
        assert str(fault).isprintable(), (seed, fault)
    return 2


def try_data(seeds: range, tell: Tell, watch: Watch | None = None) -> None:
    """Hold the data of seeds."""
    with watch or nullcontext():
        codes = Counter(hold_data(seed) for seed in seeds)
    tell(FUZZ, f"scenarios in memory: tried {len(seeds)}, failed 0; refused {codes[2]}")
    assert codes[2] > len(seeds) / 4


def odd_files(folder: Path) -> Iterator[Path]:
    """Files that hold no text, and names of what is no file."""
    yield folder / "none.yaml"
    yield folder
    yield Path("/dev/null")
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    yield pipe
    yield folder / ("n" * 300)
    for name, data in {
        "16.yaml": TEXT.encode("utf-16"),
        "latin.yaml": TEXT.replace("Whom", "Où").encode("latin-1"),
        "zero.yaml": TEXT.encode() + b"\0",
        "large.yaml": b"# " + b"x" * (5 << 20),
        "empty.yaml": b"",
    }.items():
        (folder / name).write_bytes(data)
        yield folder / name


def try_files(folder: Path, watch: Watch | None = None) -> None:
    """Whatever is no text of a scenario is refused at its name."""
    for file in odd_files(folder):
        with watch or nullcontext():
            answer = ringfence("validate", file)
        assert answer.exit_code == 2, (file, answer.output)
        assert answer.stderr.startswith(f"{file}:1:1: ") or ".yaml:" in answer.stderr, answer.output
        assert "Traceback" not in answer.output, file


def test_files_of_no_text(here: Path) -> None:
    try_files(here)


def test_a_tenth_of_what_is_in_memory(here: Path, record_property: Tell) -> None:
    try_data(range(100), record_property)


@TOGETHER
@pytest.mark.verify
def test_all_that_is_in_memory(here: Path, record_property: Tell, watch: Watch) -> None:
    try_files(here, watch)
    try_data(range(100, 1_100), record_property, watch)


@TOGETHER
@pytest.mark.verify
def test_all_scenarios(here: Path, record_property: Tell, watch: Watch) -> None:
    try_seeds(range(1_000, 11_000), record_property, watch)
    watch.tried.add("scenarios")


@TOGETHER
@pytest.mark.verify
def test_all_packs(here: Path, record_property: Tell, watch: Watch) -> None:
    try_packs(range(100, 1_100), record_property, watch)
    watch.tried.add("law packs")


MUCH: dict[str, Callable[[int], str]] = {
    "strategies": lambda n: TEXT + "".join(f"  s{i}: {{}}\n" for i in range(n // 64)),
    "entries": lambda n: TEXT + "x: [" + "1, " * n + "1]\n",
    "unknown keys": lambda n: TEXT + "".join(f"k{i}: {i}\n" for i in range(n // 4)),
    "words": lambda n: TEXT + "x: '" + "y " * n + "'\n",
    "comment": lambda n: TEXT + "# " + "y" * 4 * n + "\n",
    "empty lines": lambda n: TEXT + "\n" * 4 * n,
    "brackets": lambda n: TEXT + "x: " + "[" * n + "]" * n + "\n",
}
"""Texts that grow with n, about in proportion."""


@TOGETHER
@pytest.mark.verify
@pytest.mark.parametrize("what", MUCH)
def test_time_grows_no_faster_than_the_file(here: Path, what: str) -> None:
    """Four times as much takes at most eight times as long: a square would take sixteen."""

    def seconds(n: int) -> float:
        case = Malformed(MUCH[what](n), (), what)
        answer, taken = given(case)
        assert not wrong(answer, taken, count_lines(case.data())), answer.output[-500:]
        return taken

    small, large = (min(seconds(n) for _ in range(3)) for n in (4_000, 16_000))
    assert large <= 8 * small + 0.1
