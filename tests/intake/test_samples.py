"""Samples of six formats come out as the rows that were worked out for them by hand."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.intake.known import format_names, load_format
from sim.intake.lists import read_numbers, read_wishes
from tests.intake.samples import (
    DATA,
    SAMPLES,
    expected,
    imported,
    key_file,
    line_of,
    ringfence,
    rows_of,
    written,
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_comes_out_as_its_right_rows(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    out = imported(sample, tmp_path)
    right = expected(sample.file)
    found = rows_of(out)
    assert len(found) == len(right)
    for row, want in zip(found, right, strict=True):
        first, *others = want["record"].split("+")
        assert row["rows"] == 1 + len(others)
        line = line_of(want["line"]) if want["line"] else ""
        assert written(row) == {
            **{name: text for name, text in want.items() if name != "note"},
            "record": first,
            "line": line,
        }, want["note"]


def test_what_is_written_is_private_and_names_no_number(tmp_path: Path) -> None:
    sample = SAMPLES["asterisk"]
    out = imported(sample, tmp_path)
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    numbers = {row["line"] for row in expected(sample.file)} - {""}
    numbers |= {number[1:] for number in numbers} | {f"0{number[3:]}" for number in numbers}
    for file in out.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_bytes()
        if file.suffix == ".parquet":
            content = repr(pq.read_table(file).to_pydict()).encode()
        assert not [number for number in numbers if number.encode() in content], file.name
    manifest = json.loads((out / "import.json").read_text())
    source = (DATA / "asterisk_master.csv").read_bytes()
    assert manifest["sources"] == [
        {"sha256": hashlib.sha256(source).hexdigest(), "bytes": len(source), "rows": 22}
    ]


def test_the_key_that_a_person_pressed_is_an_opt_out(tmp_path: Path) -> None:
    """Record 11: key 9 in userfield; its call ended at 15:10:53."""
    out = imported(SAMPLES["asterisk"], tmp_path)
    (wish,) = pq.read_table(out / "optouts.parquet").to_pylist()
    assert wish["line"] == line_of("+33199000210")
    assert wish["at_utc"].isoformat() == "2024-10-25T15:10:53+00:00"
    assert wish["kind"] == "opt_out"


def test_pressed_is_known_where_the_mapping_tells_it(tmp_path: Path) -> None:
    """Touche 1 pressed, empty not, 9 neither."""
    rows = {row["record"]: row["pressed"] for row in rows_of(imported(SAMPLES["mapped"], tmp_path))}
    assert (rows[1], rows[2], rows[6]) == (True, False, None)


def test_lists(tmp_path: Path) -> None:
    for name, region in (("dnc_us_flat", "US"), ("tps_spaces", "GB")):
        found = read_numbers(DATA / f"{name}.csv", region)
        right = sorted(int(row["line"][1:]) for row in expected(name))
        assert found.digits.tolist() == right
        assert found.bad == 0
    wishes = read_wishes(DATA / "vicidial_dnc_log.csv", "US", "America/New_York")
    found_wishes = {
        (f"+{digits}", int(at) // 1000) for digits, at in zip(wishes.digits, wishes.at, strict=True)
    }
    right_wishes = {(row["line"], row["at_utc"]) for row in expected("vicidial_dnc_log")}
    stamps = {"2024-06-03T15:30:00Z": 1717428600, "2024-06-03T13:01:35Z": 1717419695,
              "2024-06-02T14:00:00Z": 1717336800}  # fmt: skip
    assert found_wishes == {(line, stamps[at]) for line, at in right_wishes}
    assert wishes.lifted == 1


def test_one_key_joins_calls_and_lists(tmp_path: Path) -> None:
    """The list names 212 5550101, 5550110, 716 5550104 and 850 5550107; all four were called."""
    out = imported(
        SAMPLES["vicidial"],
        tmp_path,
        *("--register", f"national_dnc={DATA / 'dnc_us_flat.csv'}"),
        *("--optouts", DATA / "vicidial_dnc_log.csv"),
    )
    people = pq.read_table(out / "recipients.parquet").to_pylist()
    listed = {each["line"] for each in people if each["register_national_dnc"]}
    assert listed == {line_of(row["line"]) for row in expected("dnc_us_flat")}
    # Three of the list, and call 7, which an agent closed with the status DNC.
    wishes = pq.read_table(out / "optouts.parquet").to_pylist()
    assert [wish["line"] for wish in wishes].count(line_of("+18505550107")) == 2
    assert len(wishes) == 4


def test_every_format_is_whole_and_says_whether_it_was_tried() -> None:
    assert set(format_names()) == {
        *("asterisk", "connect", "freepbx", "freeswitch", "fusionpbx", "goautodial", "newfies"),
        *("plivo", "twilio", "vicidial", "vicidial-log"),
    }
    tried = {name for name in format_names() if load_format(name).tried}
    assert tried == set(SAMPLES) - {"mapped"}
    assert all(load_format(name).read_in for name in format_names())


def test_a_format_that_was_never_tried_says_so(tmp_path: Path) -> None:
    log = tmp_path / "calls.json"
    call = {"to_number": "+33199000101", "initiation_time": "2024-10-25 17:00:00+02:00",

            "answer_time": "", "end_time": "2024-10-25 17:00:30+02:00",
            "call_direction": "outbound",
            "hangup_cause_code": 3000}  # fmt: skip
    log.write_text(json.dumps({"objects": [call]}))
    done = ringfence(
        "import", log, "--from", "plivo", "--clock", "UTC", "--key", key_file(tmp_path),
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "layout read, never tried" in done.output
    (row,) = rows_of(tmp_path / "out")
    assert row["start_utc"].isoformat() == "2024-10-25T15:00:00+00:00"
    assert (row["disposition"], row["line"]) == ("no_answer", line_of("+33199000101"))
