"""Imported calls before the auditor: what is not known is told, rule by rule."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from tests.intake.samples import key_file, ringfence

MAP = """\
format: 1
name: own
line: {columns: number}
start: {columns: began, layout: "%Y-%m-%d %H:%M:%S", means: logged, late_by: 60 s,
        minus: [{column: took}]}
disposition: {code: code, values: {P: human}}
"""


def audited(tmp_path: Path, rows: list[str], map_: str = MAP) -> dict[str, Any]:
    """Rows imported and held against the decree of 2022, by rule."""
    log, mapping, out = tmp_path / "log.csv", tmp_path / "own.yaml", tmp_path / "out"
    mapping.write_text(map_)
    log.write_text("number,began,took,code\n" + "".join(f"{row}\n" for row in rows))
    done = ringfence(
        "import", log, "--map", mapping, "--clock", "Europe/Paris", "--region", "FR",
        "--key", key_file(tmp_path), "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.exception
    found = ringfence("audit", out, "--regime", "fr-consumer-2023", "--json")
    (audit,) = json.loads(found.stdout)["audits"]
    return {rule["rule"]: rule for rule in audit["rules"]}


def test_starts_near_an_edge_and_calls_without_a_line_are_not_assessed(tmp_path: Path) -> None:
    """Windows of that Monday: 10:00 to 13:00, and 14:00 to 20:00. Twelve lines of each case."""
    cases = {
        "11:00:30,30": "inside",
        "13:00:02,4": "12:59:58, five seconds either way",
        "12:00:00,": "told late, a minute either way: inside",
        "14:00:30,": "told late: 13:59:30 to 14:01:30",
        "13:30:00,10": "in the gap",
    }
    rows = [
        f"+33199{case:02}{k:04},2024-05-13 {stamp},P"
        for case, stamp in enumerate(cases)
        for k in range(12)
    ]
    rows += [f"XXXXXX{k:04},2024-05-13 11:00:00,5,P" for k in range(7)]
    rules = audited(tmp_path, rows)
    hours, cap = rules["hours"], rules["cap"]
    assert (hours["calls"], hours["violations"], hours["unassessed"]) == (36, 12, 24 + 7)
    assert hours["unassessed_reason"] == "start not known so well, kept apart: no line or no start"
    assert (cap["calls"], cap["violations"], cap["unassessed"]) == (60, 0, 7)
    assert "lower bound: 7 calls without a line" in cap["notes"]
    assert "lower bound" not in " ".join(hours["notes"])


def test_a_late_start_may_lie_on_either_side_of_a_whole_gap(tmp_path: Path) -> None:
    """Both ends inside, and an hour of lunch between them."""
    rows = [f"+3319900{k:04},2024-05-13 13:30:00,,P" for k in range(12)]
    hours = audited(tmp_path, rows, MAP.replace("late_by: 60 s", "late_by: 50 min"))["hours"]
    assert hours["status"] == "not_assessable"


def test_a_page_for_who_answers_for_the_calls(tmp_path: Path) -> None:
    rows = [f"+33199000{k:03},2024-05-13 13:30:00,10,P" for k in range(12)]
    rows += [f"XXXXXX{k:04},2024-05-13 11:00:00,5,P" for k in range(3)]
    audited(tmp_path, rows)
    page = tmp_path / "page.html"
    asked = ("audit", tmp_path / "out", "--regime", "fr-consumer-2023", "--report", page)
    done = ringfence(*asked)
    assert done.exit_code == 1, done.exception
    text = page.read_text()
    assert "Broken: hours." in text
    assert "No violation found is said of 0 of" in text
    assert "<td>12</td><td>12</td><td>3: kept apart: no line or no start</td>" in text
    assert "cap: lower bound: 3 calls without a line" in text
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "--force replaces it" in str(ringfence(*asked).exception)
    assert ringfence(*asked, "--force").exit_code == 1
