"""What a calibration moved, and how far days lie where the fit says that they should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, GREY, INK, RED, dress, text

MOVED: Final = "moved"
MOVED_TITLE: Final = "What the log says, and what was thought before"
ROW: Final = 34
MARGIN: Final = {"t": 8, "b": 46, "l": 10, "r": 30}
UNITS: Final = {"share": "share of calls", "ms": "seconds", "": "odds, and sd of log-odds"}
"""What stands beneath the axis of each unit."""


def moved(told: Mapping[str, Any]) -> Chart:
    """Each fitted parameter: its range by the world, and by the log.

    Parameters
    ----------
    told
        What ``ringfence calibrate --json`` prints.
    """
    every = [
        {**each, "name": _whose(told, line_type, each["name"])}
        for line_type, fit in told["line_types"].items()
        for each in fit["parameters"]
    ] + told["picked_up"]["parameters"]
    by_unit = {unit: [each for each in every if each["unit"] == unit] for unit in UNITS}
    fitted = sum(each["status"] == "fitted" for each in every)
    return Chart(
        key=MOVED,
        title=MOVED_TITLE,
        finding=f"The log tells {fitted} of {len(every)} parameters; of the others a part, or all, "
        "is what the world had.",
        panels=tuple(
            Panel(_ranges(rows, unit), UNITS[unit]) for unit, rows in by_unit.items() if rows
        ),
        numbers=Numbers(
            ("Parameter", "Status", "5 %", "Median", "95 %", "Before"),
            tuple(_row(each) for each in every),
        ),
        note="Blue: 5 %, 50 % and 95 % points by the log; paler where the world's range is a part "
        "of it. Grey: what the world had.",
    )


def _whose(told: Mapping[str, Any], line_type: str, name: str) -> str:
    return f"{line_type}, {name}" if len(told["line_types"]) > 1 else name


def _value(x: float, unit: str) -> float:
    return x / 1000 if unit == "ms" else x


def _words(x: float, unit: str) -> str:
    if unit == "ms":
        return f"{x / 1000:.1f} s"
    return f"{100 * x:.1f} %" if unit == "share" else f"{x:.2f}"


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    unit, before = each["unit"], each["before"]
    was = ""
    if before is not None:
        was = _words(before["central"], unit)
        if before["low"] is not None:
            was += f" ({_words(before['low'], unit)} to {_words(before['high'], unit)})"
    points = (_words(each[point], unit) for point in ("low", "central", "high"))
    return (each["name"], each["status"], *points, was)


def _ranges(rows: Sequence[Mapping[str, Any]], unit: str) -> Drawing:
    figure = Drawing()
    most = 0.0
    for at, each in enumerate(rows):
        before = each["before"]
        lines: list[tuple[Mapping[str, Any], str, float, float]] = [
            (each, BLUE, at, 1.0 if each["status"] == "fitted" else 0.45)
        ]
        if before is not None:
            lines.insert(0, (before, GREY, at + 0.22, 1.0))
        for one, colour, y, opacity in lines:
            points = [
                _value(one[p], unit) for p in ("low", "central", "high") if one[p] is not None
            ]
            most = max(most, *points)
            figure.add_scatter(
                x=[points[0], points[-1]], y=[y, y], mode="lines", opacity=opacity,
                line={"color": colour, "width": 3}, hoverinfo="skip",
            )  # fmt: skip
            figure.add_scatter(
                x=[_value(one["central"], unit)], y=[y], mode="markers", opacity=opacity,
                marker={"color": colour, "size": 8},
                hovertext=[f"{text(each['name'])}: {_words(one['central'], unit)}"],
                hovertemplate="%{hovertext}<extra></extra>",
            )  # fmt: skip
        note = "" if each["status"] == "fitted" else f" ({each['status']})"
        figure.add_annotation(**_label(f"{each['name']}{note}", at))
    _dress(figure, len(rows), UNITS[unit], most, ".0%" if unit == "share" else "")
    return figure


def _label(words: str, at: float) -> dict[str, Any]:
    return {
        "text": text(words), "x": 0, "xref": "paper", "xanchor": "left", "y": at - 0.34,
        "yanchor": "middle", "showarrow": False, "font": {"size": 12, "color": INK},
    }  # fmt: skip


def _dress(figure: Drawing, rows: int, axis: str, most: float, tick: str) -> None:
    height = MARGIN["t"] + MARGIN["b"] + ROW * max(rows, 2)
    dress(figure, height=height, margin=MARGIN, showlegend=False)
    ticks = {"tickformat": tick} if tick else {}
    figure.update_xaxes(title=axis, range=[-0.01 * most, 1.04 * (most or 1.0)], nticks=6, **ticks)
    figure.update_yaxes(visible=False, range=[rows - 0.4, -0.7])


CHECKED: Final = "checked"
CHECKED_TITLE: Final = "Shares of days, and what the fit says of them"
_KINDS: Final = ((False, "days that were fitted"), (True, "days held out"))


def checked(told: Mapping[str, Any]) -> Chart:
    """Shares of the days that were fitted, and of those held out, on what the fit says of them.

    Parameters
    ----------
    told
        What ``ringfence calibrate --json`` prints.
    """
    groups = [
        (words, [each for each in told["checks"] if each["held_out"] is held])
        for held, words in _KINDS
    ]
    groups = [(words, rows) for words, rows in groups if rows]
    if not groups:
        return left_out(CHECKED, CHECKED_TITLE, "There are too few calls to hold shares of them.")
    inside = [f"{_inside(rows)} of {len(rows)} shares of {words}" for words, rows in groups]
    return Chart(
        key=CHECKED,
        title=CHECKED_TITLE,
        finding=f"Inside what the fit says in nine cases of ten: {', and '.join(inside)}.",
        panels=tuple(Panel(_shares(told, rows), words) for words, rows in groups),
        numbers=Numbers(
            ("Share", "Days", "Seen", "5 %", "95 %", "Calls", ""),
            tuple(_check(told, each, words) for words, rows in groups for each in rows),
        ),
        note="Each line reaches from the 5 % to the 95 % point of what the fit says of those very "
        "calls, given what had been seen of each line before. The dot is what was seen, an open "
        "red one outside. One in ten may lie outside by chance.",
    )


def _inside(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(each["inside"] for each in rows)


def _check(told: Mapping[str, Any], each: Mapping[str, Any], words: str) -> tuple[str, ...]:
    shares = (f"{100 * each[point]:.1f} %" for point in ("seen", "low", "high"))
    name = _whose(told, each["line_type"], each["what"])
    return (name, words, *shares, f"{each['calls']:,}", "" if each["inside"] else "outside")


def _shares(told: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Drawing:
    figure = Drawing()
    for at, each in enumerate(rows):
        figure.add_scatter(
            x=[each["low"], each["high"]], y=[at, at], mode="lines",
            line={"color": GREY, "width": 5}, hoverinfo="skip",
        )  # fmt: skip
        marker: dict[str, Any] = {"color": BLUE, "size": 9}
        if not each["inside"]:
            marker = {"color": RED, "size": 10, "symbol": "circle-open", "line": {"width": 3}}
        figure.add_scatter(
            x=[each["seen"]], y=[at], mode="markers", marker=marker,
            hovertext=[f"{text(each['what'])}: {100 * each['seen']:.1f} %"],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
        name = _whose(told, each["line_type"], each["what"])
        figure.add_annotation(**_label(name if each["inside"] else f"{name}: outside", at))
    most = max(max(each["high"], each["seen"]) for each in rows)
    _dress(figure, len(rows), "share of these calls", most, ".0%")
    return figure
