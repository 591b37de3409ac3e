"""``ringfence sensitivity``: a screen, a document, a page."""

from __future__ import annotations

import json
from pathlib import Path

from sim.store.study import Study
from tests.cli.conftest import Command


def test_a_screen_and_a_page(ringfence: Command, small_study: Study) -> None:
    answer = ringfence("sensitivity", small_study.path, "--html", "page.html")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert max(len(line) for line in lines if not line.startswith(("study: ", "page: "))) <= 80
    assert any("an input that does nothing" in line for line in lines)
    assert any(line.startswith("  half-the-channels") for line in lines)
    page = Path("page.html").read_text("utf-8")
    assert 'id="hangs-on"' in page
    assert 'id="differences-hang-on"' in page
    again = ringfence("sensitivity", small_study.path, "--html", "page.html", "--json")
    assert again.code == 2  # not replaced unasked
    answer = ringfence("sensitivity", small_study.path, "--json", "--strategy", "all-channels")
    assert list(json.loads(answer.out)["strategies"]) == ["all-channels"]


def test_what_is_no_study(ringfence: Command) -> None:
    answer = ringfence("sensitivity", ".")
    assert answer.code == 2
    assert "is not a study" in answer.err


def test_the_report_of_a_study_has_what_was_worked_out(
    ringfence: Command, small_study: Study
) -> None:
    assert ringfence("report", small_study.path, "--out", "study.html").code == 0
    page = Path("study.html").read_text("utf-8")
    for key in ("regret", "turns", "hangs-on", "differences-hang-on"):
        assert f'id="{key}"' in page
