"""``/study/ID``: each strategy over the draws, beside the base, and which draw gave what."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from analysis.dashboard.markup import components
from analysis.dashboard.place import Place, to
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import (
    Content,
    chart,
    chooser,
    downloads,
    link,
    marks,
    page,
    rows,
    section,
)
from analysis.figures import Chart
from analysis.figures.completion import completion
from analysis.figures.differences import differences
from analysis.figures.drivers import drivers
from analysis.figures.exceedance import exceedance
from analysis.figures.fan import fan
from analysis.figures.hangs_on import differences_hang_on, hangs_on
from analysis.figures.regret import regret
from analysis.figures.trade_off import trade_off
from analysis.figures.turns import turns
from analysis.report.markup import paragraph
from analysis.view.numbers import decimal, small_share
from analysis.view.rounded import between, chance, rounded
from analysis.view.study import StudyView, study_view
from sim.errors import RingfenceError
from sim.store.manifest import SCENARIO
from sim.store.study import Study

SLOT: Final = "study-slot"
WANTED: Final = "study-wanted"
CHARTS: Mapping[str, Callable[[StudyView, str], Chart]] = {
    "trade-off": lambda study, shown: trade_off(study.draws, shown),
    "differences": lambda study, shown: differences(study.draws, shown),
    "drivers": lambda study, _shown: drivers(study.draws),
    "fan": lambda study, shown: fan(study, shown),
    "completion": lambda study, shown: completion(study, shown),
    "exceedance": lambda study, shown: exceedance(study.draws, shown),
}
EXPERIMENTS: Mapping[str, Callable[[Shelf, str, str], Chart]] = {
    "regret": lambda shelf, name, _shown: regret(comparison_of(shelf, name)),
    "turns": lambda shelf, name, _shown: turns(comparison_of(shelf, name)),
    "hangs-on": lambda shelf, name, shown: hangs_on(sensitivity_of(shelf, name, shown), shown),
    "differences-hang-on": lambda shelf, name, shown: differences_hang_on(
        sensitivity_of(shelf, name, shown), shown
    ),
}
"""Charts that take some seconds: they are worked out when they are seen, and then kept."""
ORDERS: Final = {"": "by draw", "most": "most first", "least": "fewest first"}


def view_of(shelf: Shelf, name: str) -> StudyView:
    """A study as charts read it, read once."""
    return shelf.made("study-view", name, lambda _folder: study_view(shelf.study(name)))


def sensitivity_of(shelf: Shelf, name: str, shown: str) -> Mapping[str, Any]:
    """What numbers of a study hang on, worked out once: of the base and of the one shown.

    Where the base is shown, the other is the first: one that its difference is told of.
    """
    from sim.jobs.sensitivity import document, sensitivity  # with the engine, which no run wants

    study = view_of(shelf, name)
    others = [strategy for strategy in study.strategies if strategy != study.base]
    pair = [study.base, *([shown] if shown != study.base else others[:1])]
    return shelf.made(
        f"sensitivity of {pair[-1]}",
        name,
        lambda _: document(sensitivity(shelf.study(name), pair)),
    )


def comparison_of(shelf: Shelf, name: str) -> Mapping[str, Any]:
    """A study's strategies compared, worked out once."""
    from sim.jobs.compared import document
    from sim.jobs.comparing import compare

    return shelf.made("comparison", name, lambda _: document(compare([shelf.study(name)])))


def study_page(place: Place, shelf: Shelf) -> Component:
    """The page."""
    name = place.parts[1]
    stored, study = shelf.study(name), view_of(shelf, name)
    shown = place.one_of("strategy", study.strategies) or study.base
    files = [f.removesuffix(".parquet") for f in stored.manifest["files"] if f.endswith(".parquet")]
    size = "full size" if study.scale >= 1 else f"≈ from {small_share(study.scale)} of the lines"
    return page(
        study.name,
        *components(paragraph(study.question or "", "question")),
        html.P(
            f"{study.runs} draws of {len(study.answer['uncertain'])} uncertain inputs · seed "
            f"{study.seed} · {size}",
            className="lead",
        ),
        html.Ul(
            [
                html.Li(link("What if", to("whatif", study=name))),
                html.Li(link("Compare", to("compare", a=name))),
            ],
            className="links",
        ),
        section("reached", "The strategies side by side", _table(study)),
        section(
            "look",
            "Over the draws",
            chooser(
                place.but(strategy=shown),
                {"strategy": ("What stands out", {s: s for s in study.strategies})},
            )
            if len(study.strategies) > 1
            else None,
            *(_slot(key, place) for key in (*CHARTS, *EXPERIMENTS)),
        ),
        section("draws", "Which draw gave what", *_draws(place, stored, study, shown)),
        section("tables", "Tables", downloads(name, files, "study")),
    )


def _table(study: StudyView) -> Component:
    """A row a strategy, as the console has it."""
    told = study.answer["strategies"]
    body = []
    for name in study.strategies:
        one = told[name]
        people, count = one["metrics"].get("people_reached"), one["complaints"].get("complaints")
        beside = one["against_base"].get("people_reached")
        words = {"higher": "more", "lower": "fewer", "within noise": "no sign"}
        body.append(
            (
                name,
                f"{rounded(people['p50'])} [{between(people['p5'], people['p95'])}]"
                if people
                else "–",
                words[beside["verdict"]] if beside else "–",
                rounded(count["expected"]) if count else "–",
                rounded(count["p95"]) if count else "–",
                chance(one["finished"]),
            )
        )
    header = (
        "Strategy",
        "People reached, P50 [P5–P95]",
        f"Than {study.base}",
        "Complaints expected",
        "P95",
        "List done in",
    )
    return rows(header, body, caption="Over all draws, at full size")


def _slot(key: str, place: Place) -> Component:
    return html.Div(
        [
            html.Div(id={"part": SLOT, "figure": key}, className="slot"),
            dcc.Store(id={"part": WANTED, "figure": key}, data=place.address),
        ]
    )


def study_chart(key: str, place: Place, shelf: Shelf) -> Component:
    """A figure of a study; the strategy that is chosen stands out."""
    study = view_of(shelf, place.parts[1])
    shown = place.one_of("strategy", study.strategies) or study.base
    if key in EXPERIMENTS:
        try:
            drawn = EXPERIMENTS[key](shelf, place.parts[1], shown)
        except RingfenceError as error:  # too few draws, say, or a single strategy
            return html.P(str(error), className="note")
    else:
        drawn = CHARTS[key](study, shown)
    if not drawn.panels:
        return html.P(f"{drawn.title}: {drawn.finding}", className="note")
    return chart(drawn)


def _draws(place: Place, stored: Study, study: StudyView, shown: str) -> Content:
    """Every draw of a strategy with what it gave, and how to run one again."""
    people = study.metric(shown, "people_reached")
    cost, done = study.metric(shown, "cost"), study.metric(shown, "list_done_hours")
    order = place.one_of("order", tuple(ORDERS))
    draws = sorted(people, key=lambda draw: people[draw] if order else draw)
    if order == "most":
        draws.reverse()
    chosen = place.get("draw")
    body = [
        (
            link(
                "central" if draw == 0 else f"draw {draw}",
                place.but(draw=str(draw)).address + "#draws",
                current=chosen == str(draw),
            ),
            decimal(people[draw] / study.scale),
            decimal(cost[draw] / study.scale) if draw in cost else "–",
            f"{done[draw]:.1f} h" if draw in done else "not done",
        )
        for draw in draws
    ]
    header = ("Draw", "People reached", f"Cost ({study.currency or '–'})", "List done after")
    parts: Content = [
        chooser(place, {"order": ("Order", ORDERS)}),
        rows(header, body, caption=f"{shown}, draw by draw, at full size"),
    ]
    if chosen.isdecimal() and int(chosen) in people:
        parts.append(_draw(int(chosen), stored))
    return parts


def _draw(draw: int, stored: Study) -> Component:
    """One draw: how to run it again, and what was drawn."""
    file = shlex.quote(str(stored.path / SCENARIO))
    size = "" if stored.facts.scale == "1" else f" --scale {stored.facts.scale}"
    found = stored.inputs
    found = found[found["draw"] == draw]
    return html.Div(
        [
            html.H3("The central run" if draw == 0 else f"Draw {draw}"),
            html.P("Run again by itself, as a run with its own page:"),
            html.Pre(
                f"ringfence run {file} --draw {draw}{size}",
                tabIndex=0,
                role="region",
                **marks(aria_label="The command that runs this draw again"),
            ),
            rows(
                ("Input", "Value"),
                [
                    (str(path), f"{value:.6g}")
                    for path, value in zip(found["path"], found["value"], strict=True)
                ],
                caption="What was drawn: shares of 0–1, numbers, durations in ms",
            )
            if len(found)
            else html.P("Every input has its central value."),
        ],
        id="draw",
    )
