"""Consents, oppositions and statuses beside a log, by the same keyed names."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.intake.samples import DATA, SAMPLES, imported, key_file, line_of, ringfence, rows_of


def people(out: Path) -> dict[str, dict[str, object]]:
    return {row["line"]: row for row in pq.read_table(out / "recipients.parquet").to_pylist()}


def test_consents_and_oppositions_join_the_calls(tmp_path: Path) -> None:
    """Of three consents one is of a line that was never called."""
    consents, refusing = tmp_path / "consents.csv", tmp_path / "refusing.txt"
    consents.write_text(
        "number;consent_from_utc;consent_until_utc;consent_scope\n"
        "06 39 98 02 01;2024-01-01T00:00:00Z;;automated caller\n"
        "+33 1 99 00 02 12;2024-02-01T00:00:00Z;2024-06-01T00:00:00Z;caller\n"
        "0199009999;2024-01-01T00:00:00Z;;automated\n"
    )
    refusing.write_text("0199000205\n0199000206\n")
    out = imported(SAMPLES["asterisk"], tmp_path, "--consents", consents, "--opposition", refusing)
    found = people(out)
    one, two = found[line_of("+33639980201")], found[line_of("+33199000212")]
    assert (one["consent_from_utc"], one["consent_scope"]) == (
        "2024-01-01T00:00:00Z", "automated caller"
    )  # fmt: skip
    assert two["consent_until_utc"] == "2024-06-01T00:00:00Z"
    assert found[line_of("+33199000207")]["consent_from_utc"] == ""
    assert line_of("+33199009999") not in found
    opposed = {line for line, row in found.items() if row["opposition"]}
    assert opposed == {line_of("+33199000205"), line_of("+33199000206")}
    done = ringfence("audit", out, "--regime", "fr-cnil-political", "--json")
    assert done.exit_code in (0, 1), done.output


def test_codes_of_a_campaign_mean_a_person_where_its_table_says_so(tmp_path: Path) -> None:
    """NI2, of record 22, stands in no table that ships."""
    statuses = tmp_path / "statuses.txt"
    statuses.write_text("status\tstatus_name\thuman_answered\nNI2\tNot Again\tY\nXX\tOther\tN\n")
    out = imported(SAMPLES["vicidial"], tmp_path, "--statuses", statuses)
    codes = {row["record"]: row["disposition"] for row in rows_of(out)}
    assert codes[22] == "human"


def test_lists_that_are_none_are_refused(tmp_path: Path) -> None:
    for option, content, words in (
        (
            "--register",
            "number\nZerbinetta\nAriadne\n",
            "2 of 2 rows hold no possible phone number",
        ),
        ("--optouts", "0199000101\n0199000102\n", "a list without times is a register"),
        ("--consents", "number;when\n1;2\n", "some of consent_from_utc"),
        ("--statuses", "a;b\n1;2\n", "the columns status and human_answered"),
        ("--consents", "number;consent_scope\n0199000101;\n+33199000101;\n", "row 2 (1 row)"),
    ):
        file = tmp_path / "list.csv"
        file.write_text(content)
        sample = SAMPLES["asterisk"]
        named = f"tps={file}" if option == "--register" else file
        done = ringfence(
            "import", DATA / f"{sample.file}.csv", *sample.how, "--clock", sample.clock,
            "--region", sample.region, "--key", key_file(tmp_path), "--out", tmp_path / "out",
            *sample.more, option, named,
        )  # fmt: skip
        told = str(done.exception)
        assert words in told, (option, told)
        assert "Zerbinetta" not in told
        assert not (tmp_path / "out").exists()
