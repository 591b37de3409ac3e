"""The report in Markdown, of a run and of a study, and the command that writes either."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.plain import markdown
from analysis.view import RunView
from analysis.view.front import front_of_run
from analysis.view.verdict import verdict_of
from tests.analysis.conftest import odd_run
from tests.analysis.readings import with_readings
from tests.analysis.studies import make_study
from tests.console import ringfence


def test_markdown_has_the_first_screen(run: RunView) -> None:
    read = with_readings(run)
    text, front = markdown(read), front_of_run(verdict_of(read))
    lines = text.splitlines()
    assert lines[0] == "<!-- ringfence report -->"
    assert lines[2].startswith("# Six million landlines")
    rows = [line for line in lines if line.startswith("| ") and line[2].isdigit()]
    assert len(rows) == len(run.strategies)
    for line, row in zip(rows, front.rows, strict=True):
        assert [cell.strip() for cell in line.strip("|").split("|")][:2] == [
            str(row.number),
            row.strategy,
        ]
    assert "voicemail.heard" in text
    assert "## Each strategy beside the base, draw by draw" in lines


def test_markdown_of_a_study() -> None:
    text = markdown(make_study())
    assert "s1 finishes its list in 95 % of draws" in text
    assert "Do not ring at night (50 % of draws)" in text


def test_names_are_no_markup() -> None:
    text = markdown(odd_run())
    assert "\\<script\\>" in text
    assert "<script>" not in text
    assert "**bold" not in text


@pytest.mark.xdist_group("study")
def test_report_of_a_study_directory(small_study, tmp_path: Path) -> None:
    target = tmp_path / "study.html"
    answer = ringfence("report", str(small_study.path), "--out", str(target))
    assert answer.exit_code == 0, answer.output
    page = target.read_text(encoding="utf-8")
    assert "all-channels finishes its list in" in page
    assert "The chance to finish, by territory" in page
    assert ringfence("verify", str(small_study.path)).exit_code == 0
    told = ringfence("report", str(small_study.path), "--format", "md")
    assert told.exit_code == 0
    assert told.output.startswith("<!-- ringfence report -->")


@pytest.mark.xdist_group("study")
def test_a_study_that_was_edited_has_no_half_page(small_study, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(small_study.path, copy)
    file = copy / "readings.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    answer = ringfence("report", str(copy), "--out", str(tmp_path / "r.html"))
    assert answer.exit_code == 2
    assert "readings.parquet" in str(answer.output) + str(answer.exception)
    assert not (tmp_path / "r.html").exists()
