"""The page on one's own calls works, from a log to the next campaign."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from tests.docs.pages import ROOT, blocks
from tests.fitting.export import export
from tests.fitting.simulated import Truth, log_of
from tests.intake.samples import ringfence


def test_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    export(log_of(Truth(), np.random.default_rng(9), 700, days=2), tmp_path / "calls.csv")
    page = (ROOT / "docs" / "your-own-campaign.md").read_text("utf-8")
    small = ["--jobs", 1, "--scale", "10%"]
    for block in blocks(page):
        if block.language == "yaml":
            file = re.match(r"# (\S+\.yaml)\n", block.text)
            assert file
            (tmp_path / file[1]).write_text(block.text, encoding="utf-8")
            continue
        for line in block.text.splitlines():
            done = ringfence(*shlex.split(line)[2:], *(small if " run " in line else []))
            assert done.exit_code == 0, (line, done.output, done.exception)
    assert (tmp_path / "next").is_dir()


def test_the_table_of_keys_of_a_mapping_is_the_format_s() -> None:
    """``python -m sim.intake.keys_told docs/add-a-dialer.md`` writes it anew."""
    from sim.intake.keys_told import with_table

    page = (ROOT / "docs" / "add-a-dialer.md").read_text("utf-8")
    assert with_table(page) == page


def test_the_mapping_of_the_page_is_whole() -> None:
    from sim.intake.known import checked

    page = (ROOT / "docs" / "add-a-dialer.md").read_text("utf-8")
    (whole,) = [block for block in blocks(page) if block.language == "yaml"]
    assert checked(whole.text, "page").disposition.code == "Résultat"
