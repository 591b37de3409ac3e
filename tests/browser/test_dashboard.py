"""The dashboard as a browser shows it: one server and one store for all tests."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from analysis.dashboard.serve import Served, serve
from analysis.view.front import front_of_run
from analysis.view.read import as_view
from analysis.view.verdict import verdict_of
from sim.store.read import load_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DRAWN = """() => document.querySelector('#main [data-title]') &&
    [...document.querySelectorAll('.slot')].every(slot => slot.childElementCount) &&
    [...document.querySelectorAll('.plot')].every(plot => plot.querySelector('.main-svg'))"""


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[Served]:
    found = serve(store, port=0)
    answering = threading.Thread(target=found.run)
    answering.start()
    yield found
    found.stop()
    answering.join()


@dataclass
class Tab:
    """A window on the dashboard, and what it did."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Go to an address of the dashboard, and wait until all is drawn."""
        self.page.goto(self.origin + address)
        return self.drawn()

    def drawn(self) -> Page:
        self.page.wait_for_function(DRAWN, timeout=60_000)
        return self.page


@dataclass
class Windows:
    """Opens windows that know the token."""

    browser: Browser
    served: Served
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, width: int = 1280, scheme: str = "light") -> Tab:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        origin = self.served.address.partition("/?")[0]
        tab = Tab(context.new_page(), origin)
        page = tab.page
        page.on(
            "console",
            lambda said: (
                tab.complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((origin, "data:", "blob:"))
                else tab.strangers.append(asked.url)
            ),
        )
        page.goto(self.served.address)
        return tab


@pytest.fixture(scope="module")
def windows(browser: Browser, served: Served) -> Iterator[Windows]:
    found = Windows(browser, served)
    yield found
    for context in found.contexts:
        context.close()


@pytest.fixture(scope="module")
def wide(windows: Windows) -> Tab:
    return windows()


@pytest.fixture(scope="module")
def narrow(windows: Windows) -> Tab:
    return windows(390, "dark")


PAGES = (
    "/",
    "/run/france?part=law",
    "/run/france/calls",
    "/study/study?draw=1",
    "/compare?a=france&b=study",
    "/law?run=france",
    "/whatif?study=study",
    "/run/torn",
)


SHORT = {
    "wide": ("/run/france/calls", "/whatif?study=study"),
    "narrow": ("/", "/study/study?draw=1", "/law?run=france"),
}
"""What `make test` looks at; `make verify` looks at all pages in both sizes."""
CASES = [
    pytest.param(size, page, marks=() if page in SHORT[size] else pytest.mark.verify)
    for size in SHORT
    for page in PAGES
]


@pytest.mark.parametrize(("size", "address"), CASES)
def test_every_page_is_sound(request: pytest.FixtureRequest, size: str, address: str) -> None:
    """No complaint of the browser, nothing asked elsewhere, nothing that keeps anybody out."""
    tab: Tab = request.getfixturevalue(size)
    tab.complaints.clear()
    page = tab.open(address)
    assert tab.complaints == []
    assert tab.strangers == []
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_first_screen_tells_the_tables_numbers(wide: Tab, store: Path) -> None:
    run = as_view(load_run(store / "france"))
    page = wide.open("/run/france")
    rows = page.locator("table.headline tbody tr")
    assert rows.count() == len(run.strategies)
    for at, row in enumerate(front_of_run(verdict_of(run)).rows):
        told = rows.nth(at).inner_text()
        for text in (row.strategy, row.people, row.expected, row.p95, row.law_text):
            assert text in told


def test_a_link_shows_what_its_sender_saw(wide: Tab, windows: Windows) -> None:
    page = wide.open("/run/france?part=calls")
    page.locator("select[name=territory]").select_option("reunion")
    page.wait_for_url(re.compile(r"territory=reunion"))
    page = wide.drawn()
    page.wait_for_selector("#territories .finding:has-text('reunion')")
    words = page.locator("#territories .finding").inner_text()
    other = windows().open(page.url.removeprefix(wide.origin))
    assert other.locator("#territories .finding").inner_text() == words


def test_numbers_open_and_are_those_of_the_table(wide: Tab, store: Path) -> None:
    page = wide.open("/run/france?part=calls")
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


def test_what_is_written_meanwhile_appears(wide: Tab, store: Path, france: Path) -> None:
    import shutil

    page = wide.open("/")
    assert page.get_by_role("link", name="meanwhile").count() == 0
    shutil.copytree(france, store / "meanwhile")
    try:
        page.get_by_role("link", name="meanwhile").wait_for(timeout=10_000)
    finally:
        shutil.rmtree(store / "meanwhile")
    page.get_by_role("link", name="meanwhile").wait_for(state="detached", timeout=10_000)


def test_a_click_on_a_bar_chooses_its_hour(wide: Tab) -> None:
    page = wide.open("/run/france/calls?strategy=as-run")
    page.wait_for_selector(".ag-center-cols-container .ag-row [col-id=line]")
    bar = page.locator(".plot .barlayer .point path").first
    bar.click(force=True)
    page.wait_for_url(re.compile(r"hour=\d+"))
    page.wait_for_function("() => document.querySelector('select[name=hour]').value")


def test_a_slider_moves_the_answer_and_one_that_is_refused_does_not(wide: Tab) -> None:
    page = wide.open("/whatif?study=study")
    assert page.locator("input[type=range]:disabled").count() > 0
    answer = page.locator("#whatif-answer tbody tr").first
    before = answer.inner_text()
    heard = page.locator("input[name='x.world.voicemail.heard']")
    heard.focus()
    page.keyboard.press("End")
    page.wait_for_url(re.compile(r"voicemail\.heard=99"))
    page.wait_for_function(
        "before => document.querySelector('#whatif-answer tbody tr').innerText !== before",
        arg=before,
    )
    assert "heard:" in page.locator("#run pre").first.inner_text()


def test_two_readers_look_at_two_runs(windows: Windows, wide: Tab) -> None:
    one, other = wide.open("/run/france"), windows().open("/study/study")
    assert one.title() == "france-2017 – Ringfence"
    assert other.title() == "small – Ringfence"
