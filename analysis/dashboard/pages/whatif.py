"""``/whatif?study=ID``: what the answer would be if the inputs that drive it were other ones."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from analysis.dashboard.place import Place, to
from analysis.dashboard.runner import Runner
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import Content, chooser, link, marks, notice, page, rows, section
from analysis.dashboard.worker import Request
from analysis.view.rounded import between, rounded
from sim.store.manifest import SCENARIO
from sim.study.law import Law
from sim.study.picture import value_text

if TYPE_CHECKING:  # it brings the engine with it, which only this page wants
    from sim.jobs.whatif import Dial, Interval, Told, Whatif

ANSWER: Final = "whatif-answer"
ASKED: Final = "whatif-asked"
RUNNING: Final = "whatif-running"
RUN: Final = "whatif-run"
CANCEL: Final = "whatif-cancel"
LOOK: Final = "whatif-look"
WORDS: Final = {
    "exact": "read exactly",
    "interpolated": "interpolated",
    "refused": "only a run answers",
}
LEAST, MOST = 1, 99
"""Ends of a slider: percent points of the input's law."""


def ready(shelf: Shelf, name: str) -> Whatif:
    """A study ready to be asked, made so once."""
    from sim.jobs.whatif import whatif

    return shelf.made("whatif", name, lambda _folder: whatif(shelf.study(name)))


def whatif_page(place: Place, shelf: Shelf) -> Component:
    """The page; without a study, one to choose it from."""
    studies = {entry.id: entry.id for entry in shelf.entries() if entry.kind == "study"}
    name = place.get("study")
    picked = {"": "choose a study", **studies}
    if not name:
        parts: Content = [chooser(place, {"study": ("Study", picked)})]
        if not studies:
            parts.append(notice("There is no study here yet: ringfence run FILE --draws 32"))
        return page("What if", *parts)
    found = ready(shelf, name)
    study = found.study
    strategy = place.one_of("strategy", study.strategies) or str(study.answer["base"])
    dials = found.dials(strategy)
    moved = moved_of(place, dials)
    sliders = [_slider(dial, moved.get(dial.path, 0.5)) for dial in dials]
    kept = ",".join(key for key in place.chosen if key not in {_name(dial.path) for dial in dials})
    return page(
        f"What if: {study.facts.scenario}",
        html.P([link(f"Study {name}", to("study", name))]),
        chooser(
            place.but(strategy=strategy),
            {
                "study": ("Study", picked),
                "strategy": ("Strategy", {one: one for one in study.strategies}),
            },
        ),
        section(
            "dials",
            "What drives the answer",
            html.Form(sliders, className="dials", **marks(data_address="/whatif", data_kept=kept)),
            html.P(link("All at their central values", place_without(place, dials).address)),
        ),
        section(
            "answer",
            "The answer",
            html.Div(answer(found, strategy, moved), id=ANSWER, **marks(aria_live="polite")),
        ),
        section("run", "Run it", *_run_it(found, strategy, moved)),
        dcc.Store(id=ASKED, data=place.address),
    )


def _name(path: str) -> str:
    return f"x.{path}"


def moved_of(place: Place, dials: tuple[Dial, ...]) -> dict[str, float]:
    """By path: where the address puts an input on its law; those in the middle are left out."""
    found = {}
    for dial in dials:
        told = place.get(_name(dial.path))
        if dial.kind != "refused" and told.isdecimal() and LEAST <= int(told) <= MOST:
            found[dial.path] = int(told) / 100
    return {path: share for path, share in found.items() if share != 0.5}


def place_without(place: Place, dials: tuple[Dial, ...]) -> Place:
    """The same place with every slider in the middle."""
    return place.but(**{_name(dial.path): "" for dial in dials})


def _slider(dial: Dial, share: float) -> Component:
    key = _name(dial.path)
    value = _value(dial.law, share)
    ends = (_value(dial.law, LEAST / 100), _value(dial.law, MOST / 100))
    return html.Div(
        [
            html.Label(
                [html.Code(dial.path), html.Span(WORDS[dial.kind], className=f"kind {dial.kind}")],
                htmlFor=key.replace(".", "-"),
            ),
            dcc.Input(
                id=key.replace(".", "-"),
                name=key,
                type="range",
                min=LEAST,
                max=MOST,
                step=1,
                value=round(100 * share),
                disabled=dial.kind == "refused",
            ),
            html.Div(
                [html.Span(ends[0]), html.Strong(value), html.Span(ends[1])], className="ends"
            ),
            html.P(dial.source, className="small") if dial.source else None,
        ],
        className="dial",
    )


def _value(law: Law, share: float) -> str:
    return value_text(law, float(law(np.array([share]))[0]))


def answer(found: Whatif, strategy: str, moved: Mapping[str, float]) -> Content:
    """What the study says, beside what it says with everything in the middle."""
    here, middle = found.tell(strategy, moved), found.tell(strategy, {})
    table = rows(
        ("Expected", "As moved", "Central"),
        [
            ("People reached", _told(here.people), _told(middle.people)),
            *(
                [("Complaints", _told(here.complaints), _told(middle.complaints))]
                if here.complaints is not None and middle.complaints is not None
                else []
            ),
        ],
        caption=f"{strategy}: what is expected, and P5–P95 over the inputs that are not moved",
    )
    return [table, html.P(_how(found, strategy, here), className="note")]


def _told(one: Interval) -> str:
    return f"{rounded(one.central)} [{between(one.p5, one.p95)}]"


def _how(found: Whatif, strategy: str, told: Told) -> str:
    size = "" if found.effective >= 1 else "; the study is of a scaled run"
    if told.error is None:
        return (
            "Read exactly from the central run's ledger. Through what decides about calls no "
            f"surface is sure enough, so these inputs stay at their central values{size}."
        )
    words = f"Inputs that no call hangs on are read exactly from the central run's ledger{size}. "
    if told.interpolated:
        return words + (
            f"Interpolated: people reached follow the surface through the study's draws, whose "
            f"error is {100 * told.error:.1f} %; complaints do not follow what decides about calls."
        )
    return words + "Nothing is interpolated but the interval."


# ── Run it ───────────────────────────────────────────────────────────────────────────────────────


def _run_it(found: Whatif, strategy: str, moved: Mapping[str, float]) -> Content:
    settings = found.settings(moved)
    names = list(dict.fromkeys([str(found.study.answer["base"]), strategy]))
    size = found.study.facts.scale
    told = "\n".join(f"  --set '{path}={value}' \\" for path, value in settings.items())
    command = (
        f"ringfence run {found.study.path / SCENARIO} \\\n"
        + (f"{told}\n" if told else "")
        + "  "
        + " ".join(f"--strategy {name}" for name in names)
        + ("" if size == "1" else f" --scale {size}")
    )
    return [
        html.P(
            f"The engine confirms it: {' and '.join(names)}, at the study's size ({size} of the "
            "lines). The run is kept in the store."
        ),
        html.Div(
            [
                html.Button("Run it", id=RUN, type="button"),
                html.Button("Cancel", id=CANCEL, type="button", disabled=True),
            ],
            className="buttons",
        ),
        html.Div(id=RUNNING, **marks(aria_live="polite")),
        dcc.Interval(id=LOOK, interval=700),
        html.H3("To copy"),
        html.Pre(
            yaml_of(settings),
            tabIndex=0,
            role="region",
            **marks(aria_label="The inputs moved, as YAML"),
        ),
        html.Pre(
            command, tabIndex=0, role="region", **marks(aria_label="The command that runs it")
        ),
    ]


def yaml_of(settings: Mapping[str, str]) -> str:
    """Settings as a scenario writes them, to be laid over it."""
    if not settings:
        return "# nothing is moved"
    tree: dict[str, Any] = {}
    for path, value in settings.items():
        *parents, last = path.split(".")
        at = tree
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = value

    def lines(node: Mapping[str, Any], depth: int) -> list[str]:
        found = []
        for key, value in node.items():
            if isinstance(value, dict):
                found += [f"{'  ' * depth}{key}:", *lines(value, depth + 1)]
            else:
                found.append(f"{'  ' * depth}{key}: {value}")
        return found

    return "\n".join(lines(tree, 0))


def start(place: Place, shelf: Shelf, runner: Runner) -> None:
    """Run what an address says."""
    name = place.get("study")
    found = ready(shelf, name)
    strategy = place.one_of("strategy", found.study.strategies) or str(found.study.answer["base"])
    moved = moved_of(place, found.dials(strategy))
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    runner.run(
        Request(
            scenario=str((found.study.path / SCENARIO).resolve()),
            sets=tuple(f"{path}={value}" for path, value in found.settings(moved).items()),
            strategies=tuple(dict.fromkeys([str(found.study.answer["base"]), strategy])),
            scale=found.study.facts.scale,
            out=str((shelf.path / f"whatif-{stamp}").resolve()),
        ),
        place.address,
    )


def running(state: Mapping[str, Any]) -> Content:
    """How far the run is, in words and as a bar."""
    if state["state"] == "running":
        return [
            html.Progress(
                value=f"{state['share']:.3f}", max="1", **marks(aria_label="How far the run is")
            ),
            f" {state['share']:.0%} {state.get('strategy', '')}",
        ]
    if state["state"] == "done":
        return [html.P(["Done: ", link(state["run"], to("run", state["run"]))])]
    if state["state"] == "failed":
        return [notice(str(state["why"]))]
    return []
