"""The report: one HTML file that says what a run found, and needs nothing else to be read.

Plotly's script is embedded once and nothing is fetched: the page forbids it to itself. Figures are
built with ``plotly.graph_objects``, whose import costs 0.02–0.07 s and does not bring pandas in;
measured, that is cheap enough to have every property checked when a figure is made.
"""

from __future__ import annotations

from pathlib import Path

from plotly.offline import get_plotlyjs

from analysis.figures import CHARTS, Chart
from analysis.figures.style import CONFIG
from analysis.report.chart import chart_html
from analysis.report.compliance import compliance_html
from analysis.report.first_screen import drives, headline, opening
from analysis.report.law import audit_html
from analysis.report.markup import (
    Html,
    details,
    esc,
    json_script,
    packaged,
    section,
)
from analysis.report.provenance import provenance
from analysis.report.side_by_side import comparison
from analysis.report.sure import uncertainty
from analysis.view import RunView, as_view
from analysis.view.verdict import verdict_of
from sim.outputs import REPORT, claim
from sim.scenario.scenario import Scenario
from sim.store.read import Run

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
"""The page may run and style itself, and may load nothing from anywhere."""


OFFICER = "For the compliance officer"


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
    """The report as text: the same run gives the same text.

    Parameters
    ----------
    run
        What ``load_run`` gives, what a run hands to its report, or a view of it.
    scenario
        The run's scenario at full size; left out, it is read from the run directory.
    """
    return _page(as_view(run, scenario))


def _page(run: RunView) -> Html:
    told = verdict_of(run)
    charts = [draw(run) for draw in CHARTS]
    drawn = [chart for chart in charts if chart.panels]
    law = audit_html(run)
    contents = "".join(
        f'<li><a href="#{esc(key)}">{esc(title)}</a></li>'
        for key, title in [
            ("reached", "What each strategy reached"),
            *([("compliance", OFFICER)] if law else []),
            *((chart.key, chart.title) for chart in drawn),
            *([("law", "Held against the law, rule by rule")] if law else []),
            ("sure", "How sure this is"),
            ("metrics", "All numbers"),
        ]
    )
    main = "".join(
        [
            section("reached", "What each strategy reached", headline(told) + drives(run)),
            section("compliance", OFFICER, compliance_html(run)) if law else "",
            section(
                "charts",
                "The campaign in charts",
                "".join(map(chart_html, drawn))
                + _left_out([chart for chart in charts if not chart.panels]),
            ),
            section("law", "Held against the law, rule by rule", law) if law else "",
            section("sure", "How sure this is", uncertainty(run)),
            section("metrics", "All numbers, side by side", comparison(run)),
        ]
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Ringfence {esc(run.version)}">
<title>{esc(run.name)} – Ringfence report</title>
<link rel="icon" href="data:,">
<style>{packaged("page.css")}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
<header class="top">
<h1>{esc(run.name)}: simulated robocall campaign</h1>
{opening(told)}
<nav aria-label="Contents">{details("Contents", f"<ul>{contents}</ul>")}</nav>
</header>
<main id="main">
<noscript><p>The charts need JavaScript, which this page carries in itself. All numbers are in its
tables.</p></noscript>
{main}
</main>
<footer>{provenance(run)}</footer>
{json_script("chart-config", CONFIG)}
<script>{get_plotlyjs()}</script>
<script>{packaged("page.js")}</script>
</body>
</html>
"""


def _left_out(charts: list[Chart]) -> Html:
    """Charts that are not on the page, each with the reason."""
    if not charts:
        return ""
    listed = "".join(f"<li>{esc(chart.title)}: {esc(chart.finding)}</li>" for chart in charts)
    return f'<h3 id="left-out">Charts that are left out</h3><ul>{listed}</ul>'
