"""Makes report.png, the picture in README.md: the first screen of a run's report.

    .venv/bin/python docs/images/picture.py runs/demo docs/images/report.png

It needs Chromium; set RINGFENCE_CHROMIUM to its path where it is not called ``chromium``.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH = 1280
MARGIN = 28


def main(run: str, picture: str) -> None:
    """Photograph the report of a run."""
    chromium = os.environ.get("RINGFENCE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 900}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto((Path(run).resolve() / "report.html").as_uri())
        page.wait_for_selector("html[data-charts=drawn]", timeout=60_000)
        box = page.locator("header.top").bounding_box()
        assert box is not None
        height = round(box["y"] + box["height"]) + MARGIN
        page.set_viewport_size({"width": WIDTH, "height": height})
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
