"""``/law?run=ID``: rules against strategies, when and where they are broken, what is left open."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from analysis.dashboard.markup import components
from analysis.dashboard.narrow import narrowed, territories_of
from analysis.dashboard.pages.run import choice_of, slots
from analysis.dashboard.place import Place, to
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import chooser, link, notice, page, rows, section
from analysis.report.law import audit_html
from analysis.view import RunView
from analysis.view.audit import regimes
from analysis.view.audit import rows as rules


def law_page(place: Place, shelf: Shelf) -> Component:
    """The page; without a run, one to choose it from."""
    runs = [entry for entry in shelf.entries() if entry.kind == "run"]
    name = place.get("run")
    picked = {"": "choose a run", **{entry.id: entry.id for entry in runs}}
    if not name:
        return page("Law", chooser(place, {"run": ("Run", picked)}))
    run = shelf.view(name)
    known = regimes(run)
    if not known:
        words = "The scenario of this run names no regime to hold it against."
        return page("Law", notice(words), link(f"Run {name}", to("run", name)))
    lists = {
        "run": ("Run", picked),
        "regime": ("Regime", {"": "all", **{one: one for one in known}}),
        "strategy": (
            f"Beside {run.base}",
            {"": "all strategies", **{s: s for s in run.strategies if s != run.base}},
        ),
        "territory": ("Territory", {"": "all", **{one: one for one in territories_of(run)}}),
    }
    at = Place(("run", name), place.chosen)
    shown = narrowed(run, choice_of(run, at))
    return page(
        f"{run.name} and the law",
        html.P([link(f"Run {name}", to("run", name))]),
        chooser(place, lists),
        section("rules", "Rules and strategies", *components(audit_html(shown))),
        section("where", "When and where", *slots("law", at)),
        section("open", "What was not assessed", _open(shown)),
    )


def _open(run: RunView) -> Component:
    """Rules that could not be assessed, or were not in force, each with the reason."""
    words = {"not_assessable": "not assessable", "not_in_force": "not in force"}
    found = [
        (
            f"{row['regime']}: {row['title']}",
            strategy,
            words[str(row["status"])],
            str(row.get("reason") or row.get("note") or "–"),
        )
        for regime in regimes(run)
        for strategy in run.strategies
        for row in rules(run, regime, strategy)
        if str(row["status"]) in words
    ]
    if not found:
        return html.P("Every rule was assessed for every strategy.")
    header = ("Rule", "Strategy", "Status", "Why")
    return rows(header, found, caption=f"{len(found)} rules that were not assessed")
