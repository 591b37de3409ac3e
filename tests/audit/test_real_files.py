"""Files as dialers write them: what is not known, what does not meet, what stands there twice."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.audit.auditor import Audit, audit
from sim.audit.exposure import exposure
from sim.audit.inputs import reading
from sim.audit.inputs.external import read_external
from sim.audit.inputs.facts import read_facts
from sim.audit.inputs.numbers import NumberError, international
from sim.audit.plain import plain_audit
from sim.audit.shown import document
from sim.audit.tables import AuditInput
from sim.audit.text import audit_text
from sim.audit.write import VIOLATIONS, ViolationWriter
from sim.document.zones import fixed_zone
from sim.errors import DialerFilesError
from sim.outputs import claim
from sim.regimes.load import load_regime
from tests.audit.build import breaking, log, reason, regime, utc
from tests.console import ringfence

HONOUR: dict[str, Any] = {"kind": "honour_opt_out", "delay": "24 h"}
CAP: dict[str, Any] = {"kind": "frequency_cap", "calls": 1, "window": "30 d"}
DAYTIME: dict[str, Any] = {
    "kind": "hours",
    "windows": [{"days": "all", "from": "08:00", "to": "21:00"}],
}
ID = "919e4d27f53104b2599d2cc8ce53916731e8d4c4e3581bf5cf7bca2893c601f7"


def put(folder: Path, name: str, *rows: str, separator: str = ",") -> Path:
    path = folder / name
    text = "\n".join(row.replace(",", separator) for row in rows) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def some(lines: int) -> list[str]:
    """A call to each of some lines."""
    return [f"{line},2024-03-09T10:00:00Z" for line in range(lines)]


def held(data: AuditInput, *rules: dict[str, Any]) -> Audit:
    """An audit, once the plain auditor has said the same of every call."""
    law = regime(*rules)
    found, plain = audit(data, law), plain_audit(data, law)
    for result in found.results:
        wanted = plain[result.rule.id]
        assert result.status == wanted.status
        assert result.violations == len(wanted.violating)
        assert result.unassessed == len(wanted.unknown)
    return found


# ── Files that do not meet ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("called", "wished"),
    [(ID, ID.upper()), (ID.upper(), ID), ("7", "0000007"), ("0007", "7"), (ID, ID)],
)
def test_ids_are_compared_as_what_they_are(tmp_path: Path, called: str, wished: str) -> None:
    calls = put(tmp_path, "calls.csv", "line,start_utc", f"{called},2024-03-09T10:00:00Z")
    optouts = put(tmp_path, "out.csv", "line,at_utc", f"{wished},2024-03-05T10:00:00Z")
    data, _ = read_external(calls, None, optouts)
    assert [(join.given, join.met) for join in data.joins] == [(1, 1)]
    assert held(data, HONOUR).results[0].violations == 1


def test_digests_in_base64_differ_by_case(tmp_path: Path) -> None:
    one = "3mZk9QpLr8sTzA+/x1Y2Zw=="
    calls = put(
        tmp_path, "calls.csv", "line,start_utc", "3mZk9QpLr8sTzA+/x1Y2Zw==,2024-03-09T10:00Z"
    )
    optouts = put(tmp_path, "out.csv", "line,at_utc", f"{one.upper()},2024-03-05T10:00Z")
    data, _ = read_external(calls, None, optouts)
    assert [(join.given, join.met) for join in data.joins] == [(1, 0)]


def test_opt_outs_that_meet_no_call_judge_nothing(tmp_path: Path) -> None:
    calls = put(
        tmp_path, "calls.csv", "line,start_utc", *(f"{k},2024-03-09T10:00:00Z" for k in range(50))
    )
    wishes = [f"{1000 + k},2024-03-05T10:00:00Z" for k in range(29)]
    data, _ = read_external(calls, None, put(tmp_path, "out.csv", "line,at_utc", *wishes))
    found = held(data, HONOUR)
    (result,) = found.results
    assert result.reason == "29 of 29 opt-outs name a line that no call went to"
    text = audit_text(found, exposure(found))
    assert "joined: 0 of 29 opt-outs, 0.0%, met a call" in text
    assert "No violation found is said of 0 of 1 rule." in text
    told = document(found, exposure(found))
    assert told["joins"] == [{"what": "opt-outs", "given": 29, "met": 0}]
    assert told["rules"][0]["status"] == "not_assessable"
    # One that meets is enough to judge by, and how many do is told.
    met = put(tmp_path, "one.csv", "line,at_utc", *wishes, "7,2024-03-05T10:00:00Z")
    data, _ = read_external(calls, None, met)
    assert held(data, HONOUR).results[0].violations == 1
    assert (data.joins[0].given, data.joins[0].met) == (30, 1)


def test_of_lines_that_the_recipients_lack_nothing_is_known(tmp_path: Path) -> None:
    calls = put(
        tmp_path, "calls.csv", "line,start_utc", *(f"{k},2024-03-09T10:00:00Z" for k in range(5))
    )
    people = put(
        tmp_path, "people.csv", "line,zone,register_tps", "0,Europe/Paris,1", "1,Europe/Paris,0",
        "2,Europe/Paris,", "9,Europe/Paris,1",
    )  # fmt: skip
    data, _ = read_external(calls, people)
    (tps, hours) = held(data, {"kind": "register", "name": "tps"}, DAYTIME).results
    # Line 0 stands in it, line 1 does not; of 2 it is not said, and 3 and 4 are not among them.
    assert (tps.violations, tps.calls, tps.unassessed, tps.why) == (1, 2, 3, "register tps unknown")
    assert (hours.calls, hours.unassessed, hours.why) == (3, 2, "zone unknown")
    assert not tps.clean
    assert not hours.clean


# ── What is not known ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("written", ["", "unknown", "Unknown"])
@pytest.mark.parametrize(
    ("column", "right", "rule"),
    [
        ("zone", "Europe/Paris", DAYTIME),
        ("line_type", "landline", {**DAYTIME, "applies": {"line_types": ["landline"]}}),
        ("connected", "true", {**CAP, "calls": 1, "applies": {"calls": "connected"}}),
        ("delivered", "true", {"kind": "identification", "requires": ["phone_number"],
                               "applies": {"calls": "delivered"}}),
        ("disposition", "human", {"kind": "identification", "requires": ["phone_number"],
                                  "applies": {"calls": "connected"}}),
    ],
)  # fmt: skip
def test_one_unknown_value_leaves_one_call_unassessed(
    tmp_path: Path, column: str, right: str, rule: dict[str, Any], written: str
) -> None:
    zone = "" if column == "zone" else ",zone"
    rows = [f"{k % 500},2024-03-09T02:00:{k % 60:02}Z,{right}" for k in range(1000)]
    rows[17] = rows[17].removesuffix(right) + written
    if zone:
        rows = [f"{row},Europe/Paris" for row in rows]
    calls = put(tmp_path, "calls.csv", f"line,start_utc,{column}{zone}", *rows)
    facts = tmp_path / "facts.yaml"
    facts.write_text("identification: {phone_number: false}\n", encoding="utf-8")
    data, _ = read_external(calls, facts=read_facts(facts))
    (result,) = held(data, rule).results
    if rule["kind"] == "frequency_cap":
        # Of its line's two calls the later one breaks the cap, or not: by the earlier one.
        assert (result.violations, result.unassessed) == (499, 1)
        assert result.calls == 1000 - 1 - 1
    else:
        assert (result.violations, result.calls, result.unassessed) == (999, 999, 1)
    assert not result.clean


def test_an_unknown_end_is_no_overrun_and_no_fault(tmp_path: Path) -> None:
    rows = ["1,2024-03-09T19:59:30Z,", "2,2024-03-09T19:59:30Z,2024-03-09T20:01:00Z"]
    rows = [f"{row},Europe/Paris" for row in rows]
    data, _ = read_external(put(tmp_path, "calls.csv", "line,start_utc,end_utc,zone", *rows))
    (result,) = held(data, DAYTIME).results  # 20:59:30 in Paris
    assert (result.violations, result.overruns, result.calls) == (0, 1, 2)
    with pytest.raises(DialerFilesError, match="lies more than 24 h after its start: row 1 "):
        read_external(
            put(tmp_path, "long.csv", "line,start_utc,end_utc",
                "1,2024-03-09T19:59:30Z,2024-03-13T19:59:30Z")
        )  # fmt: skip


def test_an_unknown_kind_of_opt_out_may_be_a_refusal(tmp_path: Path) -> None:
    calls = put(
        tmp_path, "calls.csv", "line,start_utc", *(f"{k},2024-03-09T10:00:00Z" for k in range(3))
    )
    kinds = ("refusal", "opt_out", "")
    wishes = [f"{k},2024-03-05T10:00:00Z,{kind}" for k, kind in enumerate(kinds)]
    data, _ = read_external(calls, None, put(tmp_path, "out.csv", "line,at_utc,kind", *wishes))
    (result,) = held(data, {"kind": "pause_after_refusal", "days": 60}).results
    assert (result.violations, result.unassessed, result.calls) == (1, 1, 2)


def test_an_abandonment_share_that_hangs_on_what_is_unknown_is_not_assessed() -> None:
    rule = {"kind": "abandonment", "most": "3 %"}
    at = [utc("2024-03-09 10:00")] * 100
    columns: dict[str, Any] = {"person": [True] * 100, "abandoned": [True] * 3 + [False] * 97}
    assert not plain_audit(log(at, columns=columns), regime(rule))["rule-0"].broken
    unknown = {"abandoned": np.arange(100) == 50}
    data = log(at, columns={**columns})
    object.__setattr__(data.calls, "unknown", unknown)
    assert "3.00% to 4.00%" in reason(data, rule)


# ── Rows that stand there twice ──────────────────────────────────────────────────────────────────


def test_rows_of_one_line_and_start_are_one_call(tmp_path: Path) -> None:
    rows = [
        "1,2024-03-09T10:00:00Z,human,10000",
        "2,2024-03-09T10:00:00Z,human,10000",
        "1,2024-03-09T10:00:00Z,machine,10000",
        "1,2024-03-09T10:00:05Z,human,10000",
    ]
    calls = put(tmp_path, "calls.csv", "line,start_utc,disposition,hold_ms", *rows)
    data, notes = read_external(calls)
    assert data.calls.line.tolist() == [0, 1, 0]
    assert data.rows is not None
    assert data.rows.tolist() == [0, 1, 3]
    # Both say that it was answered; by whom, they do not agree.
    assert data.calls.connected is not None
    assert data.calls.connected.tolist() == [True, True, True]
    assert data.calls.unknown["person"].tolist() == [True, False, False]
    assert "connected" not in data.calls.unknown
    assert [note.partition(": ")[2] for note in notes] == [
        "1 row repeats the line and the start of another: counted once; where they differ, the "
        "value is taken as not known",
        "1 call begins while another to the same line is going on: legs of one call? Each is "
        "counted",
    ]
    assert held(data, CAP).results[0].violations == 1


# ── Days of a law ────────────────────────────────────────────────────────────────────────────────


def test_a_call_of_unknown_zone_may_be_on_either_day() -> None:
    rule = {"kind": "frequency_cap", "calls": 1, "window": "1 d", "day": "calendar"}
    # From 12 h behind UTC to 14 h ahead, 11:00 on the 8th may be the 7th, 8th or 9th.
    starts = [utc("2024-06-07 10:00"), utc("2024-06-08 11:00"), utc("2024-06-12 10:00")]
    data = log(starts, line=[0, 0, 0])
    object.__setattr__(data.calls, "unknown", {"zone": np.array([False, True, False])})
    (result,) = held(data, rule).results
    assert (result.violations, result.unassessed, result.calls) == (0, 1, 2)
    assert breaking(log(starts, line=[0, 0, 0]), rule) == []


# ── Numbers and zones ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "region", "wanted"),
    [
        ("+33 6 12 34 56 78", None, "+33612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("07700 900123", "GB", "+447700900123"),
        ("+262 262 12 34 56", "FR", "+262262123456"),
    ],
)
def test_one_number_has_one_form(written: str, region: str | None, wanted: str) -> None:
    assert international(written, region) == wanted


@pytest.mark.parametrize(
    ("written", "region"),
    [("06 12 34 56 78", None), ("0262 12 34 56", "FR"), ("0692 12 34 56", "FR"),
     ("0594 30 12 34", "FR"), ("12", "FR"), ("nobody", "FR")],
)  # fmt: skip
def test_a_number_that_may_be_several_is_refused_and_not_shown(
    written: str, region: str | None
) -> None:
    with pytest.raises(NumberError) as caught:
        international(written, region)
    assert written not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "broken"),
    [("+33612345678", ["no-mobile-number", "automated-number"]), ("+33162000000", []),
     ("+590947512345", []), ("+4961234567", ["automated-number"])],
)  # fmt: skip
def test_a_shown_number_is_judged_by_its_country(
    tmp_path: Path, number: str, broken: list[str]
) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text(f'caller_numbers: ["{number}"]\n', encoding="utf-8")
    calls = put(tmp_path, "calls.csv", "line,start_utc", "1,2024-03-09T10:00:00Z")
    data, _ = read_external(calls, facts=read_facts(facts))
    law = load_regime("fr-arcep-2023")
    found, plain = audit(data, law), plain_audit(data, law)
    assert [result.rule.id for result in found.broken] == broken
    assert [rule for rule, verdict in plain.items() if verdict.violating] == broken


@pytest.mark.parametrize(
    ("zone", "meant"),
    [("EST", "America/New_York"), ("MST", "America/Denver"), ("HST", "Pacific/Honolulu"),
     ("Etc/GMT+5", "America/New_York"), ("Etc/GMT-1", "Europe/Paris"), ("UTC", "Europe/London")],
)  # fmt: skip
def test_a_zone_without_summer_time_is_told(tmp_path: Path, zone: str, meant: str) -> None:
    calls = put(tmp_path, "calls.csv", "line,start_utc,zone", f"1,2024-07-09T10:00:00Z,{zone}")
    _, (note,) = read_external(calls)
    assert note.endswith(f"name the zone of the place, such as {meant}")
    assert fixed_zone("America/New_York") is None
    assert fixed_zone("EST5EDT") is None


def test_a_scenario_s_zone_without_summer_time_is_a_warning(tmp_path: Path) -> None:
    """Read as any user's file is: a warning, and the scenario can still be run."""
    text = (Path(__file__).parents[2] / "scenarios" / "us-primary.yaml").read_text("utf-8")
    assert "timezone: America/Denver" in text
    file = tmp_path / "mst.yaml"
    file.write_text(text.replace("timezone: America/Denver", "timezone: MST"), encoding="utf-8")
    answer = ringfence("validate", file)
    assert answer.exit_code == 0, answer.stderr
    told = answer.stdout + answer.stderr
    assert "MST is 7 h behind UTC all year" in told
    assert "such as America/Denver" in told


# ── Dialects ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    calls = put(tmp_path, "c.csv", "line,start_utc", "1,2024-03-09T10:00:00Z", separator=separator)
    assert read_external(calls)[0].calls.start_ms.tolist() == [utc("2024-03-09 10:00")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_by_their_mark_and_gzip(tmp_path: Path, encoding: str, packed: bool) -> None:
    text = "line,start_utc,territory\r\n1,2024-03-09T10:00:00Z,Île\r\n"
    raw = text.encode(encoding)
    calls = tmp_path / "calls.csv"
    calls.write_bytes(gzip.compress(raw) if packed else raw)
    assert read_external(calls)[0].territories == ("Île",)


def test_another_encoding_is_asked_for(tmp_path: Path) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_bytes("line,start_utc,territory\n1,2024-03-09T10:00:00Z,Île\n".encode("cp1252"))
    with pytest.raises(DialerFilesError, match="--encoding cp1252"):
        read_external(calls)
    assert read_external(calls, encoding="cp1252")[0].territories == ("Île",)


def test_line_breaks_in_quotes_over_more_than_a_block(tmp_path: Path) -> None:
    remark = '"first line\n' + "x" * 600 + '"'
    rows = [f"{k},2024-03-09T10:00:00Z,{remark}" for k in range(16_000)]
    calls = put(tmp_path, "calls.csv", "line,start_utc,remark", *rows)
    assert calls.stat().st_size > reading._BLOCK_BYTES
    assert len(read_external(calls)[0].calls) == 16_000
    put(tmp_path, "calls.csv", "line,start_utc,remark", *rows, "1,2")
    with pytest.raises(DialerFilesError, match=r"of columns: row 16001 \(1 row\)"):
        read_external(calls)


SECRETS = ("Jo Example", "15552010001", "555201", "Secret", "softphone7")


def test_text_in_parquet_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    line = pa.array([b"7\xff"]).view(pa.string())
    calls = tmp_path / "calls.parquet"
    pq.write_table(pa.table({"line": line, "start_utc": ["2024-03-09T10:00:00Z"]}), calls)
    with pytest.raises(DialerFilesError, match="cannot be read as Parquet: it is damaged"):
        read_external(calls)


def test_a_packed_file_of_which_bits_were_flipped_is_refused(tmp_path: Path) -> None:
    """Some flips are seen by the unpacker at once, others by its checksum at the end."""
    whole = gzip.compress("\n".join(["line,start_utc", *some(2_000)]).encode())
    calls = tmp_path / "calls.csv.gz"
    for at in range(20, len(whole), len(whole) // 40):
        spoilt = bytearray(whole)
        spoilt[at] ^= 0x55
        calls.write_bytes(spoilt)
        with pytest.raises(DialerFilesError):
            reading.read(calls, reading.Known(("line", "start_utc")))


@pytest.mark.parametrize(
    "text",
    [
        'acc;"Jo Example" <+15550100100>;+15552010001;SIP/softphone7-0001;2024-06-07 17:30:00\n'
        * 2,
        "+15552010001\n+15552010002\n",
        "line,start_utc,Jo Example\n1,2024-06-07T17:30:00Z,+15552010001\n",
        "line,start_utc,Secret,Secret\n1,2024-06-07T17:30:00Z,1,2\n",
        "line,start_utc,register_15552010001\n1,2024-06-07T17:30:00Z,Secret\n",
        "line,start_utc,zone,line_type\nJo Example,Secret,Secret,+15552010001\n",
        "line,start_utc,phone_15552010001\n1,2024-06-07T17:30:00Z,Secret\n",
        'line,start_utc,"Secret\n1,2024-06-07T17:30:00Z,3\n',
    ],
)
def test_no_cell_is_ever_repeated(tmp_path: Path, text: str) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_text(text, encoding="utf-8")
    try:
        told = "\n".join(read_external(calls)[1])
    except DialerFilesError as error:
        told = str(error)
    assert told
    assert not [secret for secret in SECRETS if secret in told]


# ── Parquet of odd types ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("column", ["line", "start_utc", "zone", "connected", "ring_ms", "other"])
@pytest.mark.parametrize(
    "values",
    [
        pa.array([{"a": 1}, {"a": 2}]),
        pa.array([[1], [2]]),
        pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
        pa.array([b"a", b"b"]),
        pa.array([1.5, float("nan")]),
        pa.array([1, 2], pa.duration("s")),
        pa.array([1, 2], pa.date32()),
        pa.array([1, 2], pa.timestamp("ns", "No/Such_Zone")),
        pa.array([2**62, -(2**62)], pa.timestamp("us", "UTC")),
        pa.array(["1", "2"]).dictionary_encode(),
        pa.nulls(2),
    ],
    ids=str,
)
def test_columns_of_odd_types_are_read_or_refused_in_words(
    tmp_path: Path, column: str, values: pa.Array
) -> None:
    at = pa.array([utc("2024-03-09 10:00")] * 2, pa.timestamp("ms", "UTC"))
    columns = {"line": pa.array([1, 2]), "start_utc": at, column: values}
    pq.write_table(pa.table(columns), tmp_path / "calls.parquet")
    with suppress(DialerFilesError):
        assert len(read_external(tmp_path / "calls.parquet")[0].calls) == 2


def test_a_small_file_of_very_many_rows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 1000)
    pq.write_table(pa.table({"line": np.zeros(1001, dtype=np.int64)}), tmp_path / "calls.parquet")
    with pytest.raises(DialerFilesError, match="has 1,001 rows; 1,000 are the most"):
        read_external(tmp_path / "calls.parquet")


def test_a_cut_parquet_is_one_line_and_nothing_else(tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"line": np.arange(5000), "start_utc": ["x"] * 5000}), whole)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(whole.read_bytes()[:-700])
    script = "from sim.audit.inputs.external import read_external; import sys\n"
    script += "try: read_external(sys.argv[1])\nexcept Exception as e: print(e)"
    told = subprocess.run(
        [sys.executable, "-c", script, str(cut)], capture_output=True, text=True, check=True
    )
    assert told.stdout == f"{cut}: cannot be read as Parquet: it is damaged\n"
    assert told.stderr == ""


def test_the_file_of_violations_names_rows_of_the_log_and_what_is_unknown(tmp_path: Path) -> None:
    rows = ["1,2024-03-09T02:00:00Z,Europe/Paris", "1,2024-03-09T02:00:00Z,Europe/Paris",
            "1,2024-03-10T02:00:00Z,"]  # fmt: skip
    data, _ = read_external(put(tmp_path, "calls.csv", "line,start_utc,zone", *rows))
    with ViolationWriter(claim(tmp_path / "v.parquet", VIOLATIONS)) as writer:
        writer.add(audit(data, regime(CAP)))
    (row,) = pq.read_table(tmp_path / "v.parquet").to_pylist()
    assert (row["call"], row["line"], row["zone"], row["hour"]) == (2, "1", None, None)
    assert json.dumps(document(audit(data, regime(CAP)), exposure(audit(data, regime(CAP)))))
