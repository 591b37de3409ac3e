"""Pictures of the dashboard's pages, light and dark.

``python -m tests.browser.screenshots RUNS TO``: RUNS is a store; its newest run with calls and its
last study by name are shown.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from analysis.dashboard.serve import serve
from analysis.dashboard.shelf import Entry, Shelf
from tests.browser.conftest import find_chromium

DRAWN = """() => document.querySelector('#main [data-title]') &&
    [...document.querySelectorAll('.slot')]
        .filter(slot => slot.getBoundingClientRect().top < innerHeight)
        .every(slot => slot.childElementCount)"""
"""What is in sight is drawn; what lies below waits until it is seen."""


def addresses(entries: list[Entry]) -> dict[str, str]:
    """By name of the picture: what is shown."""
    runs = sorted((e for e in entries if "calls" in e.tags), key=lambda e: e.when)
    studies = [e for e in entries if e.kind == "study"]
    found = {"home": "/"}
    if runs:
        run = runs[-1].id
        found |= {"run": f"/run/{run}", "calls": f"/run/{run}/calls", "law": f"/law?run={run}"}
    if studies:
        study = studies[-1].id
        found |= {"study": f"/study/{study}", "whatif": f"/whatif?study={study}"}
    for kind in ("sweep", "plan"):
        for entry in entries:
            if entry.kind == kind:
                found[f"{kind}-{entry.id}"] = f"/{kind}/{entry.id}"
    if runs and studies:
        found["compare"] = f"/compare?a={run}&b={study}"
    return found


def main(store: Path, to: Path) -> None:
    """Write the pictures."""
    to.mkdir(parents=True, exist_ok=True)
    served = serve(store, port=0)
    threading.Thread(target=served.run, daemon=True).start()
    origin = served.address.partition("/?")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        for scheme, width in (("light", 1280), ("dark", 390)):
            window = browser.new_context(
                viewport={"width": width, "height": 860},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = window.new_page()
            page.goto(served.address)
            for name, address in addresses(Shelf(store).entries()).items():
                page.goto(origin + address)
                page.wait_for_function(DRAWN, timeout=120_000)
                page.wait_for_timeout(1_500)
                page.screenshot(path=to / f"dashboard-{name}-{scheme}.png")
        browser.close()
    served.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
