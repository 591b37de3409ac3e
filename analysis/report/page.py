"""The report: one HTML file that says what a run or a study found, and needs nothing else.

Plotly's script is embedded once and nothing is fetched: the page forbids it to itself. Figures lie
in the page as data, see :mod:`analysis.figures.drawing`, and are drawn when they are seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.figures import CHARTS, STUDY_CHARTS, Chart
from analysis.figures.style import BLUE, CONFIG, DARK, GREY, INK, MUTED, PAPER
from analysis.figures.trade_off import trade_off
from analysis.report.bundle import plotly
from analysis.report.chart import chart_html
from analysis.report.compliance import compliance_html
from analysis.report.first_screen import Opening, drives_html, opening_html
from analysis.report.heard import heard_html
from analysis.report.law import audit_html
from analysis.report.markup import (
    Html,
    details,
    esc,
    head,
    json_script,
    packaged,
    paragraph,
    section,
)
from analysis.report.of_study import broken_html, foot_html, inputs_html
from analysis.report.provenance import provenance
from analysis.report.side_by_side import comparison
from analysis.report.sure import uncertainty
from analysis.view import RunView, as_view
from analysis.view.draws import draws_of_run
from analysis.view.front import front_of_run, front_of_study
from analysis.view.study import StudyView, study_view
from analysis.view.verdict import verdict_of
from sim.outputs import REPORT, claim
from sim.scenario.scenario import Scenario
from sim.store.read import Run

if TYPE_CHECKING:
    from sim.store.study import Study

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
"""The page may run and style itself, and may load nothing from anywhere."""
OFFICER = "For the compliance officer"
PICTURE = 330
"""Height of the picture on the first screen, pixels."""
FIRST = ("differences", "drivers")
"""Charts that stand open beneath the first screen: what differs, and what it comes from."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page beneath its first screen."""

    key: str
    title: str
    content: Html
    folded: bool = True
    """Whether it opens on a click."""


def write_report(run: Run | RunView, path: Path, scenario: Scenario | None = None) -> Path:
    """Write the report of a run to ``path``: whole or not at all.

    Parameters
    ----------
    run
        What ``load_run`` gives, or a view of it.
    path
        The file to write; an earlier report is replaced, and nothing else.
    scenario
        As for :func:`report_html`.

    Raises
    ------
    sim.errors.OutputError
        If the file cannot be written. What stood there before is then still there.
    """
    claim(path, REPORT, force=True).write(report_html(run, scenario))
    return path


def report_html(run: Run | RunView, scenario: Scenario | None = None) -> Html:
    """The report of a run as text: the same run gives the same text.

    Parameters
    ----------
    run
        What ``load_run`` gives, what a run hands to its report, or a view of it.
    scenario
        The run's scenario at full size; left out, it is read from the run directory.
    """
    view = as_view(run, scenario)
    front = front_of_run(verdict_of(view))
    charts = [draw(view) for draw in CHARTS]
    law = audit_html(view)
    opening = Opening(
        front,
        trade_off(draws_of_run(view), height=PICTURE),
        drives_html(front) or heard_html(view),
    )
    *first, rest = _chart_parts(charts, heard_html(view) if front.drives else "")
    parts = [
        *first,
        *([Part("compliance", OFFICER, compliance_html(view))] if law else []),
        rest,
        *([Part("law", "Held against the law, rule by rule", law)] if law else []),
        Part("sure", "How sure this is", uncertainty(view)),
        Part("metrics", "All numbers, side by side", comparison(view)),
    ]
    base = front.base
    return shell(view.name, view.version, opening_html(opening), parts, provenance(view), base)


def study_html(study: Study | StudyView, further: Sequence[Chart] = ()) -> Html:
    """The report of a study as text.

    Parameters
    ----------
    study
        What ``load_study`` gives, or a view of it.
    further
        Charts of what was worked out of the study besides: which strategy, and what it hangs on.

    Raises
    ------
    sim.errors.RunDirectoryError
        Where a file differs from its digest.
    """
    view = study if isinstance(study, StudyView) else study_view(study)
    front = front_of_study(view)
    charts = [draw(view) for draw in STUDY_CHARTS]
    opening = Opening(front, trade_off(view.draws, height=PICTURE), drives_html(front))
    told = "".join(chart_html(chart) for chart in further if chart.panels)
    told += "".join(paragraph(f"{c.title}: {c.finding}") for c in further if not c.panels)
    parts = [
        *_chart_parts(charts, ""),
        *([Part("which", "Which strategy, and what it hangs on", told)] if further else []),
        Part("law", "Rules broken, by draws", broken_html(view)),
        Part("sure", "What was drawn, and what was not", inputs_html(view)),
    ]
    return shell(view.name, "", opening_html(opening), parts, foot_html(view), front.base)


def _chart_parts(charts: Sequence[Chart], beside: Html) -> list[Part]:
    """The charts: first what differs and why, then the rest, folded."""
    drawn = [chart for chart in charts if chart.panels]
    first = [chart for chart in drawn if chart.key in FIRST]
    rest = [chart for chart in drawn if chart.key not in FIRST]
    left = _left_out([chart for chart in charts if not chart.panels])
    parts = []
    if first:
        content = "".join(chart_html(chart, opened=True) for chart in first) + beside
        parts.append(Part("differs", "What differs, and what it comes from", content, folded=False))
    content = "".join(map(chart_html, rest)) + left
    return [*parts, Part("charts", "The campaign in charts", content, folded=False)]


def shell(
    name: str, version: str, opening: Html, parts: Sequence[Part], foot: Html, base: str
) -> Html:
    """A page that needs nothing else: its first screen, its parts, and its foot.

    Parameters
    ----------
    name
        What it is about.
    version
        Of Ringfence; may be empty.
    opening
        The first screen.
    parts
        What stands beneath, in order.
    foot
        Where the numbers come from.
    base
        The strategy that stands out in charts at first; may be empty.
    """
    contents = "".join(f'<li><a href="#{esc(p.key)}">{esc(p.title)}</a></li>' for p in parts)
    main = "".join(section(p.key, p.title, p.content, folded=p.folded) for p in parts)
    return f"""{head(f"{name} – Ringfence report", version, _POLICY)}
<body>
<a class="skip" href="#main">Skip to the details</a>
{opening}
<nav aria-label="Contents">{details("Contents", f"<ul>{contents}</ul>")}</nav>
<main id="main">
<noscript><p>The charts need JavaScript, which this page carries in itself. All numbers are in its
tables.</p></noscript>
{main}
</main>
<footer>{foot}</footer>
{json_script("chart-config", _config(base))}
<script>{plotly()}</script>
<script>{packaged("page.js")}</script>
</body>
</html>
"""


def _config(base: str) -> dict[str, object]:
    """What the page's script needs to know: tools, colours, and who stands out."""
    colours = {"shown": BLUE, "others": GREY, "ink": INK, "muted": MUTED, "paper": PAPER}
    return {"plotly": CONFIG, "dark": DARK, "colours": colours, "base": base}


def _left_out(charts: list[Chart]) -> Html:
    """Charts that are not on the page, each with the reason."""
    if not charts:
        return ""
    listed = "".join(f"<li>{esc(chart.title)}: {esc(chart.finding)}</li>" for chart in charts)
    return f'<h3 id="left-out">Charts that are left out</h3><ul>{listed}</ul>'
