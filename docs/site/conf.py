"""How the documentation site is made of the Markdown pages: ``make docs``.

Sources are the pages where they stand, so that every link between them, and to files beside them,
is held: a link that leads nowhere is a warning, and warnings are errors.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

project = "Ringfence"
author = copyright = _PROJECT["authors"][0]["name"]
version = release = _PROJECT["version"]
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/site/index"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/**.md"]
exclude_patterns = ["docs/template/**"]
source_suffix = {".md": "markdown"}
nitpicky = True

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"Ringfence {version}"
html_static_path: list[str] = []
html_copy_source = False
