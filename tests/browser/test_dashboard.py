"""The dashboard as a browser shows it."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from analysis.view.front import front_of_run
from analysis.view.read import as_view
from analysis.view.verdict import verdict_of
from sim.store.live import Live
from sim.store.read import load_run
from tests.browser.dashboard import Tab, Windows, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = (
    "/",
    "/run/france?part=law",
    "/run/france/calls",
    "/study/study?draw=1",
    "/sweep/map?threshold=4000",
    "/plan/enough",
    "/compare?a=france&b=study",
    "/law?run=france",
    "/whatif?study=study",
    "/run/torn",
    "/nowhere/at/all?part=;drop",
)
LOOKS = {
    "quick": ((1280, "light"), (390, "dark")),
    "whole": ((1280, "dark"), (390, "light")),
}
"""Every page is loaded once and looked at in two ways; ``make verify`` adds the other two."""


@pytest.mark.parametrize("looks", ["quick", pytest.param("whole", marks=pytest.mark.verify)])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_sound(tab: Tab, address: str, looks: str) -> None:
    """No complaint of the browser, nothing asked elsewhere, nothing that keeps anybody out."""
    tab.complaints.clear()
    tab.look(1280, "light")
    tab.open(address)
    for width, scheme in LOOKS[looks]:
        page = tab.look(width, scheme)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), (width, scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, (width, scheme, found.generate_report())
    tab.look(1280, "light")
    assert tab.complaints == []
    assert tab.strangers == []


def test_the_first_screen_tells_the_tables_numbers(tab: Tab, store: Path) -> None:
    run = as_view(load_run(store / "france"))
    page = tab.open("/run/france")
    rows = page.locator("table.headline tbody tr")
    assert rows.count() == len(run.strategies)
    for at, row in enumerate(front_of_run(verdict_of(run)).rows):
        told = rows.nth(at).inner_text()
        for text in (row.strategy, row.people, row.expected, row.p95, row.law_text):
            assert text in told


def test_a_link_shows_what_its_sender_saw(tab: Tab, windows: Windows) -> None:
    page = tab.open("/run/france?part=calls")
    page.locator("select[name=territory]").select_option("reunion")
    page.wait_for_url(re.compile(r"territory=reunion"))
    page = tab.drawn()
    page.wait_for_selector("#territories .finding:has-text('reunion')")
    words = page.locator("#territories .finding").inner_text()
    other = windows().open(page.url.removeprefix(tab.origin))
    assert other.locator("#territories .finding").inner_text() == words


def test_numbers_open_and_are_those_of_the_table(tab: Tab, store: Path) -> None:
    page = tab.open("/run/france?part=calls")
    box = page.locator("#territories details")
    box.locator("summary").click()
    page.wait_for_selector("#territories details table")
    run = load_run(store / "france")
    first = run.territories.iloc[0]
    told = box.locator("tbody tr").first.inner_text()
    assert str(first["territory"]) in told
    assert box.locator("tbody tr").count() == len(run.territories)


def test_all_can_be_done_with_the_keyboard(windows: Windows) -> None:
    page = windows().open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_label("Search").focus()
    page.keyboard.type("no such run")
    page.wait_for_selector("text=Nothing here fits the search.")
    page.keyboard.press("Control+a")
    page.keyboard.type("france")
    link = page.get_by_role("link", name="france", exact=True)
    link.wait_for()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/run/france")
    page.wait_for_selector("text=The strategies side by side")
    assert page.title() == "france-2017 – Ringfence"


def test_what_is_written_meanwhile_appears(tab: Tab, store: Path, france: Path) -> None:
    page = tab.open("/")
    assert page.get_by_role("link", name="meanwhile").count() == 0
    shutil.copytree(france, store / "meanwhile")
    try:
        page.get_by_role("link", name="meanwhile").wait_for(timeout=10_000)
    finally:
        shutil.rmtree(store / "meanwhile")
    page.get_by_role("link", name="meanwhile").wait_for(state="detached", timeout=10_000)


def test_a_click_on_a_bar_chooses_its_hour(tab: Tab) -> None:
    page = tab.open("/run/france/calls?strategy=as-run")
    page.wait_for_selector(".ag-center-cols-container .ag-row [col-id=line]")
    bar = page.locator(".plot .barlayer .point path").first
    bar.click(force=True)
    page.wait_for_url(re.compile(r"hour=\d+"))
    page.wait_for_function("() => document.querySelector('select[name=hour]').value")


def test_a_run_and_a_study_of_one_code_do_not_differ_in_it(tab: Tab) -> None:
    page = tab.open("/compare?a=france&b=study")
    page.wait_for_selector("text=Inputs that differ")
    about = page.locator("main table").first.inner_text()
    assert "(scale)" in about
    assert "(code)" not in about
    assert "(version)" not in about


def test_two_readers_look_at_two_runs(windows: Windows, tab: Tab) -> None:
    one, other = tab.open("/run/france"), windows().open("/sweep/map")
    assert one.title() == "france-2017 – Ringfence"
    assert other.title() == "How it changes: small – Ringfence"


def test_what_is_being_run_is_seen_live(tab: Tab, store: Path) -> None:
    page = tab.open("/")
    with Live("run", "small") as live:
        live.beside(store / "tomorrow")
        live.tell(0.25, "as-run", 1, 4, 1_000, "calls")
        row = page.locator("tbody tr", has_text="tomorrow")
        row.wait_for()
        assert row.locator("progress").get_attribute("value") == "0.250"
        time.sleep(0.6)  # the file is written twice a second at most
        live.tell(0.5, "half", 2, 4, 2_000, "calls")
        page.locator("tbody tr", has_text="half (2 of 4)").wait_for(timeout=10_000)
        assert "calls a second" in row.inner_text()
    row.wait_for(state="detached", timeout=10_000)
    assert tab.complaints == []


def test_a_chart_is_saved_as_it_is_seen(tab: Tab) -> None:
    page = tab.open("/plan/enough")
    for kind, begin in (("png", b"\x89PNG"), ("svg", b"<svg")):
        with page.expect_download() as saved:
            page.locator(f"button[data-save={kind}]").first.click()
        assert saved.value.suggested_filename == f"law-of-root-0.{kind}"
        assert Path(saved.value.path()).read_bytes().startswith(begin)


def test_a_table_is_saved_as_it_is_stored(tab: Tab, store: Path) -> None:
    page = tab.open("/run/france?part=tables")
    with page.expect_download() as saved:
        page.locator("a[download='territories.parquet']").click()
    stored = (store / "france" / "territories.parquet").read_bytes()
    assert Path(saved.value.path()).read_bytes() == stored
    with page.expect_download() as saved:
        page.locator("a[download='territories.csv']").click()
    told = Path(saved.value.path()).read_text("utf-8").splitlines()
    assert len(told) == 1 + len(load_run(store / "france").territories)


def test_an_empty_store_says_how_to_fill_it(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    for served in serving(tmp_path / "runs"):
        empty = Windows(browser, served)
        page = empty().open("/")
        assert "There is no run here yet" in page.locator("#main").inner_text()
        assert "ringfence run" in page.locator("#main").inner_text()
        empty.close()


def test_under_a_foreign_name_the_browser_gets_nothing(tab: Tab) -> None:
    answer = tab.page.request.get(tab.origin + "/", headers={"Host": "evil.example"})
    assert answer.status == 421
    assert "open the address that it printed" in answer.text()


def test_a_threshold_is_typed_and_stands_in_the_address(tab: Tab) -> None:
    page = tab.open("/sweep/map")
    page.get_by_label("Threshold").fill("4000")
    page.get_by_role("button", name="Draw it").click()
    page.wait_for_url(re.compile(r"threshold=4000"))
    page.locator(".note", has_text="people reached of 4 k").wait_for()
