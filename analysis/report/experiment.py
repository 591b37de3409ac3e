"""The page of an experiment: what was asked, what was found, and its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from analysis.figures.calibrated import checked, moved
from analysis.figures.chart import Chart
from analysis.figures.hangs_on import differences_hang_on, hangs_on
from analysis.figures.law_of_root import law_of_root
from analysis.figures.regret import regret
from analysis.figures.response import response
from analysis.figures.turns import turns
from analysis.report.chart import chart_html
from analysis.report.markup import Html, esc, paragraph, table
from analysis.report.page import Part, shell

Draw = Callable[[Mapping[str, Any]], Chart]
PAGES: Final[Mapping[str, tuple[str, tuple[Draw, ...]]]] = {
    "ringfence-compare": ("Which strategy", (regret, turns)),
    "ringfence-sweep": ("How it changes", (response,)),
    "ringfence-plan": ("How much is enough", (law_of_root,)),
    "ringfence-sensitivity": ("What drives it", (hangs_on, differences_hang_on)),
    "ringfence-calibrate": ("Rates of one's own calls", (moved, checked)),
}
"""By schema without its number: a heading, and the charts."""


UNTOLD: Final = "What the data could not tell"


def charts_of(told: Mapping[str, Any]) -> list[Chart]:
    """The charts of an experiment, from its document."""
    return [draw(told) for draw in PAGES[told["schema"].rpartition("/")[0]][1]]


def experiment_html(told: Mapping[str, Any]) -> Html:
    """The page of an experiment as text.

    Parameters
    ----------
    told
        Its document, as the command prints it with ``--json``.
    """
    heading, _ = PAGES[told["schema"].rpartition("/")[0]]
    charts = charts_of(told)
    drawn = [chart for chart in charts if chart.panels]
    content = "".join(chart_html(chart, opened=True) for chart in drawn)
    content += "".join(
        paragraph(f"{chart.title}: {chart.finding}") for chart in charts if not chart.panels
    )
    lead = drawn[0].finding if drawn else charts[0].finding
    opening = (
        f'<header class="top"><p class="about">{esc(told["scenario"])}</p>'
        f"<h1>{esc(heading)}</h1>{paragraph(lead, 'lead')}</header>"
    )
    parts = [Part("charts", "In charts", content, folded=False)]
    if "not_told" in told:
        parts.append(Part("untold", UNTOLD, _untold(told), folded=False))
        foot = paragraph(f"{told['source']}. What is fitted stands in the file that was written.")
    else:
        foot = paragraph(
            "Simulations: no call was placed. The same scenario, seed and version give the same "
            "numbers."
        )
    return shell(told["scenario"], "", opening, parts, foot, "")


def _untold(told: Mapping[str, Any]) -> Html:
    """What a calibration could not tell, why, and what would."""
    rows = [(each["what"], each["why"], each["what_would"]) for each in told["not_told"]]
    return table(("What", "Why", "What would tell it"), rows, caption=UNTOLD)
