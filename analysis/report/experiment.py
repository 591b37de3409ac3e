"""The page of an experiment: what was asked, what was found, and its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from analysis.figures.calibrated import checked, moved
from analysis.figures.chart import Chart
from analysis.figures.frontier import frontier
from analysis.figures.hangs_on import differences_hang_on, hangs_on
from analysis.figures.law_of_root import law_of_root
from analysis.figures.regret import regret
from analysis.figures.response import response
from analysis.figures.turns import turns
from analysis.report.chart import chart_html
from analysis.report.markup import Html, esc, paragraph, table
from analysis.report.page import Part, shell
from analysis.view.experiments import moved_words, telling_rows
from analysis.view.rounded import rounded
from sim.measure.metrics import METRICS

Draw = Callable[[Mapping[str, Any]], Chart]
PAGES: Final[Mapping[str, tuple[str, tuple[Draw, ...]]]] = {
    "ringfence-compare": ("Which strategy", (regret, turns)),
    "ringfence-sweep": ("How it changes", (response,)),
    "ringfence-plan-frontier": ("How much of both is enough", (frontier,)),
    "ringfence-plan": ("How much is enough", (law_of_root,)),
    "ringfence-sensitivity": ("What drives it", (hangs_on, differences_hang_on)),
    "ringfence-calibrate": ("Rates of one's own calls", (moved, checked)),
}
"""By schema without its number: a heading, and the charts."""


UNTOLD: Final = "What the data could not tell"
RUNS: Final = "ringfence-compare-runs"
"""Schema of runs side by side, which are tables and no charts."""
NOTHING_DRAWN: Final = (
    "Single runs have no draws of what is not known, so nothing here has an interval over it. σ: "
    "standard deviations of the luck of two runs, as if each call were by itself."
)


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
    if told["schema"].rpartition("/")[0] == RUNS:
        return _page(
            told,
            "What differs",
            NOTHING_DRAWN,
            Part("runs", "In tables", runs_html(told), folded=False),
        )
    heading, _ = PAGES[told["schema"].rpartition("/")[0]]
    charts = charts_of(told)
    drawn = [chart for chart in charts if chart.panels]
    content = "".join(chart_html(chart, opened=True) for chart in drawn)
    content += "".join(
        paragraph(f"{chart.title}: {chart.finding}") for chart in charts if not chart.panels
    )
    lead = drawn[0].finding if drawn else charts[0].finding
    return _page(told, heading, lead, Part("charts", "In charts", content, folded=False))


def _page(told: Mapping[str, Any], heading: str, lead: str, part: Part) -> Html:
    """A page of one part beneath its heading and what it found."""
    opening = (
        f'<header class="top"><p class="about">{esc(told["scenario"])}</p>'
        f"<h1>{esc(heading)}</h1>{paragraph(lead, 'lead')}</header>"
    )
    parts = [part]
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


def runs_html(told: Mapping[str, Any]) -> Html:
    """Inputs of runs that differ, and numbers that do beyond luck."""
    names = list(told["runs"])
    inputs = [
        (row["path"], *(str(value) for value in row["values"].values()))
        for row in told["differing"]
    ]
    rows = telling_rows(told)
    numbers = [
        (
            f"{row['strategy']}: {METRICS[row['metric']].label}",
            rounded(row["values"][names[0]]),
            *(
                f"{rounded(row['values'][name])} {moved_words(row['against_first'][name])}".strip()
                for name in names[1:]
            ),
        )
        for row in rows
        if row["metric"] in METRICS
    ]
    hidden = len(told["numbers"]) - len(rows)
    return table(("Input", *names), inputs, caption=f"{len(inputs)} inputs differ") + table(
        ("Number", *names),
        numbers,
        caption=f"{len(rows)} numbers differ beyond luck, {hidden} within it; "
        f"{told['equal']} are equal",
    )
