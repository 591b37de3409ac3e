"""The application: one address, one page; whatever goes wrong on a page is told on it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Final

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask import Flask, Response

from analysis.dashboard.export import add_exports
from analysis.dashboard.guard import Guard, watch
from analysis.dashboard.pages import whatif
from analysis.dashboard.pages.calls import GRID, calls_page, rows_of
from analysis.dashboard.pages.compare import compare_page
from analysis.dashboard.pages.experiment import experiment_page
from analysis.dashboard.pages.home import LISTING, SEARCH, SEEN, TICK, home, listing
from analysis.dashboard.pages.law import law_page
from analysis.dashboard.pages.run import run_chart, run_page
from analysis.dashboard.pages.study import SLOT, WANTED, study_chart, study_page
from analysis.dashboard.place import Place, place_of, to
from analysis.dashboard.runner import Runner
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import link, marks, notice, page
from analysis.report.markup import packaged
from sim import __version__
from sim.errors import RingfenceError

PageOf = Callable[[Place, Shelf], Component]
_HERE: Final = Path(__file__).parent
_POLICY: Final = (
    "default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Pages load and ask nothing but this server."""
_INDEX: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{%title%}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/look/report.css">
{%css%}
</head>
<body>
{%app_entry%}
{%config%}
{%scripts%}
{%renderer%}
</body>
</html>
"""


@dataclass(frozen=True)
class Dashboard:
    """The application and the server that it runs in."""

    app: Dash
    server: Flask
    shelf: Shelf
    runner: Runner


def dashboard_of(store: Path, guard: Guard) -> Dashboard:
    """The dashboard of a store.

    Parameters
    ----------
    store
        A folder of runs and studies.
    guard
        What every request is held against.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = Flask(__name__, static_folder=None)
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]
        assets_folder=str(_HERE / "assets"),
        index_string=_INDEX,
        title="Ringfence",
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        add_log_handler=False,
        enable_mcp=False,
        websocket_callbacks=False,
    )
    shelf = Shelf(store)
    app.layout = _frame
    runner = Runner()
    _listen(app, shelf)
    _draw_charts(app, shelf)
    _answer_what_if(app, shelf, runner)
    add_exports(server, shelf)

    @server.get("/look/report.css")
    def look() -> Response:
        return Response(packaged("page.css"), mimetype="text/css")

    hashes = " ".join(app.csp_hashes())
    watch(server, guard, _POLICY.format(hashes=hashes))
    return Dashboard(app, server, shelf, runner)


def _frame() -> Component:
    """What stands around every page."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            html.A("Skip to the content", href="#main", className="skip"),
            html.Header(
                [
                    html.Nav(
                        [
                            link("Ringfence", "/", kind="home"),
                            link("Compare", "/compare"),
                            link("Law", "/law"),
                            link("What if", "/whatif"),
                        ],
                        **marks(aria_label="Ringfence"),
                    ),
                    html.P(f"Version {__version__}. A simulator: it places no call."),
                ],
                className="bar",
            ),
            html.Main(html.P("Loading…", className="note"), id="main", tabIndex=-1),
        ]
    )


PAGES: dict[tuple[str, ...], PageOf] = {
    ("run", "*"): run_page,
    ("run", "*", "calls"): calls_page,
    ("study", "*"): study_page,
    ("sweep", "*"): experiment_page,
    ("plan", "*"): experiment_page,
    ("compare",): compare_page,
    ("law",): law_page,
    ("whatif",): whatif.whatif_page,
}
"""By the parts of an address, a star for any name. A page stands here, in a file of its own, and
nowhere else."""


def page_of(place: Place) -> PageOf | None:
    """What makes the page of an address; None where it has none."""
    if not place.parts:
        return home
    for pattern, make in PAGES.items():
        if len(pattern) == len(place.parts) and all(
            wanted in ("*", part) for wanted, part in zip(pattern, place.parts, strict=True)
        ):
            return make
    return None


def shown(place: Place, shelf: Shelf) -> Component:
    """The page of an address; where it has none, or it cannot be shown, a page that says why."""
    back = link("All runs and studies", to())
    make = page_of(place)
    if make is None:
        words = f"Nothing stands at {place.path[:200]}."
        return page("There is no such page", notice(words), back)
    try:
        return make(place, shelf)
    except RingfenceError as error:
        return page("This cannot be shown", notice(told(error)), back)
    except Exception as error:  # whatever it is, other pages can be opened
        words = f"internal error: {type(error).__name__}: {error}"
        return page("This page failed", notice(words), back)


def told(error: RingfenceError) -> str:
    """An error as a page says it."""
    return error.lines()[0].removeprefix("Error: ")


def _listen(app: Dash, shelf: Shelf) -> None:
    """What the application answers to."""

    @app.callback(Output("main", "children"), Input("url", "pathname"), Input("url", "search"))
    def turn(path: str | None, search: str | None) -> Component:
        return shown(place_of(path, search), shelf)

    @app.callback(
        Output(LISTING, "children"),
        Output(SEEN, "data"),
        Input(TICK, "n_intervals"),
        Input(SEARCH, "value"),
        State("url", "search"),
        State(SEEN, "data"),
        prevent_initial_call=True,
    )
    def look_again(_ticks: int, words: str | None, search: str, seen: str) -> tuple[Any, Any]:
        parts, mark = listing(place_of("/", search).but(q=words or ""), shelf)
        return (no_update, no_update) if mark == seen else (parts, mark)


def _draw_charts(app: Dash, shelf: Shelf) -> None:
    """Charts and rows, each by a request of its own; a click on a mark narrows the page."""

    def at(address: str) -> Place:
        path, _, search = address.partition("?")
        return place_of(path, search)

    def or_why(make: Callable[[], Component]) -> Component:
        try:
            return make()
        except RingfenceError as error:
            return notice(told(error))

    @app.callback(
        Output({"part": "slot", "figure": MATCH}, "children"),
        Input({"part": "wanted", "figure": MATCH}, "data"),
        State({"part": "wanted", "figure": MATCH}, "id"),
    )
    def of_run(address: str, name: dict[str, str]) -> Component:
        return or_why(lambda: run_chart(name["figure"], at(address), shelf))

    @app.callback(
        Output({"part": SLOT, "figure": MATCH}, "children"),
        Input({"part": WANTED, "figure": MATCH}, "data"),
        State({"part": WANTED, "figure": MATCH}, "id"),
    )
    def of_study(address: str, name: dict[str, str]) -> Component:
        return or_why(lambda: study_chart(name["figure"], at(address), shelf))

    @app.callback(
        Output({"part": GRID, "of": MATCH}, "getRowsResponse"),
        Input({"part": GRID, "of": MATCH}, "getRowsRequest"),
        State({"part": GRID, "of": MATCH}, "id"),
    )
    def page_of_rows(asked: dict[str, Any] | None, name: dict[str, str]) -> Any:
        if asked is None:
            return no_update
        try:
            return rows_of(at(name["of"]), shelf, asked)
        except RingfenceError:
            return {"rowData": [], "rowCount": 0}

    @app.callback(
        Output("url", "search"),
        Input({"part": "chart", "key": ALL, "at": ALL}, "clickData"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def narrow(_clicks: list[Any], path: str, search: str) -> Any:
        clicked = ctx.triggered[0]["value"] if ctx.triggered else None
        chosen = meant(ctx.triggered_id, clicked)
        if not chosen:
            return no_update
        address = place_of(path, search).but(**chosen).address
        return "?" + address.partition("?")[2]


def meant(chart: Any, clicked: Any) -> dict[str, str]:
    """What a click on a mark of a chart chooses, by name in the address; empty for nothing."""
    if not clicked or not clicked.get("points"):
        return {}
    point = clicked["points"][0]
    data = point.get("customdata")
    if not isinstance(data, list) or not data:
        return {}
    if data[0] == "@" and len(data) == 3:
        return {str(data[1]): str(data[2])}
    if isinstance(chart, dict) and chart.get("key") == "territories":
        return {"territory": unescape(str(data[0]))}
    return {}


def _answer_what_if(app: Dash, shelf: Shelf, runner: Runner) -> None:
    """Runs that the page *What if* asks for."""

    @app.callback(
        Output(whatif.RUNNING, "children"),
        Output(whatif.RUN, "disabled"),
        Output(whatif.CANCEL, "disabled"),
        Input(whatif.RUN, "n_clicks"),
        Input(whatif.CANCEL, "n_clicks"),
        Input(whatif.LOOK, "n_intervals"),
        State(whatif.ASKED, "data"),
        prevent_initial_call=True,
    )
    def run(_runs: int, _cancels: int, _looks: int, address: str) -> tuple[Any, bool, bool]:
        path, _, search = address.partition("?")
        try:
            if ctx.triggered_id == whatif.RUN and _runs:
                whatif.start(place_of(path, search), shelf, runner)
            elif ctx.triggered_id == whatif.CANCEL and _cancels:
                runner.cancel()
        except RingfenceError as error:
            return notice(told(error)), False, True
        state = runner.state(address)
        busy = state["state"] == "running"
        return whatif.running(state), busy, not busy
