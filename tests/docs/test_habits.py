"""Decision records, the citation and the page on security: complete, and not out of date."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim import __version__
from tests.docs.pages import ROOT

RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "What would change our mind"]
MOST = 32
"""Most lines of a record: half a page."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_records_are_numbered_without_a_gap() -> None:
    assert [int(file.name[:3]) for file in RECORDS] == list(range(1, len(RECORDS) + 1))
    assert len(RECORDS) >= 10


@pytest.mark.parametrize("record", RECORDS, ids=lambda file: file.stem)
def test_a_record_says_what_and_why_in_half_a_page(record: Path) -> None:
    text = record.read_text("utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    parts = re.split(r"^## .*$", text, flags=re.MULTILINE)
    assert all(part.strip() for part in parts)
    assert len(text.splitlines()) <= MOST


def test_the_index_names_every_record_by_its_title() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", index, re.MULTILINE)
    titles = [file.read_text("utf-8").splitlines()[0] for file in RECORDS]
    assert [f"# {number}. {title}" for number, title, _ in listed] == titles
    assert [name for _, _, name in listed] == [file.name for file in RECORDS]


def test_the_citation_is_that_of_this_package() -> None:
    cited = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert str(cited["cff-version"]) == "1.2.0"
    assert {"message", "title", "authors"} <= set(cited)  # what the format demands
    assert all("name" in author or "family-names" in author for author in cited["authors"])
    assert [author["name"] for author in cited["authors"]] == [
        author["name"] for author in PROJECT["authors"]
    ]
    assert str(cited["version"]) == PROJECT["version"] == __version__
    assert cited["license"] == PROJECT["license"]
    assert cited["type"] == "software"
    assert set(cited) <= {
        "abstract",
        "authors",
        "cff-version",
        "date-released",
        "doi",
        "keywords",
        "license",
        "message",
        "repository-code",
        "title",
        "type",
        "url",
        "version",
    }


def test_the_page_on_security_says_how_to_report_and_names_nobody() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "## Report a flaw" in text
    assert "## Responsible use" in text
    assert not re.search(r"[\w.]+@[\w.]+", text)
