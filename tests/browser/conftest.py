from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from analysis.report import study_html, write_report
from tests.analysis.conftest import CASES, odd_run
from tests.analysis.readings import with_readings
from tests.analysis.studies import make_study
from tests.analysis.tables import make_run
from tests.browser.dashboard import served, tab, windows

__all__ = ["served", "tab", "windows"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Path of a Chromium; without one the test fails and says what to do."""
    wanted = os.environ.get("RINGFENCE_CHROMIUM")
    found = shutil.which(wanted) if wanted else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(
            "the browser tests need Chromium and found none: run `make browser`, or install it "
            "(Debian: apt-get install chromium), or set RINGFENCE_CHROMIUM to a Chromium you have"
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


SEE_ALL = """async () => {
    document.querySelectorAll('details.fold').forEach(part => { part.open = true; });
    const plots = [...document.querySelectorAll('.plot')];
    for (const plot of plots) {
        plot.scrollIntoView();
        for (let i = 0; i < 200 && !plot.dataset.drawn; i++) {
            await new Promise(done => setTimeout(done, 10));
        }
    }
    scrollTo(0, 0);
}"""
"""Opens all that is folded and looks at each chart, so that it is drawn."""


@dataclass
class Visit:
    """An open page and what it did."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@dataclass
class Opener:
    """Opens files in fresh, offline windows."""

    browser: Browser
    visits: list[Visit] = field(default_factory=list)

    def __call__(
        self,
        path: Path,
        width: int = 1400,
        height: int = 900,
        theme: str = "light",
        *,
        whole: bool = True,
        runs: bool = True,
    ) -> Visit:
        """Open a page; ``runs`` says that its script draws, ``whole`` that all of it shall."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            offline=True,
            reduced_motion="reduce",
            color_scheme="dark" if theme == "dark" else "light",
        )
        page = context.new_page()
        visit = Visit(page)
        page.on("request", lambda request: visit.requests.append(request.url))
        page.on(
            "console",
            lambda message: (
                visit.complaints.append(message.text)
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.goto(path.as_uri())
        if runs:
            page.wait_for_selector("html[data-charts=drawn]", timeout=30_000)
            page.evaluate(SEE_ALL if whole else "0")
        self.visits.append(visit)
        return visit


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Opener]:
    opener = Opener(browser)
    yield opener
    for visit in opener.visits:
        visit.page.context.close()


@pytest.fixture(scope="session")
def many_whole(browser: Browser, many_report: Path) -> Iterator[Visit]:
    """All of the report of nine strategies, opened and drawn; who changes it puts it back."""
    opener = Opener(browser)
    visit = opener(many_report)
    yield visit
    visit.page.context.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the hand-made campaign."""
    return write_report(
        with_readings(make_run()), tmp_path_factory.mktemp("report") / "report.html"
    )


@pytest.fixture(scope="session")
def odd_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of one day, labelled by the hour, whose names look like markup."""
    run = odd_run(bins=40)
    run.tables["territories"]["cutoff_utc"] -= np.timedelta64(3, "D")
    return write_report(run, tmp_path_factory.mktemp("odd") / "report.html")


@pytest.fixture(scope="session")
def bare_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run whose scenario models nothing that acts back, and names no regime."""
    return write_report(make_run(modelled=False), tmp_path_factory.mktemp("bare") / "report.html")


@pytest.fixture(scope="session")
def many_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of nine strategies, one of which runs six years later."""
    run = with_readings(CASES["nine strategies"]())
    for table, columns in {
        "timeline": ("bin_start_utc",),
        "territories": ("cutoff_utc", "first_call_utc", "last_call_utc", "list_done_utc"),
        "complaints": ("at_utc", "call_start_utc"),
        "call_backs": ("first_try_utc", "last_try_utc"),
        "regulator": ("at_utc",),
        "labels": ("at_utc",),
    }.items():
        rows = run.tables[table]
        for column in columns:
            rows[column][rows["strategy"] == "s4"] += np.timedelta64(6 * 365 + 1, "D")
    return write_report(run, tmp_path_factory.mktemp("many") / "report.html")


@pytest.fixture(scope="session")
def empty_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run that placed no call."""
    return write_report(CASES["no bin"](), tmp_path_factory.mktemp("none") / "report.html")


@pytest.fixture(scope="session")
def study_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a study of nine strategies."""
    file = tmp_path_factory.mktemp("study") / "report.html"
    file.write_text(study_html(make_study()), encoding="utf-8")
    return file
