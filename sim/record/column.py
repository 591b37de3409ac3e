"""What a column and a table of a run directory are."""

from __future__ import annotations

from dataclasses import dataclass, replace

UTC_MS = "timestamp[ms, UTC]"
"""Dtype of a moment: milliseconds since 1970, UTC."""
CATEGORY = "category"
"""Dtype of text of which few values occur: a dictionary in Arrow, a categorical in pandas."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    unit: str
    """Unit of the values; ``-`` for names and codes."""
    dtype: str
    """``int64`` and other numbers, ``bool``, ``float64``, ``text``, ``category``, or a moment."""
    meaning: str
    nullable: bool = False
    """Whether a value may be missing; the meaning says when."""
    where: str = ""
    """Where the table has this column; empty if it always does."""


@dataclass(frozen=True, slots=True)
class Table:
    """One Parquet file of a run directory."""

    name: str
    row: str
    """What one row means."""
    columns: tuple[Column, ...]
    note: str = ""
    """What a reader must know and no single column says."""
    optional: bool = False
    """Whether it is written on request only."""

    @property
    def file(self) -> str:
        """Name of the file in the run directory."""
        return f"{self.name}.parquet"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def with_columns(self, columns: tuple[Column, ...]) -> Table:
        """The same table with other columns."""
        return replace(self, columns=columns)


def count(name: str, unit: str, meaning: str) -> Column:
    """A column of whole numbers."""
    return Column(name, unit, "int64", meaning)


STRATEGY = Column("strategy", "-", "text", "Name of the strategy, as in the scenario.")
