"""``/run/ID``: the report's first screen, and its charts narrowed to what the reader chooses."""

from __future__ import annotations

from functools import partial

from dash import dcc, html
from dash.development.base_component import Component

from analysis.dashboard.markup import components
from analysis.dashboard.narrow import (
    Choice,
    days_of,
    narrowed,
    narrowed_figure,
    territories_of,
)
from analysis.dashboard.place import Place, to
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import chart, chooser, downloads, link, page, section, tabs
from analysis.figures import CHARTS, Chart
from analysis.figures.style import DISPOSITIONS
from analysis.report.compliance import compliance_html
from analysis.report.first_screen import drives_html, table_html, words_html
from analysis.report.heard import heard_html
from analysis.report.markup import Html, paragraph
from analysis.report.provenance import provenance
from analysis.report.side_by_side import comparison
from analysis.report.sure import uncertainty
from analysis.view import RunView
from analysis.view.audit import regimes
from analysis.view.front import front_of_run
from analysis.view.verdict import verdict_of
from sim.errors import RunDirectoryError
from sim.store.read import Run

PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "reach": ("Reach", ("differences_of_run", "reach", "definitions", "funnel", "voicemail")),
    "calls": (
        "Calls",
        ("dispositions", "binding", "occupancy", "answer_rates", "territories", "labels"),
    ),
    "complaints": (
        "Complaints",
        (
            "complaints",
            "complaint_days",
            "complaint_causes",
            "complaint_rates",
            "exceedance_of_run",
            "complaint_risk",
            "regulator",
            "objections",
            "call_backs",
        ),
    ),
    "law": ("Law", ("violations", "violation_places")),
    "sure": ("How sure", ()),
    "numbers": ("All numbers", ()),
    "tables": ("Tables", ()),
}
"""By value in the address: words, and the figures that are shown there. A figure that none of them
names is shown under *How sure*."""


def choice_of(run: RunView, place: Place) -> Choice:
    """What an address chooses of a run; what the run does not have is passed over."""
    return Choice(
        strategy=place.one_of("strategy", run.strategies),
        territory=place.one_of("territory", territories_of(run)),
        regime=place.one_of("regime", regimes(run)),
        day=place.one_of("day", days_of(run)),
        disposition=place.one_of("disposition", tuple(DISPOSITIONS)),
    )


def run_page(place: Place, shelf: Shelf) -> Component:
    """The page."""
    name = place.parts[1]
    stored, run = shelf.run(name), shelf.view(name)
    chosen = place.one_of("part", tuple(PARTS)) or "reach"
    links = [
        link("Law", to("law", run=name)),
        link("Compare", to("compare", a=name)),
        html.A("Report", href=f"/export/run/{name}/report.html"),
        html.A("Scenario", href=f"/export/run/{name}/scenario.yaml"),
    ]
    if "calls.parquet" in stored.manifest["files"]:
        links.insert(0, link("Every call", to("run", name, "calls")))
    begin, reached = shelf.made("first", name, lambda _folder: _first_screen(run))
    voicemail = f'href="{_voicemail(place)}"'
    return page(
        run.name,
        *components(begin),
        html.Ul([html.Li(one) for one in links], className="links"),
        section(
            "reached",
            "The strategies side by side",
            *components(reached.replace('href="#voicemail"', voicemail)),
        ),
        section(
            "look",
            "Look closer",
            _chooser(run, place),
            tabs(place, "part", {value: words for value, (words, _) in PARTS.items()}, chosen),
            *_part(chosen, place, stored, run),
        ),
        html.Footer(components(provenance(run))),
    )


def _first_screen(run: RunView) -> tuple[Html, Html]:
    """The report's first screen: what stands before the table, and the table."""
    front = front_of_run(verdict_of(run))
    beneath = paragraph(front.beneath, "small")
    drives = drives_html(front, everything="?part=sure") or heard_html(run)
    return words_html(front), table_html(front, choose=False) + beneath + drives


def _voicemail(place: Place) -> str:
    return place.but(part="reach").address.replace("&", "&amp;") + "#voicemail"


def _chooser(run: RunView, place: Place) -> Component:
    def all_of(names: tuple[str, ...], every: str) -> dict[str, str]:
        return {"": every, **{name: name for name in names}}

    others = tuple(s for s in run.strategies if s != run.base)
    table = run.table("timeline")
    lists = {
        "strategy": (f"Beside {run.base}", all_of(others, "all strategies")),
        "territory": ("Territory", all_of(territories_of(run), "all")),
        "day": ("Day", all_of(days_of(run), "all")),
        "disposition": (
            "Disposition",
            {"": "all", **{name: look[0] for name, look in DISPOSITIONS.items() if name in table}},
        ),
        "regime": ("Regime", all_of(regimes(run), "all")),
    }
    return chooser(place, {name: one for name, one in lists.items() if len(one[1]) > 2})


def _part(chosen: str, place: Place, stored: Run, run: RunView) -> list[Component | str]:
    choice = choice_of(run, place)
    if chosen == "numbers":
        return list(components(comparison(narrowed(run, Choice(strategy=choice.strategy)))))
    if chosen == "tables":
        tables = [f.removesuffix(".parquet") for f in stored.manifest["files"] if "parquet" in f]
        return [
            html.P("As simulated; what each column is, the data dictionary tells."),
            downloads(stored.path.name, tables, "run"),
        ]
    parts: list[Component | str] = slots(chosen, place)
    if chosen == "law":
        parts = [*components(compliance_html(narrowed(run, choice))), *parts]
    if chosen == "sure":
        parts = [*components(uncertainty(run)), *parts]
    return parts


def slots(part: str, place: Place) -> list[Component | str]:
    """Where the figures of a part of the page will stand."""
    names = enumerate(draw.__name__ for draw in CHARTS)
    return [slot(str(at), place) for at, name in names if _part_of(name) == part]


def slot(figure: str, place: Place) -> Component:
    """Where a figure will stand; it is drawn by a request of its own, so that words come first."""
    return html.Div(
        [
            html.Div(id={"part": "slot", "figure": figure}, className="slot"),
            dcc.Store(id={"part": "wanted", "figure": figure}, data=place.address),
        ]
    )


def run_chart(figure: str, place: Place, shelf: Shelf) -> Component:
    """A figure of a run, narrowed to what the address chooses."""
    shown = drawn(figure, place, shelf)
    if not shown.panels:
        return html.P(f"{shown.title}: {shown.finding}", className="note")
    run = shelf.view(place.parts[1])
    return chart(
        shown,
        narrow=partial(narrowed_figure, choice=choice_of(run, place)),
        numbers_at=Place(("numbers", *place.parts[1:], figure), place.chosen).address,
    )


def drawn(figure: str, place: Place, shelf: Shelf) -> Chart:
    """A figure by its place among all, of the run and the choice of an address.

    Raises
    ------
    RunDirectoryError
        If there is no such figure.
    """
    if not figure.isdecimal() or int(figure) >= len(CHARTS):
        raise RunDirectoryError(f"there is no figure {figure[:80]!r}")
    run = shelf.view(place.parts[1])
    return CHARTS[int(figure)](narrowed(run, choice_of(run, place)))


def _part_of(figure: str) -> str:
    """The part of the page that a figure is shown in."""
    return next((part for part, (_, figures) in PARTS.items() if figure in figures), "sure")
