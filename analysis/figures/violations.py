"""When rules are broken: violations by rule and by local hour of the week."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.broken_rules import (
    SHARED,
    Broken,
    broken,
    by_rule,
    nothing,
    numbers_by_rule,
    of_rule,
)
from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.cells import Scale, cells
from analysis.view import RunView
from analysis.view.numbers import decimal

KEY = "violations-hours"
TITLE = "When rules are broken"


def violations(run: RunView) -> Chart:
    """Violations of each strategy by rule and local hour of the week."""
    empty = nothing(run, KEY, TITLE)
    if empty is not None:
        return empty
    days, hours = _span(run)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=(Panel(_figure(run, days, hours)),),
        numbers=_numbers(run),
        note=f"Calls that break a rule, by the recipient's clock at their start; each day is shown "
        f"from {hours[0]:02d} to {hours[1]:02d} h. Colour is logarithmic. {SHARED} Rows are not "
        "to be added: a call may break several rules. Rules that count once for the campaign, and "
        "strategies that break no rule, are not drawn.",
    )


def by_hour(run: RunView, strategy: str, rule: Broken) -> NDArray[np.float64]:
    """(7, 24) violations of a rule by local weekday and hour, as simulated."""
    rows = run.of("violations", strategy)
    mine = of_rule(run, strategy, rule)
    counts = np.zeros((7, 24))
    at = (rows["weekday"][mine].astype(int), rows["hour"][mine].astype(int))
    np.add.at(counts, at, rows["violations"][mine].astype(float))
    return counts


def _span(run: RunView) -> tuple[list[int], tuple[int, int]]:
    """Days with violations, and the first hour and the one after the last."""
    rows = run.table("violations")
    hour = rows["hour"].astype(int)
    return sorted({int(d) for d in rows["weekday"]}), (int(hour.min()), int(hour.max()) + 1)


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        counts = {
            rule: by_hour(run, strategy, rule)
            for rule in broken(run, strategy)
            if rule.force == "law"
        }
        if counts:
            rule = max(counts, key=lambda r: float(counts[r].sum()))
            day, hour = np.unravel_index(int(counts[rule].argmax()), (7, 24))
            when = f"{calendar.day_name[int(day)]} {int(hour):02d}–{int(hour) + 1:02d} h"
            many = f"{len(counts)} rules of law, most often " if len(counts) > 1 else ""
            parts.append(
                f"{strategy} breaks {many}{rule.rule} ({run.count(float(counts[rule].sum()))} "
                f"calls, most on {when})"
            )
    if parts:
        return f"Rules of law, call by call: {'; '.join(parts)}."
    count = len({rule for s in run.strategies for rule in broken(run, s)})
    be = "is" if count == 1 else "are"
    return f"No rule of law is broken by a call; {count} that {be} recommended or voluntary {be}."


def _figure(run: RunView, days: list[int], hours: tuple[int, int]) -> Drawing:
    def row(strategy: str, rule: Broken) -> tuple[NDArray[np.float64], list[str]]:
        counts = by_hour(run, strategy, rule)[days, slice(*hours)].ravel()
        full = run.full(counts)
        shades = np.where(full > 0, np.log10(np.maximum(full, 1)), np.nan)
        return shades, [run.count(float(c)) if c else "" for c in counts]

    wide = hours[1] - hours[0]
    names = [f"{calendar.day_abbr[d]} {h:02d}–{h + 1:02d} h" for d in days for h in range(*hours)]
    columns, unit = _columns(days, hours)
    return cells(
        by_rule(run, row),
        _scale(run),
        columns,
        unit=unit,
        below=170,
        between=[i * wide - 0.5 for i in range(1, len(days))],
        x=names,
        xgap=1 if len(names) <= 80 else 0,
        hovertemplate="%{y}<br>%{x}: %{text} calls<extra></extra>",
    )


def _columns(days: list[int], hours: tuple[int, int]) -> tuple[dict[str, Any], str]:
    """Settings and title of the axis of hours: days are named, or the hours of a single one."""
    first, beyond = hours
    wide = beyond - first
    marks = [(i + 0.5) * wide - 0.5 for i in range(len(days))]
    names = [calendar.day_abbr[d] for d in days]
    unit = "local hour of the week"
    if len(days) == 1:
        hourly = range(0, wide, -(-wide // 12))
        marks, names = [*hourly], [f"{first + h}" for h in hourly]
        unit = f"local hour on {calendar.day_name[days[0]]}, from"
    columns = {
        "type": "category",
        "tickvals": marks,
        "ticktext": names,
        "range": [-0.5, len(days) * wide - 0.5],
        "ticks": "",
        "showgrid": False,
    }
    return columns, unit


def _scale(run: RunView) -> Scale:
    """Logarithms from one call to the most that break a rule in an hour of the week."""
    most = max(
        float(run.full(by_hour(run, strategy, rule)).max())
        for strategy in run.strategies
        for rule in broken(run, strategy)
    )
    end = math.log10(most) if most > 1 else 1
    top = math.ceil(end)
    marks = list(range(0, top + 1, 1 if top <= 4 else 2))
    return Scale(
        "calls that break the rule (log scale)",
        end,
        {"tickvals": marks, "ticktext": [decimal(10**m) for m in marks]},
    )


def _numbers(run: RunView) -> Numbers:
    def rows(strategy: str, rule: Broken) -> Iterable[tuple[str, ...]]:
        counts = by_hour(run, strategy, rule)
        for day, hour in zip(*np.nonzero(counts), strict=True):
            count = run.count(float(counts[day, hour]))
            yield calendar.day_name[day], f"{hour:02d}:00", count

    return numbers_by_rule(run, ("Weekday", "Local hour from", "Violations (calls)"), rows)
