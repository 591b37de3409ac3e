"""A drawing as Plotly reads it: traces and a layout, as plain data.

Plotly's own figure looks at every value as it is set: two thirds of the time of a report. Here
nothing is looked at while a page is made; :attr:`Drawing.figure` hands the same data to Plotly,
which refuses what it does not know, and the tests do so with every drawing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TYPED = {f"{kind}{size}": f"{kind}{size}" for kind in "iu" for size in (1, 2, 4)} | {
    "f4": "f4",
    "f8": "f8",
}
"""Types of arrays that Plotly's script reads as bytes."""


class Drawing:
    """Traces and a layout.

    Parameters
    ----------
    rows
        Drawings one below the other, which share their horizontal axis; 0 for a single one whose
        axes are Plotly's own.
    heights
        Their heights, relative to each other; default all alike.
    spacing
        Room between two, as a share of the whole.
    titles
        What stands above each, in the middle.
    """

    def __init__(
        self,
        rows: int = 0,
        *,
        heights: Sequence[float] = (),
        spacing: float = 0.0,
        titles: Sequence[str] = (),
    ) -> None:
        self.traces: list[dict[str, Any]] = []
        """What is drawn, in order."""
        self.parts: dict[str, Any] = {}
        """The layout."""
        self._rows = max(rows, 1)
        if rows:
            self._stack(heights or [1.0] * rows, spacing, titles)

    def _stack(self, heights: Sequence[float], spacing: float, titles: Sequence[str]) -> None:
        """Give each row its axes and its place, the first on top."""
        unit = (1 - spacing * (self._rows - 1)) / sum(heights)
        top = 1.0
        for row, height in enumerate(heights, start=1):
            below = top - height * unit if row < self._rows else 0.0
            last = row == self._rows
            shared = {} if row == self._rows else {"matches": _ref("x", self._rows)}
            self.parts[_key("x", row)] = {
                "anchor": _ref("y", row),
                "domain": [0.0, 1.0],
                **shared,
                **({} if last else {"showticklabels": False}),
            }
            self.parts[_key("y", row)] = {"anchor": _ref("x", row), "domain": [below, top]}
            if titles:
                self.notes += [_title(titles[row - 1], top)]
            top = below - spacing

    # ── Reading ──────────────────────────────────────────────────────────────────────────────

    @property
    def notes(self) -> list[dict[str, Any]]:
        """Its annotations; a list that may be added to."""
        found: list[dict[str, Any]] = self.parts.setdefault("annotations", [])
        return found

    @notes.setter
    def notes(self, notes: list[dict[str, Any]]) -> None:
        """Set all of them."""
        self.parts["annotations"] = notes

    @property
    def shapes(self) -> list[dict[str, Any]]:
        """Its shapes, likewise."""
        found: list[dict[str, Any]] = self.parts.setdefault("shapes", [])
        return found

    @shapes.setter
    def shapes(self, shapes: list[dict[str, Any]]) -> None:
        """Set all of them."""
        self.parts["shapes"] = shapes

    @property
    def height(self) -> int:
        """Of the whole, pixels."""
        return int(self.parts.get("height") or 450)

    @property
    def axes(self) -> dict[str, dict[str, Any]]:
        """The axes, by their key: ``xaxis``, ``yaxis2``."""
        for row in range(1, self._rows + 1):
            for side in "xy":
                self.parts.setdefault(_key(side, row), {})
        return {key: self.parts[key] for key in self.parts if key[1:5] == "axis"}

    @property
    def figure(self) -> go.Figure:
        """The drawing as Plotly's figure, which Plotly has looked at: ValueError where it errs."""
        import plotly.graph_objects as go

        return go.Figure(self.to_dict())

    @property
    def data(self) -> tuple[Any, ...]:
        """Its traces as Plotly's objects; for a reader, not to be changed."""
        return tuple(self.figure.data)

    @property
    def layout(self) -> Any:
        """Its layout as Plotly's object, likewise."""
        return self.figure.layout

    def to_dict(self) -> dict[str, Any]:
        """The data of it, arrays as they are."""
        return {"data": self.traces, "layout": self.parts}

    def plain(self) -> dict[str, Any]:
        """The data of it as JSON knows them: arrays of numbers as bytes, moments in ISO 8601."""
        found: dict[str, Any] = _plain(self.to_dict())
        return found

    def to_json(self) -> str:
        """As JSON; what is no number is null."""
        return json.dumps(self.plain(), allow_nan=False, separators=(",", ":"))

    # ── Drawing ──────────────────────────────────────────────────────────────────────────────

    def add(self, kind: str, row: Any = None, **trace: Any) -> None:
        """Add a trace of a kind, to a row where there are several."""
        axes = {} if row is None else {"xaxis": _ref("x", row), "yaxis": _ref("y", row)}
        self.traces.append({"type": kind, **_titled(trace), **axes})

    def add_scatter(self, row: Any = None, **trace: Any) -> None:
        """Add points or a line."""
        self.add("scatter", row, **trace)

    def add_bar(self, row: Any = None, **trace: Any) -> None:
        """Add bars."""
        self.add("bar", row, **trace)

    def add_heatmap(self, row: Any = None, **trace: Any) -> None:
        """Add coloured cells."""
        self.add("heatmap", row, **trace)

    def add_contour(self, row: Any = None, **trace: Any) -> None:
        """Add lines of equal value."""
        self.add("contour", row, **trace)

    def add_annotation(self, **note: Any) -> None:
        """Write something."""
        self.notes.append(note)

    def add_shape(self, row: Any = None, **shape: Any) -> None:
        """Add a line or an area."""
        axes = {} if row is None else {"xref": _ref("x", row), "yref": _ref("y", row)}
        self.shapes.append({**axes, **shape})

    def add_vline(self, x: float | str, line: Mapping[str, Any]) -> None:
        """Draw an upright line through the whole height."""
        ends = {"x0": x, "x1": x, "y0": 0, "y1": 1}
        self.add_shape(type="line", xref="x", yref="y domain", line=dict(line), **ends)

    def add_hline(self, y: float, line: Mapping[str, Any]) -> None:
        """Draw a level line through the whole width."""
        ends = {"x0": 0, "x1": 1, "y0": y, "y1": y}
        self.add_shape(type="line", xref="x domain", yref="y", line=dict(line), **ends)

    # ── Layout ───────────────────────────────────────────────────────────────────────────────

    def update_layout(self, **layout: Any) -> None:
        """Set parts of the layout; what is inside a part and not named stays."""
        _merge(self.parts, _titled(layout))

    def update_xaxes(self, axis: Any = None, *, row: Any = None, **more: Any) -> None:
        """Set what is named of the horizontal axes, or of a row's."""
        self._update("x", row, {**(axis or {}), **more})

    def update_yaxes(self, axis: Any = None, *, row: Any = None, **more: Any) -> None:
        """Set what is named of the upright axes, or of a row's."""
        self._update("y", row, {**(axis or {}), **more})

    def _update(self, side: str, row: int | None, axis: dict[str, Any]) -> None:
        for one in range(1, self._rows + 1) if row is None else (row,):
            _merge(self.parts.setdefault(_key(side, one), {}), _titled(axis))


def _ref(side: str, row: int) -> str:
    """How a trace names its axis: ``x``, ``x2``."""
    return side if row == 1 else f"{side}{row}"


def _key(side: str, row: int) -> str:
    """How a layout names it: ``xaxis``, ``xaxis2``."""
    return f"{side}axis" if row == 1 else f"{side}axis{row}"


def _title(words: str, top: float) -> dict[str, Any]:
    return {
        "text": words,
        "x": 0.5,
        "xref": "paper",
        "xanchor": "center",
        "y": top,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 16},
    }


def _titled(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The same, a title that is a mere text as Plotly's script wants it."""
    return {
        key: {"text": value}
        if key == "title" and isinstance(value, str)
        else _titled(value)
        if isinstance(value, Mapping)
        else value
        for key, value in parts.items()
    }


def _merge(into: dict[str, Any], parts: Mapping[str, Any]) -> None:
    """Set values; within maps only those that are named, and None takes one away."""
    for key, value in parts.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, (list, tuple, range)):
        return [_plain(one) for one in value]
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _array(values: NDArray[Any]) -> Any:
    """An array of numbers as bytes, any other as a list."""
    if values.dtype.kind == "M":
        return np.datetime_as_string(values).tolist()
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8:
        values = _narrowed(values)
    kind = values.dtype.str[1:]
    if kind not in _TYPED or values.ndim == 0:
        return _plain(values.tolist())
    told: dict[str, Any] = {"dtype": kind}
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    told["bdata"] = base64.b64encode(little.tobytes()).decode("ascii")
    if values.ndim > 1:
        told["shape"] = ", ".join(map(str, values.shape))
    return told


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers of 64 bits, which the script does not read, in the fewest that hold them."""
    if not values.size:
        return values.astype(np.int32)
    low, high = int(values.min()), int(values.max())
    for kind in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32):
        room = np.iinfo(kind)
        if room.min <= low and high <= room.max:
            return values.astype(kind)
    return values.astype(np.float64)
