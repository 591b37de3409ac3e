"""The chapters' tables by name, and which of them are of what kind."""

from __future__ import annotations

from sim.measure.chapter import Shelf
from sim.measure.chapters import CHAPTERS
from sim.record.column import Table

SHEETS = {
    sheet.table.name: sheet
    for sheet in sorted(
        (sheet for chapter in CHAPTERS for sheet in chapter.sheets), key=lambda sheet: sheet.shelf
    )
}
"""By name of the table, in the order of the data dictionary."""

MEASURED: dict[str, Table] = {name: sheet.table for name, sheet in SHEETS.items()}
"""The tables alone, likewise."""

RESULT_TABLES = tuple(name for name, sheet in SHEETS.items() if sheet.shelf is Shelf.CALLS)
"""Tables that hold what a run counted in its call log, one block of rows per strategy."""

FEEDBACK_TABLES = tuple(name for name in SHEETS if name not in RESULT_TABLES)
"""Tables of what followed from the calls, likewise."""

EXACT_TABLES = tuple(name for name, sheet in SHEETS.items() if sheet.shelf is not Shelf.CHANCES)
"""Tables that hold whole numbers only: their digests are the same on every machine."""
