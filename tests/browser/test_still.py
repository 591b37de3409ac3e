"""The picture of the first screen before a script has run: it is what the script then draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DOTS = """() => {
    const plot = document.querySelector('.picture .plot'), box = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('.still circle, .points path.point')].map(dot => {
        const at = dot.getBoundingClientRect(), look = getComputedStyle(dot);
        return [at.x + at.width / 2 - box.x, at.y + at.height / 2 - box.y, at.width, look.fill];
    }).sort((a, b) => a[0] - b[0]);
}"""


def without_scripts(page: Path, tmp_path: Path) -> Path:
    """The same page with nothing that runs."""
    text = page.read_text(encoding="utf-8")
    found = tmp_path / "still.html"
    found.write_text(re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL), encoding="utf-8")
    return found


@pytest.mark.parametrize("name", ["many_report", "study_report"])
@pytest.mark.parametrize(("width", "height", "theme"), [(1280, 900, "light"), (390, 844, "dark")])
def test_the_first_picture_is_there_without_a_script_and_in_the_same_places(
    opened: Opener,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    name: str,
    width: int,
    height: int,
    theme: str,
) -> None:
    """Every dot within a pixel of where Plotly has it, in its colour; labels of the axes alike."""
    page = request.getfixturevalue(name)
    drawn = opened(page, width, height, theme, whole=False).page
    bare = opened(
        without_scripts(page, tmp_path), width, height, theme, whole=False, runs=False
    ).page
    assert drawn.locator(".still").count() == 0
    assert bare.locator(".picture .main-svg").count() == 0
    wanted, found = drawn.evaluate(DOTS), bare.evaluate(DOTS)
    assert len(found) == len(wanted) > 2
    for one, other in zip(found, wanted, strict=True):
        assert one[:3] == pytest.approx(other[:3], abs=1.0)
        assert one[3] == other[3]


def test_names_and_labels_are_those_of_the_drawing(
    opened: Opener, many_report: Path, tmp_path: Path
) -> None:
    drawn = opened(many_report, 1280, 900, whole=False).page
    bare = opened(without_scripts(many_report, tmp_path), 1280, 900, whole=False, runs=False).page
    read = "() => document.querySelector('.picture .plot').innerText"
    told = [
        sorted(filter(None, map(str.strip, page.evaluate(read).split("\n"))))
        for page in (drawn, bare)
    ]
    assert told[0] == told[1]


def test_a_picture_of_other_marks_has_no_still_form() -> None:
    """Bars are left to the script, and so is an axis without labels of its own."""
    from analysis.figures.drawing import Drawing
    from analysis.report.still import still

    axis = {"range": [0, 1], "tickvals": [0.0, 1.0], "ticktext": ["0", "1"], "title": {"text": "a"}}
    drawing = Drawing()
    drawing.update_layout(margin={"t": 1, "b": 1, "l": 1, "r": 1})
    drawing.update_xaxes(axis)
    assert still(drawing) == ""
    drawing.update_yaxes(axis)
    assert still(drawing) != ""
    drawing.add_bar(x=[0.5], y=[1.0])
    assert still(drawing) == ""


def test_all_columns_of_the_first_table_are_in_sight_on_a_narrow_screen(
    opened: Opener, many_report: Path, study_report: Path
) -> None:
    """Nothing to scroll, no cell over another, and every cell within the screen."""
    overlaps = """() => {
        const cells = [...document.querySelectorAll('.headline :is(th, td)')]
            .map(cell => cell.getBoundingClientRect());
        const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        const outside = cells.filter(c => c.width < 1 || c.left < 0 || c.right > innerWidth).length;
        const lines = [...document.querySelectorAll('.headline :is(td, .number)')].map(cell => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            const text = range.getBoundingClientRect(), box = cell.getBoundingClientRect();
            // What does not fit ends in an ellipsis; letters leave room above and below.
            return { left: text.left, right: Math.min(text.right, box.right),
                     top: text.top + 2, bottom: text.bottom - 2 };
        });
        const met = lines.filter((a, i) => lines.some((b, j) => j > i && over(a, b))).length;
        const box = document.querySelector('.headline').parentElement;
        return [cells.length, outside, met, box.scrollWidth - box.clientWidth];
    }"""
    for report in (many_report, study_report):
        page = opened(report, 390, 844, whole=False).page
        cells, outside, met, hidden = page.evaluate(overlaps)
        assert cells >= 70
        assert (outside, met, hidden) == (0, 0, 0)
