"""A run narrowed to what a reader chose: the same view with fewer rows, for the same charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.figures.drawing import Drawing
from analysis.figures.style import DISPOSITIONS
from analysis.view import Columns, RunView
from analysis.view.audit import regimes
from analysis.view.clock import to_local, utc
from analysis.view.columns import select


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen of a run; empty where nothing is."""

    strategy: str = ""
    """Shown beside the base strategy alone."""
    territory: str = ""
    """In every table that tells territories apart."""
    regime: str = ""
    day: str = ""
    """Of the campaign, local to it, ISO 8601: charts over time show that day."""
    disposition: str = ""
    """In charts that tell dispositions apart."""


def territories_of(run: RunView) -> tuple[str, ...]:
    """Names of the territories, in the scenario's order."""
    return tuple(dict.fromkeys(map(str, run.table("territories")["territory"])))


def days_of(run: RunView) -> tuple[str, ...]:
    """Days on which some strategy was dialling or cut off, local to the campaign."""
    bins = run.table("timeline")["bin_start_utc"]
    days = to_local(utc(bins), run.timezone).astype("datetime64[D]")
    return tuple(map(str, np.unique(days)))


def narrowed(run: RunView, choice: Choice) -> RunView:
    """The view of a run with the rows that are chosen."""
    strategies = run.strategies
    if choice.strategy:
        strategies = tuple(s for s in strategies if s in (run.base, choice.strategy))
    wanted = {"territory": choice.territory, "regime": choice.regime}
    return replace(
        run,
        strategies=strategies,
        looks=run.looks or run.strategies,
        tables={name: _kept(table, wanted) for name, table in run.tables.items()},
        audit=_kept(run.audit, {"regime": choice.regime}) if regimes(run) else run.audit,
    )


def _kept(table: Columns, wanted: Mapping[str, str]) -> Columns:
    for column, value in wanted.items():
        if value and column in table:
            table = select(table, np.asarray(table[column] == value, dtype=bool))
    return table


def narrowed_figure(figure: Drawing, choice: Choice) -> Drawing:
    """A figure that shows the chosen day on axes of time, and the chosen disposition alone."""
    if choice.day:
        end = str(np.datetime64(choice.day) + np.timedelta64(1, "D"))
        for key, axis in figure.axes.items():
            if key.startswith("x") and axis.get("type") == "date":
                axis.update(range=[choice.day, end], tickmode="auto", tickvals=None, ticktext=None)
    if choice.disposition:
        label = DISPOSITIONS[choice.disposition][0]
        labels = {label for label, _ in DISPOSITIONS.values()}
        for trace in figure.traces:
            if trace.get("name") in labels and trace["name"] != label:
                trace["visible"] = "legendonly"
    return figure
