"""Whatever a dialer's files hold, the audit answers in words, and repeats nothing of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import FUZZ
from tests.console import ringfence
from tests.fuzz.dialer_files import SECRET, dialer_files
from tests.fuzz.facts import malformed_facts
from tests.fuzz.reached import Watch

pytestmark = pytest.mark.xdist_group("fuzz")
Tell = Callable[[str, object], None]
ALLOWED = (0, 1, 2)


def hold(seed: int, folder: Path) -> int:
    """Audit the files of a seed; the exit code."""
    files = dialer_files(seed, folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    answer = ringfence(*files.arguments, "--regime", "us-tcpa-political", "--by", "hour")
    told = answer.stdout + answer.stderr
    assert answer.exit_code in ALLOWED, (seed, told[-2000:])
    assert "Traceback" not in told, seed
    assert SECRET not in told, seed
    assert "\x1b" not in told, seed
    if answer.exit_code == 2:
        assert any(str(folder) in line or "could be assessed" in line for line in told.splitlines())
    assert {path: path.read_bytes() for path in folder.iterdir()} == before, seed
    for path in folder.iterdir():
        path.unlink()
    return answer.exit_code


def hold_facts(seed: int, folder: Path) -> int:
    """Audit a sound log with the facts of a seed; the exit code."""
    text, how = malformed_facts(seed)
    calls, facts = folder / "calls.csv", folder / "facts.yaml"
    calls.write_text("line,start_utc\n1,2024-06-07T17:30:00Z\n", "utf-8")
    facts.write_text(text, "utf-8", "surrogatepass")
    told = ("audit", "--calls", calls, "--facts", facts, "--regime", "us-tcpa-political")
    answer = ringfence(*told, *(("--region", "FR") if seed % 2 else ()))
    assert answer.exit_code in ALLOWED, (seed, how, answer.output[-2000:])
    assert "Traceback" not in answer.output, (seed, how)
    assert "\x1b" not in answer.output, (seed, how)
    if answer.exit_code == 2 and "could be assessed" not in answer.stderr:
        assert f"{facts}:" in answer.stderr, (seed, how, answer.stderr)
    assert {path.name for path in folder.iterdir()} == {"calls.csv", "facts.yaml"}, (seed, how)
    return answer.exit_code


def try_facts(seeds: range, folder: Path, tell: Tell) -> None:
    """Hold the facts of seeds."""
    codes = Counter(hold_facts(seed, folder) for seed in seeds)
    tell(FUZZ, f"facts: tried {len(seeds)}, failed 0; by exit code {dict(codes)}")
    assert codes[2] > len(seeds) / 4


def hold_names(folder: Path) -> None:
    """What is no file is refused at its name."""
    os.mkfifo(folder / "pipe.csv")
    for name in ("none.csv", "pipe.csv"):
        answer = ringfence("audit", "--calls", folder / name, "--regime", "us-tcpa-political")
        assert answer.exit_code == 2, answer.output
        assert f"{folder / name}: " in answer.stderr
    (folder / "pipe.csv").unlink()


def try_files(seeds: range, folder: Path, tell: Tell) -> None:
    """Hold the files of seeds, and names of none."""
    hold_names(folder)
    codes = Counter(hold(seed, folder) for seed in seeds)
    tell(FUZZ, f"dialer files: tried {len(seeds)}, failed 0; by exit code {dict(codes)}")
    # Some are sound enough to be audited, most are not: else little would have been tried.
    assert min(codes[2], len(seeds) - codes[2]) > len(seeds) / 20


def test_two_hundred_files(tmp_path: Path, record_property: Tell) -> None:
    try_files(range(200), tmp_path, record_property)


def test_fifty_files_of_facts(tmp_path: Path, record_property: Tell) -> None:
    try_facts(range(50), tmp_path, record_property)


@pytest.mark.verify
def test_two_thousand_files(tmp_path: Path, record_property: Tell, watch: Watch) -> None:
    with watch:
        try_files(range(200, 2_200), tmp_path, record_property)
    watch.tried.add("dialer files")


@pytest.mark.verify
def test_five_hundred_files_of_facts(tmp_path: Path, record_property: Tell, watch: Watch) -> None:
    with watch:
        try_facts(range(50, 550), tmp_path, record_property)
    watch.tried.add("facts")
