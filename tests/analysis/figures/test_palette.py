"""Colours hold what they promise, by a library that knows nothing of ours."""

from __future__ import annotations

from itertools import combinations

import pytest
from coloraide import Color

from analysis.figures.style import (
    CUTOFF,
    DARK,
    EDGE,
    GREY,
    HEAT,
    INK,
    MUTED,
    PALETTE,
    PAPER,
    dark,
)

THEMES = {"light": 0, "dark": 1}
SEEN = (None, "protan", "deutan", "tritan")
"""As everybody sees it, and as three kinds of colour blindness do, at their full strength."""
APART = 12.0


def on(theme: str, color: str) -> str:
    return color if theme == "light" else DARK[color]


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("theme", THEMES)
def test_any_two_of_six_colours_are_told_apart(theme: str, kind: str | None) -> None:
    colors = [Color(both[THEMES[theme]]) for both in PALETTE.values()]
    assert len(colors) == 6
    seen = [c if kind is None else c.filter(kind, 1).convert("srgb").clip() for c in colors]
    for one, other in combinations(seen, 2):
        assert one.delta_e(other, method="2000") >= APART


@pytest.mark.parametrize("theme", THEMES)
def test_marks_and_words_stand_off_the_paper(theme: str) -> None:
    paper = Color(on(theme, PAPER))
    marks = [*(light for light, _ in PALETTE.values()), GREY, EDGE if theme == "dark" else GREY]
    for color in marks:
        assert Color(on(theme, color)).contrast(paper) >= 3, color
    for color in (INK, MUTED, CUTOFF, PALETTE["blue"][0]):
        assert Color(on(theme, color)).contrast(paper) >= 4.5, color


@pytest.mark.parametrize("theme", THEMES)
def test_heat_goes_one_way(theme: str) -> None:
    light = [Color(on(theme, color)).luminance() for _, color in HEAT]
    assert light == sorted(light, reverse=theme == "light")


def test_every_colour_has_its_own_counterpart() -> None:
    assert len(set(DARK.values())) == len(DARK)
    assert dark({"a": [PAPER, {"b": INK}], "c": 1}) == {
        "a": [DARK[PAPER], {"b": DARK[INK]}],
        "c": 1,
    }
