"""A chart on the page: finding first, then the drawing, then its numbers."""

from __future__ import annotations

from analysis.figures.chart import Chart
from analysis.report.markup import Html, details, esc, json_script, paragraph, table


def chart_html(chart: Chart) -> Html:
    """Heading, finding, panels, note and numbers of a chart."""
    several = len(chart.panels) > 1
    panels = "".join(_panel(chart, i, several=several) for i in range(len(chart.panels)))
    count = len(chart.numbers.rows)
    numbers = details(
        f"The numbers ({count} {'row' if count == 1 else 'rows'})",
        table(chart.numbers.header, chart.numbers.rows, caption=f"{chart.title}: numbers"),
    )
    note = paragraph(chart.note, "note") if chart.note else ""
    return (
        f'<section class="chart" id="{esc(chart.key)}" aria-labelledby="{esc(chart.key)}-title">'
        f'<h3 id="{esc(chart.key)}-title">{esc(chart.title)}</h3>'
        f"{paragraph(chart.finding, 'finding')}"
        f'<div class="panels{" several" if several else ""}">{panels}</div>'
        f"{note}{numbers}</section>"
    )


def _panel(chart: Chart, at: int, *, several: bool) -> Html:
    panel = chart.panels[at]
    name = f"{chart.key}-{at}"
    title = panel.title or chart.title
    label = f"{title}. {chart.finding}" if at == 0 else f"{title}. Part of: {chart.title}."
    caption = f"<figcaption>{esc(title)}</figcaption>" if several else ""
    height = int(panel.figure.layout.height)
    return (
        f'<figure aria-label="{esc(label)}">{caption}'
        f'<div class="plot" data-figure="{esc(name)}-data" data-chart="{esc(chart.key)}" '
        f'style="height:{height}px"></div>'
        f"{json_script(f'{name}-data', panel.figure.to_json())}</figure>"
    )
