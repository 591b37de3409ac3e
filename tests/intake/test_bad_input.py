"""What an import refuses, in words, with nothing of a cell and nothing half written."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pytest

from sim.intake.files import Sheet
from sim.intake.mapping import File
from tests.intake.samples import DATA, SAMPLES, imported, key_file, ringfence, rows_of

HEAD = "number;began;code\n"
MAP = """\
format: 1
name: own
file: {delimiter: ";"}
line: {columns: number}
start: {columns: began, layout: "%Y-%m-%d %H:%M:%S"}
disposition: {code: code, values: {P: human}}
"""


def refused(tmp_path: Path, content: bytes | str, *more: object, map_: str = MAP) -> str:
    """What is said of a file that is refused."""
    log, mapping = tmp_path / "log.csv", tmp_path / "own.yaml"
    log.write_bytes(content if isinstance(content, bytes) else content.encode())
    mapping.write_text(map_)
    key = key_file(tmp_path)
    before = sorted(tmp_path.iterdir())
    done = ringfence(
        "import", log, "--map", mapping, "--clock", "Europe/Paris", "--key", key,
        "--out", tmp_path / "out", *more,
    )  # fmt: skip
    assert done.exit_code == 2 or done.exception is not None
    assert sorted(tmp_path.iterdir()) == before
    told = str(done.exception) if done.exception else done.output
    assert "Zerbinetta" not in told
    assert "0199000" not in told
    return told


def rows(n: int, number: str = "+3319900{:04}", at: str = "2024-05-13 17:00:00") -> str:
    return HEAD + "".join(f"{number.format(k)};{at};P\n" for k in range(n))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xff\x00" * 50, "is no text in UTF-8"),
        (HEAD.encode() + "Zerbinetta\u00e9;x;y\n".encode("latin-1"), "--encoding cp1252"),
        (gzip.compress(rows(50).encode())[:60], "its compression is damaged"),
        ("Zerbinetta;2;3\n+33199000101;2024-05-13 17:00:00;P\n", "none is there"),
        ("number;code\n+33199000101;P\n", "missing of the columns that the mapping reads: began"),
        (rows(3, "Zerbinetta {}"), "3 of 3 calls name no line"),
        (rows(3, "019900{:04}"), "--region says of which country"),
        (rows(30, at="13/05/2024 17h00"), "30 of 30 stamps are in none of the layouts"),
        (rows(10) + "a;b\n" * 5, "rows 11, 12, 13, 14, 15 (5 rows) of 15 cannot be read"),
        (HEAD, "hold no rows"),
    ],
    ids=range(11),
)
def test_refusals(tmp_path: Path, content: bytes | str, words: str) -> None:
    assert words in refused(tmp_path, content)


def test_a_wrong_clock_is_refused_with_how_far_it_is_off(tmp_path: Path) -> None:
    sample = SAMPLES["vicidial"]
    done = ringfence(
        "import", DATA / "vicidial_export.csv", *sample.how, "--clock", "America/Chicago",
        "--region", "US", "--key", key_file(tmp_path), "--out", tmp_path / "out",
    )  # fmt: skip
    assert "the clock is not America/Chicago" in str(done.exception)
    assert "prove 1 stamps and contradict 25, of which 25 are 1 h ahead of it" in str(
        done.exception
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("columns: number", "column: number"), "own.yaml:4:8: line.column: unknown key; did you"),
        (("%S", "%Q"), "own.yaml:5:33: start.layout: %Q is not known"),
        (("layout: \"%Y-%m-%d %H:%M:%S\"", "layout: \"%H:%M\""), "tells the year, the month"),
        (("P: human", "P: humna"), "did you mean 'human'?"),
        (("format: 1", "format: 2"), "own.yaml:1:9: format"),
        (("columns: began", "clock: Europe/Pars, columns: began"), "did you mean 'Europe/Paris'?"),
        (("code: code", "code: code, cases: [{when: {code: 3}, is: human}]"), "a test is wanted"),
        (("code: code", "code: code, cases: [{when: {code: '~ ('}, is: human}]"), "cannot be read"),
    ],
)  # fmt: skip
def test_faults_of_a_mapping_have_their_place(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    told = refused(tmp_path, rows(3), map_=MAP.replace(*change))
    assert words in told


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    log = DATA / "vicidial_export.csv"
    key = key_file(tmp_path)
    sound = ("--clock", "America/New_York", "--key", key, "--out", tmp_path / "o")
    for arguments, words in (
        ((log, *sound), "--from FORMAT, or --map FILE"),
        ((log, "--from", "vicidail", *sound), "did you mean 'vicidial'?"),
        ((log, "--from", "vicidial", *sound, "--clock", "Europe/Pari"), "'Europe/Paris'"),
        ((log, "--from", "vicidial", *sound, "--setting", "amd=maybe"), "allowed: yes, no"),
        ((log, "--from", "vicidial", *sound, "--setting", "and=yes"), "did you mean 'amd'?"),
        ((log, "--from", "vicidial", *sound, "--region", "fr"), "ISO 3166"),
        ((log, "--from", "vicidial", *sound, "--register", "TPS"), "NAME=FILE"),
        ((log, "--from", "vicidial", *sound, "--key", log), "is no key of ringfence"),
        ((log, "--from", "vicidial", *sound, "--out", tmp_path), "the key"),
        ((tmp_path / "none", "--from", "vicidial", *sound), "there is no such file"),
    ):
        done = ringfence("import", *arguments)
        assert words in str(done.exception), (words, done.exception)
        assert not (tmp_path / "o").exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "new.key"
    assert ringfence("key", key).exit_code == 0
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "exists already" in str(ringfence("key", key).exception)
    first = key.read_text()
    assert ringfence("key", tmp_path / "two.key").exit_code == 0
    assert first != (tmp_path / "two.key").read_text()
    key.chmod(0o640)
    done = ringfence(
        "import", DATA / "vicidial_export.csv", "--from", "vicidial", "--clock", "UTC",
        "--key", key, "--out", tmp_path / "o",
    )  # fmt: skip
    assert "others can read the key" in str(done.exception)


def test_a_key_does_not_lie_beside_what_it_names(tmp_path: Path) -> None:
    out = imported(SAMPLES["vicidial"], tmp_path)
    assert "must not lie there" in str(ringfence("key", out / "line.key").exception)


def test_codes_are_shown_only_short_and_on_eleven_lines(tmp_path: Path) -> None:
    log, mapping = tmp_path / "log.csv", tmp_path / "own.yaml"
    mapping.write_text(MAP)
    codes = ["MYCODE"] * 11 + ["RARE"] * 10 + ["Zerbinetta lives at 12"] * 12 + ["P"] * 20
    log.write_text(
        HEAD + "".join(f"+3319900{k:04};2024-05-13 17:00:00;{c}\n" for k, c in enumerate(codes))
    )
    done = ringfence(
        "import", log, "--map", mapping, "--clock", "Europe/Paris", "--key", key_file(tmp_path),
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 0
    assert "codes of no table, taken as unknown: 3; on 11 lines or more: MYCODE (11" in done.output
    assert "RARE" not in done.output
    assert "Zerbinetta" not in done.output + (tmp_path / "out" / "import.json").read_text()


def test_duplicates_and_legs_are_counted_once_and_told(tmp_path: Path) -> None:
    """Four rows of one call: twice human, once unknown: human; and where two codes differ, not."""
    log, mapping = tmp_path / "log.csv", tmp_path / "own.yaml"
    mapping.write_text(MAP.replace("{P: human}", "{P: human, M: machine}"))
    one, two = "+33199000101;2024-05-13 17:00:00", "+33199000102;2024-05-13 17:00:00"
    log.write_text(HEAD + "".join(f"{row}\n" for row in (
        f"{one};P", f"{one};P", f"{one};?", f"{two};P", f"{two};M",
        "0033199000102;2024-05-13 17:00:00;M",
    )))  # fmt: skip
    done = ringfence(
        "import", log, "--map", mapping, "--clock", "Europe/Paris", "--key", key_file(tmp_path),
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert "6 rows, 2 calls to 2 lines" in done.output
    assert "4 tell a call again" in done.output
    assert [row["disposition"] for row in rows_of(tmp_path / "out")] == ["human", "unknown"]


def test_purge_deletes_what_is_past_and_nothing_else(tmp_path: Path) -> None:
    out = imported(SAMPLES["vicidial"], tmp_path, "--delete-by", "2020-01-31")
    (tmp_path / "beside").mkdir()
    assert "would be deleted" in ringfence("purge", tmp_path, "--dry-run").output
    assert out.is_dir()
    (out / "mine.txt").write_text("x")
    assert "that no import wrote" in str(ringfence("purge", tmp_path).exception)
    (out / "mine.txt").unlink()
    told = ringfence("purge", tmp_path).output
    assert "27 calls to 22 lines, to be deleted by 2020-01-31" in told
    assert not out.exists()
    assert (tmp_path / "beside").is_dir()
    assert "nothing is past its day" in ringfence("purge", tmp_path).output


def test_an_import_that_was_edited_is_not_audited(tmp_path: Path) -> None:
    out = imported(SAMPLES["vicidial"], tmp_path)
    assert ringfence("audit", out, "--regime", "us-tcpa-political").exit_code == 0
    manifest = json.loads((out / "import.json").read_text())
    calls = bytearray((out / "calls.parquet").read_bytes())
    calls[100] ^= 1
    (out / "calls.parquet").write_bytes(bytes(calls))
    done = ringfence("audit", out, "--regime", "us-tcpa-political")
    assert "is not as it was imported" in str(done.exception)
    for broken in ({}, [], {**manifest, "counts": 3}, {**manifest, "delete_by": "soon"}):
        (out / "import.json").write_text(json.dumps(broken))
        done = ringfence("audit", out, "--regime", "us-tcpa-political")
        assert "is no manifest of imported calls" in str(done.exception)


def test_rows_keep_their_numbers_where_a_reader_is_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 2,000 rows every seventh has a value too many: blocks of a few rows, parts of some."""
    monkeypatch.setattr("sim.intake.files._BLOCK", 600)
    monkeypatch.setattr("sim.intake.files.ROWS", 100)
    monkeypatch.setattr("sim.intake.files._MOST_BAD", 0.5)
    rows = [f"{k},x" if k % 7 else f"{k},x,z" for k in range(1, 2001)]
    path = tmp_path / "some.csv"
    path.write_text("a,b\n" + "\n".join(rows) + "\n")
    sheet = Sheet(path, File(delimiter=","))
    parts = [(t.column("a").to_pylist(), n.tolist()) for t, n in sheet.parts(frozenset({"a"}))]
    assert len(parts) > 10
    for cells, numbers in parts:
        assert [int(cell) for cell in cells] == numbers
    assert sum(len(numbers) for _, numbers in parts) == 2000 - 2000 // 7
    assert (sheet.rows, sheet.bad) == (2000, list(range(7, 2001, 7)))
