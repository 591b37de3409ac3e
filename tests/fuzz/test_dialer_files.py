"""Whatever a dialer's files hold, the audit answers in words, and repeats nothing of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console import ringfence
from tests.fuzz.dialer_files import SECRET, dialer_files

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


def test_two_hundred_files(tmp_path: Path) -> None:
    codes = [hold(seed, tmp_path) for seed in range(200)]
    # Some are sound enough to be audited, most are not: else little would have been tried.
    assert min(codes.count(2), 200 - codes.count(2)) > 20


@pytest.mark.verify
def test_two_thousand_files(tmp_path: Path) -> None:
    for seed in range(200, 2_200):
        hold(seed, tmp_path)
