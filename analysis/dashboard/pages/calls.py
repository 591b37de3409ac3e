"""``/run/ID/calls``: every call of a run; bars over the rows that they count."""

from __future__ import annotations

from typing import Any, Final

import dash_ag_grid as dag
import numpy as np
from dash import html
from dash.development.base_component import Component

from analysis.dashboard.log import COUNTED, CallLog, Cube, Wanted, call_log
from analysis.dashboard.place import Place, to
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import chooser, figure, link, page, section
from analysis.figures.drawing import Drawing
from analysis.figures.style import DISPOSITIONS, blank, dress, text
from analysis.view import RunView
from analysis.view.clock import to_local, written
from analysis.view.numbers import decimal, small_share

GRID: Final = "grid"
COLUMNS: Final = {
    "row": "Row",
    "strategy": "Strategy",
    "start_utc": "Start (UTC)",
    "zone": "Zone",
    "line": "Line",
    "attempt": "Attempt",
    "disposition": "Disposition",
    "outcome": "Outcome",
    "ring_ms": "Ringing (ms)",
    "hold_ms": "Channel held (ms)",
    "listened_ms": "Listened (ms)",
    "key": "Key",
    "caller_number": "Caller number",
}
_WIDE: Final = {"strategy": 170, "start_utc": 200, "zone": 180, "outcome": 200}


def log_of(shelf: Shelf, name: str) -> CallLog:
    """The call log of a run, counted on first sight."""
    return shelf.made("calls", name, lambda _folder: call_log(shelf.run(name)))


def wanted_of(place: Place, cube: Cube) -> Wanted:
    """What an address wants of a log; what the log does not have is passed over."""
    found = {name: place.one_of(name, cube.names[name]) for name in COUNTED}
    hour = place.get("hour")
    hours = {str(at) for at in np.unique(cube.codes["hour"])}
    return Wanted(**found, hour=int(hour) if hour in hours else None)


def calls_page(place: Place, shelf: Shelf) -> Component:
    """The page."""
    name = place.parts[1]
    run, log = shelf.view(name), log_of(shelf, name)
    wanted = wanted_of(place, log.cube)
    count = log.cube.count(wanted)
    return page(
        f"Every call of {run.name}",
        html.P([link(f"Run {name}", to("run", name))]),
        _chooser(place, run, log.cube),
        section(
            "bars",
            "When, and how they ended",
            html.P(
                f"{decimal(count)} of {decimal(log.rows)} calls"
                + (f", as simulated at {small_share(run.scale)} of the lines" if run.scaled else "")
                + ". A click on a bar chooses its hour.",
                className="finding",
                id="counted",
            ),
            figure(
                _hours(run, log.cube, wanted),
                key="calls-hours",
                label=f"Calls by hour and disposition, {run.timezone}: {count} calls.",
            ),
        ),
        section(
            "rows",
            "Row by row",
            html.Div(
                dag.AgGrid(
                    id={"part": GRID, "of": place.address},
                    rowModelType="infinite",
                    columnDefs=[
                        {"field": field, "headerName": words, "width": _WIDE.get(field, 130)}
                        for field, words in COLUMNS.items()
                    ],
                    defaultColDef={"sortable": False, "resizable": True},
                    dashGridOptions={
                        "cacheBlockSize": 100,
                        "maxBlocksInCache": 20,
                        "rowBuffer": 0,
                        "infiniteInitialRowCount": min(count, 100) or 1,
                        "enableCellTextSelection": True,
                    },
                    className="calls",
                    style={"height": "480px"},
                ),
                key=place.address,
            ),
        ),
    )


def rows_of(place: Place, shelf: Shelf, request: dict[str, Any]) -> dict[str, Any]:
    """A page of rows, as the grid asks for it."""
    log = log_of(shelf, place.parts[1])
    first, end = (max(0, int(request.get(key) or 0)) for key in ("startRow", "endRow"))
    rows, count = log.page(wanted_of(place, log.cube), first, end)
    return {"rowData": rows, "rowCount": count}


def _chooser(place: Place, run: RunView, cube: Cube) -> Component:
    def all_of(names: tuple[str, ...]) -> dict[str, str]:
        return {"": "all", **{name: name for name in names}}

    hours = np.unique(cube.codes["hour"])
    local = to_local(hours.astype("datetime64[h]").astype("datetime64[ms]"), run.timezone)
    known = tuple(name for name in DISPOSITIONS if name in cube.names["disposition"])
    return chooser(
        place,
        {
            "strategy": ("Strategy", all_of(cube.names["strategy"])),
            "zone": ("Zone", all_of(cube.names["zone"])),
            "disposition": (
                "Disposition",
                {"": "all", **{name: DISPOSITIONS[name][0] for name in known}},
            ),
            "hour": (
                f"Hour from ({run.timezone})",
                {
                    "": "all",
                    **{str(at): written(when) for at, when in zip(hours, local, strict=True)},
                },
            ),
        },
    )


def _hours(run: RunView, cube: Cube, wanted: Wanted) -> Drawing:
    """Calls by hour, stacked by disposition; all hours stay in sight where one is chosen."""
    drawn = Drawing()
    there = cube.mask(Wanted(wanted.strategy, wanted.zone))
    hours = np.unique(cube.codes["hour"][there])
    if not len(hours):
        return blank("There is no such call.")
    local = to_local(hours.astype("datetime64[h]").astype("datetime64[ms]"), run.timezone)
    years = len(np.unique(local.astype("datetime64[Y]"))) > 1
    parts = [(written(when).rpartition(" "), str(when)[:4] if years else "") for when in local]
    labels = [f"{day}<br>{hour} {year}".rstrip() for (day, _, hour), year in parts]
    first = int(hours[0])
    for name, (label, color) in DISPOSITIONS.items():
        if name not in cube.names["disposition"]:
            continue
        if wanted.disposition and wanted.disposition != name:
            continue
        kind = Wanted(wanted.strategy, wanted.zone, name)
        chosen = cube.mask(kind)
        count = np.bincount(
            cube.codes["hour"][chosen] - first,
            weights=cube.calls[chosen],
            minlength=int(hours[-1]) - first + 1,
        )[hours - first]
        faded = [0.35 if wanted.hour not in (None, hour) else 1.0 for hour in hours.tolist()]
        drawn.add_bar(
            x=labels,
            y=count.astype(int).tolist(),
            name=text(label),
            marker={"color": color, "opacity": faded},
            customdata=[["@", "hour", str(hour)] for hour in hours],
            hovertemplate="%{x}: %{y:,} calls<extra>%{fullData.name}</extra>",
        )
    dress(drawn, height=340, barmode="stack", bargap=0.08, showlegend=True, margin={"t": 44})
    drawn.update_yaxes(title="calls in the hour")
    drawn.update_xaxes(
        title=f"hour from, {run.timezone}; hours without a call are left out",
        type="category",
        nticks=5,
        tickangle=0,
    )
    return drawn
