"""Where a ranking turns: draws in the inputs that tell, and the bounds of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import AMBER, CUTOFF, GREY, dress, short, text
from analysis.view.experiments import ahead, bound_words, plain
from analysis.view.rounded import chance

KEY: Final = "turns"
TITLE: Final = "What would have to be true"
HEIGHT: Final = 320
MARGIN: Final = {"t": 10, "b": 50, "l": 60, "r": 16}
MOST: Final = 4


def turns(told: Mapping[str, Any]) -> Chart:
    """The regions of inputs in which other alternatives are ahead of the leader.

    Parameters
    ----------
    told
        What ``ringfence compare --json`` prints.
    """
    found = {name: one for name, one in told["turns"].items() if one["rules"]}
    said = " ".join(f"{name} {ahead(one)}." for name, one in list(told["turns"].items())[:MOST])
    if not found:
        return left_out(KEY, TITLE, f"Beside {told['leader']}: {said}")
    return Chart(
        key=KEY,
        title=TITLE,
        finding=f"Beside {told['leader']}: {said}",
        panels=tuple(
            Panel(_figure(one), f"Where {name} is ahead of {told['leader']}")
            for name, one in list(found.items())[:MOST]
        ),
        numbers=Numbers(
            ("Alternative", "Ahead in", "Where", "Density", "Coverage", "Draws"),
            tuple(
                (
                    name,
                    chance(one["ahead"]),
                    " and ".join(map(bound_words, rule["bounds"])),
                    chance(rule["density"]),
                    chance(rule["coverage"]),
                    f"{rule['draws']:,}",
                )
                for name, one in found.items()
                for rule in one["rules"]
            ),
        ),
        note="Each mark is a draw or a reading of one: filled where the other alternative is "
        "ahead. Lines are the bounds of the first rule, found by a tree of decisions. Density: the "
        "share of the draws in the region in which it is ahead; coverage: the share of such draws "
        "that lie there.",
    )


def _figure(one: Mapping[str, Any]) -> Drawing:
    figure = Drawing()
    picture, rule = one["picture"], one["rules"][0]
    paths = picture["paths"]
    for which, name, colour, symbol in (
        (False, "the leader is ahead", GREY, "circle-open"),
        (True, "the other is ahead", AMBER, "diamond"),
    ):
        rows = [point for point in picture["points"] if point[-1] is which]
        figure.add_scatter(
            x=[row[0] for row in rows],
            y=[row[1] if len(paths) > 1 else 0 for row in rows],
            mode="markers",
            marker={"color": colour, "size": 6, "symbol": symbol},
            name=name,
            hovertemplate=f"%{{x:.3g}}, %{{y:.3g}}: {name}<extra></extra>",
        )
    line = {"color": CUTOFF, "width": 1.5, "dash": "dash"}
    for bound in rule["bounds"]:
        if bound["path"] == paths[0]:
            figure.add_vline(x=bound["value"], line=line)
        elif bound["path"] in paths:
            figure.add_hline(y=bound["value"], line=line)
    dress(figure, height=HEIGHT, margin=MARGIN, showlegend=True)
    figure.update_xaxes(title=text(short(plain(paths[0]), 46)), **_ticks(picture["scales"][0]))
    if len(paths) > 1:
        figure.update_yaxes(title=text(short(plain(paths[1]), 34)), **_ticks(picture["scales"][1]))
    else:
        figure.update_yaxes(visible=False)
    return figure


def _ticks(scale: str) -> dict[str, Any]:
    if scale == "share":
        return {"tickformat": ".0%"}
    # Where labels lie less than one apart, a prefix would be of thousandths: 500m.
    close = {"dtickrange": [None, 0.99], "value": "~r"}
    return {
        "tickformatstops": [close, {"dtickrange": [0.99, None], "value": "~s"}],
        "rangemode": "normal",
    }
