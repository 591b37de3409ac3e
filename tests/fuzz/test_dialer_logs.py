"""Whatever a log holds, its import answers in words, repeats nothing, writes all or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import FUZZ
from tests.console import ringfence
from tests.fuzz.dialer_logs import SECRET, spoilt
from tests.intake.samples import key_file

pytestmark = pytest.mark.xdist_group("fuzz")
Tell = Callable[[str, object], None]


def hold(seed: int, folder: Path) -> int:
    """Import the log of a seed; the exit code."""
    sample, log = spoilt(seed, folder)
    key, out = key_file(folder), folder / "out"
    answer = ringfence(
        "import", str(log), *sample.how, "--clock", sample.clock, "--region", sample.region,
        "--key", str(key), "--out", str(out), "--jobs", "1", *sample.more,
    )  # fmt: skip
    told = answer.stdout + answer.stderr
    assert answer.exit_code in (0, 2), (seed, told[-2000:])
    assert "Traceback" not in told, seed
    assert SECRET not in told, seed
    assert "\x1b" not in told, seed
    assert out.exists() == (answer.exit_code == 0), seed
    if out.exists():
        n = json.loads((out / "import.json").read_text())["counts"]
        gone = sum(n["left_out"].values()) + n["superseded"] + n["further_legs"] + n["duplicates"]
        assert n["rows"] == n["unreadable_rows"] + gone + n["calls"] + n["apart"], seed
        assert SECRET not in (out / "import.json").read_text(), seed
        audit = ringfence("audit", str(out), "--regime", "us-tcpa-political")
        assert audit.exit_code in (0, 1, 2), (seed, audit.stderr[-2000:])
        for file in out.iterdir():
            file.unlink()
        out.rmdir()
    assert {path.name for path in folder.iterdir()} == {log.name, key.name}, seed
    log.unlink()
    return answer.exit_code


def try_logs(seeds: range, folder: Path, tell: Tell) -> None:
    """Hold the logs of seeds."""
    codes = Counter(hold(seed, folder) for seed in seeds)
    tell(FUZZ, f"dialers' logs: tried {len(seeds)}, failed 0; by exit code {dict(codes)}")
    assert min(codes[2], codes[0]) > len(seeds) / 20


def test_twenty_logs(tmp_path: Path, record_property: Tell) -> None:
    try_logs(range(20), tmp_path, record_property)


@pytest.mark.verify
def test_many_logs(tmp_path: Path, record_property: Tell) -> None:
    try_logs(range(1_000, 4_000), tmp_path, record_property)
