"""Every page of a study on one of 32 draws and nine strategies, in all four looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.dashboard import Tab, Windows, serving
from tests.dashboard_store import sure_study

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.verify]

NINE = 9
PAGES = (
    "/study/study?draw=1",
    "/study/study?strategy=channels-4&order=most",
    "/whatif?study=study",
    "/whatif?study=study&strategy=channels-2",
    "/compare?a=study",
    "/",
)


@pytest.fixture(scope="module")
def nine(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    folder = tmp_path_factory.mktemp("nine")
    sure_study(Path(folder), NINE)
    for served in serving(Path(folder)):
        windows = Windows(browser, served)
        yield windows()
        windows.close()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_a_study_of_nine_is_sound(nine: Tab, address: str) -> None:
    nine.complaints.clear()
    page = nine.open(address)
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            nine.look(width, scheme)
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), (width, scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, (width, scheme, found.generate_report())
    nine.look(1280, "light")
    assert "This page failed" not in page.locator("#main").inner_text()
    if address.startswith("/study/"):
        assert page.locator("#reached tbody tr").count() == NINE
        # Of ten charts those of complaints have nothing to show: this world has none.
        assert page.locator(".chart").count() >= 7
    assert nine.complaints == []
    assert nine.strangers == []
