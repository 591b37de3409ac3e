"""A chart on the page: finding first, then the drawing, then its numbers."""

from __future__ import annotations

from analysis.figures.chart import Chart
from analysis.report.markup import Html, details, esc, json_script, paragraph, table

PAGE = 760
"""Height from which a drawing does not fit on a printed page with its words, px: it may break."""


def chart_html(chart: Chart, *, opened: bool = False) -> Html:
    """Heading and finding of a chart, which open its panels, note and numbers."""
    several = len(chart.panels) > 1
    panels = "".join(panel_html(chart, i) for i in range(len(chart.panels)))
    count = len(chart.numbers.rows)
    numbers = details(
        f"The numbers ({count} {'row' if count == 1 else 'rows'})",
        table(chart.numbers.header, chart.numbers.rows, caption=f"{chart.title}: numbers"),
    )
    note = paragraph(chart.note, "note") if chart.note else ""
    picture = (
        f'<button type="button" class="save" data-chart="{esc(chart.key)}">Save as PNG'
        f'<span class="unseen">: {esc(chart.title)}</span></button>'
    )
    return (
        f'<details class="chart fold" id="{esc(chart.key)}"{" open" if opened else ""}>'
        f'<summary><h3 id="{esc(chart.key)}-title">{esc(chart.title)}</h3>'
        f'<span class="finding">{esc(chart.finding)}</span></summary>'
        f'<div class="panels{" several" if several else ""}">{panels}</div>'
        f"{note}{picture}{numbers}</details>"
    )


def panel_html(chart: Chart, at: int, before: Html = "") -> Html:
    """One drawing of a chart: its words, and the data that the page's script draws.

    ``before`` stands in its place until then.
    """
    panel = chart.panels[at]
    name = f"{chart.key}-{at}"
    title = panel.title or chart.title
    label = f"{title}. {chart.finding}" if at == 0 else f"{title}. Part of: {chart.title}."
    several = len(chart.panels) > 1 or panel.title
    caption = f"<figcaption>{esc(title)}</figcaption>" if several else ""
    height = panel.figure.height
    tall = ' class="tall"' if height > PAGE else ""
    return (
        f'<figure{tall} aria-label="{esc(label)}">{caption}'
        f'<div class="plot" data-figure="{esc(name)}-data" data-chart="{esc(chart.key)}" '
        f'style="height:{height}px">{before}</div>'
        f"{json_script(f'{name}-data', panel.figure.to_json())}</figure>"
    )
