"""Codes mean what the table says that was read from the dialers' own sources."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pyarrow as pa
import pytest

from sim.intake.calls import Reader
from sim.intake.known import load_format
from sim.intake.mapping import DISPOSITIONS, columns_of
from tests.intake.samples import DATA

COLUMN = {
    "vicidial": "status",
    "plivo": "hangup_cause_code",
    "connect": "AnsweringMachineDetectionStatus",
}


def plain_codes() -> Iterator[tuple[str, str, str]]:
    """Format, code and disposition of the rows that need nothing but the code."""
    with (DATA / "codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["format"] in COLUMN and row["disposition"] in DISPOSITIONS:
                for code in row["code"].split("|"):
                    if " " not in code and not code.endswith("xxx"):
                        yield row["format"], code, row["disposition"]


@pytest.mark.parametrize("name", COLUMN)
def test_codes_of_the_table(name: str) -> None:
    mapping = load_format(name)
    wanted = [(code, meant) for format_, code, meant in plain_codes() if format_ == name]
    assert len(wanted) >= 10
    reader = Reader(mapping, "UTC", {}, region="US")
    columns = {column: [""] * len(wanted) for column in columns_of(mapping)}
    columns[COLUMN[name]] = [code for code, _ in wanted]
    table = pa.table({column: pa.array(cells, pa.string()) for column, cells in columns.items()})
    import numpy as np

    reader.read(table, np.arange(1, len(wanted) + 1))
    (part,) = reader.parts
    found = {code: DISPOSITIONS[k] for (code, _), k in zip(wanted, part.disposition, strict=True)}
    assert found == dict(wanted)
    assert not reader.told.codes  # each met a case


def test_a_survey_is_a_person_only_with_the_campaigns_setting() -> None:
    """And a dropped call only where machines were looked for; codes.csv says both in words."""
    mapping = load_format("vicidial")
    cells = {column: ["", ""] for column in columns_of(mapping)}
    cells["status"] = ["SVYHU", "DROP"]
    table = pa.table({column: pa.array(values, pa.string()) for column, values in cells.items()})
    import numpy as np

    for settings, right in (
        ({}, ["unknown", "unknown"]),
        ({"survey_no_response_action": "OPTOUT", "amd": "no"}, ["unknown", "unknown"]),
        ({"survey_no_response_action": "DROP", "amd": "yes"}, ["human", "human"]),
    ):
        reader = Reader(mapping, "UTC", settings, region="US")
        reader.read(table, np.arange(1, 3))
        assert [DISPOSITIONS[k] for k in reader.parts[0].disposition] == right
