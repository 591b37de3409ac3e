"""Shares that belong together sum to 1, neither more nor less."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.example import changed, faults_of


@pytest.mark.parametrize(
    ("share", "total"), [("97 %", None), ("96 %", "99 %"), ("98 %", "101 %"), ("97.0002 %", "100")]
)
def test_territories_sum_to_the_whole(tmp_path: Path, share: str, total: str | None) -> None:
    """Beside the 3 % of the other territory; a hundred-thousandth off is off."""
    file = tmp_path / "s.yaml"
    file.write_text(changed(("share: 97 %", f"share: {share}")), encoding="utf-8")
    found = [fault for fault in faults_of(file) if "sum to" in fault.message]
    assert len(found) == (total is not None)
    for fault in found:
        assert f"= {total}" in fault.message
        assert fault.path == "world.territories"
        assert fault.severity == "error"
