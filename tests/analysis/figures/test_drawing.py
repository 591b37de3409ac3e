"""A drawing says what Plotly's own figure would say."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from analysis.figures.drawing import Drawing


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_rows_stand_where_plotly_puts_them(rows: int) -> None:
    heights, titles = list(range(1, rows + 1)), [f"row {k}" for k in range(rows)]
    spacing = 0.1 if rows > 1 else 0.0
    theirs = make_subplots(
        rows=rows,
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=spacing,
        subplot_titles=titles,
    ).to_dict()["layout"]
    ours = Drawing(rows, heights=heights, spacing=spacing, titles=titles).parts
    assert theirs.pop("template")
    for key in theirs:
        if key.startswith("yaxis"):
            assert ours[key].pop("domain") == pytest.approx(theirs[key].pop("domain"))
    for ours_note, their_note in zip(ours["annotations"], theirs["annotations"], strict=True):
        assert ours_note.pop("y") == pytest.approx(their_note.pop("y"))
    assert ours == theirs


@pytest.mark.parametrize(
    "values",
    [
        np.array([1, -2, 100]),
        np.array([1, 200]),
        np.array([40_000, 3]),
        np.array([2**31, 3]),
        np.array([0.5, np.nan, 1e300]),
        np.array([1.5, 2.5], dtype=np.float32),
        np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8),
        np.array(["2017-04-18T10:00", "2017-04-23T20:15"], dtype="datetime64[ms]"),
        np.array([], dtype=np.int64),
        [1, 2.5, float("nan")],
        ["a", "b"],
    ],
    ids=lambda v: str(getattr(v, "dtype", "list")) + str(len(v)),
)
def test_values_are_read_as_plotly_reads_its_own(values: object) -> None:
    """What Plotly makes of our JSON is what it makes of the values themselves."""
    drawing = Drawing()
    drawing.add_scatter(y=values)
    trace = go.Figure(json.loads(drawing.to_json())).data[0].y
    wanted = json.loads(go.Figure(go.Scatter(y=values)).to_json())["data"][0]["y"]

    assert _flat(trace) == _flat(wanted)


def _flat(read: Any) -> list[object]:
    """Values in order, whichever way they are written; moments without fractions that are 0."""
    if isinstance(read, dict):
        flat = np.frombuffer(base64.b64decode(read["bdata"]), read["dtype"])
        return [None if np.isnan(value) else float(value) for value in flat]
    plain = np.asarray(read, dtype=object).ravel().tolist() if len(read) else []
    return [value.removesuffix(".000") if isinstance(value, str) else value for value in plain]


def test_what_is_set_later_leaves_the_rest() -> None:
    drawing = Drawing(2)
    axis = {"title": "hours", "ticks": "outside"}
    drawing.update_xaxes(axis, row=2)
    drawing.update_xaxes(showgrid=False, title={"standoff": 3})
    drawing.update_layout(margin={"t": 1, "b": 2})
    drawing.update_layout(margin={"t": 5})
    drawing.add_shape(type="line", x0=1, x1=1, y0=0, y1=1, row=2)
    theirs = make_subplots(rows=2, cols=1, shared_xaxes=True)
    theirs.update_xaxes(axis, row=2, col=1)
    theirs.update_xaxes(showgrid=False, title={"standoff": 3})
    theirs.update_layout(margin={"t": 1, "b": 2})
    theirs.update_layout(margin={"t": 5})
    theirs.add_shape(type="line", x0=1, x1=1, y0=0, y1=1, row=2, col=1)
    layout = theirs.to_dict()["layout"]
    for key in ("xaxis", "xaxis2", "margin", "shapes"):
        assert drawing.parts[key] == layout[key], key
    assert axis == {"title": "hours", "ticks": "outside"}  # what was given stays as it was
    drawing.update_xaxes(ticks=None)
    assert "ticks" not in drawing.parts["xaxis2"]


def test_plotly_refuses_what_it_does_not_know() -> None:
    drawing = Drawing()
    drawing.add_bar(y=[1], colour="red")
    with pytest.raises(ValueError, match="colour"):
        drawing.figure  # noqa: B018
