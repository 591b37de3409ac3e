"""What a reader can count on, as a browser shows it: five rules, both widths, light and dark."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from analysis.figures.style import BLUE, DARK, GREY, PAPER
from tests.browser.conftest import Opener, Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
REPORTS = ("report", "study_report")
SOON = (("wide", "light"), ("narrow", "dark"))
"""Looked at every time; the rest in `make verify`."""


@pytest.fixture(scope="module")
def wide(opened: Opener, many_report: Path) -> Visit:
    return opened(many_report, *SIZES["wide"], whole=False)


@pytest.fixture(scope="module")
def folded(opened: Opener, report: Path) -> Visit:
    """The same report as it is found: tests open other parts of it, and draw few charts."""
    return opened(report, *SIZES["wide"], whole=False)


@pytest.fixture(scope="module")
def whole(opened: Opener, report: Path) -> Visit:
    """All of the hand-made campaign's report, opened and drawn."""
    return opened(report, *SIZES["wide"])


@pytest.fixture(scope="module")
def narrow(opened: Opener, many_report: Path) -> Visit:
    return opened(many_report, *SIZES["narrow"], whole=False)


# ── 1 Every clause is answered above the fold ────────────────────────────────────────────────────


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("size", SIZES)
def test_the_answer_stands_above_the_fold(
    opened: Opener, request: pytest.FixtureRequest, name: str, size: str
) -> None:
    width, height = SIZES[size]
    page = opened(request.getfixturevalue(name), width, height, whole=False).page
    for part in ("h1", ".lead", ".headline tbody tr:last-child", ".picture .plot", ".drives"):
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= height, part
    assert page.locator(".picture .plot").evaluate("p => p.querySelectorAll('path').length") > 10
    words = page.locator("header").inner_text()
    assert "Whom do we reach" in words
    assert re.search(r"reaches .*people", words)
    assert "complaints to the regulator" in words or "To the regulator" in words
    heads = page.locator(".headline thead").inner_text().lower()
    for head in ("people reached", "complaints expected", "p95", "law found broken", "cost"):
        assert head in heads


def test_rules_of_law_are_told_by_name(opened: Opener, study_report: Path) -> None:
    page = opened(study_report, *SIZES["wide"], whole=False).page
    cell = page.locator(".headline tbody tr").nth(1).locator(".law_text")
    assert cell.inner_text() == "Do not ring at night (50 % of draws)"
    assert page.locator(".headline tbody tr").nth(0).locator(".law_text").inner_text() == "none"


# ── 2 No axis is clipped or spliced silently ─────────────────────────────────────────────────────

DRAWN_WHOLE = """() => [...document.querySelectorAll('.plot')].flatMap(plot =>
    (plot.data || []).flatMap(trace => {
        const layout = plot._fullLayout;
        if (trace.type !== 'scatter' || !trace.y?.length || plot.dataset.chart === 'trade-off') {
            return [];
        }
        const axis = layout[(trace.yaxis || 'y').replace('y', 'yaxis')];
        if (axis.type !== 'linear') return [];
        const [low, high] = [...axis.range].sort((a, b) => a - b);
        return [...trace.y].some(v => v !== null && (v > high + 1e-9 || v < low - 1e-9))
            ? [`${plot.dataset.figure}: ${trace.name}`] : [];
    }))"""


def test_no_axis_ends_before_what_is_drawn(many_whole: Visit) -> None:
    page = many_whole.page
    assert page.evaluate(DRAWN_WHOLE) == []
    titles = page.evaluate(
        """() => [...document.querySelectorAll('#reach .plot, #occupancy .plot, #binding .plot')]
            .map(p => p._fullLayout.xaxis)
            .map(axis => [axis.title.text, (axis.rangebreaks || []).length])"""
    )
    assert len(titles) >= 6
    for title, breaks in titles:
        assert breaks == 0 or "closed hours cut out" in title
        assert title.startswith("days since each campaign's start")


# ── 3 One stands out, names at the lines, one legend a page ──────────────────────────────────────

COLORS = """key => [...document.querySelector(`#${key} .plot`).data]
    .filter(t => t.meta?.strategy).map(t => [t.meta.strategy, (t.line || t.marker).color])"""


def test_one_strategy_stands_out_and_a_reader_chooses_it(whole: Visit) -> None:
    page = whole.page
    first = dict(page.evaluate(COLORS, "reach"))
    assert [s for s, color in first.items() if color == BLUE] == ["as-run"]
    assert set(first.values()) == {BLUE, GREY}
    page.locator(".pick").nth(2).click()
    second = dict(page.evaluate(COLORS, "reach"))
    assert [s for s, color in second.items() if color == BLUE] == ["three-attempts"]
    pressed = page.locator(".pick[aria-pressed=true]").all_inner_texts()
    assert [text.split()[-1] for text in pressed] == ["three-attempts"]
    labels = page.evaluate(
        """() => [...document.querySelector('#reach .plot').querySelectorAll('.annotation-text')]
            .map(t => t.textContent)"""
    )
    assert {"1 as-run", "3 three-attempts"} <= set(labels)


def test_there_is_one_legend_and_no_dash_of_a_strategy(whole: Visit) -> None:
    page = whole.page
    assert page.locator(".plot .legend").count() == 0
    assert page.locator(".headline").count() == 1
    dashes = page.evaluate(
        """() => [...document.querySelectorAll('.plot')].flatMap(p => p.data || [])
            .filter(t => t.meta?.strategy && (t.line?.dash || t.marker?.symbol)).length"""
    )
    assert dashes == 0


# ── 4 Paired differences first, and no sign within noise ─────────────────────────────────────────


def test_differences_come_before_absolutes(wide: Visit) -> None:
    tops = wide.page.evaluate(
        """['#differences', '#charts']
            .map(key => document.querySelector(key).getBoundingClientRect().top)"""
    )
    assert tops == sorted(tops)
    assert wide.page.locator("#differences[open]").count() == 1


def test_within_noise_there_is_no_sign(whole: Visit) -> None:
    page = whole.page
    notes = page.locator("#differences .annotation-text").all_text_contents()
    for note in notes:
        if "no sign" in note or "within noise" in note:
            assert not re.search(r"[+−]\d", note)
    for cell in page.locator(".headline td.people").all_inner_texts():
        assert not ("≈" in cell and re.match(r"[+−]", cell))


# ── 5 Drawn when seen, all of it before print ────────────────────────────────────────────────────


def test_charts_are_drawn_when_they_are_seen(folded: Visit) -> None:
    page = folded.page
    plots, drawn = page.locator(".plot").count(), page.locator(".plot[data-drawn]").count()
    assert 0 < drawn < plots / 4
    page.locator("#occupancy > summary").click()
    page.locator("#occupancy").scroll_into_view_if_needed()
    page.wait_for_selector("#occupancy .plot[data-drawn] svg.main-svg", timeout=5_000)


def test_everything_is_drawn_before_print(opened: Opener, report: Path) -> None:
    page = opened(report, *SIZES["wide"], theme="dark", whole=False).page
    drawings = """() => [
        [...document.querySelectorAll('.plot')].every(p => p.querySelector('svg.main-svg')),
        document.querySelectorAll('details.fold:not([open])').length,
        document.querySelector('.plot').layout.paper_bgcolor
            || document.querySelector('.plot')._fullLayout.paper_bgcolor]"""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(drawings) == [True, 0, PAPER]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(drawings)[2] == DARK[PAPER]
    papers = page.evaluate(
        "[...document.querySelectorAll('.plot')].map(p => p._fullLayout.paper_bgcolor)"
    )
    assert set(papers) == {DARK[PAPER]}
    assert page.locator("details.fold:not([open])").count() > 5
    assert len(page.pdf(format="A4")) > 100_000


def test_axe_finds_nothing_in_a_run_that_is_opened_whole(whole: Visit) -> None:
    found = Axe().run(whole.page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


# ── And ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "size", "theme"),
    [
        pytest.param(
            *case,
            marks=[] if case[0] == "study_report" and case[1:] in SOON else pytest.mark.verify,
        )
        for case in product(REPORTS, SIZES, ("light", "dark"))
    ],
)
def test_axe_finds_nothing(
    opened: Opener, request: pytest.FixtureRequest, name: str, size: str, theme: str
) -> None:
    page = opened(request.getfixturevalue(name), *SIZES[size], theme=theme).page
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_the_page_is_short_until_it_is_opened(wide: Visit, narrow: Visit) -> None:
    for visit in (wide, narrow):
        assert visit.page.evaluate("document.documentElement.scrollHeight") <= 8_000


def test_few_stops_of_the_tab_key(wide: Visit) -> None:
    """One stop for a strategy, a chart, a part and a table: no row of tools on every chart."""
    page = wide.page
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(90):
        page.keyboard.press("Tab")
        stop = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        if stop.startswith("<body"):
            break
        stops.append(stop)
    assert 20 < len(stops) < 70
    assert 'class="skip"' in stops[0]
    assert sum('class="pick"' in stop for stop in stops) == 9


def test_a_chart_opens_by_the_keyboard(folded: Visit) -> None:
    page = folded.page
    page.locator("#funnel > summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#funnel .plot[data-drawn] svg.main-svg", timeout=5_000)


def test_a_link_opens_what_is_folded(folded: Visit) -> None:
    page = folded.page
    page.evaluate("location.hash = '#metrics'")
    page.wait_for_selector("#metrics details[open]", timeout=5_000)


def test_the_first_chart_comes_soon(opened: Opener, many_report: Path) -> None:
    """The main thread's own time up to the first chart."""
    page = opened(many_report, *SIZES["wide"], whole=False).page
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")
    found = {m["name"]: m["value"] for m in metrics.send("Performance.getMetrics")["metrics"]}
    assert found["ScriptDuration"] < 2.5
