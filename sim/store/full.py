"""A run's numbers at full size: what was simulated at a smaller one, multiplied where it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import RunDirectoryError
from sim.measure.metrics import METRICS
from sim.store.columns import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from sim.store.read import Run

GROWING = frozenset(("calls", "lines", "people", "channel-milliseconds"))
"""Units of columns that grow with the number of lines."""
ROWS = ("calls", "recipients", "optouts", "call_backs")
"""Tables with a row a call, a line or a person: a scaled run holds fewer rows."""
AMOUNTS = "exposure"
"""The table of amounts: they have caps and do not grow in proportion."""


@dataclass(frozen=True, slots=True)
class FullSize:
    """A run's numbers as they stand for the scenario at full size.

    Counts of calls, lines and people are multiplied by ``1 / run.scale``; what does not grow with
    the lines (shares, hours, complaints, which are those of the full size already) is left as it
    is. Of a run at full size, everything is as stored. Few channels block more than many do, so
    what a scaled run reaches is low by some per cent: see ``docs/scale.md``.
    """

    run: Run

    @property
    def factor(self) -> float:
        """What a count as simulated is multiplied by."""
        return 1 / self.run.scale

    def metric(self, strategy: str, name: str) -> float | None:
        """One metric at full size; None where it has no value or a scaled run cannot tell it.

        Raises
        ------
        KeyError
            If there is no such strategy or metric.
        """
        value, kind = self.run.metric(strategy, name), METRICS[name].kind
        if value is None or (kind == "not_scalable" and self.run.scale < 1):
            return None
        return float(value) * (self.factor if kind == "additive" else 1.0)

    @property
    def metrics_table(self) -> pd.DataFrame:
        """Metrics as a data frame: one row per metric, one column per strategy."""
        table = self.run.metrics_table
        for name in table.index:
            table.loc[name] = [self.metric(s, name) for s in self.run.strategies]
        return table

    def table(self, name: str) -> pd.DataFrame:
        """A table by name, its counts at full size, in float64 where the run is scaled.

        Raises
        ------
        RunDirectoryError
            If the run has no such table, or a scaled run cannot tell it at full size.
        """
        frame = self.run.table(name)
        if self.run.scale >= 1:
            return frame
        if name in ROWS or name == AMOUNTS:
            why = (
                "its amounts have caps"
                if name == AMOUNTS
                else "it has a row for each that there is"
            )
            raise RunDirectoryError(
                f"{self.run.path} was run at scale {self.run.scale:g}: {name} cannot be told at "
                f"full size, since {why}; run the scenario at full size"
            )
        for column in TABLES[name].columns:
            counts = column.unit in GROWING or column.unit == "see counts"
            if counts and column.name in frame:
                frame[column.name] = frame[column.name] * self.factor
        return frame
