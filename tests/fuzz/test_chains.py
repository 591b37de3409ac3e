"""Whatever files extend, ``validate`` tells it at a file, line and column, and repeats nothing."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.conftest import FUZZ
from tests.console import ringfence
from tests.fuzz.chains import FIRST, chain
from tests.fuzz.reached import Watch

pytestmark = pytest.mark.xdist_group("fuzz")
Tell = Callable[[str, object], None]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hold(seed: int) -> int:
    """Validate the chain of a seed; its exit code."""
    Path("c").mkdir()
    how = chain(seed, Path("c"))
    names = set(os.listdir("c"))
    began = time.process_time()
    answer = ringfence("validate", "--json", f"c/{FIRST}")
    told = f"chain of seed {seed}, {how}: {answer.output[-800:]}"
    assert answer.exit_code in (0, 2), told
    assert time.process_time() - began < 5, told
    assert "hunter2" not in answer.output, told
    faults = json.loads(answer.stdout)["faults"]
    for fault in faults:
        assert fault["line"] >= 1, told
        assert fault["column"] >= 1, told
        assert Path(fault["file"]).parent == Path("c"), told
        assert fault["message"].strip(), told
        assert len(fault["message"]) < 2_000, told
    errors = [fault for fault in faults if fault["severity"] == "error"]
    assert bool(errors) == (answer.exit_code == 2), told
    assert set(os.listdir("c")) == names, told
    assert os.listdir() == ["c"], told
    shutil.rmtree("c")
    return answer.exit_code


def try_all(seeds: range, tell: Tell, watch: Watch | None = None) -> None:
    """Hold the chains of seeds."""
    with watch or nullcontext():
        codes = Counter(hold(seed) for seed in seeds)
    tell(FUZZ, f"chains of files: tried {len(seeds)}, failed 0; by exit code {dict(codes)}")
    assert min(codes[0], codes[2]) > len(seeds) / 50


def test_a_tenth_of_the_chains(here: Path, record_property: Tell) -> None:
    try_all(range(60), record_property)


@pytest.mark.verify
def test_all_chains(here: Path, record_property: Tell, watch: Watch) -> None:
    try_all(range(60, 660), record_property, watch)
    watch.tried.add("chains")
