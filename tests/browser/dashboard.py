"""Windows on the dashboard: one server and one store for every file of tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from analysis.dashboard.serve import Served, serve

DRAWN = """() => document.querySelector('#main [data-title]') &&
    [...document.querySelectorAll('.slot')].every(slot => slot.childElementCount) &&
    [...document.querySelectorAll('.plot')].every(plot => plot.querySelector('.main-svg'))"""
"""All charts are there and drawn."""


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
        """Wait until all is drawn."""
        self.page.wait_for_function(DRAWN, timeout=90_000)
        return self.page

    def look(self, width: int, scheme: str) -> Page:
        """See the same page in another window and by another light, without loading it anew."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => done(0)))")
        return self.drawn()


@dataclass
class Windows:
    """Opens windows that know the token."""

    browser: Browser
    served: Served
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self) -> Tab:
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
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

    def close(self) -> None:
        """Close all of them."""
        for context in self.contexts:
            context.close()


def serving(store: Path) -> Iterator[Served]:
    """A server of a store, until the generator goes on."""
    found = serve(store, port=0)
    answering = threading.Thread(target=found.run)
    answering.start()
    yield found
    found.stop()
    answering.join()


@pytest.fixture(scope="session")
def served(store: Path) -> Iterator[Served]:
    yield from serving(store)


@pytest.fixture(scope="session")
def windows(browser: Browser, served: Served) -> Iterator[Windows]:
    found = Windows(browser, served)
    yield found
    found.close()


@pytest.fixture(scope="session")
def tab(windows: Windows) -> Tab:
    """A window that tests use one after the other."""
    return windows()
