"""One figure as a picture, drawn by the browser."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from analysis.report.picture import SHARPER, WIDTH, charts_of, picture
from sim.errors import OptionError
from tests.browser.conftest import find_chromium


@pytest.fixture(scope="module")
def charts(outcome):
    return charts_of(outcome.run)


def test_a_figure_is_drawn_with_its_words(charts, monkeypatch, tmp_path: Path, browser) -> None:
    """The picture has its size, and its words above the plot are dark on white."""
    monkeypatch.setenv("BROWSER_PATH", find_chromium())
    drawn = picture(charts, "reach")
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", drawn[16:24])
    assert width == SHARPER * WIDTH
    (tmp_path / "reach.png").write_bytes(drawn)
    page = browser.new_page()
    page.goto((tmp_path / "reach.png").as_uri())
    dark = page.evaluate(
        """() => {
            const image = document.images[0], canvas = document.createElement('canvas');
            canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            const rows = [[0, 8], [16, 60], [80, 120], [canvas.height - 8, canvas.height]];
            return rows.map(([first, last]) => {
                const all = context.getImageData(0, first, canvas.width, last - first).data;
                let dark = 0;
                for (let at = 0; at < all.length; at += 4) dark += all[at] < 100;
                return dark;
            });
        }"""
    )
    page.close()
    edge, title, words, bottom = dark
    assert (edge, bottom) == (0, 0), "something is cut off"
    assert title > 200
    assert words > 200
    assert height > 500


def test_without_a_browser_it_says_what_is_missing(charts, monkeypatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/no/such/browser")
    with pytest.raises(OptionError, match=r"needs Chrome or Chromium, .*BROWSER_PATH"):
        picture(charts, "reach")
