"""Links between documents lead somewhere, and sources that are cited exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, prose

TAG = re.compile(r"\b[A-Z]\d{1,2}\b")
"""A source's tag: F0, P10."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT), f"{page.name}: {target} leaves the project"
        assert file.exists(), f"{page.name}: {target} does not exist"
        if anchor:
            there = anchors(file.read_text(encoding="utf-8"))
            assert anchor in there, f"{page.name}: {target}: there is no such heading"


def test_every_page_of_docs_can_be_found_from_the_readme() -> None:
    seen, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+)", prose(page.read_text(encoding="utf-8")))
        ahead += [(page.parent / link).resolve() for link in links if "://" not in link]
    assert set(PAGES) <= seen, f"no link leads to {sorted(p.name for p in set(PAGES) - seen)}"


def test_sources_that_scenarios_cite_exist() -> None:
    listed = set(re.findall(r"^\| ([A-Z]\d+) \|", _sources(), re.MULTILINE))
    cited = set[str]()
    for scenario in (ROOT / "scenarios").glob("*.yaml"):
        text = scenario.read_text(encoding="utf-8")
        # Tags stand in comments and in `source`; holiday codes and names look like none of them.
        for place in re.findall(r"#.*|source: *(?:\"[^\"]*\"|[^,}\n]*)", text):
            cited.update(TAG.findall(place))
    assert cited, "no scenario cites a source"
    assert cited <= listed, f"docs/sources.md does not list {sorted(cited - listed)}"


def test_sources_that_the_code_cites_exist() -> None:
    listed = set(TAG.findall(_sources()))
    for file in [*(ROOT / "sim").rglob("*.py"), *(ROOT / "analysis").rglob("*.py")]:
        for tag in re.findall(
            r"(?:FACTS|[Ss]ources?:?) ([FPKM]\d{1,2})\b", file.read_text("utf-8")
        ):
            assert tag in listed, f"{file}: {tag}"


def test_territories_are_those_of_the_sources() -> None:
    """Voters of every territory in the shipped scenario stand in the table, and sum to France."""
    scenario = (ROOT / "scenarios" / "france-2017.yaml").read_text(encoding="utf-8")
    voters = [
        int(n.replace("_", "")) for n in re.findall(r"electorate: ([\d_]+), source", scenario)
    ]
    table = _sources()
    assert len(voters) == 13
    for number in voters:
        assert f"| {number:,} |" in table
    assert sum(voters) + 1_264_113 == 47_582_183


def _sources() -> str:
    return (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
