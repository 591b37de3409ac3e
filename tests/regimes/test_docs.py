"""The pages on regimes: the overview is current, and the worked example works."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sim.commands.regimes import regimes
from sim.loading.load import load
from sim.regimes.checks import KINDS
from sim.regimes.model import RuleBase
from sim.regimes.overview import renewed
from sim.scenario.starter import starter
from tests.docs.pages import ROOT, blocks

OVERVIEW = ROOT / "docs" / "regimes.md"
EXAMPLE = ROOT / "docs" / "add-a-regime.md"


def test_the_overview_is_current() -> None:
    text = OVERVIEW.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m sim.regimes.overview docs/regimes.md"


@pytest.mark.parametrize("page", [OVERVIEW, EXAMPLE], ids=lambda page: page.name)
def test_what_the_page_tells_works(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("campaign.yaml").write_text(starter("campaign"), encoding="utf-8")
    names: dict[str, Any] = {}
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "yaml":
            name = block.text.splitlines()[0].removeprefix("# ")
            Path(name).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for line in block.text.splitlines():
                words = shlex.split(line)
                assert words[:3] == ["$", "ringfence", "regimes"]
                answer = CliRunner().invoke(regimes, words[3:])
                assert answer.exit_code == 0, answer.output
        elif block.language == "python":
            exec(compile(block.text, f"{page.name}:{block.line}", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == (2 if page == EXAMPLE else 0)
    for test in tests:
        test()
    if page == EXAMPLE:
        loaded = load("by-the-book.yaml")
        (own,) = loaded.laws.regimes(loaded.scenario.regimes)
        assert own.id == "ruritania"


def test_the_page_names_every_kind_and_its_keys() -> None:
    rows = {}
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            rows[cells[0].strip("`")] = set(
                cells[2].replace("`", "").replace(" or ", ", ").split(", ")
            )
    common = {*RuleBase.model_fields, "kind"}
    assert {kind: keys - {""} for kind, keys in rows.items()} == {
        kind: set(model.model_fields) - common for kind, model in KINDS.items()
    }
