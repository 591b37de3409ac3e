"""Reading what a real dialer did: columns, faults by row, and nothing on one person."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.audit.auditor import audit
from sim.audit.inputs.external import read_external
from sim.audit.inputs.facts import read_facts
from sim.audit.inputs.files import DialerFilesError
from sim.audit.tables import CampaignFacts
from sim.record.never import NEVER
from tests.audit.build import regime, utc

A, B, C = ("a1" * 16, "b2" * 16, "c3" * 16)
"""Keyed hashes."""
NIGHT: dict[str, Any] = {
    "kind": "hours",
    "windows": [{"days": "all", "from": "08:00", "to": "21:00"}],
}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes a CSV file from lines, and gives its path."""

    def file(name: str, *lines: str) -> Path:
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return file


def faults(*paths: Path | None) -> list[str]:
    """What is wrong with files, without their folder."""
    with pytest.raises(DialerFilesError) as caught:
        read_external(*paths)  # type: ignore[arg-type]
    return [re.sub(r"^/\S*/", "", fault) for fault in caught.value.faults]


def test_three_files_become_one_input(write: Any) -> None:
    calls = write(
        "calls",
        "line,start_utc,hold_ms,disposition,delivered,attempt",
        f"{A},2024-03-05T10:00:00Z,30000,human,true,1",
        f"{B},2024-03-05 12:00:00.250+01:00,1000,no_answer,false,1",
        f"{A},2024-03-05T20:00:00Z,30000,machine,yes,2",
    )
    people = write(
        "recipients",
        "line,zone,line_type,territory,consent_from_utc,consent_until_utc,consent_scope,"
        "consent_slot,register_national_dnc,opposition",
        f"{B},Europe/Paris,mobile,north,,,,,0,1",
        f"{A},Pacific/Wallis,landline,south,2024-01-01T00:00:00Z,,automated caller,"
        "mon-fri 18:00-20:00; sat 10:00-12:00,1,0",
        f"{C},Europe/Paris,mobile,north,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z,automated,,0,0",
    )
    wishes = write(
        "optouts",
        "line,at_utc,kind",
        f"{A},2024-03-05T11:00:00Z,refusal",
        f"{'d4' * 16},2024-03-05T11:00:00Z,opt_out",
    )
    data, notes = read_external(calls, people, wishes)
    assert notes == ()
    calls_, known, optouts = data.calls, data.recipients, data.optouts
    assert known is not None
    assert optouts is not None
    assert calls_.line.tolist() == [1, 0, 1]
    assert calls_.start_ms.tolist() == [
        utc("2024-03-05 10:00"),
        utc("2024-03-05 11:00:00.250"),
        utc("2024-03-05 20:00"),
    ]
    assert calls_.end_ms is not None
    assert (calls_.end_ms - calls_.start_ms).tolist() == [30_000, 1_000, 30_000]
    assert calls_.zone is not None
    assert [data.zones[z] for z in calls_.zone] == [
        "Pacific/Wallis", "Europe/Paris", "Pacific/Wallis",
    ]  # fmt: skip
    assert calls_.connected is not None
    assert calls_.connected.tolist() == [True, False, True]
    assert calls_.person is not None
    assert calls_.person.tolist() == [True, False, False]
    assert calls_.rang_out is not None
    assert calls_.rang_out.tolist() == [False, True, False]
    assert known.consent_from_ms is not None
    assert known.consent_from_ms.tolist() == [NEVER, utc("2024-01-01"), utc("2024-01-01")]
    assert known.consent_until_ms is not None
    assert known.consent_until_ms.tolist() == [NEVER, NEVER, utc("2024-02-01")]
    assert known.consent_scope is not None
    assert [data.scopes[s] if s >= 0 else None for s in known.consent_scope] == [
        None, {"automated", "caller"}, {"automated"},
    ]  # fmt: skip
    assert known.consent_slot is not None
    assert known.consent_slot.tolist() == [-1, 0, -1]
    (slot,) = data.slots
    assert slot.open.sum() == 5 * 120 + 120
    assert np.flatnonzero(slot.open)[0] == 18 * 60
    assert np.flatnonzero(slot.open)[-1] == 5 * 1440 + 12 * 60 - 1
    assert known.registers["national-dnc"].tolist() == [False, True, False]
    assert known.oppositions["directory"].tolist() == [True, False, False]
    # The second opt-out is of a line that nobody else names: it met no call.
    assert optouts.line.tolist() == [1, -1]
    assert optouts.refusal is not None
    assert optouts.refusal.tolist() == [True, False]
    assert [(join.what, join.given, join.met) for join in data.joins] == [
        ("opt-outs", 2, 1),
        ("recipients", 3, 2),
        ("lines that were called", 2, 2),
        ("lines in register national-dnc", 1, 1),
        ("lines in opposition directory", 1, 1),
    ]
    assert data.personal


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    start = dt.datetime(2024, 3, 5, 10, tzinfo=dt.UTC)
    table = pa.table(
        {
            "line": pa.array([7, 9], pa.int64()),
            "start_utc": pa.array([start, start], pa.timestamp("us", "Europe/Paris")),
            "zone": pa.array(["Europe/Paris", "Asia/Kathmandu"]).dictionary_encode(),
            "connected": pa.array([True, False]),
        }
    )
    pq.write_table(table, tmp_path / "calls.parquet")
    data, _ = read_external(tmp_path / "calls.parquet")
    assert data.calls.start_ms.tolist() == [utc("2024-03-05 10:00")] * 2
    assert data.calls.line.tolist() == [0, 1]
    assert data.line_ids is not None
    assert data.line_ids.tolist() == ["7", "9"]
    assert data.recipients is None


# ── What looks like a phone number ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number",
    [
        "+33612345678",
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "(202) 555-0123",
        "202-555-0123",
        "0033612345678",
        "+1 (202) 555 0123",
        "33612345678",
        "2025550123",
    ],
)
def test_phone_numbers_are_refused_and_not_repeated(write: Any, number: str) -> None:
    found = faults(write("calls", "line,start_utc", f'"{number}",2024-03-05T10:00:00Z'))
    (fault,) = found
    assert fault.startswith("calls.csv: line: looks like a phone number; give a keyed hash")
    assert fault.endswith("row 1 (1 row)")
    assert number not in fault
    # In any other column of text, too.
    extra = write("other", "line,start_utc,note", f'{A},2024-03-05T10:00:00Z,"{number}"')
    if number == "2025550123":  # ten digits that may be seconds since 1970
        read_external(extra)
    else:
        assert faults(extra) == ["other.csv: column 3: looks like a phone number: row 1 (1 row)"]
    place = write("place", "line,start_utc,territory", f'{A},2024-03-05T10:00:00Z,"{number}"')
    assert faults(place) == ["place.csv: territory: looks like a phone number: row 1 (1 row)"]


@pytest.mark.parametrize(
    "line", ["0", "12345678", A, A.upper(), "3mZk9QpLr8sTzA+/x1Y2Zw==", "12345678901234567"]
)
def test_numbers_of_one_s_own_and_digests_are_lines(write: Any, line: str) -> None:
    data, _ = read_external(write("calls", "line,start_utc", f"{line},2024-03-05T10:00:00Z"))
    assert data.lines == 1


@pytest.mark.parametrize("line", ["Mme Dupont", "ab12", "-5", "1.5"])
def test_anything_else_is_no_line(write: Any, line: str) -> None:
    (fault,) = faults(write("calls", "line,start_utc", f"{line},2024-03-05T10:00:00Z"))
    assert "neither a whole number nor a digest" in fault
    assert line not in fault


def test_a_column_of_phone_numbers_is_refused_by_its_name(write: Any) -> None:
    found = faults(write("calls", "line,start_utc,phone", f"{A},2024-03-05T10:00:00Z,x"))
    assert found == [
        "calls.csv: column 3: is named like a column of phone numbers; leave it out",
    ]


# ── Faults ───────────────────────────────────────────────────────────────────────────────────────


def test_every_fault_of_every_file_at_once_by_row(write: Any) -> None:
    calls = write(
        "calls",
        "line,start_utc,end_utc,zone,connected,attempt",
        f"{A},2024-03-05T10:00:00,2024-03-05T10:00:01Z,Europe/Paris,true,1",
        f"{A},2024-02-30T10:00:00Z,2024-03-05T10:00:01Z,Europe/Pariss,maybe,0",
        f"{A},2024-03-05T10:00:00Z,2024-03-05T09:59:59Z,,true,one",
        ",1824-03-05T10:00:00Z,2024-03-05T10:00:01Z,Europe/Paris,true,1",
    )
    people = write(
        "recipients",
        "line,consent_from_utc,consent_until_utc,consent_slot,consent_scope,line_type",
        f"{A},2024-03-05T10:00:00Z,2024-03-04T10:00:00Z,mon-fry 18:00-20:00,robots,landline",
        f"{A},,,18:00-20:00,,",
    )
    wishes = write("optouts", "line,at_utc,kind", f"{A},yesterday,whim")
    assert faults(calls, people, wishes) == [
        "calls.csv: line: is empty: row 4 (1 row)",
        "calls.csv: start_utc: is no absolute time; write it in UTC, as 2024-06-07T17:30:00Z: "
        "rows 1, 2 (2 rows)",
        "calls.csv: start_utc: lies outside of the years 1990 to 2099: row 4 (1 row)",
        "calls.csv: zone: is no IANA time zone, such as Europe/Paris: row 2 (1 row)",
        "calls.csv: end_utc: lies before the start of the call: row 3 (1 row)",
        "calls.csv: attempt: is no whole number from 1 to 1,000,000: rows 2, 3 (2 rows)",
        "calls.csv: connected: is neither true nor false: row 2 (1 row)",
        "recipients.csv: line: the line stands there already: row 2 (1 row)",
        "recipients.csv: consent_until_utc: lies before consent_from_utc: row 1 (1 row)",
        "recipients.csv: consent_scope: names something other than automated and caller: "
        "row 1 (1 row)",
        "recipients.csv: consent_slot: has a day or an hour that does not exist: row 1 (1 row)",
        "recipients.csv: consent_slot: is no weekly time, such as mon-fri 18:00-20:00; "
        "sat 10:00-12:00: row 2 (1 row)",
        "optouts.csv: at_utc: is no absolute time; write it in UTC, as 2024-06-07T17:30:00Z: "
        "row 1 (1 row)",
        "optouts.csv: kind: is neither opt_out nor refusal: row 1 (1 row)",
    ]


def test_twenty_bad_rows_are_named_and_the_rest_counted(write: Any) -> None:
    rows = [f"{A},when" for _ in range(3_000)]
    (fault,) = faults(write("calls", "line,start_utc", *rows))
    assert fault.endswith("rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, "
                          "19, 20 and 2,980 more (3,000 rows)")  # fmt: skip


def test_lines_that_are_not_among_the_recipients(write: Any) -> None:
    calls = write("calls", "line,start_utc", f"{A},2024-03-05T10:00:00Z")
    people = write("people", "line,zone,register_tps", f"{B},Europe/Paris,false")
    data, _ = read_external(calls, people)
    assert [(join.what, join.given, join.met) for join in data.joins][:2] == [
        ("recipients", 1, 0),
        ("lines that were called", 1, 0),
    ]
    (result,) = audit(data, regime({"kind": "register", "name": "tps"})).results
    assert (result.status, result.unassessed, result.reason) == (
        "not_assessable",
        1,
        "register tps unknown",
    )


def test_files_that_are_none(write: Any, tmp_path: Path) -> None:
    assert faults(tmp_path / "absent.csv") == ["absent.csv: there is no such file"]
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    (fault,) = faults(tmp_path / "broken.parquet")
    assert fault == "broken.parquet: cannot be read as Parquet: it is damaged"
    ragged = write("ragged", "line,start_utc", f"{A},2024-03-05T10:00:00Z", f"{B},x,{C}")
    (fault,) = faults(ragged)
    assert fault == "ragged.csv: has another number of values than of columns: row 2 (1 row)"
    assert faults(write("empty", "line,start_utc")) == ["empty.csv: line: the file has no rows"]
    (fault,) = faults(write("bare", "who", A))
    assert fault.startswith("bare.csv: the first row is no header: of the 1 column, none is called")
    assert faults(write("half", "zone", "Europe/Paris")) == [
        "half.csv: line: the column is missing",
        "half.csv: start_utc: the column is missing",
    ]
    assert faults(write("twice", "line,line,start_utc", f"{A},{A},2024-03-05T10:00:00Z")) == [
        "twice.csv: columns 1, 2: some have the same name"
    ]


def test_local_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    table = pa.table({"line": [1], "start_utc": [dt.datetime(2024, 3, 5, 10)]})
    pq.write_table(table, tmp_path / "calls.parquet")
    (fault,) = faults(tmp_path / "calls.parquet")
    assert "local times without a zone" in fault


def test_several_campaigns_in_one_file_are_refused(write: Any) -> None:
    rows = [f"{A},2024-03-05T10:00:00Z,{name}" for name in ("one", "two")]
    (fault,) = faults(write("calls", "line,start_utc,strategy", *rows))
    assert "several campaigns" in fault
    calls = write("calls", "line,start_utc", f"{A},2024-03-05T10:00:00Z")
    (fault,) = faults(calls, None, write("optouts", "line,at_utc,strategy", *rows))
    assert "several campaigns" in fault


# ── What a missing column means ──────────────────────────────────────────────────────────────────


def test_a_rule_whose_column_is_missing_is_not_assessable(write: Any) -> None:
    calls = write("calls", "line,start_utc,note", f"{A},2024-03-05T03:00:00Z,fine")
    data, notes = read_external(calls)
    (note,) = notes
    assert note.endswith("calls.csv: not read, as no such column is known: column 3")
    rules = [
        NIGHT,
        {"kind": "consent"},
        {"kind": "register", "name": "tps"},
        {"kind": "opposition"},
        {"kind": "honour_opt_out", "delay": "24 h"},
        {"kind": "frequency_cap", "calls": 3, "window": "30 d"},
        {"kind": "frequency_cap", "calls": 3, "window": "30 d", "applies": {"calls": "connected"}},
    ]
    found = audit(data, regime(*rules))
    assert [result.status for result in found.results] == [
        "not_assessable", "not_assessable", "not_assessable", "not_assessable", "not_assessable",
        "assessed", "not_assessable",
    ]  # fmt: skip
    assert found.counts() == "no violation found of 1 rule assessed, 6 not assessed"


# ── Facts of the campaign ────────────────────────────────────────────────────────────────────────


def test_facts_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(
        "opt_out_notice: start\nopt_out_key_within: 1.5 s\n"
        'caller_numbers: ["01 62 00 00 00"]\nidentification: {caller_at_start: true}\n'
        "abandoned_share: 2 %\nduties: {register-with-the-authority: false}\n",
        encoding="utf-8",
    )
    facts = read_facts(file, "FR")
    assert facts == CampaignFacts(
        opt_out_notice="start",
        opt_out_key_within_ms=1_500,
        caller_numbers=("+33162000000",),
        identification={"caller_at_start": True},
        abandoned_share=0.02,
        duties={"register-with-the-authority": False},
    )


def test_facts_that_are_wrong(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("opt_out_notise: start\ngate: maybe\ndata_notice: 1\n", encoding="utf-8")
    with pytest.raises(DialerFilesError) as caught:
        read_facts(file)
    assert sorted(fault.removeprefix(f"{file}:") for fault in caught.value.faults) == [
        "1:1: opt_out_notise: there is no such fact; did you mean 'opt_out_notice'?",
        "2:7: gate: allowed: 'none' or 'press-1'",
        "3:14: data_notice: true or false is wanted",
    ]
    file.write_text("caller_numbers: [one, two]\nidentification:\n  - x\n", encoding="utf-8")
    with pytest.raises(DialerFilesError) as caught:
        read_facts(file)
    assert [fault.removeprefix(f"{file}:") for fault in caught.value.faults] == [
        "2:1: identification: a map is wanted"  # of a list, its key is blamed
    ]
    file.write_text('caller_numbers: ["+33162000000", "+two"]\n', encoding="utf-8")
    with pytest.raises(DialerFilesError) as caught:
        read_facts(file)
    assert caught.value.faults == (f"{file}:1:34: caller_numbers.1: is no phone number",)
    with pytest.raises(DialerFilesError, match="no such file"):
        read_facts(tmp_path / "absent.yaml")
