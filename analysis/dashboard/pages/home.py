"""``/``: what lies in the store, to search and to sort; what is being run shows how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from analysis.dashboard.place import Place, to
from analysis.dashboard.shelf import Entry, Shelf
from analysis.dashboard.widgets import chooser, link, marks, notice, page, rows
from analysis.view.numbers import several, small_share

LISTING = "listing"
SEARCH = "search"
SEEN = "seen"
TICK = "tick"
LOOK_MS = 1_000
"""How often the store is looked at while the page is open, ms."""
SORTS: dict[str, tuple[str, Callable[[Entry], Any], bool]] = {
    "when": ("newest first", lambda entry: (entry.when, entry.id), True),
    "name": ("name", lambda entry: entry.id.lower(), False),
    "scenario": ("scenario", lambda entry: (entry.scenario.lower(), entry.id), False),
    "kind": ("kind", lambda entry: (entry.kind, entry.id), False),
}
"""By value in the address: words, key, and whether the largest comes first."""


def home(place: Place, shelf: Shelf) -> Component:
    """The page."""
    listed, seen = listing(place, shelf)
    entries = shelf.entries()
    tags = sorted({tag for entry in entries for tag in entry.tags})
    sorts = {value: words for value, (words, _, _) in SORTS.items()}
    search = html.Form(
        [
            html.Label(
                [
                    html.Span("Search"),
                    dcc.Input(
                        id=SEARCH, name="q", type="search", value=place.get("q"), debounce=False
                    ),
                ],
            )
        ],
        className="chooser",
        role="search",
        **marks(
            data_address=place.path,
            data_kept=",".join(name for name in place.chosen if name != "q"),
        ),
    )
    lists = chooser(
        place,
        {
            "tag": ("Tag", {"": "all", **{tag: tag for tag in tags}}),
            "sort": ("Sort by", {"": sorts.pop("when"), **sorts}),
        },
    )
    return page(
        "Runs and studies",
        html.Div([search, lists], className="choosers"),
        html.Div(listed, id=LISTING),
        dcc.Store(id=SEEN, data=seen),
        dcc.Interval(id=TICK, interval=LOOK_MS),
        lead=f"In {shelf.path}",
    )


def listing(place: Place, shelf: Shelf) -> tuple[list[Component], str]:
    """What is shown of the store, and a mark that changes when that does."""
    every = shelf.entries()
    words, tag = place.get("q").lower().split(), place.get("tag")
    found = [
        entry
        for entry in every
        if entry.kind != "other"
        and (not tag or tag in entry.tags)
        and all(word in _text(entry) for word in words)
    ]
    _, key, largest = SORTS[place.one_of("sort", tuple(SORTS)) or "when"]
    found.sort(key=key, reverse=largest)
    others = [entry for entry in every if entry.kind == "other"]
    parts: list[Component] = []
    if not any(entry.kind != "other" for entry in every):
        parts.append(
            notice(
                "There is no run here yet. Make one, and it appears: "
                f"ringfence run scenarios/france-2017.yaml --out {shelf.path}/first"
            )
        )
    elif not found:
        parts.append(notice("Nothing here fits the search."))
    else:
        parts.append(_table(found, len([e for e in every if e.kind != "other"])))
    if others:
        parts.append(
            html.Details(
                [
                    html.Summary(f"{len(others)} entries that cannot be opened"),
                    html.Ul([html.Li(f"{entry.id}: {entry.state}") for entry in others]),
                ]
            )
        )
    return parts, repr((found, others))


def _text(entry: Entry) -> str:
    told = (entry.id, entry.scenario, entry.question, *entry.strategies, *entry.tags)
    return " ".join(told).lower()


def _table(entries: list[Entry], of: int) -> Component:
    body = []
    for entry in entries:
        if entry.kind == "live":
            name: Component | str = entry.id
        else:
            name = link(entry.id, to(entry.kind, entry.id))
        size = "full size" if entry.scale >= 1 else small_share(entry.scale)
        if entry.kind in ("sweep", "plan"):
            size = "–"
        body.append(
            (
                name,
                _state(entry),
                entry.scenario,
                entry.when.replace("T", " ").removesuffix("Z"),
                several(list(entry.strategies), 3) if entry.strategies else "–",
                "–" if entry.seed is None else str(entry.seed),
                size if entry.strategies else "–",
            )
        )
    header = ("Name", "Kind", "Scenario", "When (UTC)", "Strategies", "Seed", "Lines")
    shown = f"{len(entries)} of {of} runs and studies"
    return rows(header, body, caption=shown)


def _state(entry: Entry) -> Component | str:
    if entry.kind in ("sweep", "plan"):
        return f"{entry.kind}: {entry.question}"
    if entry.kind != "live":
        return entry.kind
    if entry.share is None:
        return entry.state
    return html.Span(
        [
            html.Progress(
                value=f"{entry.share:.3f}",
                max="1",
                **marks(aria_label=f"{entry.id}: how far it is"),
            ),
            f" {entry.share:.0%} · {entry.state}",
        ]
    )
