"""The time axis that the charts over time share: local time, closed hours cut out, the cutoff.

Hours in which no strategy starts a call are cut out where they last three hours or more. Each day
is labelled where its calling begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.style import CUTOFF, GRID, look, text
from analysis.view import RunView
from analysis.view.clock import Moments, place, to_local, utc, written

BIN = np.timedelta64(15, "m").astype("timedelta64[ms]")
"""Width of a row of the timeline."""
SHORTEST_CUT = np.timedelta64(3, "h").astype("timedelta64[ms]")
MOST_LABELS = 7
"""Most day labels that an axis has room for."""
FAR = np.timedelta64(31, "D").astype("timedelta64[ms]")
"""Between two campaigns that are no longer drawn on one axis of dates."""
NAMED = 3
"""Most strategies that are named beside a cutoff."""
_SECOND = np.timedelta64(1000, "ms")
_BEFORE_CUTOFF = np.timedelta64(30, "m").astype("timedelta64[ms]")


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """A span of local time with the closed hours that are left out of it."""

    start: np.datetime64
    end: np.datetime64
    cuts: tuple[tuple[np.datetime64, np.datetime64], ...]
    """Spans that are not drawn."""
    days: tuple[np.datetime64, ...]
    """First drawn moment of each day with calls."""
    zone: str
    cutoffs: tuple[tuple[np.datetime64, str], ...]
    """Cutoffs, local, each with what it is called."""
    together: bool = False
    """Whether campaigns of other times are drawn beside each other, by the time since their start.
    """

    def layout(self) -> dict[str, Any]:
        """Settings of a Plotly x axis."""
        stamps, labels = self._ticks()
        return {
            "type": "date",
            "range": [iso(self.start), iso(self.end)],
            # A second later, so that the end of the last bin before a cut is still drawn.
            "rangebreaks": [{"bounds": [iso(a + _SECOND), iso(b)]} for a, b in self.cuts],
            "tickvals": stamps,
            "ticktext": labels,
            "tickangle": 0,
            "title": {"text": self._title()},
            "showgrid": True,
            "gridcolor": GRID,
            "hoverformat": "%H:%M" if self.together else "%a %-d %b %H:%M",
        }

    def _title(self) -> str:
        """What the axis is, and what is cut out of it."""
        cut = ", closed hours cut out" if self.cuts else ""
        if self.together:
            return f"days since each campaign's start{cut}"
        return f"time in {text(place(self.zone))}{cut}"

    def _ticks(self) -> tuple[list[str], list[str]]:
        if not self.days:
            return [], []
        if len(self.days) <= 2:
            hour = np.timedelta64(1, "h")
            first = self.start.astype("datetime64[h]")
            hours = np.arange(first, self.end + hour, hour)
            hours = hours[(hours >= self.start) & (hours <= self.end)]
            hours = hours[[not any(a <= h < b for a, b in self.cuts) for h in hours]]
            kept = list(hours[:: max(1, -(-len(hours) // 6))]) or [self.start]
        else:
            years = str(self.days[0])[:4] != str(self.days[-1])[:4]
            kept = self._apart(self.days, MOST_LABELS - 2 if years else MOST_LABELS)
        years = len({str(t)[:4] for t in kept}) > 1
        stamps = [iso(t) for t in kept]
        if self.together:
            return stamps, [_since(self.start, t) for t in kept]
        return stamps, [_label(t, year=years) for t in kept]

    def _drawn(self, moment: np.datetime64) -> int:
        """Milliseconds of the axis before a moment: what is cut out takes no room."""
        out = sum(_ms(min(b, moment) - a) for a, b in self.cuts if a < moment)
        return _ms(moment - self.start) - out

    def _apart(self, moments: tuple[np.datetime64, ...], most: int) -> list[np.datetime64]:
        """Moments that are drawn so far apart that ``most`` labels have room."""
        least = self._drawn(self.end) / most
        kept = [moments[0]]
        for moment in moments[1:]:
            if self._drawn(moment) - self._drawn(kept[-1]) >= least:
                kept.append(moment)
        return kept

    def _anchor(self, moment: np.datetime64) -> str:
        """Side of a mark on which its label has room."""
        along = self._drawn(moment) / max(self._drawn(self.end), 1)
        return "left" if along < 0.3 else "center" if along < 0.7 else "right"

    def cutoff_marks(self, *, label: bool = True) -> tuple[list[Any], list[Any]]:
        """Shapes and annotations that draw the cutoff over the whole height."""
        shapes = [
            {
                "type": "line",
                "x0": iso(at),
                "x1": iso(at),
                "xref": "x",
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": CUTOFF, "width": 1.5, "dash": "4px,3px"},
            }
            for at, _ in self.cutoffs
        ]
        notes = [
            {
                "text": text(name),
                "x": iso(at),
                "xref": "x",
                "xanchor": self._anchor(at),
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "yshift": 1 + 15 * row,
                "showarrow": False,
                "font": {"color": CUTOFF, "size": 12},
            }
            for row, (at, name) in enumerate(self.cutoffs)
        ]
        return shapes, notes if label else []


def _ms(span: np.timedelta64) -> int:
    return int(span.astype("timedelta64[ms]").astype(np.int64))


def iso(moment: np.datetime64) -> str:
    """A local moment as Plotly reads it, to the second."""
    return str(moment.astype("datetime64[s]")).replace("T", " ")


def local_bins(run: RunView, strategy: str) -> Moments:
    """Start of each row of a strategy's timeline, local to the campaign."""
    return to_local(utc(run.of("timeline", strategy)["bin_start_utc"]), run.timezone)


def drawn_bins(run: RunView, strategy: str) -> Moments:
    """Where each row of a strategy's timeline stands on the axis.

    Campaigns of other times are moved, so that they begin where the base's does.
    """
    return local_bins(run, strategy) + _moved(run, strategy)


def apart(run: RunView) -> bool:
    """Whether strategies' campaigns lie so far apart that one axis of dates would show gaps."""
    known = [start for start in run.starts.values() if not np.isnat(start)]
    return bool(known) and max(known) - min(known) > FAR


def _moved(run: RunView, strategy: str) -> np.timedelta64:
    """How far a strategy is moved along the axis; nothing where campaigns lie close together."""
    if not apart(run) or np.isnat(run.starts[strategy]):
        return np.timedelta64(0, "ms")
    first = next(s for s in (run.base, *run.strategies) if not np.isnat(run.starts[s]))
    moments = np.array([run.starts[first], run.starts[strategy]])
    ours, theirs = to_local(moments, run.timezone)
    return np.timedelta64(ours - theirs, "ms")


def step(bins: Moments, values: NDArray[Any]) -> tuple[Moments, NDArray[Any]]:
    """Points of a line that holds each value to the end of its bin: the last is closed."""
    if not len(bins):
        return bins, values
    return np.append(bins, bins[-1] + BIN), np.append(values, values[-1])


def along(moments: Moments) -> dict[str, Any]:
    """The x of a trace at local moments: start and stride, where a clock change does not break it.

    A start and a stride keep the page small: one moment written out takes twenty bytes.
    """
    if len(moments) > 1 and (np.diff(moments) == BIN).all():
        return {"x0": iso(moments[0]), "dx": int(BIN.astype(np.int64))}
    return {"x": [iso(moment) for moment in moments]}


def whole(counts: NDArray[Any]) -> NDArray[Any]:
    """Counts as whole numbers, which take half the place of others; as they are beyond int32."""
    rounded: NDArray[Any] = np.rint(counts)
    small = not len(rounded) or rounded.max() < np.iinfo(np.int32).max
    return rounded.astype(np.int32) if small else rounded


def time_axis(run: RunView) -> TimeAxis | None:
    """The axis that fits all strategies of a run; None where no call was placed."""
    active = [
        drawn_bins(run, s)[np.asarray(run.of("timeline", s)["attempts"]) > 0]
        for s in run.strategies
    ]
    bins = np.unique(np.concatenate(active))
    if not len(bins):
        return None
    cutoffs = _cutoffs(run)
    last_cutoff = max((at for at, _ in cutoffs), default=bins[-1] + BIN)
    end = max(bins[-1] + BIN, last_cutoff)
    cuts = [(a + BIN, b) for a, b in pairwise(bins) if b - a - BIN >= SHORTEST_CUT]
    idle_to = last_cutoff - _BEFORE_CUTOFF
    if idle_to - (bins[-1] + BIN) >= SHORTEST_CUT:
        cuts.append((bins[-1] + BIN, idle_to))
    of_day = bins.astype("datetime64[D]")
    _, first = np.unique(of_day, return_index=True)
    return TimeAxis(
        start=bins[0],
        end=end + _BEFORE_CUTOFF,
        cuts=tuple(cuts),
        days=tuple(bins[first]),
        zone=run.timezone,
        cutoffs=cutoffs,
        together=apart(run),
    )


def _cutoffs(run: RunView) -> tuple[tuple[np.datetime64, str], ...]:
    """Distinct cutoffs, local, earliest first; named by strategy where they differ."""
    by_moment: dict[np.datetime64, list[str]] = {}
    for strategy, moment in run.cutoffs.items():
        if not np.isnat(moment):
            local = to_local(np.array([moment]), run.timezone)[0] + _moved(run, strategy)
            by_moment.setdefault(local, []).append(look(run, strategy).name)
    together = apart(run)

    def when(at: np.datetime64) -> str:
        return f"cutoff, {str(at)[11:16]}" if together else f"cutoff {written(at)}"

    return tuple(
        (at, when(at) + (f" ({_who(who)})" if len(by_moment) > 1 else ""))
        for at, who in sorted(by_moment.items())
    )


def _who(names: list[str]) -> str:
    """Strategies beside a cutoff, or how many where their names would need too much room."""
    return ", ".join(names) if len(names) <= NAMED else f"{len(names)} strategies"


def _since(start: np.datetime64, local: np.datetime64) -> str:
    """A moment by the day of the campaign."""
    day = int((local.astype("datetime64[D]") - start.astype("datetime64[D]")).astype(int)) + 1
    return f"{str(local.astype('datetime64[s]'))[11:16]}<br>day {day}"


def _label(local: np.datetime64, *, year: bool = False) -> str:
    when = local.astype("datetime64[s]").astype(object)
    return (
        f"{when:%a %H:%M}<br>{when.day} {when:%b %Y}"
        if year
        else (f"{when:%a %H:%M}<br>{when.day} {when:%b}")
    )
