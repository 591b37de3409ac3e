"""The documentation site is made of every page, and without a warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT


@pytest.mark.verify
def test_the_site_has_every_page(tmp_path: Path) -> None:
    options = ["-n", "-W", "--keep-going", "-q", "-b", "html", "-c", "docs/site"]
    command = [sys.executable, "-m", "sphinx", *options, "-d", str(tmp_path / "trees")]
    site = tmp_path / "site"
    made = subprocess.run(
        [*command, ".", str(site)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    for page in PAGES:
        assert (site / page.relative_to(ROOT)).with_suffix(".html").is_file(), page


def test_every_page_stands_in_a_list_of_contents() -> None:
    """So that a reader of the site finds it; decisions are listed by their numbers."""
    index = (ROOT / "docs" / "site" / "index.md").read_text("utf-8").splitlines()
    for page in PAGES:
        place = page.relative_to(ROOT / "docs") if page.parent != ROOT else Path("..", page.name)
        listed = f"../{place.with_suffix('').as_posix()}"
        assert listed in index or (page.parent.name == "decisions" and page.stem[0].isdigit())
