"""The first picture as it stands before any script has run: the same data, as plain lines and dots.

The script that draws charts takes a second or two to be read, and the question is answered before.
So the picture of the first screen is on the page as markup too, in the same places; the script's
drawing, which tells more under a pointer, takes its place. Where no script may run it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.figures.drawing import Drawing
from analysis.figures.style import DARK, EDGE, GRID, INK, MUTED
from analysis.report.markup import Html, esc

_WHOLE = 1000
"""Units across and down of what is stretched to the room there is."""
_FEW = 4
"""Labels of the horizontal axis that a narrow screen has room for, as in ``page.js``."""
_DASHES = {"solid": "", "dot": "2 2"}
_NUMBERED = re.compile(r"^(\d+) (.*)$")


def still(drawing: Drawing) -> Html:
    """A drawing as markup, or nothing where it has more than lines and dots on two plain axes.

    Parameters
    ----------
    drawing
        Both its axes have a range and labels of their own.
    """
    axes = drawing.axes
    known = {"lines": _line, "markers": _dots}
    if set(axes) != {"xaxis", "yaxis"} or any("tickvals" not in axis for axis in axes.values()):
        return ""
    if any(trace["type"] != "scatter" or trace["mode"] not in known for trace in drawing.traces):
        return ""
    place = _Place(axes["xaxis"]["range"], axes["yaxis"]["range"])
    margin = drawing.parts["margin"]
    around = " ".join(f"{margin[side]}px" for side in "trbl")
    traces = sorted(drawing.traces, key=lambda trace: int(trace.get("zorder", 0)))
    drawn = "".join(known[trace["mode"]](trace, place) for trace in traces)
    names = "".join(_note(note, place) for note in drawing.notes)
    return (
        f'<div class="still" style="padding:{around}" aria-hidden="true">'
        f"<svg>{_grid(axes, place)}{drawn}{names}</svg></div>"
    )


class _Place:
    """Where values stand, as shares of the room in percent."""

    def __init__(self, across: Sequence[float], up: Sequence[float]) -> None:
        self._across, self._up = across, up

    def x(self, value: float) -> float:
        """From the left."""
        return 100 * (value - self._across[0]) / (self._across[1] - self._across[0])

    def y(self, value: float) -> float:
        """From the top."""
        return 100 * (self._up[1] - value) / (self._up[1] - self._up[0])


def _color(name: str, value: str) -> str:
    """A colour as a rule: on light paper, and on dark."""
    return f"{name}:light-dark({value},{DARK.get(value, value)})"


def _grid(axes: Mapping[str, Mapping[str, Any]], place: _Place) -> Html:
    """The axes: lines through the room, labels and titles."""
    out = []
    across, up = axes["xaxis"], axes["yaxis"]
    stride = -(-len(across["tickvals"]) // _FEW) if max(map(len, across["ticktext"])) > 3 else 1
    line, ink, muted = _color("stroke", GRID), _color("fill", INK), _color("fill", MUTED)
    for i, (value, text) in enumerate(zip(across["tickvals"], across["ticktext"], strict=True)):
        at = f"{place.x(value):.2f}%"
        kind = ' class="more"' if i % stride else ""
        out.append(f'<line x1="{at}" x2="{at}" y1="0" y2="100%" style="{line}"/>')
        out.append(
            f'<text{kind} x="{at}" y="100%" dy="18" text-anchor="middle" style="{ink}">'
            f"{esc(text)}</text>"
        )
    for value, text in zip(up["tickvals"], up["ticktext"], strict=True):
        at = f"{place.y(value):.2f}%"
        out.append(f'<line x1="0" x2="100%" y1="{at}" y2="{at}" style="{line}"/>')
        out.append(
            f'<text x="-7" y="{at}" dy=".35em" text-anchor="end" style="{ink}">{esc(text)}</text>'
        )
    bottom = _color("stroke", EDGE)
    out.append(f'<line x1="0" x2="100%" y1="100%" y2="100%" style="{bottom}"/>')
    out.append(
        f'<text x="50%" y="100%" dy="42" text-anchor="middle" style="{muted}">'
        f"{esc(across['title']['text'])}</text>"
    )
    # A number of percent cannot be turned round, so the title stands in a room of its own.
    out.append(
        f'<svg x="-36" y="50%"><text transform="rotate(-90)" text-anchor="middle" style="{muted}">'
        f"{esc(up['title']['text'])}</text></svg>"
    )
    return "".join(out)


def _line(trace: Mapping[str, Any], place: _Place) -> Html:
    """A line, stretched to the room there is; its width is not."""
    line, points = trace["line"], list(_points(trace, place))
    steps = line.get("shape") == "vh"
    path, before = "", False
    for x, y in points:
        if x != x or y != y:
            before = False
            continue
        if before:
            path += f"V{y:.1f}H{x:.1f}" if steps else f"L{x:.1f} {y:.1f}"
        else:
            path += f"M{x:.1f} {y:.1f}"
        before = True
    dash = _DASHES[line.get("dash", "solid")]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<svg width="100%" height="100%" viewBox="0 0 {_WHOLE} {_WHOLE}" '
        f'preserveAspectRatio="none"><path d="{path}" fill="none"{dashed} '
        f'stroke-width="{line["width"]:g}" opacity="{trace.get("opacity", 1):g}" '
        f'style="{_color("stroke", line["color"])}" vector-effect="non-scaling-stroke"/></svg>'
    )


def _points(trace: Mapping[str, Any], place: _Place) -> Iterator[tuple[float, float]]:
    """Where a trace's points stand in what is stretched; no number where a value is none."""
    for x, y in zip(trace["x"], trace["y"], strict=True):
        yield place.x(float(x)) / 100 * _WHOLE, place.y(float(y)) / 100 * _WHOLE


def _dots(trace: Mapping[str, Any], place: _Place) -> Html:
    """Dots with an edge."""
    marker = trace["marker"]
    edge = marker["line"]
    look = f"{_color('fill', marker['color'])};{_color('stroke', edge['color'])}"
    return "".join(
        f'<circle cx="{place.x(float(x)):.2f}%" cy="{place.y(float(y)):.2f}%" '
        f'r="{marker["size"] / 2:g}" stroke-width="{edge["width"]:g}" style="{look}"/>'
        for x, y in zip(trace["x"], trace["y"], strict=True)
    )


def _note(note: Mapping[str, Any], place: _Place) -> Html:
    """A name beside its dot, of which a narrow screen shows the number; or words at an edge."""
    bold = note["text"].startswith("<b>")
    plain = note["text"].removeprefix("<b>").removesuffix("</b>")
    numbered = _NUMBERED.match(plain) if "name" in note else None
    words = esc(plain)
    if numbered:
        words = f'{numbered[1]}<tspan class="name"> {esc(numbered[2])}</tspan>'
    on_paper = note.get("xref") == "paper"
    x = 100 * note["x"] if on_paper else place.x(note["x"])
    y = 100 * (1 - note["y"]) if on_paper else place.y(note["y"])
    anchor = {"left": "start", "right": "end"}[note["xanchor"]]
    middle = ' dy=".35em"' if note["yanchor"] == "middle" else ' dy="-.4em"'
    size, weight = note["font"]["size"], ";font-weight:bold" if bold else ""
    return (
        f'<svg x="{x:.2f}%" y="{y:.2f}%"><text x="{note.get("xshift", 0)}" '
        f'y="{-note.get("yshift", 0)}"{middle} text-anchor="{anchor}" '
        f'style="{_color("fill", note["font"]["color"])};font-size:{size}px{weight}">'
        f"{words}</text></svg>"
    )
