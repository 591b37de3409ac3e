"""Parts that pages are built of: links and forms that change the address, charts, notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from analysis.dashboard.markup import components
from analysis.dashboard.place import Place
from analysis.figures.chart import Chart
from analysis.figures.drawing import Drawing
from analysis.report.markup import Html, details, table

CONFIG: Any = {"displayModeBar": False, "responsive": True, "displaylogo": False}
"""Charts have no bar of tools; what saves them stands beneath."""
Content = list[Component | str]


def marks(**words: str) -> dict[str, Any]:
    """Attributes whose names have dashes: ``aria_label`` is ``aria-label``."""
    return {name.replace("_", "-"): text for name, text in words.items()}


def link(words: str, address: str, *, current: bool = False, kind: str = "") -> Component:
    """A link to another page, followed without loading everything anew."""
    more = marks(aria_current="page") if current else {}
    return html.A(words, href=address, className=kind or None, **marks(data_nav=""), **more)


def page(title: str, *content: Component | str | None, lead: str = "") -> Component:
    """A page with its heading; the window is called after it."""
    head: Content = [html.H1(title)]
    if lead:
        head.append(html.P(lead, className="lead"))
    return html.Div(
        [*head, *(part for part in content if part is not None)], **marks(data_title=title)
    )


def section(key: str, title: str, *content: Component | str | None) -> Component:
    """A part of a page with its heading."""
    return html.Section(
        [html.H2(title, id=f"{key}-title"), *(part for part in content if part is not None)],
        id=key,
        **marks(aria_labelledby=f"{key}-title"),
    )


def notice(words: str, *further: Component | str) -> Component:
    """What a reader must know before all else."""
    return html.Div([html.P(words), *further], className="notice", role="status")


def chooser(place: Place, choices: Mapping[str, tuple[str, Mapping[str, str]]]) -> Component:
    """A form of lists; choosing changes the address at once.

    Parameters
    ----------
    place
        Where the reader is.
    choices
        By name in the address: what the reader reads before the list, and its entries, value to
        words; the empty value stands for all.
    """
    fields: list[Component] = []
    for name, (label, entries) in choices.items():
        chosen = place.get(name)
        options = [
            html.Option(words, value=value, selected=value == chosen)
            for value, words in entries.items()
        ]
        fields.append(
            html.Label([html.Span(label), html.Select(options, name=name, key=f"{name}-{chosen}")])
        )
    kept = ",".join(name for name in place.chosen if name not in choices)
    return html.Form(
        [*fields, html.Noscript(html.Button("Show", type="submit"))],
        className="chooser",
        **marks(data_address=place.path, data_kept=kept),
    )


def tabs(place: Place, name: str, entries: Mapping[str, str], chosen: str) -> Component:
    """Links to the parts of a page."""
    return html.Nav(
        html.Ul(
            [
                html.Li(link(words, place.but(**{name: value}).address, current=value == chosen))
                for value, words in entries.items()
            ]
        ),
        className="tabs",
        **marks(aria_label="Parts of this page"),
    )


def chart(shown: Chart, *, narrow: Any = None, numbers_at: str = "") -> Component:
    """A chart: its finding, its drawings, its numbers, and what saves them.

    Parameters
    ----------
    shown
        From :mod:`analysis.figures`.
    narrow
        Applied to each figure before it is drawn.
    numbers_at
        Address of the numbers, fetched when they are opened; given with the page where it is empty.
    """
    several = len(shown.panels) > 1
    panels = [
        figure(
            panel.figure if narrow is None else narrow(panel.figure),
            key=shown.key,
            at=at,
            label=(
                f"{panel.title or shown.title}. "
                f"{shown.finding if at == 0 else f'Part of: {shown.title}.'}"
            ),
            caption=panel.title if several else None,
        )
        for at, panel in enumerate(shown.panels)
    ]
    title = f"{shown.key}-title"
    return html.Section(
        [
            html.H3(shown.title, id=title),
            html.P(shown.finding, className="finding"),
            html.Div(panels, className="panels several" if several else "panels"),
            html.P(shown.note, className="note") if shown.note else None,
            *_numbers(shown, numbers_at),
        ],
        id=shown.key,
        className="chart",
        **marks(aria_labelledby=title),
    )


def numbers_html(shown: Chart) -> Html:
    """The numbers of a chart, as the report has them."""
    return table(shown.numbers.header, shown.numbers.rows, caption=f"{shown.title}: numbers")


def _numbers(shown: Chart, at: str) -> Content:
    count = len(shown.numbers.rows)
    if not count:
        return []
    title = f"The numbers ({count} {'row' if count == 1 else 'rows'})"
    if not at:
        return components(details(title, numbers_html(shown)))
    return [
        html.Details([html.Summary(title), html.Div(key=at)], key=at, **marks(data_fetch=at)),
    ]


def figure(
    drawn: Drawing, *, key: str, label: str, at: int = 0, caption: str | None = None
) -> Component:
    """A drawing with what it says in words, and buttons that save it."""
    height = drawn.height
    graph = dcc.Graph(
        id={"part": "chart", "key": key, "at": at},
        figure=drawn.plain(),
        config=CONFIG,
        style={"height": f"{height}px"},
        className="plot",
    )
    buttons = [
        html.Button(
            kind.upper(),
            type="button",
            title=f"Save this chart as {kind.upper()}",
            **marks(data_save=kind, data_name=f"{key}-{at}"),
        )
        for kind in ("png", "svg")
    ]
    return html.Figure(
        [
            html.Figcaption(caption) if caption else None,
            html.Div(
                graph,
                className="scroll drawing",
                tabIndex=0,
                role="region",
                **marks(aria_label=f"Drawing: {caption or label[:80]}"),
            ),
            html.Div(["Save as ", *buttons], className="saves"),
        ],
        **marks(aria_label=label),
    )


def rows(
    header: Sequence[Component | str],
    body: Iterable[Sequence[Component | str]],
    *,
    caption: str,
    kind: str = "words",
) -> Component:
    """A table whose cells may hold links; the first cell of a row names it."""
    named = [cell if isinstance(cell, str) else "" for cell in header]
    lines = [
        html.Tr(
            [
                html.Th(first, scope="row"),
                *(html.Td(cell, **marks(data_label=named[at + 1])) for at, cell in enumerate(rest)),
            ]
        )
        for first, *rest in body
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(caption),
                html.Thead(html.Tr([html.Th(cell, scope="col") for cell in header])),
                html.Tbody(lines),
            ],
            className=kind,
        ),
        className="scroll",
        tabIndex=0,
        role="region",
        **marks(aria_label=caption),
    )


def downloads(name: str, tables: Iterable[str], kind: str) -> Component:
    """Links that save the tables of a run or a study."""
    listed = [
        html.Li(
            [
                f"{one}: ",
                html.A("CSV", href=f"/export/{kind}/{name}/{one}.csv", download=f"{one}.csv"),
                " · ",
                html.A(
                    "Parquet",
                    href=f"/export/{kind}/{name}/{one}.parquet",
                    download=f"{one}.parquet",
                ),
            ]
        )
        for one in tables
    ]
    return html.Ul(listed, className="files")
