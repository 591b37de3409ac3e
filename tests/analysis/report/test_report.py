from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from analysis.cli import report
from analysis.figures import CHARTS
from analysis.figures.style import CONFIG
from analysis.report import report_html, study_html, write_report
from analysis.report.bundle import SHA256, VERSION, plotly
from analysis.view import RunView, parameters
from analysis.view.numbers import decimal
from analysis.view.rounded import between, rounded
from sim.errors import OutputError, RunDirectoryError
from tests.analysis.conftest import ODD_NAMES, odd_run
from tests.analysis.readings import with_readings
from tests.analysis.studies import make_study
from tests.analysis.tables import make_run


class Page(HTMLParser):
    """What a page holds: elements with their attributes, and the words that people read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._silent = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self._silent = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words += data.replace("\xa0", " ")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html(run: RunView) -> str:
    return report_html(run)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def first_screen(html: str) -> str:
    return Page(html.partition("<nav")[0]).words


def test_every_kind_of_run_has_a_report(any_run: RunView) -> None:
    words = Page(report_html(any_run)).words
    assert "How sure this is" in words
    assert not re.search(r"\b(nan|NaT|None)\b", words)


def test_frame(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en"
    for tag in ("title", "h1", "main"):
        assert len(page.all(tag)) == 1
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))


def test_every_chart_has_its_finding_as_label_and_its_numbers(page: Page, run: RunView) -> None:
    labels = [a["aria-label"] for a in page.all("figure")]
    charts = [draw(run) for draw in CHARTS]
    assert len(labels) == sum(len(chart.panels) for chart in charts)
    for chart in charts:
        assert not chart.panels or any(chart.finding in (label or "") for label in labels)
        assert chart.finding in page.words
    assert len(page.all("details")) >= len(charts)


def test_first_screen_answers_the_question(html: str, run: RunView) -> None:
    words = first_screen(html)
    assert run.question is not None
    assert run.question in words
    for strategy in run.strategies:
        assert strategy in words
        assert rounded(run.metric(strategy, "people_reached")) in words
        assert rounded(run.metric(strategy, "cost")) in words
    assert "Fri 21 Apr 19:18" in words
    for told in ("Finished?", "Law found broken", "yes", "no"):
        assert told in words
    assert "drives this result" in words
    assert "By arithmetic, not by a new run" in words


def test_with_readings_the_first_screen_has_intervals_and_drivers(run: RunView) -> None:
    words = first_screen(report_html(with_readings(run)))
    people = run.metric("as-run", "people_reached") or 0.0
    low, high = (people * (0.5 + (q * 63 + 0.5) / 64) for q in (0.05, 0.95))
    assert between(low, high) in words
    assert "voicemail.heard (30–90" in words
    assert "80 % and voters_per_line" in words
    assert "complaints.per_million 90 %" in words
    assert "Complaints expected" in words


def test_a_study_has_a_report_of_its_own() -> None:
    html = study_html(make_study())
    words = Page(html).words
    for told in (
        "s1 finishes its list in 95 % of draws",
        "32 draws of 2 inputs",
        "Do not ring at night (50 % of draws)",
        "The chance to finish, by territory",
        "People reached over time, in all draws",
        "Inputs without a range: not varied (1)",
    ):
        assert told in words
    assert html == study_html(make_study())
    old = Page(study_html(make_study(old=True))).words
    assert "An earlier version made this study and kept no territories." in old


def test_low_and_high_share_of_voicemails_heard(html: str, run: RunView) -> None:
    live = run.metric("as-run", "people_reached_live") or 0
    only = run.metric("as-run", "people_reached_voicemail_only") or 0
    words = first_screen(html)
    assert decimal(live + only / 2) in words
    assert decimal(live + only * 1.5) in words


def test_uncertainty_and_sources(page: Page) -> None:
    assert "single run at the central value" in page.words
    assert "Run noise:" in page.words
    assert "Input uncertainty: 5 of 7 parameters are ranges" in page.words
    assert "assumed; P14 P15 P16" in page.words


def test_provenance(page: Page) -> None:
    footer = page.words[page.words.rindex("Scenario") :]
    for words in ("france-2017", "2017", "full size", "Ringfence 0.1.0", "no call was placed"):
        assert words in footer


def test_never_says_compliant(any_run: RunView) -> None:
    html = report_html(any_run).replace(plotly(), "")
    assert "compliant" not in html.lower()


def test_plotly_is_embedded_once_and_the_page_is_small_enough(html: str) -> None:
    assert html.count(plotly()[:2000]) == 1
    assert len(html.encode()) < 3_400_000


def test_plotly_is_what_its_origin_says() -> None:
    told = Path("analysis/report/plotly/ORIGIN.md").read_text(encoding="utf-8")
    assert f"sha256  {SHA256}" in told
    assert f"version {VERSION}" in told
    assert f"bytes   {len(plotly().encode())}" in told
    assert f"v{VERSION}" in plotly()[:200]


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    for _, attributes in page.elements:
        assert not attributes.get("src")
        assert (attributes.get("href") or "#")[:5] in {"#", "data:"} or (
            attributes["href"] or ""
        ).startswith("#")
    policy = next(
        a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_config_has_no_way_to_send_a_chart(html: str) -> None:
    assert CONFIG == {"displayModeBar": False, "responsive": True}
    assert '"displayModeBar": false' in html


def test_odd_names_are_text() -> None:
    html = report_html(odd_run())
    page = Page(html)
    assert not page.all("img")
    assert not page.all("b")
    assert len(page.all("script")) == len(Page(report_html(make_run())).all("script"))
    for name in ODD_NAMES:
        assert name in page.words


def test_scaled_run_says_so() -> None:
    run = make_run(lines=60_000, scale=0.01, notices=("Channels 16.5 were rounded to 17.",))
    words = first_screen(report_html(run))
    assert "Run at 1.0" in words
    assert "≈6" in words
    assert "only full size tells" in words
    assert "rounded to 17" in words


def test_the_same_run_gives_the_same_page(html: str) -> None:
    assert report_html(make_run()) == html


def test_write_report_replaces_whole_files_only(run: RunView, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert write_report(run, target) == target
    assert write_report(run, target) == target
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    target.write_text("somebody's own page", encoding="utf-8")
    with pytest.raises(OutputError, match="is not a report"):
        write_report(run, target)
    assert target.read_text(encoding="utf-8") == "somebody's own page"
    with pytest.raises(OutputError, match="No such file"):
        write_report(run, tmp_path / "missing" / "report.html")


def test_a_view_needs_its_tables_and_its_base() -> None:
    run = make_run()
    with pytest.raises(ValueError, match="lack timeline"):
        make_run_without(run, "timeline")
    with pytest.raises(ValueError, match="base 'nobody' is not one of"):
        make_run(base="nobody")


def make_run_without(run: RunView, table: str) -> RunView:
    tables = {name: values for name, values in run.tables.items() if name != table}
    given = {one.name: getattr(run, one.name) for one in fields(run) if one.init}
    return RunView(**{**given, "tables": tables})


def test_shares_of_a_strategy_are_not_touched_by_scale() -> None:
    run = make_run(lines=60_000, scale=0.01)
    share = run.metric("as-run", "share_of_list")
    assert run.shown("as-run", "share_of_list") == share
    assert run.shown("as-run", "lines_dialled") == pytest.approx(
        100 * (run.metric("as-run", "lines_dialled") or 0)
    )
    assert run.shown("as-run", "list_done_hours") is None
    assert run.shown("as-run", "cost_per_person_reached") is not None
    assert np.isfinite(run.full(1))


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_report_command_tells_people_what_is_wrong(kind: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    if kind == "file":
        run.write_text("x")
    if kind == "empty":
        run.mkdir()
    with pytest.raises(RunDirectoryError, match="run"):
        report.main([str(run), "--out", str(tmp_path / "r.html")], standalone_mode=False)
    assert not (tmp_path / "r.html").exists()


def test_parameters_that_strategies_share_are_one_row(run: RunView) -> None:
    table = {name: list(values) for name, values in run.table("parameters").items()}
    shared = {"unit": "share", "shape": "two-piece", "source": "assumed", "is_range": True}
    shared["grade"] = "D"
    for strategy, central in [
        *((s, 0.05) for s in run.strategies),
        ("not-run", 0.05),
        ("three-attempts", 0.07),
    ]:
        path = "amd.human_as_machine" if central == 0.05 else "amd.machine_as_human"
        row = {**shared, "path": f"strategies.{strategy}.{path}", "central": central}
        for name, values in table.items():
            values.append({**row, "low": 0.01, "high": 0.1}[name])
    grown = {name: np.array(values, dtype=object) for name, values in table.items()}
    rows = parameters(replace(run, tables={**run.tables, "parameters": grown}))
    assert [row["path"] for row in rows][7:] == [
        "strategies.*.amd.human_as_machine",
        "strategies.*.amd.machine_as_human",
    ]


def test_parameters_that_differ_between_strategies_are_rows_of_their_own() -> None:
    run = make_run()
    table = run.tables["parameters"]
    table["path"][0] = "strategies.as-run.amd.human_as_machine"
    table["path"][1] = "strategies.three-attempts.amd.human_as_machine"
    rows = parameters(run)
    assert [row["path"] for row in rows][:2] == [
        "strategies.as-run.amd.human_as_machine",
        "strategies.three-attempts.amd.human_as_machine",
    ]
