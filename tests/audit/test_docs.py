"""The schemas in ``docs/audit.md`` are those that are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.audit.inputs.external import LOG, PEOPLE, WISHES, _Log, _People, _Wishes
from sim.audit.inputs.facts import FactsFile, read_facts
from sim.audit.inputs.files import Sheet
from sim.audit.inputs.reading import Known
from sim.audit.rules import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


def columns(option: str) -> set[str]:
    """Columns of the table that follows an option."""
    after = PAGE.partition(f"\n`--{option}`, one row")[2]
    table = after.partition("| column | holds |\n| --- | --- |\n")[2].partition("\n\n")[0]
    heads = [row.split("|")[1] for row in table.splitlines()]
    return {name for head in heads for name in re.findall(r"`(\w+)`", head)}


@pytest.mark.parametrize(
    ("option", "reader", "known"),
    [("calls", _Log, LOG), ("recipients", _People, PEOPLE), ("optouts", _Wishes, WISHES)],
)
def test_columns_are_those_of_the_page(
    option: str, reader: type, known: Known, tmp_path: Path
) -> None:
    listed = columns(option)
    assert "line" in listed
    file = tmp_path / "file.csv"
    file.write_text(",".join(sorted(listed)) + "\n", encoding="utf-8")
    sheet = Sheet(file, known)
    reader(sheet)
    assert sheet.unused == ()
    registers = {"register_NAME", "opposition_NAME"}
    assert sheet._used - registers <= listed
    assert set(known.names) == listed - registers


def test_the_facts_of_the_page_can_be_read(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    file = tmp_path / "facts.yaml"
    file.write_text(block[1], encoding="utf-8")
    assert read_facts(file).opt_out_notice == "start"
    assert all(f"\n{name}:" in block[0] for name in FactsFile.model_fields)


def test_every_kind_of_rule_stands_on_the_page() -> None:
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
