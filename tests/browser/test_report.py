"""The report as a browser shows it, with no network."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener, Visit, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MARKS = """plot => {
    const marks = plot.querySelectorAll(
        '.scatterlayer path, .scatterlayer text, .barlayer path, .heatmaplayer image, '
        + '.heatmaplayer rect, .heatmaplayer path');
    const sizes = [...marks].map(m => m.getBoundingClientRect());
    return sizes.filter(s => s.width + s.height > 2).length;
}"""


@pytest.fixture(scope="module")
def wide(opened: Opener, report: Path) -> Visit:
    return opened(report)


@pytest.fixture(scope="module")
def narrow(opened: Opener, report: Path) -> Visit:
    return opened(report, width=400)


@pytest.fixture(params=["wide", "narrow"])
def visit(request: pytest.FixtureRequest) -> Visit:
    found: Visit = request.getfixturevalue(request.param)
    return found


def test_nothing_is_fetched_and_nothing_complains(visit: Visit, report: Path) -> None:
    assert visit.requests == [report.as_uri()]
    assert visit.complaints == []


def test_every_chart_has_marks(visit: Visit) -> None:
    plots = visit.page.query_selector_all(".plot")
    assert len(plots) >= 25
    for plot in plots:
        box = plot.bounding_box()
        assert box is not None
        assert box["width"] > 250
        assert box["height"] > 100
        assert plot.evaluate(MARKS) > 0, plot.get_attribute("data-figure")


CUT_OFF = """() => [...document.querySelectorAll('.plot')].flatMap(plot => {
    const frame = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('svg text')]
        .filter(t => t.textContent && t.getBoundingClientRect().width)
        .filter(t => {
            const r = t.getBoundingClientRect();
            return r.left < frame.left - 1 || r.right > frame.right + 1
                || r.top < frame.top - 1 || r.bottom > frame.bottom + 1;
        })
        .map(t => `${plot.dataset.figure}: ${t.textContent}`);
})"""


def test_no_part_of_a_chart_is_cut_off(visit: Visit) -> None:
    """Axis titles, labels and legends lie inside the drawing."""
    assert visit.page.evaluate(CUT_OFF) == []


OVERLAPS = """() => [...document.querySelectorAll('.plot')].flatMap(plot =>
    ['.xtick text', '.ytick text'].flatMap(kind => {
        const drawn = [...plot.querySelectorAll(kind)].filter(t => t.textContent);
        const boxes = drawn.map(t => [t.textContent, t.getBoundingClientRect()]);
        return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
            .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1
                && a.top < b.bottom - 1 && b.top < a.bottom - 1)
            .map(([other]) => `${plot.dataset.figure}: ${name} / ${other}`));
    }))"""


def test_labels_of_an_axis_do_not_run_into_each_other(visit: Visit) -> None:
    assert visit.page.evaluate(OVERLAPS) == []


def test_body_does_not_scroll_sideways(visit: Visit) -> None:
    assert visit.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_headings_and_landmarks(wide: Visit) -> None:
    page = wide.page
    assert page.title() == "france-2017 – Ringfence report"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading", level=2).count() >= 4
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("contentinfo").count() == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
    )
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_charts_are_figures_with_words_and_hidden_drawings(wide: Visit) -> None:
    figures = wide.page.get_by_role("figure").all()
    assert len(figures) == wide.page.locator(".plot").count()
    for figure in figures:
        assert len(figure.get_attribute("aria-label") or "") > 20
    drawings = wide.page.evaluate(
        """[...document.querySelectorAll('svg.main-svg')].map(s =>
            [s.getAttribute('aria-hidden'), s.querySelectorAll('a, [tabindex="0"]').length])"""
    )
    assert drawings
    assert all(drawing == ["true", 0] for drawing in drawings)


def hover(page: Page, selector: str, across: float, down: float) -> None:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=4)


def test_hover_tells_values(wide: Visit) -> None:
    page = wide.page
    page.locator("#occupancy .plot").scroll_into_view_if_needed()
    hover(page, "#occupancy .plot", 0.3, 0.6)
    page.wait_for_selector("#occupancy .hoverlayer text", timeout=5_000)
    words = page.locator("#occupancy .hoverlayer").text_content() or ""
    assert "%" in words
    assert "as-run" in words


def test_numbers_open(wide: Visit) -> None:
    page = wide.page
    table = page.locator("#funnel details table")
    assert not table.is_visible()
    page.locator("#funnel details summary").click()
    assert table.is_visible()
    assert "Voicemail heard" in table.inner_text()


def test_contents_lead_to_every_chart(wide: Visit) -> None:
    broken = wide.page.evaluate(
        """[...document.querySelectorAll('a[href^="#"]')]
            .filter(a => !document.getElementById(a.getAttribute('href').slice(1)))
            .map(a => a.textContent)"""
    )
    assert broken == []


def test_it_prints(wide: Visit, tmp_path: Path) -> None:
    pdf = wide.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 50_000


def test_odd_names_and_hours_on_a_narrow_screen(opened: Opener, odd_report: Path) -> None:
    visit = opened(odd_report, width=400)
    assert visit.page.evaluate("window.hacked") is None
    assert visit.page.locator("img").count() == 0
    assert visit.page.evaluate(OVERLAPS) == []
    assert visit.complaints == []
    assert len(visit.requests) == 1
    assert visit.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_a_run_without_calls_says_so(opened: Opener, empty_report: Path) -> None:
    visit = opened(empty_report)
    assert visit.complaints == []
    assert "No call was placed." in visit.page.locator("#dispositions .plot").inner_text()


# ── What acts back, and the law ──────────────────────────────────────────────────────────────────

NEW = (
    "complaints",
    "complaint-days",
    "complaint-causes",
    "complaint-rates",
    "complaint-risk",
    "regulator",
    "objections",
    "call-backs",
    "labels",
    "violations-hours",
    "violations-places",
)


@pytest.mark.parametrize("key", NEW)
def test_charts_of_what_acts_back_have_marks_and_words(visit: Visit, key: str) -> None:
    chart = visit.page.locator(f"#{key}")
    assert chart.locator(".finding").inner_text().endswith(".")
    plots = chart.locator(".plot").all()
    assert plots
    for plot in plots:
        assert plot.evaluate(MARKS) > 0
        assert plot.locator(".xtitle, .x2title, .x3title, .x4title").first.text_content()


def test_nine_strategies_of_two_years_fit(many_whole: Visit) -> None:
    fits(many_whole.page)


def test_nine_strategies_of_two_years_fit_a_narrow_screen(
    opened: Opener, many_report: Path
) -> None:
    fits(opened(many_report, 390).page)


def fits(page: Page) -> None:
    """Nothing is cut off, and nothing lies over another or out of sight."""
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_the_officers_page_can_be_read_alone(visit: Visit) -> None:
    officer = visit.page.locator("#compliance")
    words = officer.inner_text()
    for told in (
        "For the compliance officer",
        "Modelling, not legal advice",
        "as-run-half-capacity: breaks 2 rules of law",
        "Sat 00–01 h",
        "La Réunion, Guadeloupe",
        "Nominal exposure: what the text allows",
        "Observed practice",
        "none observed, n = 0",
        "Warning: made-up-later was not in force in April 2017",
    ):
        assert told in words, told


def test_the_officers_page_comes_before_the_charts(wide: Visit) -> None:
    tops = [
        wide.page.locator(key).evaluate("e => e.getBoundingClientRect().top")
        for key in ("h1", "#compliance", "#charts")
    ]
    assert tops == sorted(tops)


def test_a_strategy_opens_on_a_click_and_all_do_on_paper(opened: Opener, report: Path) -> None:
    page = opened(report).page
    closed = page.locator("#compliance details:not([open])")
    before = closed.count()
    assert before > 0
    closed.first.locator("summary").click()
    assert page.locator("#compliance details:not([open])").count() == before - 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#compliance details:not([open])").count() == 0


def test_on_paper_no_table_is_cut_off(many_whole: Visit) -> None:
    """Nine strategies on a page of A4, 180 mm between its margins."""
    page = many_whole.page
    before = page.viewport_size
    assert before is not None
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.scroll')]
            .filter(box => box.getClientRects().length)
            .filter(box => box.scrollWidth > box.clientWidth + 1
                || getComputedStyle(box).overflowX !== 'visible')
            .map(box => box.getAttribute('aria-label'))"""
    )
    page.emulate_media(media="screen")
    page.set_viewport_size(before)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert wide == []


def test_heat_maps_tell_the_count_of_a_cell(wide: Visit) -> None:
    page = wide.page
    plot = page.locator("#violations-hours .plot")
    plot.scroll_into_view_if_needed()
    box = plot.locator(".heatmaplayer image").first.bounding_box()
    assert box is not None
    cell = box["x"] + box["width"] * 10.5 / 64  # Tuesday 10 h: four days of sixteen hours
    page.mouse.move(cell - 20, box["y"] + 8)
    page.mouse.move(cell, box["y"] + 8, steps=4)
    page.wait_for_selector("#violations-hours .hoverlayer text", timeout=5_000)
    words = page.locator("#violations-hours .hoverlayer").text_content() or ""
    assert "prior-consent-strict" in words
    assert "Tue 10–11 h" in words
    assert "calls" in words


def test_what_is_not_modelled_is_said_in_a_sentence(opened: Opener, bare_report: Path) -> None:
    visit = opened(bare_report)
    assert visit.complaints == []
    assert visit.page.locator("#compliance, #law").count() == 0
    for key in NEW:
        assert visit.page.locator(f"#{key}").count() == 0
    listed = visit.page.locator("#left-out + ul li")
    assert listed.count() == len(NEW) + 3  # nothing was drawn, either
    assert all(words.endswith(".") for words in listed.all_inner_texts())


def test_missing_chromium_fails_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_CHROMIUM", "no-such-browser")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        find_chromium()
